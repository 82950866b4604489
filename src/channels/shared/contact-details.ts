import { isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js";
import { z } from "zod";
import type { SetupField } from "../contract/setup.ts";
import { choiceSetting, countrySetting } from "./setting.ts";
import { setting } from "./setup-field.ts";

/**
 * What people type of themselves into a form of ours: which fields are asked for, and what is made of the answers.
 * Pure and total. A phone is kept in E.164 and an e-mail in lower case, so that the same person is the same next time.
 */

export const asked = ["no", "optional", "required"] as const;
export type Asked = (typeof asked)[number];

export interface ContactPolicy {
  readonly askName: Asked;
  readonly askPhone: Asked;
  readonly askEmail: Asked;
  /** Where a phone without a country's code is from; empty: such a phone is asked for again. */
  readonly country: string;
}

/** For the settings of a channel. */
export const contactSettings = {
  askName: choiceSetting(asked),
  askPhone: choiceSetting(asked),
  askEmail: choiceSetting(asked),
  country: countrySetting,
};

const choices = [
  { value: "no", label: { en: "Not asked", ru: "Не спрашивать", es: "No se pregunta" } },
  {
    value: "optional",
    label: { en: "Asked, may stay empty", ru: "Спросить, можно не отвечать", es: "Se pregunta, puede quedar vacío" },
  },
  { value: "required", label: { en: "Required", ru: "Обязательно", es: "Obligatorio" } },
];

/** For the setup page of a channel. */
export const contactFields: readonly SetupField[] = [
  setting("choice", "askName", { en: "Name", ru: "Имя", es: "Nombre" }, { choices }),
  setting("choice", "askPhone", { en: "Phone", ru: "Телефон", es: "Teléfono" }, { choices }),
  setting("choice", "askEmail", { en: "E-mail", ru: "Электронная почта", es: "Correo electrónico" }, { choices }),
  setting(
    "text",
    "country",
    {
      en: "Country of phones written without a code (two letters)",
      ru: "Страна номеров без кода (две буквы)",
      es: "País de los teléfonos sin prefijo (dos letras)",
    },
    { placeholder: "ES" },
  ),
];

export interface ContactDetails {
  readonly name?: string;
  /** E.164. */
  readonly phone?: string;
  readonly email?: string;
}

export type FieldTrouble = "missing" | "wrong";

export type ReadContact =
  | { readonly kind: "ok"; readonly details: ContactDetails }
  | {
      readonly kind: "wrong";
      readonly fields: Readonly<Partial<Record<"name" | "phone" | "email", FieldTrouble>>>;
    };

const email = z.email().max(254);

/** What was not asked for is dropped; what was given must be usable, required or not. */
export function readContact(
  given: {
    readonly name?: string | undefined;
    readonly phone?: string | undefined;
    readonly email?: string | undefined;
  },
  policy: ContactPolicy,
): ReadContact {
  const name =
    policy.askName === "no"
      ? ""
      : oneLine(given.name ?? "")
          .slice(0, 120)
          .trim();
  const phone = policy.askPhone === "no" ? "" : oneLine(given.phone ?? "");
  const address = policy.askEmail === "no" ? "" : oneLine(given.email ?? "").toLowerCase();
  const number = phone === "" ? undefined : normalisePhone(phone, policy.country);
  const fields = {
    ...(name === "" && policy.askName === "required" && { name: "missing" as const }),
    ...(phone === "" && policy.askPhone === "required" && { phone: "missing" as const }),
    ...(phone !== "" && number === undefined && { phone: "wrong" as const }),
    ...(address === "" && policy.askEmail === "required" && { email: "missing" as const }),
    ...(address !== "" && !email.safeParse(address).success && { email: "wrong" as const }),
  };
  if (Object.keys(fields).length > 0) return { kind: "wrong", fields };
  return {
    kind: "ok",
    details: {
      ...(name !== "" && { name }),
      ...(number !== undefined && { phone: number }),
      ...(address !== "" && { email: address }),
    },
  };
}

/**
 * E.164, or `undefined` for what cannot be a phone. Only the length is judged by country: numbering plans grow faster
 * than anybody's list of them, and a real person's new number must not be turned away.
 *
 * @param country ISO 3166 code for numbers without a country's own; empty takes international numbers only
 */
export function normalisePhone(text: string, country: string): string | undefined {
  // Phones are written +34… on paper and 0034… by people who dial them.
  const written = text.trim().replace(/^00(?=[1-9])/, "+");
  const parsed = parsePhoneNumberFromString(written, {
    extract: false,
    ...(isSupportedCountry(country) && { defaultCountry: country }),
  });
  return parsed?.isPossible() ? parsed.number : undefined;
}

const oneLine = (text: string) =>
  text
    .toWellFormed()
    .slice(0, 300)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();

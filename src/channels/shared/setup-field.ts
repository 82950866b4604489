import type { Localised } from "../../domain/localised.ts";
import type { SetupField } from "../contract/setup.ts";

/** Pieces of which the setup steps of channels are made. */

type More = Partial<Pick<SetupField, "placeholder" | "required" | "choices" | "preset" | "when">>;

/** A setting, which may stay empty unless `more` says otherwise. */
export const setting = (kind: SetupField["kind"], key: string, label: Localised, more: More = {}): SetupField => ({
  key,
  into: "settings",
  kind,
  label,
  required: false,
  ...more,
});

/** Something that proves who we are at the vendor; needed unless `more` says otherwise. */
export const credential = (kind: SetupField["kind"], key: string, label: Localised, more: More = {}): SetupField => ({
  key,
  into: "credentials",
  kind,
  label,
  required: true,
  ...more,
});

/** Which language what stands on a site speaks; empty = its visitor's browser decides. */
export const languageField: SetupField = setting(
  "choice",
  "language",
  { en: "Language", ru: "Язык", es: "Idioma" },
  {
    choices: [
      { value: "", label: { en: "The visitor's own", ru: "Как у посетителя", es: "El del visitante" } },
      { value: "en", label: "English" },
      { value: "ru", label: "Русский" },
      { value: "es", label: "Español" },
      { value: "ar", label: "العربية" },
    ],
  },
);

/** The sites that may carry what is set up here; nothing works before there is one. */
export const sitesField: SetupField = setting(
  "url-list",
  "origins",
  { en: "Site addresses", ru: "Адреса сайтов", es: "Direcciones de los sitios" },
  { required: true, placeholder: "https://shop.example" },
);

export const colorField = (placeholder: string): SetupField =>
  setting("text", "color", { en: "Colour", ru: "Цвет", es: "Color" }, { placeholder });

export const consentField: SetupField = setting("textarea", "consent", {
  en: "Consent text",
  ru: "Текст согласия",
  es: "Texto del consentimiento",
});

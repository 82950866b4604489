import type { AccountAnswer } from "../../src/api/accounts.ts";
import type { ChannelAnswer, SetupFieldAnswer, SetupStepAnswer } from "../../src/api/channels.ts";

/** What an admin has typed so far, by `into.key`, and agreed to, by `agree.step`. Switches are booleans, everything else text. */
export type Typed = Record<string, string | boolean>;

export const fieldId = (field: SetupFieldAnswer) => `${field.into}.${field.key}`;
export const agreementId = (step: SetupStepAnswer) => `agree.${step.id}`;
const fieldsOf = (channel: ChannelAnswer): SetupFieldAnswer[] => channel.setup.flatMap((step) => step.fields);
const warningsOf = (channel: ChannelAnswer) => channel.setup.filter((step) => step.warning !== undefined);

/** Whether a field is asked for at all, as the others stand. */
export const isAskedFor = ({ when }: SetupFieldAnswer, typed: Typed): boolean =>
  when === undefined || typed[`settings.${when.key}`] === when.is;

/** The form as it opens: empty, or with an account's settings; a person is whoever looks. Secrets are never filled in; they are not told to us. */
export function startTyping(channel: ChannelAnswer, account: AccountAnswer | undefined, viewer: string): Typed {
  const agreements = warningsOf(channel).map((step): [string, boolean] => [
    agreementId(step),
    // Where no setting keeps it, an account would not be there without the agreement.
    step.consent === undefined ? account !== undefined : account?.settings[step.consent] === true,
  ]);
  const entries = fieldsOf(channel).map((field): [string, string | boolean] => {
    const kept = field.into === "settings" ? account?.settings[field.key] : undefined;
    if (field.kind === "switch") return [fieldId(field), kept === true];
    if (Array.isArray(kept)) return [fieldId(field), kept.join("\n")];
    if (typeof kept === "string" || typeof kept === "number") return [fieldId(field), String(kept)];
    if (field.kind === "person") return [fieldId(field), viewer];
    return [fieldId(field), field.kind === "choice" ? (field.preset ?? field.choices?.[0]?.value ?? "") : ""];
  });
  return Object.fromEntries([...agreements, ...entries]);
}

/** What stands in a `choice`: its choices, and what a program set that is none of them. */
export function choicesOf(field: SetupFieldAnswer, chosen: string): { value: string; label: string }[] {
  const choices = field.choices ?? [];
  return choices.some(({ value }) => value === chosen) ? choices : [...choices, { value: chosen, label: chosen }];
}

/**
 * Required fields that are still empty, and warnings that are not agreed to. An account that exists keeps its
 * credentials when nothing is typed.
 */
export function missingFields(channel: ChannelAnswer, typed: Typed, account: AccountAnswer | undefined): string[] {
  const agreements = warningsOf(channel).map(agreementId);
  const empty = fieldsOf(channel)
    .filter((field) => field.required && field.kind !== "switch" && isAskedFor(field, typed))
    .filter((field) => !(account && field.into === "credentials"))
    .filter((field) => String(typed[fieldId(field)] ?? "").trim() === "")
    .map(fieldId);
  return [...agreements.filter((id) => typed[id] !== true), ...empty];
}

/** The field that the server names as wrong (`settings.origins.0`), if it is one of this form. */
export function fieldNamed(channel: ChannelAnswer, named: unknown): string | undefined {
  if (typeof named !== "string") return undefined;
  return fieldsOf(channel)
    .map(fieldId)
    .find((id) => named === id || named.startsWith(`${id}.`));
}

interface Filled {
  readonly credentials?: Record<string, unknown>;
  readonly settings: Record<string, unknown>;
}

/** What is sent: lists as lists, untouched credentials not at all. */
export function fill(channel: ChannelAnswer, typed: Typed): Filled {
  const credentials: Record<string, unknown> = {};
  const settings: Record<string, unknown> = {};
  for (const field of fieldsOf(channel)) {
    const raw = typed[fieldId(field)] ?? "";
    const value = typedValue(field, raw);
    if (field.into === "settings") settings[field.key] = value;
    else if (raw !== "") credentials[field.key] = value;
  }
  for (const step of warningsOf(channel))
    if (step.consent !== undefined) settings[step.consent] = typed[agreementId(step)] === true;
  return { settings, ...(Object.keys(credentials).length > 0 && { credentials }) };
}

function typedValue(field: SetupFieldAnswer, raw: string | boolean): unknown {
  if (typeof raw === "boolean") return raw;
  if (field.kind !== "url-list") return raw.trim();
  return raw.split(/[\s,]+/).filter((part) => part !== "");
}

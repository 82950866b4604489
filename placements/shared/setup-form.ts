import type { AccountAnswer } from "../../src/api/accounts.ts";
import type { ChannelAnswer, SetupFieldAnswer } from "../../src/api/channels.ts";

/** What an admin has typed so far, by `into.key`. Switches are booleans, everything else text. */
export type Typed = Record<string, string | boolean>;

export const fieldId = (field: SetupFieldAnswer) => `${field.into}.${field.key}`;
const fieldsOf = (channel: ChannelAnswer): SetupFieldAnswer[] => channel.setup.flatMap((step) => step.fields);

/** The form as it opens: empty, or with an account's settings. Secrets are never filled in; they are not told to us. */
export function startTyping(channel: ChannelAnswer, account: AccountAnswer | undefined): Typed {
  const entries = fieldsOf(channel).map((field): [string, string | boolean] => {
    const kept = field.into === "settings" ? account?.settings[field.key] : undefined;
    if (field.kind === "switch") return [fieldId(field), kept === true];
    if (Array.isArray(kept)) return [fieldId(field), kept.join("\n")];
    return [fieldId(field), typeof kept === "string" || typeof kept === "number" ? String(kept) : ""];
  });
  return Object.fromEntries(entries);
}

/** Required fields that are still empty. An account that exists keeps its credentials when nothing is typed. */
export function missingFields(channel: ChannelAnswer, typed: Typed, account: AccountAnswer | undefined): string[] {
  return fieldsOf(channel)
    .filter((field) => field.required && field.kind !== "switch")
    .filter((field) => !(account && field.into === "credentials"))
    .filter((field) => String(typed[fieldId(field)] ?? "").trim() === "")
    .map(fieldId);
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
  return { settings, ...(Object.keys(credentials).length > 0 && { credentials }) };
}

function typedValue(field: SetupFieldAnswer, raw: string | boolean): unknown {
  if (typeof raw === "boolean") return raw;
  if (field.kind !== "url-list") return raw.trim();
  return raw.split(/[\s,]+/).filter((part) => part !== "");
}

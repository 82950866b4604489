import type { ChannelAdapter } from "../channels/contract.ts";

export type CheckedInput =
  | {
      readonly kind: "checked";
      readonly credentials: Readonly<Record<string, unknown>>;
      readonly settings: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "invalid"; readonly field: string; readonly sentence: string };

/** What an administrator entered, by the channel's own schemas; `field` as in the request. */
export function checkInput(adapter: ChannelAdapter, credentials: unknown, settings: unknown): CheckedInput {
  const read = adapter.credentials.safeParse(credentials);
  if (!read.success) return invalid("credentials", read.error.issues[0]);
  const wished = adapter.settings.safeParse(settings);
  if (!wished.success) return invalid("settings", wished.error.issues[0]);
  return { kind: "checked", credentials: read.data, settings: wished.data };
}

function invalid(
  field: string,
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
): CheckedInput {
  return {
    kind: "invalid",
    field: [field, ...(issue?.path ?? [])].map(String).join("."),
    sentence: issue?.message ?? "This is not what is expected here.",
  };
}

import type { AccountAnswer } from "../../src/api/accounts.ts";
import { harmless } from "./rich-text.ts";

export interface AccountAbout {
  readonly text: string;
  /** The account's own page at its vendor. */
  readonly to?: string;
}

/** What to say of an account beside its name: who it is while all is well, otherwise what is the matter. */
export function aboutAccount({ connection, profile }: AccountAnswer): AccountAbout {
  if (connection.kind !== "connected") return { text: connection.sentence };
  const to = profile.url === undefined ? undefined : harmless(profile.url);
  if (to === undefined) return { text: profile.title ?? "" };
  return { text: to.replace(/^https?:\/\/(www\.)?|\/$/g, ""), to };
}

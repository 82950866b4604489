import type { PortalId } from "./ids.ts";

/**
 * How somebody told that they want no letters made of templates: by their mail program's own button, on our page, by a letter
 * that their program wrote, to an employee who noted it, or to their provider, which reported that they called a letter spam.
 */
export const LEAVING_WAYS = ["one-click", "page", "mail", "agent", "complaint"] as const;
export type LeavingWay = (typeof LEAVING_WAYS)[number];

/** An address that wants no letters made of templates. Letters that a person writes to it go all the same. */
export interface Unsubscription {
  /** As it was written to. */
  readonly address: string;
  readonly at: Date;
  readonly how: LeavingWay;
  /** The employee who noted it; only of `agent`. */
  readonly by?: string;
}

/** A letter to many, as its links for leaving name it. */
export interface LeavingLink {
  readonly id: string;
  readonly portal: PortalId;
  /** Of the message that it is. */
  readonly originKey: string;
  /** Who wrote, as its readers see it. */
  readonly sender: string;
  readonly recipients: readonly string[];
}

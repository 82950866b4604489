import type { PortalId } from "../../domain/ids.ts";
import type { ChannelEvent } from "./events.ts";
import type { PendingLetter, SeenLetter } from "./letters.ts";

/**
 * What the listener for blind copies needs of the rest of the application.
 *
 * Failure contract: a call that throws did nothing that matters; the sender's server is told to try again, and what was done by
 * then is done once, because the index knows the letter and its message is unique by it.
 */
export interface BccHost {
  /** Whose address it is; `undefined`: nobody's, or of a portal that the application was taken out of. */
  ownerOf(key: string): Promise<BccOwner | undefined>;
  /**
   * Whether the owner writes from this address, which the letter has proved to be its sender's. What is not theirs is noted, so
   * that they can say that it is.
   */
  writesFrom(owner: BccOwner, address: string): Promise<"yes" | "no" | "cannot-tell">;
  /** Writes the letter down in the index of all mails, and takes it on where nobody has. */
  begin(letter: CopiedLetter): Promise<BegunLetter>;
}

export interface BccOwner {
  readonly portal: PortalId;
  /** An employee's id; absent: any employee of the portal. */
  readonly user?: string;
}

export interface CopiedLetter extends Omit<SeenLetter, "folder" | "validity" | "uid" | "history"> {
  readonly owner: BccOwner;
  /** Address of the employee who sent the copy: one of the portal's own. */
  readonly sender: string;
  /** The same for the same bytes: a second try of the sender's server is no second copy. */
  readonly print: Uint8Array;
}

export type BegunLetter =
  | OpenLetter
  /** It stands here already: seen in a box, told twice, or written on our pages. */
  | { readonly kind: "known" }
  /** A personal box has it, whose card shows it from now on: its owner's copy says so. */
  | { readonly kind: "shown" }
  /** Nobody has part in it but the portal's own people. */
  | { readonly kind: "own" }
  /** A mailbox is about to take it just now. */
  | { readonly kind: "busy" };

export interface OpenLetter {
  readonly kind: "open";
  readonly pending: PendingLetter;
  /** Whether this is an address of none of the portal's own people. */
  isForeign(address: string): boolean;
  /** Resolves after the commit; from then on the letter is handled. */
  accept(event: ChannelEvent): Promise<void>;
  /** It becomes no message; others may take it. */
  drop(): Promise<void>;
}

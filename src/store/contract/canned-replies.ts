import type { CannedReply } from "../../domain/canned-reply.ts";
import type { CannedReplyId, PortalId } from "../../domain/ids.ts";

export type CannedReplyPut =
  | { readonly kind: "stored"; readonly reply: CannedReply }
  /** Everybody, or that person, has another one with this shortcut, in whatever case. */
  | { readonly kind: "taken" }
  /** The id is another portal's, or another person's own. */
  | { readonly kind: "foreign" };

/** Texts that agents put into answers by a word. Times are the database's. */
export interface CannedReplyRepository {
  /** Everybody's, and that person's own; by shortcut. */
  list(portal: PortalId, userId: string): Promise<readonly CannedReply[]>;
  find(portal: PortalId, id: CannedReplyId): Promise<CannedReply | undefined>;
  /** Makes it, or changes it. Whose it is never changes. */
  put(portal: PortalId, reply: Omit<CannedReply, "portal" | "changedAt">): Promise<CannedReplyPut>;
  /** `false`: it was not there. */
  remove(portal: PortalId, id: CannedReplyId): Promise<boolean>;
}

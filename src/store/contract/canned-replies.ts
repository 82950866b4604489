import type { CannedFolder, CannedReply } from "../../domain/canned-reply.ts";
import type { CannedFolderId, CannedReplyId, PortalId } from "../../domain/ids.ts";

/** A reply to be kept. */
export interface CannedReplyToPut extends Omit<CannedReply, "portal" | "changedAt" | "folder"> {
  /** `null`: in none; not said: it stays where it is, and a new one lies in none. */
  readonly folder?: CannedFolderId | null | undefined;
}

export type CannedReplyPut =
  | { readonly kind: "stored"; readonly reply: CannedReply }
  /** Everybody, or that person, has another one with this shortcut, in whatever case. */
  | { readonly kind: "taken" }
  /** There is no such folder of the same owner. */
  | { readonly kind: "no-folder" }
  /** The id is another portal's, or another person's own. */
  | { readonly kind: "foreign" };

/** Texts that agents put into answers by a word. Times are the database's. */
export interface CannedReplyRepository {
  /** Everybody's, and that person's own; by shortcut. */
  list(portal: PortalId, userId: string): Promise<readonly CannedReply[]>;
  find(portal: PortalId, id: CannedReplyId): Promise<CannedReply | undefined>;
  /** Makes it, or changes it. Whose it is never changes. */
  put(portal: PortalId, reply: CannedReplyToPut): Promise<CannedReplyPut>;
  /** Puts it into a folder of the same owner, or out of all. Its words stay as they are; `foreign`: it is not there. */
  move(
    portal: PortalId,
    id: CannedReplyId,
    folder: CannedFolderId | null,
    changedBy: string,
  ): Promise<Exclude<CannedReplyPut, { readonly kind: "taken" }>>;
  /** `false`: it was not there. */
  remove(portal: PortalId, id: CannedReplyId): Promise<boolean>;
}

export type CannedFolderPut =
  | { readonly kind: "stored"; readonly folder: CannedFolder }
  /** Everybody, or that person, has another one of this name, in whatever case. */
  | { readonly kind: "taken" }
  /** A reply that was to come back with it has a shortcut that another one has by now. Nothing was stored. */
  | { readonly kind: "shortcut-taken"; readonly shortcut: string }
  /** The id is another portal's, or another person's own; or that of a reply that was to come back is. */
  | { readonly kind: "foreign" };

export interface CannedFolderRepository {
  /** Everybody's, and that person's own; by name. */
  list(portal: PortalId, userId: string): Promise<readonly CannedFolder[]>;
  find(portal: PortalId, id: CannedFolderId): Promise<CannedFolder | undefined>;
  /**
   * Makes it, or gives it another name. Whose it is never changes.
   * @param replies what comes back with a folder that was deleted: put into it, and made anew where they are gone
   */
  put(
    portal: PortalId,
    folder: Omit<CannedFolder, "portal" | "changedAt">,
    replies?: readonly Pick<CannedReply, "id" | "shortcut" | "text">[],
  ): Promise<CannedFolderPut>;
  /**
   * Deletes it, and its replies with it or not; answers those that lay in it at that moment. `undefined`: it was not there.
   */
  remove(
    portal: PortalId,
    id: CannedFolderId,
    replies: "keep" | "delete" | "must-be-empty",
  ): Promise<
    | { readonly kind: "removed"; readonly replies: readonly CannedReply[] }
    | { readonly kind: "not-empty"; readonly count: number }
    | undefined
  >;
}

import type { CannedFolderId, CannedReplyId, PortalId } from "./ids.ts";

/** A text that agents put into an answer by a word. */
export interface CannedReply {
  readonly id: CannedReplyId;
  readonly portal: PortalId;
  /** Whose own it is; absent: everybody's. */
  readonly ownerId?: string | undefined;
  /** Where it lies; absent: in no folder. */
  readonly folder?: { readonly id: CannedFolderId; readonly name: string } | undefined;
  /** What is typed after `/`. */
  readonly shortcut: string;
  /** With gaps such as `{name}`, which the page fills. */
  readonly text: string;
  readonly changedBy: string;
  readonly changedAt: Date;
}

/** Where replies of the same kind lie: everybody's in everybody's, one's own in one's own. */
export interface CannedFolder {
  readonly id: CannedFolderId;
  readonly portal: PortalId;
  /** Whose own it is; absent: everybody's. */
  readonly ownerId?: string | undefined;
  readonly name: string;
  readonly changedBy: string;
  readonly changedAt: Date;
}

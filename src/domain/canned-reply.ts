import type { CannedReplyId, PortalId } from "./ids.ts";

/** A text that agents put into an answer by a word. */
export interface CannedReply {
  readonly id: CannedReplyId;
  readonly portal: PortalId;
  /** Whose own it is; absent: everybody's. */
  readonly ownerId?: string | undefined;
  /** What is typed after `/`. */
  readonly shortcut: string;
  /** With gaps such as `{name}`, which the page fills. */
  readonly text: string;
  readonly changedBy: string;
  readonly changedAt: Date;
}

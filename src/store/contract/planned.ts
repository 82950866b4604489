import type { ConversationId, MediaId, PlannedId, PortalId } from "../../domain/ids.ts";
import type { PlannedMessage } from "../../domain/planned-message.ts";

export type NewPlanned = Omit<PlannedMessage, "id" | "createdAt" | "trouble"> & {
  /** Files that waited for it and are its own from now on. */
  readonly files: readonly MediaId[];
};

export type PlannedOutcome =
  | { readonly kind: "stored" | "known"; readonly planned: PlannedMessage }
  /** A file is gone, or another message's. */
  | { readonly kind: "no-file" }
  /** The client id is another person's, or was used in another conversation. */
  | { readonly kind: "foreign" };

/** Messages that are sent later. */
export interface PlannedRepository {
  add(planned: NewPlanned): Promise<PlannedOutcome>;
  /** Those of a conversation, the next one first. */
  list(portal: PortalId, conversation: ConversationId): Promise<readonly PlannedMessage[]>;
  find(portal: PortalId, id: PlannedId): Promise<PlannedMessage | undefined>;
  /**
   * Takes it back. Its files wait for another message from then on, of whoever took it back. `false`: it is not there, or it is
   * being sent.
   */
  cancel(portal: PortalId, id: PlannedId, by: string): Promise<boolean>;
  /**
   * Those whose time has come, of all portals (whoever works knows none yet): each is the caller's for a minute, and nobody
   * can take it back meanwhile.
   */
  take(now: Date, limit: number): Promise<readonly PlannedMessage[]>;
  /** It was sent; or it was not, and why: then it stays and is not taken again. */
  end(portal: PortalId, id: PlannedId, trouble?: string): Promise<void>;
}

import type { PortalId } from "../../domain/ids.ts";
import type { LeavingLink, LeavingWay, Unsubscription } from "../../domain/unsubscription.ts";

export interface Leaving {
  /** One for all spellings of the address. */
  readonly key: string;
  readonly address: string;
  readonly at: Date;
  readonly how: LeavingWay;
  readonly by?: string | undefined;
  /** When what they say it of was sent: who asked for letters again after that says nothing new. Absent: they say it now. */
  readonly about?: Date | undefined;
}

export interface Left extends Unsubscription {
  /** They had not left before. */
  readonly isNew: boolean;
  /** They have not left now: they came back after what this is about. */
  readonly isBack: boolean;
}

/** Who wants no letters made of templates, by a key that is one for all spellings of an address (`leaverKey`). */
export interface UnsubscriptionRepository {
  /** What a letter's links name. The same message again: the same link, with the recipients that it has now. */
  begin(letter: Omit<LeavingLink, "id">): Promise<LeavingLink>;
  /** By the number alone: it stands in a signed address, and whoever has that is no portal. */
  link(id: string): Promise<LeavingLink | undefined>;
  /** Noted once: who has left already is answered as they left then. */
  leave(portal: PortalId, leaving: Leaving): Promise<Left>;
  /** They are written to again. `false`: they had not left. @param by the employee who says so; absent: they themselves */
  end(portal: PortalId, key: string, at: Date, by?: string): Promise<boolean>;
  /** Those of these that want none. */
  among(portal: PortalId, keys: readonly string[]): Promise<readonly Unsubscription[]>;
  /** The latest first. @param search a part of the address */
  list(
    portal: PortalId,
    page: { readonly search?: string | undefined; readonly before?: Date | undefined; readonly limit: number },
  ): Promise<readonly Unsubscription[]>;
  /**
   * Links of letters from before then, the oldest first, at most so many; never those of the last 60 days, which readers may
   * still follow. Who left is remembered. Answers how many.
   */
  forget(portal: PortalId, before: Date, limit: number): Promise<number>;
}

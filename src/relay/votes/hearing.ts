/**
 * Notices in what a line says to a customer that a vote may have been given. Only notes it: the line's texts are asked for by
 * somebody else (`reading.ts`), so nothing that is sent waits for it.
 *
 * Killed before it is noted: the message is still to be sent, and seen again. Twice: the same row. A fault of ours: logged, and
 * the message goes out.
 */
import { isOfLine } from "../../domain/message.ts";
import type { Logger } from "../../log/log.ts";
import { mayBeVote } from "../../rules/lines/line-vote.ts";
import type { LaneContents } from "../../store/contract/lanes.ts";
import { type Store, StoreUnavailable } from "../../store/contract.ts";

export interface VoteHearing {
  /** Before the outbound rows of a conversation leave. */
  before(contents: LaneContents): Promise<void>;
}

export interface VoteHearingDeps {
  readonly store: Pick<Store, "lineVotes" | "messages">;
  readonly log: Pick<Logger, "error">;
  readonly now: () => Date;
}

/** So many words of the line may stand between the vote and the answer to it. */
const BETWEEN = 5;

export function createVoteHearing({ store, log, now }: VoteHearingDeps): VoteHearing {
  async function hear({ account, conversation, rows }: LaneContents): Promise<void> {
    if (account.line === undefined) return;
    for (const thanks of rows) {
      if (thanks.state !== "stored" || thanks.attempts > 0 || !isOfLine(thanks.origin)) continue;
      const { portal, seq: thankedSeq } = thanks;
      const before = { conversation: conversation.id, before: thankedSeq, limit: BETWEEN };
      if (!mayBeVote(thanks, await store.messages.journal(portal, before))) continue;
      const { id, operator, sessionId } = conversation;
      // Without the session's id each of them is one by itself.
      const session = sessionId ?? `message ${thankedSeq}`;
      const of = {
        portal,
        account: account.id,
        conversation: id,
        session,
        ...(operator !== undefined && { operator }),
      };
      await store.lineVotes.perhaps({ ...of, thankedSeq }, now());
    }
  }

  return {
    async before(contents) {
      try {
        await hear(contents);
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        log.error({ err: error, conversation: contents.conversation.id }, "A vote of a line could not be looked for");
      }
    },
  };
}

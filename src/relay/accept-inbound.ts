import type {
  ChannelEvent,
  ChatMoved,
  ReceiptReceived,
  SendingFailed,
  SendingProved,
} from "../channels/contract/events.ts";
import type { Dispatcher } from "../dispatch/contract.ts";
import type { Account } from "../domain/account.ts";
import { messageId } from "../domain/ids.ts";
import type { Content } from "../domain/message.ts";
import { plainText } from "../domain/rich-text.ts";
import type { Logger } from "../log/log.ts";
import type { Metrics } from "../log/metrics.ts";
import type { Accepted, InboundRow } from "../store/contract/accept.ts";
import { type Store, StoreUnavailable } from "../store/contract.ts";
import { createGroupCommit } from "./group-commit.ts";
import type { News } from "./news.ts";
import type { Tally } from "./tally.ts";

export interface InboundAcceptor {
  /** Resolves after the commit: only then may the vendor hear 200. Throws when the store cannot be asked (answer 503). */
  accept(account: Account, events: readonly ChannelEvent[]): Promise<void>;
}

export interface InboundAcceptorDeps {
  readonly store: Pick<Store, "messages">;
  readonly dispatcher: Pick<Dispatcher, "wake" | "wakeAt">;
  readonly news: Pick<News, "ofChat" | "ofConversation">;
  readonly metrics: Metrics;
  readonly tally: Tally;
  readonly log: Logger;
  readonly now: () => Date;
}

/** Rows written together: large enough to share a commit, small enough that nobody waits long behind a group. */
const GROUP_SIZE = 16;
/** An album's parts arrive as separate updates within this time; the first one waits for them. */
const ALBUM_WAIT_MS = 700;

/**
 * Customer -> us, first half: what a channel received becomes rows, in one transaction, then a wake-up.
 *
 * Crash before the commit: nothing is stored and the vendor, who heard no 200, sends again. Crash after it: the row is
 * due in SQL and the sweep finds it; the vendor's repeat is a duplicate by its key. Twice or out of order: the unique
 * key drops the second; order is the order in which the vendor's requests are committed.
 */
export function createInboundAcceptor(deps: InboundAcceptorDeps): InboundAcceptor {
  const writer = createGroupCommit<InboundRow, Accepted>((rows) => deps.store.messages.acceptInbound(rows), {
    maxItems: GROUP_SIZE,
    tenantOf: (row) => row.portal,
    isolate: (error) => !(error instanceof StoreUnavailable),
  });

  return {
    async accept(account, events) {
      // What a receipt is about may only be known by the proof that came with it.
      await Promise.all(events.map((event) => (event.kind === "proof" ? prove(account, event) : undefined)));
      let pending: Promise<void>[] = [];
      for (const event of events) {
        if (event.kind === "proof") continue;
        if (event.kind === "moved") {
          // What was said before belongs to the old id, what comes after to the new one.
          await Promise.all(pending);
          pending = [];
          await move(account, event);
          continue;
        }
        if (event.kind === "receipt") {
          pending.push(
            deps.store.messages.applyReceipt(account.id, event.externalIds, event.state).then((changed) => {
              if (changed.length > 0) deps.news.ofChat(account.portal, account.id, event.chatId);
            }),
          );
          continue;
        }
        if (event.kind === "failure") {
          pending.push(fail(account, event));
          continue;
        }
        const row = toRow(account, event, deps.now());
        pending.push(writer.add(row).then((accepted) => follow(accepted, row)));
      }
      await Promise.all(pending);
    },
  };

  async function move(account: Account, event: ChatMoved): Promise<void> {
    const told = { from: event.chatId, to: event.toChatId, idsEnd: event.idsEnd };
    const { lanes } = await deps.store.messages.applyMove(account.portal, account.id, told);
    for (const lane of lanes) deps.dispatcher.wake(lane);
  }

  /** Retriable by hand from then on; its author is told by the lane. */
  async function fail(account: Account, event: SendingFailed): Promise<void> {
    const lanes = await deps.store.messages.applyFailure(account.id, event.externalIds, event.sentence);
    if (lanes.length > 0) deps.news.ofChat(account.portal, account.id, event.chatId);
    for (const lane of lanes) {
      deps.tally.ended(
        { portal: account.portal, account: account.id, direction: "out" },
        { state: "refused" },
        deps.now(),
      );
      deps.dispatcher.wake(lane);
    }
  }

  /** Its author was told that nobody knows; the lane tells the portal that it arrived. */
  async function prove(account: Account, event: SendingProved): Promise<void> {
    const lane = await deps.store.messages.proveSent(account.id, messageId(event.sendKey), event);
    if (lane === undefined) return;
    deps.news.ofChat(account.portal, account.id, event.chatId);
    deps.log.info({ account: account.id, message: event.sendKey }, "the vendor told that a doubtful message was sent");
    deps.dispatcher.wake(lane);
  }

  function follow(accepted: Accepted, row: InboundRow): void {
    deps.metrics.accepted.inc({ direction: "in", outcome: accepted.kind });
    if (accepted.kind === "unknown") {
      deps.log.info(
        { account: row.account, kind: row.kind },
        "a change to a message or a reaction to one that was never seen here was passed over",
      );
      return;
    }
    if (accepted.kind !== "stored") return;
    deps.news.ofConversation(row.portal, accepted.conversation);
    if (row.fromDevice === true) deps.tally.ended({ ...row, direction: "out" }, { state: "sent" }, deps.now());
    else if (row.kind === "message") deps.tally.received(row, deps.now());
    if (!accepted.due) return;
    if (row.notBefore > deps.now()) deps.dispatcher.wakeAt(accepted.lane, row.notBefore);
    else deps.dispatcher.wake(accepted.lane);
  }
}

type RowEvent = Exclude<ChannelEvent, ReceiptReceived | SendingFailed | SendingProved | ChatMoved>;

function toRow(account: Account, event: RowEvent, now: Date): InboundRow {
  const album = event.kind === "message" ? event.album : undefined;
  return {
    portal: account.portal,
    account: account.id,
    key: event.key,
    kind: event.kind,
    chatId: event.chatId,
    // Who reacts is told with the reaction: in a group it is not whom the conversation is with.
    customer: event.kind === "message" || event.kind === "edit" ? event.customer : undefined,
    externalId: event.externalId,
    content: contentOf(event),
    album,
    ...(event.kind === "message" && {
      fromDevice: event.fromDevice === true,
      group: event.group === true,
      byContact: event.byContact === true,
    }),
    sentAt: event.at,
    notBefore: album === undefined ? now : new Date(now.getTime() + ALBUM_WAIT_MS),
  };
}

function contentOf(event: RowEvent): Content {
  if (event.kind === "delete") return { body: plainText(""), attachments: [] };
  if (event.kind === "reaction") return { body: plainText(event.emoji), attachments: [], author: event.customer };
  return event.content;
}

import type { Account } from "../../domain/account.ts";
import type { Conversation } from "../../domain/conversation.ts";
import { authorOf, type Message } from "../../domain/message.ts";
import type { BotMessage, BotTalk } from "../../rules/bots/talk.ts";
import type { Store } from "../../store/contract.ts";
import type { OwnMode } from "../own-line/own-mode.ts";

export interface ViewDeps {
  readonly store: Pick<Store, "messages">;
  readonly ownMode: Pick<OwnMode, "wouldBegin">;
}

/** More than that at once are looked at by the next run. */
const LOOKED_AT = 50;
/** A like or dislike of the open line's own question is that alone. */
const RATING = /^[01]$/;

/** What was said after the position that the bot has seen, and since it is on, in its order. */
export async function unseenBy(
  { store: { messages } }: ViewDeps,
  { portal, id }: Conversation,
  seenSeq: number,
  since: Date,
): Promise<readonly Message[]> {
  const of = { conversation: id, limit: LOOKED_AT };
  const rows =
    seenSeq > 0
      ? await messages.journal(portal, { ...of, after: seenSeq })
      : (await messages.journal(portal, { ...of, before: Number.MAX_SAFE_INTEGER })).toReversed();
  return rows.filter(({ createdAt }) => createdAt >= since);
}

/** Who said it, as far as the bot is concerned. */
export function saidBy({ direction, origin, content, state }: Message): BotMessage["by"] {
  if (origin.by === "device") return "person";
  if (direction === "out") return authorOf(origin) !== undefined && !isLost(state) ? "person" : "nobody";
  const { notice, letter, site } = content;
  const asksNothing = notice !== undefined || site?.rating !== undefined || (letter && letter.class !== "human");
  return asksNothing ? "nobody" : "customer";
}

const isLost = (state: Message["state"]): boolean => state === "refused" || state === "failed";

export async function botMessage(
  deps: ViewDeps,
  account: Account,
  conversation: Conversation,
  talk: BotTalk,
  message: Message,
): Promise<BotMessage> {
  const { id, seq } = message;
  const by = saidBy(message);
  if (by !== "customer" || talk.phase === "talking") return { id, seq, by, begins: false, isFirst: false };
  const hadSession = talk.session > 0 || conversation.sessionId !== undefined;
  const begins =
    (await deps.ownMode.wouldBegin(account, message)) ?? !(hadSession && RATING.test(message.content.body.text.trim()));
  const [first] = await deps.store.messages.journal(message.portal, {
    ...{ conversation: conversation.id, after: 0, limit: 1 },
  });
  return { id, seq, by, begins, isFirst: first?.id === id };
}

/**
 * We wrote, and the customer has not answered yet: where it belongs is decided by our words, as it is by theirs, before
 * they go into the line. So the card with the phone is there when the portal looks for one. And whoever asked by a form,
 * where nobody can answer, finds in that conversation where the talk goes on.
 *
 * Both are done before each of our words until the customer writes; twice is once (the decision is the session's, and the
 * line in the other conversation has a key of its own). A crash between: done with the next run of the lane. Neither
 * holds up what was written.
 */
import type { ChannelAdapter } from "../channels/contract.ts";
import type { Conversation } from "../domain/conversation.ts";
import { authorOf, type Message } from "../domain/message.ts";
import { plainText } from "../domain/rich-text.ts";
import type { LaneContents } from "../store/contract/lanes.ts";
import type { DueMessage } from "../store/contract/messages.ts";
import { messageLink } from "./message-link.ts";
import type { RelayDeps } from "./ports.ts";

/** People have few conversations in which nobody can answer; of more than these the newest ones count. */
const MOST = 50;

/** @param row the mirror of what was written */
export async function placeOurWords(
  deps: RelayDeps,
  contents: LaneContents,
  adapter: ChannelAdapter,
  row: DueMessage,
): Promise<void> {
  const { conversation } = contents;
  if (conversation.lastInboundAt !== undefined || conversation.group === true || row.target === undefined) return;
  const written = await deps.store.messages.find(row.portal, row.target);
  if (written?.kind !== "message" || authorOf(written.origin) === undefined) return;
  await deps.belonging.before(contents, adapter, [written]);
  await tellWhereItGoesOn(deps, contents, adapter, written);
}

async function tellWhereItGoesOn(
  deps: RelayDeps,
  { account, conversation }: LaneContents,
  adapter: ChannelAdapter,
  written: Message,
): Promise<void> {
  const request = await requestOf(deps, conversation);
  if (!request) return;
  const portal = await deps.store.portals.find(conversation.portal);
  const link = portal && messageLink(portal, written);
  const where =
    link === undefined
      ? `The conversation goes on in ${adapter.title}, through ${account.name}.`
      : `The conversation goes on in ${adapter.title}, through ${account.name}. ${link}`;
  const now = deps.now();
  const [told] = await deps.store.messages.acceptInbound([
    {
      ...{ portal: conversation.portal, account: request.account, kind: "message", chatId: request.externalChatId },
      ...{ key: `goes-on:${conversation.id}`, externalId: `goes-on.${conversation.id}` },
      customer: request.customer,
      content: {
        body: plainText(where),
        attachments: [],
        notice: "other",
      },
      ...{ sentAt: now, notBefore: now },
    },
  ]);
  if (told?.kind !== "stored") return;
  if (told.due) deps.dispatcher.wake(told.lane);
  deps.news.ofConversation(conversation.portal, request.id);
}

/** The person's newest conversation in which nobody can answer. */
async function requestOf(deps: RelayDeps, { portal, id }: Conversation): Promise<Conversation | undefined> {
  const person = await deps.store.people.ofConversation(portal, id);
  const others = person?.conversations.filter((one) => one !== id).slice(0, MOST) ?? [];
  if (others.length === 0) return undefined;
  const found = await deps.store.conversations.findMany(portal, others);
  const newest = found.toSorted((a, b) => b.lastMessageAt.getTime() - a.lastMessageAt.getTime());
  for (const one of newest) {
    const account = await deps.store.accounts.find(portal, one.account);
    if (account && deps.channels.get(account.channel)?.capabilities.oneWay !== undefined) return one;
  }
  return undefined;
}

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ChannelEvent } from "../../src/channels/contract/events.ts";
import { type ConversationId, laneOf } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { Relay } from "./harness.ts";

/** A group that the messenger goes on with under another id: one conversation for the agent, before and after. */
let relay: Relay;
let old: string;
let fresh: string;
let groups = 0;
beforeAll(async () => {
  relay = await Relay.start();
});
beforeEach(() => {
  groups += 1;
  old = `-5${groups}`;
  fresh = `-100${groups}`;
  relay.channel.answers = [];
});
afterAll(() => relay.stop());

const group = { group: true, customer: { externalId: "group", name: "Wholesale" } } as const;
const moves = (): ChannelEvent => ({
  kind: "moved",
  key: `g:${old}:${fresh}`,
  chatId: old,
  at: relay.deps.now(),
  toChatId: fresh,
  idsEnd: true,
});
const tell = (...events: ChannelEvent[]) => relay.acceptor().accept(relay.account, events);
const says = (chatId: string, text: string) => relay.customerWrites(chatId, text, group);
const imChatOf = async (id: ConversationId) => (await relay.store.conversations.find(relay.portal, id))?.imChatId ?? "";

let replies = 0;
async function answer(conversation: ConversationId, text: string): Promise<string> {
  replies += 1;
  const imMessageId = String(900_000 + replies);
  const place = { chatId: conversation, imChatId: await imChatOf(conversation), imMessageId };
  await relay.operatorDoes({
    kind: "message",
    ...place,
    authorId: "5",
    content: { body: plainText(text), attachments: [] },
  });
  return imMessageId;
}
const shownIn = async (conversation: ConversationId) => {
  const { portal } = relay.emulator.portal();
  const chat = portal.chats.get(Number(await imChatOf(conversation)));
  return (chat?.messageIds ?? []).flatMap((id) => {
    const message = portal.messages.get(id);
    return message?.from === "customer" ? [message.text] : [];
  });
};

describe("a group that moves", () => {
  it("goes on in the same chat of the agent, and answers go to the new id", async () => {
    const conversation = await says(old, "before");
    await relay.run("in", conversation);
    await tell(moves(), moves());
    expect(await says(fresh, "after")).toBe(conversation);
    await relay.run("in", conversation);
    expect(await shownIn(conversation)).toEqual(["before", "after"]);
    await answer(conversation, "noted");
    await relay.run("out", conversation);
    expect(relay.channel.sent.at(-1)).toMatchObject({ chatId: fresh, text: "noted" });
  });

  it("keeps the order of one request: what stands before the move belongs to the old id", async () => {
    const message = (chatId: string, text: string): ChannelEvent => ({
      kind: "message",
      key: `m:${chatId}:${text}`,
      chatId,
      at: relay.deps.now(),
      externalId: `${chatId}-${text}`,
      content: { body: plainText(text), attachments: [] },
      ...group,
    });
    await tell(message(old, "one"), moves(), message(fresh, "two"));
    const conversation = await relay.store.conversations.findByExternalChat(relay.account.id, fresh);
    if (!conversation) throw new Error("no conversation");
    expect((await relay.states(conversation.id)).map((state) => state.split(": ")[1])).toEqual(["one", "two"]);
  });

  it("is learned of by the refusal of an answer, which then goes out once, to the new id", async () => {
    const conversation = await says(old, "before");
    await relay.run("in", conversation);
    await answer(conversation, "noted");
    relay.channel.answers = [{ kind: "moved", toChatId: fresh, idsEnd: true }];
    const drained = await relay.run("out", conversation);
    expect(drained.kind).toBe("later");
    await relay.run("out", conversation);
    const sent = relay.channel.sent.filter(({ chatId }) => chatId === fresh);
    expect(sent.map(({ text }) => text)).toEqual(["noted"]);
    expect((await relay.states(conversation)).at(-1)).toBe("out sent: noted");
    expect(await says(fresh, "after")).toBe(conversation);
  });

  it("takes what was still on its way under the old id, after what the lane holds", async () => {
    const conversation = await says(old, "before");
    await relay.run("in", conversation);
    await tell(moves());
    await tell({
      kind: "message",
      key: `m:${old}:late`,
      chatId: old,
      at: relay.deps.now(),
      externalId: "late",
      content: { body: plainText("late"), attachments: [] },
      ...group,
    });
    let left: ConversationId | undefined;
    for (const lane of await relay.store.lanes.due(new Date(), 1_000)) {
      const contents = await relay.store.lanes.read(lane, 1);
      if (contents?.conversation.movedTo === conversation) left = contents.conversation.id;
    }
    if (left === undefined) throw new Error("nothing is due under the old id");
    expect(await relay.run("in", left)).toEqual({ kind: "idle" });
    await relay.run("in", conversation);
    expect(await shownIn(conversation)).toEqual(["before", "late"]);
    expect(relay.emulator.portal().portal.chats.get(Number(await imChatOf(left)))).toBeUndefined();
  });

  it("hands an answer on at once that is written under the old id, as the one before it did not wait there", async () => {
    const known = [await says(old, "before"), await says(fresh, "after")];
    for (const conversation of known) await relay.run("in", conversation);
    await tell(moves());
    const all = await Promise.all(known.map((id) => relay.store.conversations.find(relay.portal, id)));
    const before = all.find((conversation) => conversation?.movedTo !== undefined)?.id;
    if (before === undefined) throw new Error("neither goes on as the other");
    await relay.operatorDoes({
      ...{ kind: "message", chatId: before, imChatId: await imChatOf(before), imMessageId: "990001", waits: true },
      content: { body: plainText("noted"), attachments: [] },
    });
    const [row] = await relay.store.messages.unfinished(laneOf("out", before, relay.portal), 9);
    expect(row?.nextAt.getTime()).toBeLessThanOrEqual(Date.now());
  });

  it("cannot change what was said before: the agent is told, and nothing is changed at the new id", async () => {
    const conversation = await says(old, "before");
    await relay.run("in", conversation);
    const imMessageId = await answer(conversation, "noted");
    await relay.run("out", conversation);
    await tell(moves());
    const edits = relay.channel.edited.length;
    await relay.operatorDoes({
      kind: "edit",
      chatId: conversation,
      imChatId: await imChatOf(conversation),
      imMessageId,
      content: { body: plainText("changed"), attachments: [] },
    });
    await relay.run("out", conversation);
    expect(relay.channel.edited.slice(edits).flatMap((one) => one.externalIds)).toEqual([]);
    expect((await relay.states(conversation)).at(-1)).toMatch(/^out edit refused/);
  });
});

describe("what the messenger tells", () => {
  const notice = (chatId: string, kind: "joined" | "left" | "moved" | "other" | "call-missed", text: string) =>
    relay.customerWrites(chatId, text, {
      content: { body: plainText(text), attachments: [], notice: kind },
    });
  const sessions = () => relay.emulator.portal().portal.sessions.size;

  it("opens no new session for a closed conversation, and stands on our own surfaces", async () => {
    const conversation = await relay.customerWrites(old, "bye");
    await relay.run("in", conversation);
    await relay.store.conversations.learn(relay.portal, conversation, { open: false });
    const before = [sessions(), relay.shown(old).length];
    for (const kind of ["left", "joined", "moved"] as const) await notice(old, kind, `told: ${kind}`);
    await relay.run("in", conversation);
    expect([sessions(), relay.shown(old).length]).toEqual(before);
    expect((await relay.states(conversation)).slice(1)).toEqual([
      "in sent: told: left",
      "in sent: told: joined",
      "in sent: told: moved",
    ]);
    expect((await relay.store.conversations.find(relay.portal, conversation))?.open).toBe(false);
  });

  it("is shown in an open one, and a missed call or a press of Start opens one", async () => {
    const conversation = await relay.customerWrites(old, "hello");
    await relay.run("in", conversation);
    await notice(old, "left", "blocked the bot");
    await relay.run("in", conversation);
    expect(relay.shown(old)).toEqual(["hello", "blocked the bot"]);
    await relay.store.conversations.learn(relay.portal, conversation, { open: false });
    await notice(old, "call-missed", "a missed call");
    await relay.run("in", conversation);
    expect(relay.shown(old).at(-1)).toBe("a missed call");
    expect((await relay.store.conversations.find(relay.portal, conversation))?.open).toBe(true);
  });
});

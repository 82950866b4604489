import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Account } from "../../src/domain/account.ts";
import type { ConversationId } from "../../src/domain/ids.ts";
import type { DeskQuery } from "../../src/store/contract/desk.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, content, inbound, newAccount, newPortalId, place, reply } from "./store-fixtures.ts";

/** Who waits, since when, and what agents have put aside. */
export function deskTests(use: () => Store): void {
  let chats = 0;
  const world = async () => {
    const { portal, account } = await place(use());
    const says = async (chatId: string, changes: Parameters<typeof inbound>[1] = {}) =>
      (await accept(use(), inbound(account, { chatId, ...changes }))).conversation;
    const newChat = (changes: Parameters<typeof inbound>[1] = {}) => {
      chats += 1;
      return says(`desk-${chats}`, changes);
    };
    const answers = (conversation: ConversationId, changes: Parameters<typeof reply>[2] = {}) =>
      use().messages.acceptReply(
        reply(portal, conversation, { origin: { by: "surface", clientId: randomUUID(), authorId: "5" }, ...changes }),
      );
    const list = async (query: Partial<DeskQuery> = {}) =>
      use().desk.list(portal, { folder: "all", limit: 50, offset: 0, ...query });
    const ids = async (query: Partial<DeskQuery> = {}) => (await list(query)).map((one) => one.conversation.id);
    const deskOf = async (conversation: ConversationId) => {
      const [found] = await use().desk.find(portal, [conversation]);
      if (!found) throw new Error("not found");
      return found.desk;
    };
    const chatOf = async (conversation: ConversationId) =>
      (await use().conversations.find(portal, conversation))?.externalChatId ?? "";
    return { portal, account, says, newChat, answers, list, ids, deskOf, chatOf };
  };

  describe("the desk", () => {
    it("shows who waits, the longest first, until somebody answers", async () => {
      const { newChat, says, answers, ids, deskOf, chatOf } = await world();
      const [first, second] = [await newChat(), await newChat()];
      await says(await chatOf(first));
      expect(await ids({ folder: "waiting" })).toEqual([first, second]);
      expect(await ids()).toEqual([first, second]);
      const since = (await deskOf(first)).waitingSince;
      expect(since?.getTime()).toBeLessThan((await deskOf(second)).waitingSince?.getTime() ?? 0);

      await answers(first);
      expect(await ids({ folder: "waiting" })).toEqual([second]);
      expect((await deskOf(first)).waitingSince).toBeUndefined();
      await says(await chatOf(first));
      expect(await ids({ folder: "waiting" })).toEqual([second, first]);
    });

    it("takes back that nobody needs to answer, unless somebody has answered since", async () => {
      const { portal, newChat, says, answers, ids, deskOf, chatOf } = await world();
      const chat = await newChat();
      const since = (await deskOf(chat)).waitingSince;
      const change = (noReplyNeeded: boolean) => use().desk.change(portal, [chat], { noReplyNeeded });
      await change(true);
      // Twice is once: what it takes back is what was before the first.
      await change(true);
      expect(await ids({ folder: "waiting" })).toEqual([]);
      await change(false);
      expect((await deskOf(chat)).waitingSince).toEqual(since);
      await change(false);
      expect(await ids({ folder: "waiting" })).toEqual([chat]);
      await change(true);
      await says(await chatOf(chat));
      await answers(chat);
      await change(false);
      expect(await ids({ folder: "waiting" })).toEqual([]);
    });

    it("knows who has conversations, and which are open where there is no line", async () => {
      const { portal, account, newChat, says, ids, chatOf } = await world();
      await use().accounts.update(portal, account.id, { line: null });
      const [one, other, third] = [await newChat(), await newChat(), await newChat()];
      const learn = (conversation: ConversationId, operator: string | null, open: boolean) =>
        use().conversations.learn(portal, conversation, { operator, open, accepted: open });
      await learn(one, "5", true);
      await learn(other, "5", true);
      await learn(third, "7", false);
      expect(await use().desk.operators(portal)).toEqual(["5", "7"]);
      expect(await use().desk.operators(newPortalId())).toEqual([]);
      expect(await ids({ open: false })).toEqual([third]);
      await says(await chatOf(third));
      expect(await ids({ open: false })).toEqual([]);
    });

    it("takes what the line says by itself for no answer, and what the account's own person says for one", async () => {
      const { portal, newChat, says, answers, ids, chatOf } = await world();
      const chat = await newChat();
      const byLine = { by: "open-line", imMessageId: "77", imChatId: "7" } as const;
      await answers(chat, { origin: byLine });
      await answers(chat, { origin: { ...byLine, imMessageId: "78", authorId: "0" } });
      expect(await ids({ folder: "waiting" })).toEqual([chat]);
      await says(await chatOf(chat), { fromDevice: true });
      expect(await ids({ folder: "waiting" })).toEqual([]);
      await says(await chatOf(chat), { content: { ...content("joined"), notice: "joined" } });
      expect(await ids({ folder: "waiting" })).toEqual([]);
      await says(await chatOf(chat));
      expect(await ids({ folder: "waiting" })).toEqual([chat]);
      await answers(chat, { origin: { ...byLine, imMessageId: "79", authorId: "5" } });
      expect(await ids({ folder: "waiting" })).toEqual([]);
      expect(await use().desk.find(portal, [chat])).toHaveLength(1);
    });

    it("is told that nothing needs an answer, which holds until the customer writes again", async () => {
      const { portal, newChat, says, ids, chatOf } = await world();
      const chat = await newChat();
      expect(await use().desk.change(portal, [chat], { noReplyNeeded: true })).toEqual([chat]);
      expect(await use().desk.change(portal, [chat], { noReplyNeeded: true })).toEqual([chat]);
      expect(await ids({ folder: "waiting" })).toEqual([]);
      await says(await chatOf(chat));
      expect(await ids({ folder: "waiting" })).toEqual([chat]);
    });

    it("keeps what is put off out of sight until its time, or until the customer writes", async () => {
      const { portal, newChat, says, answers, ids, deskOf, chatOf } = await world();
      const [later, soon] = [await newChat(), await newChat()];
      const at = (minutes: number) => new Date(Date.now() + minutes * 60_000);
      await use().desk.change(portal, [later], { snoozedUntil: at(60) });
      await use().desk.change(portal, [soon], { snoozedUntil: at(30) });
      expect(await ids({ folder: "snoozed" })).toEqual([soon, later]);
      expect([await ids(), await ids({ folder: "waiting" })]).toEqual([[], []]);
      expect((await deskOf(soon)).snoozedUntil).toBeInstanceOf(Date);

      await answers(soon);
      expect(await ids({ folder: "snoozed" })).toEqual([soon, later]);
      await says(await chatOf(later));
      expect(await ids({ folder: "waiting" })).toEqual([later]);
      expect(await ids({ folder: "snoozed" })).toEqual([soon]);
      await use().desk.change(portal, [soon], { snoozedUntil: null });
      expect(await ids({ folder: "snoozed" })).toEqual([]);
      await use().desk.change(portal, [soon], { snoozedUntil: new Date(Date.now() - 1_000) });
      expect(await ids()).toContain(soon);
    });

    it("puts away what is done, until anybody writes in it", async () => {
      const { portal, newChat, says, answers, ids, chatOf } = await world();
      const [one, other] = [await newChat(), await newChat()];
      await use().desk.change(portal, [one, other], { archived: true });
      expect(await ids({ folder: "archived" })).toEqual([other, one]);
      expect([await ids(), await ids({ folder: "waiting" })]).toEqual([[], []]);
      await says(await chatOf(one));
      await answers(other);
      expect(await ids({ folder: "archived" })).toEqual([]);
      await use().desk.change(portal, [one], { archived: true });
      await use().desk.change(portal, [one], { archived: false });
      expect(await ids()).toContain(one);
    });

    it("is filtered by account, line, tag, whether it is open, and who it is; and read page by page", async () => {
      const { portal, account, newChat, ids, list } = await world();
      const other: Account = await newAccount(use(), portal, "2");
      const one = await newChat({ customer: { externalId: "p1", name: "Ёлка", phone: "+79031112233" } });
      chats += 1;
      const two = (await accept(use(), inbound(other, { chatId: `desk-${chats}` }))).conversation;
      await use().desk.change(portal, [two], { tags: ["vip", "50%"] });
      await use().conversations.learn(portal, two, { open: true, operator: "5" });
      expect(await ids({ accounts: [account.id] })).toEqual([one]);
      expect(await ids({ accounts: ["rubbish" as Account["id"]] })).toEqual([]);
      expect(await ids({ line: "2" })).toEqual([two]);
      expect(await ids({ tag: "vip" })).toEqual([two]);
      expect(await ids({ open: false })).toEqual([one]);
      expect([await ids({ operator: "5" }), await ids({ operator: null })]).toEqual([[two], [one]]);
      expect(await ids({ search: "ёлк" })).toEqual([one]);
      expect(await ids({ search: "903111" })).toEqual([one]);
      expect(await ids({ search: "%" })).toEqual([]);
      expect([await ids({ limit: 1 }), await ids({ limit: 1, offset: 1 })]).toEqual([[two], [one]]);
      expect((await list({ tag: "50%" }))[0]?.desk.tags).toEqual(["vip", "50%"]);
      expect(await use().desk.tags(portal)).toEqual(["50%", "vip"]);
    });

    it("is its portal's alone", async () => {
      const { newChat } = await world();
      const chat = await newChat();
      const stranger = newPortalId();
      expect(await use().desk.change(stranger, [chat], { archived: true, tags: ["mine"] })).toEqual([]);
      expect(await use().desk.find(stranger, [chat])).toEqual([]);
      expect(await use().desk.list(stranger, { folder: "all", limit: 10, offset: 0 })).toEqual([]);
      expect(await use().desk.change(stranger, ["rubbish" as ConversationId], { archived: true })).toEqual([]);
    });
  });
}

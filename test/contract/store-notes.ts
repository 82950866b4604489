import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type ConversationId, conversationId, noteId } from "../../src/domain/ids.ts";
import type { NewNote } from "../../src/store/contract/notes.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, inbound, newPortalId, place } from "./store-fixtures.ts";

const boris = { userId: "7", name: "Boris Berg" };
const clara = { userId: "8", name: "Clara" };
const MINUTE = 60_000;

/** What colleagues write beside conversations. */
export function noteTests(use: () => Store): void {
  const world = async () => {
    const { portal, account } = await place(use());
    const newChat = async () => (await accept(use(), inbound(account, { chatId: randomUUID() }))).conversation;
    const conversation = await newChat();
    const add = async (changes: Partial<NewNote> = {}) => {
      const note = await use().notes.add(portal, {
        ...{ conversation, authorId: "5", clientId: randomUUID(), text: "Wants a discount", mentions: [] },
        ...changes,
      });
      if (!note) throw new Error("not kept");
      return note;
    };
    const texts = async (of: ConversationId = conversation) =>
      (await use().notes.list(portal, [of], { limit: 50 })).map(({ text }) => text);
    return { portal, account, conversation, newChat, add, texts };
  };

  describe("notes", () => {
    it("are kept beside their conversation, the newest first, page by page, and are no messages", async () => {
      const { portal, conversation, newChat, add, texts } = await world();
      const [first, second] = [await add({ text: "a\0b" }), await add({ text: "second", mentions: [boris] })];
      expect(await texts()).toEqual(["second", "a\uFFFDb"]);
      const elsewhere = await newChat();
      expect(await texts(elsewhere)).toEqual([]);
      await add({ conversation: elsewhere, text: "third" });
      const together = await use().notes.list(portal, [conversation, elsewhere], { limit: 2 });
      expect(together.map(({ text }) => text)).toEqual(["third", "second"]);
      expect(await use().notes.find(portal, second.id)).toEqual(second);
      expect(second).toMatchObject({ portal, conversation, authorId: "5", mentions: [boris] });
      expect(second.editedAt).toBeUndefined();
      expect(await use().notes.list(portal, [conversation], { before: second.seq, limit: 50 })).toEqual([first]);
      const rows = await use().messages.journal(portal, { conversation, limit: 50, changes: true });
      expect(rows.map((row) => row.content.body.text)).toEqual(["hello"]);
      expect(first.createdAt.getTime()).toBeGreaterThanOrEqual(rows[0]?.createdAt.getTime() ?? Number.NaN);
    });

    it("are one when the page sends them twice, and answer as they are now", async () => {
      const { portal, add, texts } = await world();
      const clientId = randomUUID();
      const once = await add({ clientId });
      await use().notes.change(portal, once.id, { text: "changed", mentions: [] });
      const twice = await add({ clientId, text: "Wants a discount" });
      expect([twice.id, twice.text]).toEqual([once.id, "changed"]);
      await add({ clientId, authorId: "6", text: "another author's" });
      expect(await texts()).toEqual(["another author's", "changed"]);
    });

    it("belong to their portal, and to a conversation that is there", async () => {
      const { portal, conversation, add } = await world();
      const note = await add();
      const other = newPortalId();
      const { notes } = use();
      expect(await notes.find(other, note.id)).toBeUndefined();
      expect(await notes.list(other, [conversation], { limit: 9 })).toEqual([]);
      expect(await notes.change(other, note.id, { text: "x", mentions: [] })).toBeUndefined();
      expect(await notes.remove(other, note.id)).toBe(false);
      const foreign = { conversation, authorId: "5", clientId: randomUUID(), text: "x", mentions: [] };
      expect(await notes.add(other, foreign)).toBeUndefined();
      for (const nowhere of [randomUUID(), "rubbish"].map(conversationId))
        expect(await notes.add(portal, { ...foreign, conversation: nowhere })).toBeUndefined();
      expect(await notes.find(portal, noteId("rubbish"))).toBeUndefined();
      expect(await notes.find(portal, note.id)).toEqual(note);
    });

    it("are gone with their words when they are deleted", async () => {
      const { portal, add, texts } = await world();
      const note = await add({ mentions: [boris] });
      expect(await use().notes.remove(portal, note.id)).toBe(true);
      expect(await use().notes.remove(portal, note.id)).toBe(false);
      expect(await use().notes.change(portal, note.id, { text: "back", mentions: [] })).toBeUndefined();
      expect(await texts()).toEqual([]);
      expect(await use().notes.untold(portal, note.id)).toEqual([]);
    });

    it("know whom nobody has told, of whom is named anew too, and never their author", async () => {
      const { portal, add } = await world();
      const note = await add({ mentions: [boris, { userId: "5", name: "Myself" }] });
      const untold = () => use().notes.untold(portal, note.id);
      expect(await untold()).toEqual([boris]);
      const since = new Date(Date.now() - MINUTE);
      const soon = new Date(Date.now() + MINUTE);
      const waiting = async (from: Date, to: Date) =>
        (await use().notes.withUntold(from, to, 1_000)).filter((one) => one.portal === portal).map(({ id }) => id);
      expect(await waiting(since, soon)).toEqual([note.id]);
      expect(await waiting(since, since)).toEqual([]);
      await use().notes.told(portal, note.id, "7");
      expect(await untold()).toEqual([]);
      expect(await waiting(since, soon)).toEqual([]);
      const edited = await use().notes.change(portal, note.id, { text: "changed", mentions: [boris, clara] });
      expect(edited?.editedAt).toBeInstanceOf(Date);
      expect(await untold()).toEqual([clara]);
      await use().notes.change(portal, note.id, { text: "changed", mentions: [boris] });
      expect(await untold()).toEqual([]);
    });

    it("are deleted by age, and with their conversation's account", async () => {
      const { portal, account, add, texts } = await world();
      for (const text of ["a", "b", "c"]) await add({ text });
      expect(await use().notes.forget(portal, new Date(Date.now() - MINUTE), 2)).toBe(0);
      expect(await use().notes.forget(portal, new Date(Date.now() + MINUTE), 2)).toBe(2);
      expect(await texts()).toEqual(["c"]);
      await use().accounts.delete(portal, account.id);
      expect(await texts()).toEqual([]);
    });
  });
}

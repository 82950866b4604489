import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Account } from "../../src/domain/account.ts";
import type { MessageId, PortalId } from "../../src/domain/ids.ts";
import { mediaId } from "../../src/domain/ids.ts";
import type { Message } from "../../src/domain/message.ts";
import type { JournalSearch } from "../../src/store/contract/journal.ts";
import type { MessageResult } from "../../src/store/contract/messages.ts";
import type { Store } from "../../src/store/contract.ts";
import {
  accept,
  content,
  inbound,
  livingOwner,
  newAccount,
  newPortalId,
  place,
  reply,
  type Stored,
  stored,
} from "./store-fixtures.ts";

/** The journal: the times at which messages pass, looking for them, and deleting what is too old. */
export function journalTests(use: () => Store): void {
  const finish = (message: MessageId, result: MessageResult) => use().messages.finish([{ message, result }]);
  async function attempted(row: Stored): Promise<void> {
    const owner = await livingOwner(use());
    await use().lanes.take(row.lane, owner, 10);
    await use().messages.beginAttempt(row.lane, owner, [row.message]);
    await use().lanes.release(row.lane, owner);
  }
  async function answer(): Promise<Stored & { portal: PortalId; account: Account }> {
    const { portal, account } = await place(use());
    const { conversation } = await accept(use(), inbound(account));
    return { portal, account, ...stored(await use().messages.acceptReply(reply(portal, conversation))) };
  }
  const find = async (portal: PortalId, message: MessageId): Promise<Message> => {
    const found = await use().messages.find(portal, message);
    if (!found) throw new Error("It is gone");
    return found;
  };

  describe("checkpoints", () => {
    it("are the times of the answer, of the receipt and of the reading, each written once", async () => {
      const { portal, account, ...row } = await answer();
      await attempted(row);
      expect(await find(portal, row.message)).not.toHaveProperty("answeredAt");
      await finish(row.message, { state: "sent", externalIds: ["1"] });
      const sent = await find(portal, row.message);
      expect(sent.answeredAt?.getTime()).toBeGreaterThanOrEqual(
        sent.attemptedAt?.getTime() ?? Number.POSITIVE_INFINITY,
      );
      expect(sent).not.toHaveProperty("deliveredAt");
      await use().messages.applyReceipt(account.id, ["1"], "delivered");
      const delivered = await find(portal, row.message);
      expect(delivered.deliveredAt?.getTime()).toBeGreaterThanOrEqual(sent.answeredAt?.getTime() ?? 0);
      expect(delivered).not.toHaveProperty("readAt");
      await use().messages.applyReceipt(account.id, ["1"], "read");
      const read = await find(portal, row.message);
      expect(read.readAt?.getTime()).toBeGreaterThanOrEqual(delivered.deliveredAt?.getTime() ?? 0);
      // All of it is told again, and nothing of it is news.
      await finish(row.message, { state: "delivered", externalIds: ["1"] });
      await use().messages.applyReceipt(account.id, ["1"], "delivered");
      await use().messages.applyReceipt(account.id, ["1"], "read");
      expect(await find(portal, row.message)).toEqual(read);
    });

    it("count a receipt that came before the answer from when it came", async () => {
      const { portal, account, ...row } = await answer();
      await attempted(row);
      await use().messages.applyReceipt(account.id, ["early"], "read");
      await finish(row.message, { state: "sent", externalIds: ["early"] });
      const read = await find(portal, row.message);
      expect(read.state).toBe("read");
      expect(read.readAt?.getTime()).toBeLessThanOrEqual(read.answeredAt?.getTime() ?? 0);
      expect(read).not.toHaveProperty("deliveredAt");
    });

    it("tell of a vendor that delivers in one step, of one that fails later, and of a backlog that is dropped", async () => {
      const one = await answer();
      await finish(one.message, { state: "delivered", externalIds: ["1"] });
      expect(await find(one.portal, one.message)).toMatchObject({
        answeredAt: expect.any(Date),
        deliveredAt: expect.any(Date),
      });
      const other = await answer();
      await finish(other.message, { state: "sent", externalIds: ["2"] });
      const before = (await find(other.portal, other.message)).answeredAt;
      await use().messages.applyFailure(other.account.id, ["2"], "blocked");
      const refused = await find(other.portal, other.message);
      expect(refused.state).toBe("refused");
      expect(refused.answeredAt?.getTime()).toBeGreaterThan(before?.getTime() ?? Number.POSITIVE_INFINITY);
      const waiting = await answer();
      await use().messages.dropBacklog(waiting.portal, waiting.account.id, "dropped");
      expect((await find(waiting.portal, waiting.message)).answeredAt).toBeInstanceOf(Date);
    });

    it("reach who works on the lane, as dates", async () => {
      const { portal, account } = await place(use());
      const row = await accept(use(), inbound(account));
      await finish(row.message, { state: "stored", nextAt: new Date(), error: "busy" });
      const contents = await use().lanes.read(row.lane, 10);
      expect(contents?.rows[0]?.answeredAt).toEqual((await find(portal, row.message)).answeredAt);
      expect(contents?.rows[0]?.answeredAt).toBeInstanceOf(Date);
    });

    it("name the customer, and the decision under which a message was handled until that ended", async () => {
      const { portal, account } = await place(use());
      const before = await accept(use(), inbound(account));
      const { person } = await use().people.identify(portal, {
        conversation: before.conversation,
        points: [],
        sharedByMoreThan: 5,
      });
      const first = await accept(use(), inbound(account));
      const begun = await use().decisions.begin(portal, {
        conversation: first.conversation,
        person,
        message: first.message,
      });
      const later = await accept(use(), inbound(account));
      const beside = async (...rows: Stored[]) => {
        const found = await use().journal.beside(
          portal,
          rows.map((row) => row.message),
        );
        return rows.map((row) => found.get(row.message));
      };
      // Begun, and nothing is decided yet.
      expect((await beside(first))[0]).toEqual({ customer: { externalId: "person-1", name: "Ann", lastName: "Lee" } });
      await use().decisions.decide(portal, begun.id, { rulesetVersion: 1, facts: {}, decision: {} });
      const position = (await find(portal, first.message)).seq;
      await use().decisions.beginStep(portal, begun.id, `comment:${position}:deal:1`);
      expect((await beside(first))[0]).not.toHaveProperty("writtenAt");
      await use().decisions.endStep(portal, begun.id, `comment:${position}:deal:1`, { kind: "done" });
      const [none, own, covered] = await beside(before, first, later);
      expect(none).not.toHaveProperty("decision");
      expect(own).toMatchObject({ decision: { id: begun.id, at: begun.at, own: true }, writtenAt: expect.any(Date) });
      expect(covered).toMatchObject({ decision: { id: begun.id, own: false } });
      expect(covered).not.toHaveProperty("writtenAt");
      await use().decisions.end(portal, first.conversation);
      const after = await accept(use(), inbound(account));
      const [still, over] = await beside(later, after);
      expect(still).toHaveProperty("decision");
      expect(over).not.toHaveProperty("decision");
      expect(await use().journal.beside(newPortalId(), [first.message])).toEqual(new Map());
      expect(await use().journal.beside(portal, [])).toEqual(new Map());
    });
  });

  describe("looking for messages", () => {
    const search = async (portal: PortalId, asked: Partial<JournalSearch> = {}) =>
      use().journal.search(portal, { limit: 100, ...asked });
    const texts = async (portal: PortalId, asked: Partial<JournalSearch> = {}) =>
      (await search(portal, asked)).rows.map((row) => row.content.body.text);

    it("goes by words, in whatever case and alphabet, over the text, files and the customer; and by numbers", async () => {
      const { portal, account } = await place(use());
      const write = (chatId: string, text: string, customer: object, files: readonly string[] = []) =>
        accept(
          use(),
          inbound(account, {
            chatId,
            customer: { externalId: chatId, ...customer },
            content: {
              ...content(text),
              attachments: files.map((name) => ({ kind: "file", source: { by: "channel", ref: "x" }, name })),
            },
          }),
        );
      await write("a", "Где мой ЗАКАЗ?", { name: "Ольга", lastName: "Иванова", phone: "+7 (912) 345-67-89" });
      await write("b", "100% sure_thing", { name: "Bob", email: "bob@example.com" }, ["Invoice_77.PDF"]);
      await write("c", "call me: 8 800 555-35-35", { name: "José", username: "Pepe" });
      expect(await texts(portal, { text: "заказ" })).toEqual(["Где мой ЗАКАЗ?"]);
      expect(await texts(portal, { text: "ИВАНОВА где" })).toEqual(["Где мой ЗАКАЗ?"]);
      expect(await texts(portal, { text: "иванова sure" })).toEqual([]);
      expect(await texts(portal, { text: "9123456789" })).toEqual(["Где мой ЗАКАЗ?"]);
      expect(await texts(portal, { text: "+7 912 345" })).toEqual(["Где мой ЗАКАЗ?"]);
      expect(await texts(portal, { text: "8005553535" })).toEqual(["call me: 8 800 555-35-35"]);
      expect(await texts(portal, { text: "invoice_77" })).toEqual(["100% sure_thing"]);
      expect(await texts(portal, { text: "BOB@example" })).toEqual(["100% sure_thing"]);
      // Signs that mean something to a database mean nothing here.
      expect(await texts(portal, { text: "100%" })).toEqual(["100% sure_thing"]);
      expect(await texts(portal, { text: "10__" })).toEqual([]);
      expect(await texts(portal, { text: "JOSÉ" })).toEqual(["call me: 8 800 555-35-35"]);
      expect(await texts(portal, { text: "pepe" })).toEqual(["call me: 8 800 555-35-35"]);
      expect(await texts(portal, { text: "  " })).toHaveLength(3);
      expect(await texts(newPortalId(), { text: "заказ" })).toEqual([]);
    });

    it("goes by account, conversation, state, direction and time, all together", async () => {
      const { portal, account } = await place(use());
      const other = await newAccount(use(), portal);
      const one = await accept(use(), inbound(account, { content: content("one") }));
      await accept(use(), inbound(other, { content: content("two") }));
      const three = stored(
        await use().messages.acceptReply(reply(portal, one.conversation, { content: content("three") })),
      );
      await finish(three.message, { state: "refused", error: "no" });
      expect(await texts(portal)).toEqual(["three", "two", "one"]);
      expect(await texts(portal, { accounts: [other.id] })).toEqual(["two"]);
      expect(await texts(portal, { accounts: [] })).toEqual([]);
      expect(await texts(portal, { conversations: [one.conversation] })).toEqual(["three", "one"]);
      expect(await texts(portal, { conversations: [one.conversation], direction: "in" })).toEqual(["one"]);
      expect(await texts(portal, { states: ["refused", "failed"] })).toEqual(["three"]);
      expect(await texts(portal, { states: ["stored"], text: "o" })).toEqual(["two", "one"]);
      const at = (await find(portal, three.message)).createdAt;
      expect(await texts(portal, { since: at })).toEqual(["three"]);
      expect(await texts(portal, { until: at })).toEqual(["two", "one"]);
      expect(await texts(portal, { since: new Date(at.getTime() + 3_600_000) })).toEqual([]);
      expect(await texts(portal, { until: new Date(at.getTime() - 3_600_000) })).toEqual([]);
    });

    it("pages by position, changes only when asked for, and tells how far it looked when it gave up looking", async () => {
      const { portal, account } = await place(use());
      const row = inbound(account, { content: content("needle") });
      await accept(use(), row);
      await accept(use(), inbound(account, { kind: "edit", externalId: row.externalId, content: content("needle 2") }));
      const hay = Array.from({ length: 500 }, (_, n) => inbound(account, { content: content(`hay ${n}`) }));
      for (let sent = 0; sent < 10_500; sent += hay.length)
        await use().messages.acceptInbound(hay.map((each) => ({ ...each, key: `${each.key} ${sent}` })));
      const first = await search(portal, { text: "hay", limit: 2 });
      expect(first.rows.map((each) => each.content.body.text)).toEqual(["hay 499", "hay 498"]);
      const second = await search(portal, { text: "hay", limit: 2, ...(first.next && { before: first.next }) });
      expect(second.rows.map((each) => each.content.body.text)).toEqual(["hay 497", "hay 496"]);
      const far = await search(portal, { text: "needle" });
      expect(far.rows).toEqual([]);
      expect(far.lookedTo).toBeInstanceOf(Date);
      const end = await search(portal, { text: "needle", ...(far.next && { before: far.next }) });
      expect(end.rows.map((each) => each.content.body.text)).toEqual(["needle 2"]);
      expect(end).not.toHaveProperty("next");
      const all = await search(portal, { text: "needle", changes: true, ...(far.next && { before: far.next }) });
      expect(all.rows.map((each) => each.kind)).toEqual(["edit", "message"]);
    }, 120_000);
  });

  describe("forgetting", () => {
    /** Everything that is here now is older than that. */
    const SOON = new Date(Date.now() + 3_600_000);
    const forget = (portal: PortalId, changes: { before?: Date; after?: number; limit?: number } = {}) =>
      use().journal.forget(portal, { before: SOON, after: 0, limit: 100, ...changes });
    async function over(account: Account, chatId = "chat-1"): Promise<Stored> {
      const row = await accept(use(), inbound(account, { chatId }));
      await attempted(row);
      await finish(row.message, { state: "sent" });
      return row;
    }

    it("deletes what came before a time with what hangs on it, names its files, and leaves others' alone", async () => {
      const { portal, account } = await place(use());
      const other = await place(use());
      const theirs = await over(other.account);
      const row = await over(account);
      const file = mediaId(randomUUID());
      await use().media.create({ id: file, portal, message: row.message, name: "a", mime: "image/png", size: 1 });
      expect(await use().journal.countBefore(portal, SOON, 100)).toBe(1);
      expect(await use().journal.countBefore(portal, new Date(Date.now() - 3_600_000), 100)).toBe(0);
      expect(await forget(portal, { before: new Date(Date.now() - 3_600_000) })).toEqual({ forgotten: 0 });
      expect(await forget(portal)).toEqual({ forgotten: 1 });
      expect(await forget(portal)).toEqual({ forgotten: 0 });
      expect(await use().messages.find(portal, row.message)).toBeUndefined();
      expect(await use().media.find(file)).toBeUndefined();
      expect(await use().conversations.find(portal, row.conversation)).toBeDefined();
      expect(await use().messages.find(other.portal, theirs.message)).toBeDefined();
      expect(await use().journal.removedFiles(other.portal, 10)).toEqual([]);
      expect(await use().journal.removedFiles(portal, 10)).toEqual([file]);
      await use().journal.filesGone(portal, [file]);
      expect(await use().journal.removedFiles(portal, 10)).toEqual([]);
    });

    it("keeps what is not at its end, what a lane may work with, and what an unfinished change is about", async () => {
      const { portal, account } = await place(use());
      const waiting = await accept(use(), inbound(account, { chatId: "waits" }));
      const leased = await over(account, "leased");
      const owner = await livingOwner(use());
      await use().lanes.take(leased.lane, owner, 10);
      const target = await over(account, "changed");
      const changed = await find(portal, target.message);
      const edit = await accept(
        use(),
        inbound(account, { chatId: "changed", kind: "edit", externalId: changed.externalIds[0] ?? "" }),
      );
      // The lane rests, and its change waits all the same.
      await use().lanes.take(edit.lane, owner, 10);
      await use().lanes.release(edit.lane, owner);
      expect(await forget(portal)).toEqual({ forgotten: 0 });
      await use().lanes.release(leased.lane, owner);
      expect(await forget(portal)).toEqual({ forgotten: 1 });
      await finish(edit.message, { state: "sent" });
      expect(await forget(portal)).toEqual({ forgotten: 2 });
      expect((await use().messages.journal(portal, { limit: 10 })).map((row) => row.id)).toEqual([waiting.message]);
    });

    it("keeps what an open session was decided by and has still to write; decisions go with their messages", async () => {
      const { portal, account } = await place(use());
      const row = await over(account);
      const { person } = await use().people.identify(portal, {
        conversation: row.conversation,
        points: [],
        sharedByMoreThan: 5,
      });
      const input = { conversation: row.conversation, person, message: row.message };
      const { id } = await use().decisions.begin(portal, input);
      const later = await over(account);
      await use().conversations.learn(portal, row.conversation, { open: true });
      expect(await forget(portal)).toEqual({ forgotten: 0 });
      await use().decisions.noteWritten(portal, id, (await find(portal, later.message)).seq);
      expect(await forget(portal)).toEqual({ forgotten: 1 });
      expect(await use().messages.find(portal, row.message)).toBeDefined();
      await use().conversations.learn(portal, row.conversation, { open: false });
      expect(await forget(portal)).toEqual({ forgotten: 1 });
      expect(await use().decisions.find(portal, id)).toBeUndefined();
      expect(await use().people.find(portal, person)).toBeDefined();
    });

    it("goes in batches, and says when there is nothing older behind one", async () => {
      const { portal, account } = await place(use());
      for (let n = 0; n < 5; n++) await over(account);
      let forgotten = 0;
      const sizes: number[] = [];
      for (let after: number | undefined = 0; after !== undefined; ) {
        const step: { forgotten: number; next?: number } = await forget(portal, { after, limit: 2 });
        sizes.push(step.forgotten);
        forgotten += step.forgotten;
        after = step.next;
      }
      expect(sizes).toEqual([2, 2, 1]);
      expect(forgotten).toBe(5);
    });

    it("may be done by two at once: each message goes once", async () => {
      const { portal, account } = await place(use());
      for (let n = 0; n < 20; n++) await over(account, `chat-${n % 4}`);
      const steps = await Promise.all(Array.from({ length: 4 }, () => forget(portal)));
      const more = await forget(portal);
      expect(steps.reduce((sum, step) => sum + step.forgotten, more.forgotten)).toBe(20);
      expect(await use().messages.journal(portal, { limit: 100 })).toEqual([]);
    });

    it("makes no news of what a line's history still shows", async () => {
      const { portal, account } = await place(use());
      const { conversation } = await over(account);
      const day = 86_400_000;
      const told = [
        { id: "old", at: new Date(Date.now() - 100 * day) },
        { id: "new", at: new Date() },
      ];
      expect(await use().messages.knownByIm(portal, told)).toEqual(new Set());
      await forget(portal, { before: new Date(Date.now() - 90 * day) });
      expect(await use().messages.knownByIm(portal, told)).toEqual(new Set(["old"]));
      // Kept longer again: what went is gone all the same.
      await forget(portal, { before: new Date(Date.now() - 200 * day) });
      expect(await use().messages.knownByIm(portal, told)).toEqual(new Set(["old"]));
      stored(await use().messages.acceptReply(reply(portal, conversation, { imMessageId: "new" })));
      expect(await use().messages.knownByIm(portal, told)).toEqual(new Set(["old", "new"]));
    });

    it("goes by a setting of the portal: ninety days, another number, or never", async () => {
      const { portal } = await place(use());
      expect((await use().portals.find(portal))?.keepDays).toBe(90);
      await use().portals.update(portal, { keepDays: 7 });
      expect((await use().portals.find(portal))?.keepDays).toBe(7);
      await use().portals.update(portal, { keepDays: null });
      expect(await use().portals.find(portal)).not.toHaveProperty("keepDays");
    });

    it("leaves no file behind when the portal is erased in between", async () => {
      const { portal, account } = await place(use());
      const row = await over(account);
      const file = mediaId(randomUUID());
      await use().media.create({ id: file, portal, message: row.message, name: "a", mime: "image/png", size: 1 });
      await forget(portal);
      expect((await use().portals.erase(portal)).media).toEqual([file]);
    });
  });
}

import { describe, expect, it } from "vitest";
import type { Account } from "../../src/domain/account.ts";
import { accountId, conversationId, laneOf } from "../../src/domain/ids.ts";
import type { OwnGround, OwnStep } from "../../src/store/contract/own-lines.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, content, inbound, newAccount, place, reply } from "./store-fixtures.ts";

const NOTHING: OwnStep = {
  ...{ state: { own: { phase: "open", session: 1 } }, seenSeq: 0, outbox: [], dueAt: undefined, operator: null },
  ...{ holding: null, turns: [], ratings: [] },
};

/** Own lines: what distributes conversations where no open line does. */
export function ownLineTests(use: () => Store): void {
  async function begun(account: Account, chatId = "chat-1") {
    const { conversation } = await accept(use(), inbound(account, { chatId }));
    return { account: account.id, conversation };
  }

  async function placed() {
    const { portal } = await place(use());
    const account = await newAccount(use(), portal);
    await use().ownLines.put(portal, account.id, { settings: { enabled: true }, by: "1", isNew: true });
    return { portal, account };
  }

  describe("own lines", () => {
    it("keep settings, and since when they count", async () => {
      const { portal, account } = await placed();
      const { ownLines } = use();
      const first = await ownLines.find(portal, account.id);
      expect(first).toMatchObject({
        settings: { enabled: true },
        since: expect.any(Date),
        changedAt: expect.any(Date),
      });
      expect(await ownLines.put(portal, account.id, { settings: { limit: 2 }, by: "2", isNew: false })).toBe(true);
      expect(await ownLines.find(portal, account.id)).toMatchObject({ settings: { limit: 2 }, since: first?.since });
      await ownLines.put(portal, account.id, { settings: {}, by: "2", isNew: true });
      expect((await ownLines.find(portal, account.id))?.since).not.toEqual(first?.since);
      const put = { settings: {}, by: "1", isNew: true };
      expect(await ownLines.put(portal, accountId("rubbish"), put)).toBe(false);
    });

    it("are one portal's, and nobody else's", async () => {
      const { portal, account } = await placed();
      const { portal: other } = await place(use());
      const { ownLines } = use();
      const of = await begun(account);
      await ownLines.decide(portal, of, () => ({
        ...NOTHING,
        ratings: [{ session: 1, operator: "5", stars: 4 }],
      }));
      expect(await ownLines.find(other, account.id)).toBeUndefined();
      expect(await ownLines.put(other, account.id, { settings: {}, by: "1", isNew: true })).toBe(false);
      expect(await ownLines.session(other, of.conversation)).toBeUndefined();
      expect(await ownLines.decide(other, of, () => NOTHING)).toBeUndefined();
      expect(await ownLines.ratings(other, of.conversation)).toEqual([]);
      expect(await ownLines.rateBySupervisor(other, of.conversation, { stars: 1, by: "1" })).toBe(false);
      expect(await ownLines.wakeWaiting(other, account.id)).toEqual([]);
      expect(await ownLines.wakeWaiting(portal, account.id)).toEqual([laneOf("in", of.conversation, portal)]);
    });

    it("keep what was decided, whole, and how the conversation stands", async () => {
      const { portal, account } = await placed();
      const { ownLines, conversations, desk } = use();
      const of = await begun(account);
      const dueAt = new Date("2026-03-01T10:00:00Z");
      const decided = await ownLines.decide(portal, of, ({ session, conversation }) => {
        expect([session, conversation.id]).toEqual([undefined, of.conversation]);
        return {
          ...{ ...NOTHING, dueAt, operator: "5", holding: "new", seenSeq: 7, outbox: [{ id: "a" }, { id: "b" }] },
          ...{ stand: { open: true, operator: "5", accepted: false }, unanswered: true, turns: ["5"] },
        };
      });
      expect(decided?.seenSeq).toBe(7);
      expect(await ownLines.session(portal, of.conversation)).toEqual({
        ...{ state: NOTHING.state, seenSeq: 7, outbox: [{ id: "a" }, { id: "b" }], dueAt },
      });
      for (let twice = 0; twice < 2; twice += 1) await ownLines.done(portal, of.conversation, "a");
      expect((await ownLines.session(portal, of.conversation))?.outbox).toEqual([{ id: "b" }]);
      expect(await conversations.find(portal, of.conversation)).toMatchObject({
        ...{ open: true, operator: "5", accepted: false, tags: ["unanswered"] },
      });
      await ownLines.decide(portal, of, () => ({ ...NOTHING, unanswered: false }));
      expect((await desk.find(portal, [of.conversation]))[0]?.desk.tags).toEqual([]);
    });

    it("keep nothing of what ended in an error", async () => {
      const { portal, account } = await placed();
      const of = await begun(account);
      const failing = use().ownLines.decide(portal, of, () => {
        throw new Error("a bug");
      });
      await expect(failing).rejects.toThrow("a bug");
      expect(await use().ownLines.session(portal, of.conversation)).toBeUndefined();
      expect(await use().ownLines.decide(portal, of, () => undefined)).toBeUndefined();
    });

    it("are judged one at a time in an account: a limit holds, and turns have numbers", async () => {
      const { portal, account } = await placed();
      const all = await Promise.all(Array.from({ length: 12 }, (_, index) => begun(account, `chat-${index}`)));
      const take = ({ holdings, turns }: OwnGround): OwnStep => {
        const free = ["5", "6", "7"]
          .filter((person) => (holdings.find((held) => held.person === person)?.chats ?? 0) < 3)
          .toSorted((one, other) => (turns.get(one) ?? 0) - (turns.get(other) ?? 0))[0];
        return free === undefined ? NOTHING : { ...NOTHING, operator: free, holding: "new", turns: [free] };
      };
      const decided = await Promise.all(all.map((of) => use().ownLines.decide(portal, of, take)));
      const got = decided.map((step) => step?.operator ?? "nobody").toSorted();
      expect(got).toEqual([..."555666777", ...Array.from({ length: 3 }, () => "nobody")]);
    });

    it("tell who has how much, and look at whoever waits longest, their own portal's alone", async () => {
      const { portal, account } = await placed();
      const { portal: other } = await place(use());
      const { ownLines } = use();
      const late = new Date("2099-01-01T00:00:00Z");
      const waits = (at: number): OwnStep => ({
        ...NOTHING,
        state: { own: { phase: "open", session: 1, look: { serial: 1, at: late.getTime() }, wait: { at } } },
        dueAt: late,
      });
      const [second, first, busy] = [
        await begun(account, "second"),
        await begun(account, "first"),
        await begun(account, "busy"),
      ];
      await ownLines.decide(portal, second, () => waits(2_000));
      await ownLines.decide(portal, first, () => waits(1_000));
      await ownLines.decide(portal, busy, () => ({ ...NOTHING, operator: "5", holding: "new", turns: ["5"] }));
      expect(await ownLines.standing(portal, account.id)).toEqual({
        ...{ holdings: [{ person: "5", holding: "new", chats: 1 }], turns: new Map([["5", 1]]) },
      });
      expect(await ownLines.standing(other, account.id)).toEqual({ holdings: [], turns: new Map() });
      const now = new Date("2026-03-01T10:00:00Z");
      expect(await ownLines.lookNow(other, account.id, now, 5)).toEqual([]);
      expect(await ownLines.lookNow(portal, account.id, now, 1)).toEqual([laneOf("in", first.conversation, portal)]);
      expect(await ownLines.session(portal, first.conversation)).toMatchObject({
        ...{ dueAt: now, state: { own: { look: { serial: 1, at: now.getTime() } } } },
      });
      expect((await ownLines.session(portal, second.conversation))?.dueAt).toEqual(late);
    });

    it("tell the latest rating of several conversations", async () => {
      const { portal, account } = await placed();
      const { ownLines } = use();
      const [rated, none] = [await begun(account, "rated"), await begun(account, "none")];
      for (const [session, stars] of [
        [1, 2],
        [2, 5],
      ] as const)
        await ownLines.decide(portal, rated, () => ({ ...NOTHING, ratings: [{ session, operator: "5", stars }] }));
      const both = [rated.conversation, none.conversation];
      expect(await ownLines.latestRatings(portal, both)).toMatchObject([
        { conversation: rated.conversation, stars: 5 },
      ]);
      expect(await ownLines.latestRatings((await place(use())).portal, both)).toEqual([]);
      expect(await ownLines.latestRatings(portal, [conversationId("rubbish")])).toEqual([]);
    });

    it("say things that answer nobody and open nothing", async () => {
      const { portal, account } = await placed();
      const of = await begun(account);
      await use().ownLines.decide(portal, of, () => ({
        ...NOTHING,
        stand: { open: false, operator: null, accepted: false },
      }));
      const before = await use().conversations.find(portal, of.conversation);
      const words = {
        ...{ originKey: `engine:${of.conversation}:1`, origin: { by: "engine", key: "1" } as const },
        ...{ content: content("Goodbye"), imMessageId: undefined, imChatId: undefined },
      };
      expect((await use().messages.acceptReply(reply(portal, of.conversation, words))).kind).toBe("stored");
      expect((await use().messages.acceptReply(reply(portal, of.conversation, words))).kind).toBe("duplicate");
      const after = await use().conversations.find(portal, of.conversation);
      expect(after?.lastMessageAt).toEqual(before?.lastMessageAt);
      expect((await use().desk.find(portal, [of.conversation]))[0]?.desk.waitingSince).toBeInstanceOf(Date);
    });

    it("keep a rating of each session, the customer's and a supervisor's", async () => {
      const { portal, account } = await placed();
      const { ownLines } = use();
      const of = await begun(account);
      expect(await ownLines.rateBySupervisor(portal, of.conversation, { stars: 2, by: "1" })).toBe(false);
      const stars = (count: number) => () => ({ ...NOTHING, ratings: [{ session: 1, operator: "5", stars: count }] });
      await ownLines.decide(portal, of, stars(2));
      await ownLines.decide(portal, of, stars(4));
      expect(await ownLines.rateBySupervisor(portal, of.conversation, { stars: 5, by: "1" })).toBe(true);
      expect(await ownLines.ratings(portal, of.conversation)).toEqual([
        {
          ...{ conversation: of.conversation, session: 1, operator: "5", stars: 4, ratedAt: expect.any(Date) },
          supervisor: { stars: 5, id: "1", at: expect.any(Date) },
        },
      ]);
      expect(await ownLines.ratings(portal, conversationId("rubbish"))).toEqual([]);
    });
  });
}

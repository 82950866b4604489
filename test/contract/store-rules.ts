import { describe, expect, it } from "vitest";
import type { Store } from "../../src/store/contract.ts";
import { accept, inbound, newPortalId, place, reply, stored } from "./store-fixtures.ts";

/** Rules in versions that nobody overwrites unseen; decisions that are begun once and remember how far they came. */
export function ruleTests(use: () => Store): void {
  describe("rulesets", () => {
    it("are saved in versions, each on top of the one that its author saw", async () => {
      const { portal } = await place(use());
      const { rulesets } = use();
      expect(await rulesets.current(portal)).toBeUndefined();
      const first = await rulesets.save(portal, { content: { a: 1 }, basedOn: 0, by: "7", note: "first" });
      expect(first).toMatchObject({ version: 1, content: { a: 1 }, by: "7", note: "first" });
      const both = await Promise.all(
        ["x", "y"].map((note) => rulesets.save(portal, { content: { note }, basedOn: 1, by: "7", note })),
      );
      expect(both.filter((one) => one === "conflict")).toHaveLength(1);
      expect((await rulesets.current(portal))?.version).toBe(2);
      expect((await rulesets.find(portal, 1))?.content).toEqual({ a: 1 });
      expect((await rulesets.list(portal, 10)).map((one) => one.version)).toEqual([2, 1]);
      expect(await rulesets.find(newPortalId(), 1)).toBeUndefined();
    });

    it("remember what a line did before, the first answer, once", async () => {
      const { portal } = await place(use());
      const { rulesets } = use();
      await rulesets.keepLine(portal, "3", { creates: "lead" });
      await rulesets.keepLine(portal, "3", { creates: "none" });
      expect(await rulesets.takeLine(newPortalId(), "3")).toBeUndefined();
      expect(await rulesets.takeLine(portal, "3")).toEqual({ creates: "lead" });
      expect(await rulesets.takeLine(portal, "3")).toBeUndefined();
    });
  });

  describe("decisions", () => {
    const begun = async () => {
      const { portal, account } = await place(use());
      const first = await accept(use(), inbound(account));
      const { conversation, message } = first;
      const { person } = await use().people.identify(portal, { conversation, points: [], sharedByMoreThan: 5 });
      return { portal, account, conversation, message, person };
    };

    it("are begun once by a message, also by two workers at once, and end when another begins", async () => {
      const { portal, account, conversation, message, person } = await begun();
      const { decisions } = use();
      const both = await Promise.all([1, 2].map(() => decisions.begin(portal, { conversation, message, person })));
      expect(both[0]?.id).toBe(both[1]?.id);
      const next = await accept(use(), inbound(account));
      const second = await decisions.begin(portal, { conversation, message: next.message, person });
      expect((await decisions.current(portal, conversation))?.id).toBe(second.id);
      expect((await decisions.find(portal, both[0]?.id ?? second.id))?.ended).toBe(true);
      expect((await decisions.begin(portal, { conversation, message, person })).id).toBe(both[0]?.id);
      expect((await decisions.ofConversation(portal, conversation, 10)).map((one) => one.id)).toEqual([
        second.id,
        both[0]?.id,
      ]);
      await decisions.end(portal, conversation);
      expect(await decisions.current(portal, conversation)).toBeUndefined();
      expect(await decisions.current(newPortalId(), conversation)).toBeUndefined();
    });

    it("are made anew for what follows: another takes over where the first one stopped", async () => {
      const { portal, conversation, message, person } = await begun();
      const { decisions } = use();
      await decisions.renew(portal, conversation);
      expect(await decisions.current(portal, conversation)).toBeUndefined();
      const first = await decisions.begin(portal, { conversation, message, person });
      await decisions.decide(portal, first.id, { rulesetVersion: 3, facts: {}, decision: { a: 1 } });
      await decisions.beginStep(portal, first.id, "lead");
      await decisions.noteWritten(portal, first.id, 1_000_000);
      await decisions.renew(newPortalId(), conversation);
      expect((await decisions.current(portal, conversation))?.id).toBe(first.id);
      await decisions.renew(portal, conversation);
      const second = await decisions.current(portal, conversation);
      expect(second?.id).not.toBe(first.id);
      expect(second).toMatchObject({ message, person, steps: [], writtenSeq: 1_000_000, ended: false });
      expect(second?.decision).toBeUndefined();
      expect(await decisions.find(portal, first.id)).toMatchObject({ ended: true, decision: { a: 1 } });
      // The message that began the first one is not begun a third time.
      expect((await decisions.begin(portal, { conversation, message, person })).id).toBe(second?.id);
      await Promise.all([1, 2, 3].map(() => decisions.renew(portal, conversation)));
      expect((await decisions.ofConversation(portal, conversation, 20)).filter((one) => !one.ended)).toHaveLength(1);
    });

    it("remember what the portal has linked the chat to, by its first answer, also when made anew", async () => {
      const { portal, conversation, message, person } = await begun();
      const { decisions } = use();
      const { id, portalLink } = await decisions.begin(portal, { conversation, message, person });
      expect(portalLink).toBeUndefined();
      await decisions.noteLink(newPortalId(), id, { lead: "1" });
      await decisions.noteLink(portal, id, { lead: "7", contact: "3" });
      await decisions.noteLink(portal, id, null);
      expect((await decisions.find(portal, id))?.portalLink).toEqual({ lead: "7", contact: "3" });
      await decisions.renew(portal, conversation);
      const anew = await decisions.current(portal, conversation);
      expect(anew?.portalLink).toEqual({ lead: "7", contact: "3" });
      await decisions.end(portal, conversation);
    });

    it("remember that the portal does not tell what the chat is linked to", async () => {
      const { portal, conversation, message, person } = await begun();
      const { decisions } = use();
      const { id } = await decisions.begin(portal, { conversation, message, person });
      await decisions.noteLink(portal, id, null);
      expect((await decisions.find(portal, id))?.portalLink).toBeNull();
      await decisions.renew(portal, conversation);
      expect((await decisions.current(portal, conversation))?.portalLink).toBeNull();
    });

    it("remember their facts, and each step before and after it", async () => {
      const { portal, conversation, message, person } = await begun();
      const { decisions } = use();
      const { id } = await decisions.begin(portal, { conversation, message, person });
      expect(await decisions.recent(portal, 10)).toEqual([]);
      await decisions.decide(portal, id, {
        rulesetVersion: 3,
        facts: { text: "a\0b" },
        decision: { create: { kind: "lead" } },
        given: { filter: "f", person: "5" },
      });
      expect(await decisions.beginStep(portal, id, "lead")).toBe(true);
      expect(await decisions.beginStep(portal, id, "lead")).toBe(false);
      expect((await decisions.find(portal, id))?.steps).toMatchObject([{ name: "lead" }]);
      await decisions.endStep(portal, id, "lead", { kind: "done", id: "12" });
      await decisions.beginStep(portal, id, "comment");
      await decisions.retryStep(portal, id, "comment");
      expect(await decisions.beginStep(portal, id, "comment")).toBe(true);
      const [stored] = await decisions.recent(portal, 10);
      expect(stored).toMatchObject({ id, rulesetVersion: 3, decision: { create: { kind: "lead" } }, ended: false });
      expect(stored?.steps.map((step) => [step.name, step.end])).toEqual([
        ["lead", { kind: "done", id: "12" }],
        ["comment", undefined],
      ]);
      expect(await decisions.given(portal, new Date(0))).toMatchObject([{ filter: "f", person: "5", count: 1 }]);
      expect(await decisions.given(portal, new Date("2100-01-01"))).toEqual([]);
      expect(await decisions.beginStep(newPortalId(), id, "other")).toBe(false);
    });

    it("tells its steps in the order in which they began, however quickly one follows the other", async () => {
      const { portal, conversation, message, person } = await begun();
      const { decisions } = use();
      const { id } = await decisions.begin(portal, { conversation, message, person });
      const names = Array.from({ length: 40 }, (_, at) => `step ${99 - at}`);
      for (const name of names) await decisions.beginStep(portal, id, name);
      const found = await decisions.find(portal, id);
      expect(found?.steps.map(({ name }) => name)).toEqual(names);
    });

    it("are judged once when their session is over: who spoke in it, and what was closed", async () => {
      const { portal, account, conversation, message, person } = await begun();
      const { decisions, messages } = use();
      const says = (changes: Parameters<typeof reply>[2]) => messages.acceptReply(reply(portal, conversation, changes));
      const first = await decisions.begin(portal, { conversation, message, person });
      expect(first).toMatchObject({ judged: false });
      expect(first.closedAt).toBeUndefined();
      expect(await decisions.talk(portal, first.id)).toMatchObject({ writers: [], before: [] });
      const line = { by: "open-line", imMessageId: "1", imChatId: "2" } as const;
      await says({ originKey: "a", origin: line });
      await says({ originKey: "b", origin: { ...line, authorId: "5" } });
      await says({ originKey: "c", origin: { ...line, authorId: "5" } });
      await says({ originKey: "d", kind: "reaction", target: message, origin: { ...line, authorId: "9" } });
      const failed = stored(await says({ originKey: "e", origin: { ...line, authorId: "6" } }));
      await messages.finish([{ message: failed.message, result: { state: "refused", error: "no" } }]);
      const talk = await decisions.talk(portal, first.id);
      expect(talk?.writers).toHaveLength(2);
      expect(talk?.writers).toEqual(expect.arrayContaining([{ by: "open-line" }, { by: "open-line", authorId: "5" }]));
      expect(talk?.nextAt).toBeUndefined();

      await decisions.sessionClosed(newPortalId(), conversation);
      expect((await decisions.find(portal, first.id))?.closedAt).toBeUndefined();
      await decisions.sessionClosed(portal, conversation);
      expect((await decisions.find(portal, first.id))?.closedAt).toBeInstanceOf(Date);
      expect(await decisions.unjudged(portal, conversation)).toEqual([]);

      await says({ originKey: "f", origin: { by: "surface", clientId: "f", authorId: "7" } });
      const next = await accept(use(), inbound(account));
      const second = await decisions.begin(portal, { conversation, message: next.message, person });
      await says({ originKey: "g", origin: { ...line, authorId: "8" } });
      expect((await decisions.unjudged(portal, conversation)).map((one) => one.id)).toEqual([first.id]);
      expect(await decisions.unjudged(newPortalId(), conversation)).toEqual([]);
      expect((await decisions.talk(portal, first.id))?.writers).toHaveLength(3);
      expect((await decisions.talk(portal, first.id))?.nextAt).toBeInstanceOf(Date);
      // What was written since the session before was closed came first.
      expect(await decisions.talk(portal, second.id)).toMatchObject({
        writers: [{ by: "open-line", authorId: "8" }],
        before: [{ by: "surface", authorId: "7" }],
      });
      expect(await decisions.talk(newPortalId(), second.id)).toBeUndefined();
      await decisions.noteJudged(newPortalId(), first.id);
      expect(await decisions.unjudged(portal, conversation)).toHaveLength(1);
      await decisions.noteJudged(portal, first.id);
      expect(await decisions.unjudged(portal, conversation)).toEqual([]);
      expect((await decisions.find(portal, first.id))?.judged).toBe(true);
      // Made anew by somebody, or ended because its card is gone: nothing is left to judge.
      await decisions.renew(portal, conversation);
      await decisions.end(portal, conversation);
      expect(await decisions.unjudged(portal, conversation)).toEqual([]);
    });

    it("note what the portal tells of chats and cards, where they follow it, until it was looked at", async () => {
      const { portal, conversation, message, person } = await begun();
      const { decisions, conversations, people } = use();
      const card = { type: "lead", id: "12" } as const;
      const first = new Date("2026-11-28T10:00:00.123Z");
      const later = new Date("2026-11-28T10:00:01.456Z");
      const { id } = await decisions.begin(portal, { conversation, message, person });
      const now = async () => decisions.find(portal, id);
      await people.saveEntities(portal, person, [
        { ...card, why: "made", title: "", open: true, lastActiveAt: first, freshAt: first },
      ]);
      await conversations.learn(portal, conversation, { open: true });
      const decide = (followTransfers: boolean) =>
        decisions.decide(portal, id, { rulesetVersion: 1, facts: {}, decision: { followTransfers } });
      await decide(false);
      expect(await decisions.noteChatChanged(portal, conversation, first)).toBe(false);
      expect(await decisions.noteCardChanged(portal, card, first)).toEqual([]);
      await decisions.noteResponsible(portal, card, "5");
      expect(await now()).not.toHaveProperty("follow");

      await decide(true);
      expect(await decisions.noteChatChanged(newPortalId(), conversation, first)).toBe(false);
      expect(await decisions.noteCardChanged(newPortalId(), card, first)).toEqual([]);
      expect(await decisions.noteCardChanged(portal, { ...card, id: "13" }, first)).toEqual([]);
      expect(await decisions.noteCardChanged(portal, card, later)).toEqual([conversation]);
      expect(await decisions.noteCardChanged(portal, card, first)).toEqual([conversation]);
      expect(await decisions.noteChatChanged(portal, conversation, first, "5")).toBe(true);
      expect(await now()).toMatchObject({ chatChangedAt: first, cardChangedAt: later });
      await decisions.noteResponsible(newPortalId(), card, "9");
      await decisions.noteResponsible(portal, card, "5");
      expect((await now())?.follow).toEqual({ cards: { "lead:12": "5" } });

      // What came after the look stays to be looked at.
      await decisions.noteChatChanged(portal, conversation, later);
      await decisions.noteFollowed(newPortalId(), id, {}, { chat: later, card: later });
      const state = { operator: "5", cards: { "lead:12": "5" } };
      await decisions.noteFollowed(portal, id, state, { chat: first, card: later });
      expect(await now()).toMatchObject({ follow: state, chatChangedAt: later });
      expect(await now()).not.toHaveProperty("cardChangedAt");
      await decisions.noteFollowed(portal, id, state, { chat: later });
      // Written by whoever has the chat: nothing new.
      expect(await decisions.noteChatChanged(portal, conversation, later, "5")).toBe(false);
      expect(await decisions.noteChatChanged(portal, conversation, later, "7")).toBe(true);
      await decisions.renew(portal, conversation);
      const anew = await decisions.current(portal, conversation);
      expect(anew?.follow).toEqual(state);
      expect(anew).not.toHaveProperty("chatChangedAt");
      await conversations.learn(portal, conversation, { open: false });
      expect(await decisions.noteCardChanged(portal, card, later)).toEqual([]);
    });

    it("of one portal cannot be seen or changed from another", async () => {
      const { portal, account, conversation, message, person } = await begun();
      const { portal: other } = await place(use());
      const { decisions } = use();
      const { id } = await decisions.begin(portal, { conversation, message, person });
      const decided = { rulesetVersion: 1, facts: {}, decision: { responsible: { person: "5" } } };
      await decisions.decide(portal, id, { ...decided, given: { filter: "f", person: "5" } });
      await decisions.beginStep(portal, id, "lead");
      const before = await decisions.find(portal, id);

      expect(await decisions.find(other, id)).toBeUndefined();
      expect(await decisions.ofConversation(other, conversation, 10)).toEqual([]);
      expect(await decisions.recent(other, 10)).toEqual([]);
      expect(await decisions.given(other, new Date(0))).toEqual([]);
      expect((await decisions.loads(other)).size).toBe(0);
      await decisions.decide(other, id, { ...decided, rulesetVersion: 9 });
      await decisions.endStep(other, id, "lead", { kind: "done", id: "1" });
      await decisions.retryStep(other, id, "lead");
      await decisions.noteWritten(other, id, 1_000);
      await decisions.end(other, conversation);
      const next = (await accept(use(), inbound(account))).message;
      for (const opening of [message, next])
        await expect(decisions.begin(other, { conversation, message: opening, person })).rejects.toThrow();
      expect(await decisions.find(portal, id)).toEqual(before);
    });
  });
}

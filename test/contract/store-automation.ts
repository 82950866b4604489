import { describe, expect, it } from "vitest";
import { type ConversationId, type PortalId, type RobotCallId, robotCallId, triggerId } from "../../src/domain/ids.ts";
import type { NewRobotCall } from "../../src/store/contract/robots.ts";
import type { NewTrigger } from "../../src/store/contract/triggers.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, inbound, newAccount, place, reply } from "./store-fixtures.ts";

const TRIGGER: NewTrigger = {
  kind: "message-received",
  name: "A trigger",
  filter: { words: ["price"] },
  enabled: true,
};
/** Nobody has it. */
const NO_CALL = robotCallId("00000000-0000-0000-0000-000000000000");
const soon = () => new Date(Date.now() + 1_000);
const inAnHour = () => new Date(Date.now() + 3_600_000);

/** What automations ask of us, and what they hear. Other portals' rows may be due as well. */
export function automationTests(use: () => Store): void {
  const call = (portal: PortalId, token: string, change: Partial<NewRobotCall> = {}): NewRobotCall => ({
    ...{ portal, robot: "send", workflow: "w", card: { type: "deal", id: "1" }, properties: { text: "hello" } },
    ...{ returns: true, token, at: new Date() },
    ...change,
  });
  const taken = async (portal: PortalId, now = soon()) =>
    (await use().robots.take(now, 1_000)).filter((one) => one.portal === portal);

  describe("calls of robots", () => {
    it("are one for one token of a portal, however many come at once", async () => {
      const [{ portal }, { portal: other }] = [await place(use()), await place(use())];
      const all = await Promise.all([1, 2, 3].map(() => use().robots.accept(call(portal, "t"))));
      expect(all.map(({ kind }) => kind).sort()).toEqual(["duplicate", "duplicate", "stored"]);
      expect(new Set(all.map((one) => one.call)).size).toBe(1);
      expect((await use().robots.accept(call(other, "t"))).kind).toBe("stored");
      expect(await use().robots.find(other, all[0]?.call ?? NO_CALL)).toBeUndefined();
    });

    it("are in one hand at a time, and tell what became of them once", async () => {
      const { portal } = await place(use());
      const { call: id } = await use().robots.accept(call(portal, "secret token"));
      expect(await taken(portal)).toMatchObject([{ id, progress: {}, properties: { text: "hello" }, attempts: 0 }]);
      expect(await taken(portal)).toEqual([]);
      await use().robots.keep(portal, id, { step: 2 });
      await use().robots.postpone(portal, id, new Date());
      expect(await taken(portal)).toMatchObject([{ progress: { step: 2 } }]);
      const outcome = { result: "sent", reason: "", values: { message: "1" } } as const;
      await use().robots.conclude(portal, id, outcome, new Date());
      await use().robots.conclude(portal, id, { ...outcome, result: "failed" }, new Date());
      expect(await use().robots.tokenOf(portal, id)).toBe("secret token");
      await use().robots.returnLater(portal, id, new Date(), "away");
      expect(await taken(portal)).toMatchObject([{ outcome, attempts: 1, returnedWhy: "away" }]);
      await use().robots.returned(portal, id, "returned", new Date());
      await use().robots.returned(portal, id, "refused", new Date(), "twice");
      expect(await use().robots.tokenOf(portal, id)).toBeUndefined();
      const found = await use().robots.find(portal, id);
      expect(found).toMatchObject({ returned: "returned", endedAt: expect.any(Date) });
      expect(await taken(portal, inAnHour())).toEqual([]);
      expect(await use().robots.forget(portal, inAnHour(), 10)).toBe(1);
    });

    it("that nobody waits for are over with their outcome, and keep no token", async () => {
      const { portal } = await place(use());
      const { call: id } = await use().robots.accept(call(portal, "t", { returns: false }));
      expect(await use().robots.tokenOf(portal, id)).toBeUndefined();
      await use().robots.conclude(portal, id, { result: "done", reason: "", values: {} }, new Date());
      expect(await use().robots.find(portal, id)).toMatchObject({ returned: "not-wanted", endedAt: expect.any(Date) });
    });

    it("are due as soon as the customer writes whom they wait for, and not for what we say ourselves", async () => {
      const { portal } = await place(use());
      const account = await newAccount(use(), portal);
      const { conversation } = await accept(use(), inbound(account, { chatId: "c" }));
      const { call: id } = await use().robots.accept(call(portal, "t", { robot: "wait" }));
      await taken(portal);
      const [last] = await use().messages.journal(portal, { conversation, after: 0, limit: 1 });
      await use().robots.postpone(portal, id, inAnHour(), { conversations: [conversation], after: last?.seq ?? 0 });
      await use().messages.acceptReply(reply(portal, conversation));
      expect(await taken(portal)).toEqual([]);
      await accept(use(), inbound(account, { chatId: "c" }));
      expect(await taken(portal)).toMatchObject([{ id, waitsFor: [conversation] }]);
    });

    it("are listed a page at a time, those in trouble alone, and the one before in the same run is found", async () => {
      const { portal } = await place(use());
      const ids: RobotCallId[] = [];
      for (const token of ["a", "b", "c"]) ids.push((await use().robots.accept(call(portal, token))).call);
      const [first, second, third] = await use().robots.list(portal, { limit: 10 });
      expect([first?.id, second?.id, third?.id]).toEqual(ids.toReversed());
      const before = first && { before: first.id };
      expect((await use().robots.list(portal, { ...before, limit: 1 })).map(({ id }) => id)).toEqual([second?.id]);
      if (!first || !second) throw new Error("there are three");
      await use().robots.conclude(portal, second.id, { result: "not_sent", reason: "no", values: {} }, new Date());
      expect((await use().robots.list(portal, { only: "trouble", limit: 10 })).map(({ id }) => id)).toEqual([
        second.id,
      ]);
      expect((await use().robots.before(portal, first, "send"))?.id).toBe(second.id);
      expect(await use().robots.before(portal, { ...first, workflow: "other" }, "send")).toBeUndefined();
    });
  });

  describe("triggers", () => {
    async function begun(portal: PortalId): Promise<ConversationId> {
      return (await accept(use(), inbound(await newAccount(use(), portal), { chatId: "c" }))).conversation;
    }
    const firings = async (portal: PortalId) =>
      (await use().triggers.take(soon(), 1_000)).filter((one) => one.portal === portal);

    it("begin anew with another filter, and go on with another name", async () => {
      const [{ portal }, { portal: other }] = [await place(use()), await place(use())];
      const made = await use().triggers.add(portal, TRIGGER, "1");
      const renamed = await use().triggers.change(portal, made.id, { ...TRIGGER, name: "Another" });
      expect(renamed).toMatchObject({ name: "Another", since: made.since });
      const changed = await use().triggers.change(portal, made.id, { ...TRIGGER, filter: {} });
      expect(changed?.since.getTime()).toBeGreaterThan(made.since.getTime());
      await use().triggers.noteRegistered(portal, made.id, { problem: "no" });
      await use().triggers.noteRegistered(portal, made.id, { name: "A trigger" });
      const now = await use().triggers.find(portal, made.id);
      expect([now?.registeredName, now?.problem]).toEqual(["A trigger", undefined]);
      expect(await use().triggers.change(other, made.id, TRIGGER)).toBeUndefined();
      expect(await use().triggers.remove(other, made.id)).toBe(false);
      expect(await use().triggers.list(other)).toEqual([]);
      expect(await use().triggers.remove(portal, made.id)).toBe(true);
    });

    it("fire once for one cause, with how far was looked in the same transaction", async () => {
      const { portal } = await place(use());
      const conversation = await begun(portal);
      const { id } = await use().triggers.add(portal, TRIGGER, "1");
      const mark = { seenSeq: 7, open: true };
      const firing = { trigger: id, cause: "message:1" };
      const kept = await Promise.all(
        [1, 2].map(() => use().triggers.note(portal, conversation, [firing], mark, new Date())),
      );
      expect(kept.sort()).toEqual([0, 1]);
      expect(await use().triggers.mark(portal, conversation)).toEqual(mark);
      // Whoever looked at less does not turn it back.
      await use().triggers.note(portal, conversation, [], { seenSeq: 3, open: false }, new Date());
      expect(await use().triggers.mark(portal, conversation)).toEqual({ seenSeq: 7, open: false });
      const gone = { trigger: triggerId(crypto.randomUUID()), cause: "message:1" };
      expect(await use().triggers.note(portal, conversation, [gone], undefined, new Date())).toBe(0);
    });

    it("are fired by one at a time, and count what fired or may have", async () => {
      const { portal } = await place(use());
      const conversation = await begun(portal);
      const { id } = await use().triggers.add(portal, TRIGGER, "1");
      const causes = ["a", "b"].map((cause) => ({ trigger: id, cause }));
      await use().triggers.note(portal, conversation, causes, undefined, new Date());
      const [first, second] = await firings(portal);
      if (!first || !second) throw new Error("there are two");
      expect(await firings(portal)).toEqual([]);
      await use().triggers.keepCards(portal, first.id, [{ type: "deal", id: "1", state: "fired" }]);
      await use().triggers.end(portal, first.id, "done", new Date());
      await use().triggers.end(portal, first.id, "done", new Date());
      await use().triggers.postpone(portal, second.id, new Date(), "away");
      expect(await firings(portal)).toMatchObject([{ id: second.id, error: "away" }]);
      await use().triggers.end(portal, second.id, "nowhere", new Date(), "no card");
      expect(await use().triggers.find(portal, id)).toMatchObject({ fired: 1, lastFiredAt: expect.any(Date) });
      const all = await use().triggers.firings(portal, { trigger: id, limit: 10 });
      expect(all.map(({ state }) => state).sort()).toEqual(["done", "nowhere"]);
      expect(await use().triggers.forget(portal, inAnHour(), 10)).toBe(2);
    });
  });
}

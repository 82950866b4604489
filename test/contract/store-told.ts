import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type AccountId, type MessageId, messageId, type PortalId } from "../../src/domain/ids.ts";
import type { MessageResult } from "../../src/store/contract/messages.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, inbound, livingOwner, place, reply, type Stored, stored } from "./store-fixtures.ts";

/** What a vendor tells of a message afterwards: receipts, failures, proofs. */
export function toldTests(use: () => Store): void {
  async function answer(): Promise<
    Stored & { portal: PortalId; account: Awaited<ReturnType<typeof place>>["account"] }
  > {
    const { portal, account } = await place(use());
    const { conversation } = await accept(use(), inbound(account));
    return { portal, account, ...stored(await use().messages.acceptReply(reply(portal, conversation))) };
  }
  const finish = (message: Stored["message"], result: MessageResult) => use().messages.finish([{ message, result }]);
  const sent = (...externalIds: string[]): MessageResult => ({ state: "sent", externalIds });

  describe("receipts", () => {
    it("raise what was sent by any of its ids, never lower it, and name what changed", async () => {
      const { portal, account, message } = await answer();
      await finish(message, sent("m1", "m2", "m3"));
      expect(await use().messages.applyReceipt(account.id, ["m3", "unheard of"], "delivered")).toEqual([message]);
      expect(await use().messages.applyReceipt(account.id, ["m1"], "delivered")).toEqual([]);
      expect(await use().messages.applyReceipt(account.id, ["m1", "m2"], "read")).toEqual([message]);
      expect(await use().messages.applyReceipt(account.id, ["m1"], "delivered")).toEqual([]);
      await finish(message, sent("m1", "m2", "m3"));
      expect((await use().messages.find(portal, message))?.state).toBe("read");
      expect((await use().messages.findByExternal(account.id, "m2"))?.id).toBe(message);
    });

    it("touch neither other accounts' messages, nor the customer's, nor what is uncertain or refused", async () => {
      const { account, message } = await answer();
      const other = await answer();
      await finish(message, sent("same"));
      await finish(other.message, { state: "uncertain", error: "?", externalIds: ["part-1"] });
      const theirs = inbound(other.account);
      await accept(use(), theirs);
      expect(
        await use().messages.applyReceipt(other.account.id, ["same", "part-1", theirs.externalId], "read"),
      ).toEqual([]);
      expect(await use().messages.applyReceipt(account.id, [], "read")).toEqual([]);
    });

    it("name what they are about: what was sent from here or at the messenger, by the whole portal alone", async () => {
      const { portal, account, message } = await answer();
      const other = await answer();
      await finish(message, sent("m1"));
      await finish(other.message, sent("m1"));
      const byHand = await accept(use(), inbound(account, { externalId: "by hand", fromDevice: true }));
      await accept(use(), inbound(account, { externalId: "theirs" }));
      const found = await use().messages.sentAs(portal, ["m1", "by hand", "theirs", "unheard of"]);
      expect(found.map(({ id }) => id).sort()).toEqual([message, byHand.message].sort());
      expect(await use().messages.sentAs(portal, [])).toEqual([]);
    });

    it("are kept when they are quicker than the id they are about", async () => {
      const { portal, account, message } = await answer();
      expect(await use().messages.applyReceipt(account.id, ["quick"], "read")).toEqual([]);
      expect(await use().messages.applyReceipt(account.id, ["quick"], "delivered")).toEqual([]);
      await finish(message, sent("slow", "quick"));
      expect((await use().messages.find(portal, message))?.state).toBe("read");
    });

    it("miss nothing when they cross with the result", async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, answer));
      await Promise.all(
        answers.flatMap(({ account, message }, n) => [
          finish(message, sent(`id-${n}`)),
          use().messages.applyReceipt(account.id, [`id-${n}`], "delivered"),
        ]),
      );
      const states = await Promise.all(
        answers.map(async ({ portal, message }) => (await use().messages.find(portal, message))?.state),
      );
      expect(new Set(states)).toEqual(new Set(["delivered"]));
    });
  });

  describe("failures that the vendor tells afterwards", () => {
    const due = () => use().lanes.due(new Date(), 100_000);

    it("refuse what was sent or uncertain, by any of its ids, and make the lane due", async () => {
      for (const result of [sent("f1", "f2"), { state: "uncertain", error: "?", externalIds: ["f1", "f2"] }] as const) {
        const { portal, account, lane, message } = await answer();
        await finish(message, result);
        const owner = await livingOwner(use());
        await use().lanes.take(lane, owner, 10);
        await use().lanes.release(lane, owner);
        expect(await due()).not.toContain(lane);
        expect(await use().messages.applyFailure(account.id, ["f2", "unheard of"], "No such number.")).toEqual([lane]);
        expect(await use().messages.find(portal, message)).toMatchObject({
          state: "refused",
          error: "No such number.",
        });
        expect(await due()).toContain(lane);
        expect(await use().messages.retry(portal, message)).toBe(lane);
      }
    });

    it("change nothing that arrived, that is the customer's, or another account's", async () => {
      const delivered = await answer();
      const other = await answer();
      await finish(delivered.message, { state: "delivered", externalIds: ["d1"] });
      await finish(other.message, sent("d1"));
      const theirs = inbound(delivered.account);
      await accept(use(), theirs);
      expect(await use().messages.applyFailure(delivered.account.id, ["d1", theirs.externalId], "no")).toEqual([]);
      expect((await use().messages.find(delivered.portal, delivered.message))?.state).toBe("delivered");
      expect((await use().messages.find(other.portal, other.message))?.state).toBe("sent");
      expect(await use().messages.applyFailure(delivered.account.id, [], "no")).toEqual([]);
      // A late receipt is no proof against the vendor's refusal.
      expect(await use().messages.applyFailure(other.account.id, ["d1"], "no")).toEqual([other.lane]);
      expect(await use().messages.applyReceipt(other.account.id, ["d1"], "read")).toEqual([]);
      expect((await use().messages.find(other.portal, other.message))?.state).toBe("refused");
    });

    it("are kept when they are quicker than the id they are about, unless it arrived", async () => {
      const early = await answer();
      await use().messages.applyFailure(early.account.id, ["quick"], "Blocked.");
      await finish(early.message, sent("slow", "quick"));
      expect(await use().messages.find(early.portal, early.message)).toMatchObject({
        state: "refused",
        error: "Blocked.",
      });
      expect((await use().messages.unreported(early.conversation, 10)).map((each) => each.what)).toEqual([
        "bad-ending",
      ]);
      const arrived = await answer();
      await use().messages.applyReceipt(arrived.account.id, ["both"], "delivered");
      await use().messages.applyFailure(arrived.account.id, ["both"], "Blocked.");
      await finish(arrived.message, sent("both"));
      expect(await use().messages.find(arrived.portal, arrived.message)).toMatchObject({ state: "delivered" });
    });

    it("miss nothing when they cross with the result", async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, answer));
      await Promise.all(
        answers.flatMap(({ account, message }, n) => [
          finish(message, sent(`fail-${n}`)),
          use().messages.applyFailure(account.id, [`fail-${n}`], "no"),
        ]),
      );
      const states = await Promise.all(
        answers.map(async ({ portal, message }) => (await use().messages.find(portal, message))?.state),
      );
      expect(new Set(states)).toEqual(new Set(["refused"]));
    });
  });

  describe("what the vendor names by our key", () => {
    const prove = (account: AccountId, message: MessageId, externalId: string, part = 1, of = 1) =>
      use().messages.proveSent(account, message, { externalId, part, of });

    it("is sent, whatever was thought of it, and its lane tells so where somebody was told otherwise", async () => {
      for (const result of [
        { state: "uncertain", error: "?" },
        { state: "failed", error: "given up" },
      ] as const) {
        const { portal, account, lane, message, conversation } = await answer();
        await finish(message, result);
        await use().messages.markReported(await use().messages.unreported(conversation, 10));
        const owner = await livingOwner(use());
        await use().lanes.take(lane, owner, 10);
        await use().lanes.release(lane, owner);
        expect(await prove(account.id, message, "k1")).toBe(lane);
        expect(await use().messages.find(portal, message)).toMatchObject({ state: "sent", externalIds: ["k1"] });
        expect((await use().messages.find(portal, message))?.error).toBeUndefined();
        expect((await use().messages.unreported(conversation, 10)).map((each) => each.what)).toEqual(["arrived"]);
        expect(await use().lanes.due(new Date(), 100_000)).toContain(lane);
        expect(await prove(account.id, message, "k1")).toBeUndefined();
        expect(await use().messages.applyReceipt(account.id, ["k1"], "read")).toEqual([message]);
      }
    });

    it("is not sent again: neither by the attempt under way, nor by hand", async () => {
      const { portal, account, lane, message } = await answer();
      const owner = await livingOwner(use());
      await use().lanes.take(lane, owner, 10);
      await use().messages.beginAttempt(lane, owner, [message]);
      expect(await prove(account.id, message, "k2")).toBeUndefined();
      // The answer was lost.
      await finish(message, { state: "uncertain", error: "no answer" });
      expect((await use().messages.find(portal, message))?.state).toBe("sent");

      const retried = await answer();
      await finish(retried.message, { state: "uncertain", error: "?" });
      await use().messages.retry(retried.portal, retried.message);
      await use().lanes.take(retried.lane, owner, 10);
      await prove(retried.account.id, retried.message, "k3");
      expect(await use().messages.unfinished(retried.lane, 10)).toEqual([]);
      expect(await use().messages.beginAttempt(retried.lane, owner, [retried.message])).toBe(false);
    });

    it("stays refused, when the vendor told both before its answer to the call was noted, until it goes out again", async () => {
      for (const [n, late] of [sent("q0"), { state: "uncertain", error: "no answer" } as const].entries()) {
        const { portal, account, lane, message, conversation } = await answer();
        const owner = await livingOwner(use());
        await use().lanes.take(lane, owner, 10);
        await use().messages.beginAttempt(lane, owner, [message]);
        await prove(account.id, message, `q${n}`);
        expect(await use().messages.applyFailure(account.id, [`q${n}`], "No such number.")).toEqual([lane]);
        await finish(message, late);
        const row = await use().messages.find(portal, message);
        expect(row).toMatchObject({ state: "refused", error: "No such number." });
        expect((await use().messages.unreported(conversation, 10)).map((each) => each.what)).toEqual(["bad-ending"]);
        expect(await use().messages.retry(portal, message)).toBe(lane);
        await use().messages.beginAttempt(lane, owner, [message]);
        await finish(message, sent(`again-${n}`));
        expect((await use().messages.find(portal, message))?.state).toBe("sent");
      }
    });

    it("is sent in parts when each of them was named, in whatever order, also at the same time", async () => {
      const { portal, account, message } = await answer();
      await finish(message, { state: "uncertain", error: "?", externalIds: ["p1"] });
      await prove(account.id, message, "p3", 3, 3);
      await prove(account.id, message, "p1", 1, 3);
      await prove(account.id, message, "p1", 1, 3);
      expect((await use().messages.find(portal, message))?.state).toBe("uncertain");
      await prove(account.id, message, "p2", 2, 3);
      expect(await use().messages.find(portal, message)).toMatchObject({
        state: "sent",
        externalIds: ["p1", "p2", "p3"],
      });
      const many = await Promise.all(Array.from({ length: 6 }, answer));
      await Promise.all(
        many.flatMap((one, n) => [
          ...[1, 2, 3].map((part) => prove(one.account.id, one.message, `c${n}-${part}`, part, 3)),
          use().messages.applyReceipt(one.account.id, [`c${n}-2`], "delivered"),
          finish(one.message, { state: "uncertain", error: "?", externalIds: [`c${n}-1`] }),
        ]),
      );
      for (const one of many)
        expect((await use().messages.find(one.portal, one.message))?.state, "crossing").toBe("delivered");
    });

    it("counts no part of another making of the message, and finds what was quicker than it", async () => {
      const { portal, account, message } = await answer();
      await finish(message, { state: "uncertain", error: "?" });
      await prove(account.id, message, "o1", 1, 2);
      await prove(account.id, message, "n2", 2, 3);
      await prove(account.id, message, "n3", 3, 3);
      expect((await use().messages.find(portal, message))?.state).toBe("uncertain");
      await use().messages.applyReceipt(account.id, ["n1"], "read");
      await prove(account.id, message, "n1", 1, 3);
      expect((await use().messages.find(portal, message))?.state).toBe("read");
    });

    it("says nothing of what was refused or arrived, of another account's, of the customer's, nor of nothing", async () => {
      const { portal, account, message } = await answer();
      const other = await answer();
      await finish(message, { state: "uncertain", error: "?" });
      expect(await prove(other.account.id, message, "x")).toBeUndefined();
      expect(await prove(account.id, messageId("key-of-somebody-else"), "x")).toBeUndefined();
      expect(await prove(account.id, messageId(randomUUID()), "x")).toBeUndefined();
      for (const [part, of] of [
        [0, 1],
        [2, 1],
        [1, 1_000_000],
        [0.5, 1],
      ] as const)
        expect(await prove(account.id, message, "x", part, of)).toBeUndefined();
      const theirs = await accept(use(), inbound(account));
      expect(await prove(account.id, theirs.message, "x")).toBeUndefined();
      expect((await use().messages.find(portal, message))?.state).toBe("uncertain");
      await finish(other.message, { state: "refused", error: "no" });
      await prove(other.account.id, other.message, "y");
      expect((await use().messages.find(other.portal, other.message))?.state).toBe("refused");
    });
  });
}

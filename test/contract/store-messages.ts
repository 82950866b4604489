import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type AccountId, laneOf, type MessageId, messageId, type PortalId } from "../../src/domain/ids.ts";
import type { MessageState } from "../../src/domain/message.ts";
import type { MessageResult } from "../../src/store/contract/messages.ts";
import type { Store } from "../../src/store/contract.ts";
import {
  accept,
  content,
  inbound,
  livingOwner,
  newPortalId,
  place,
  reply,
  type Stored,
  stored,
} from "./store-fixtures.ts";

/** The life of a message after it was accepted. */
export function messageTests(use: () => Store): void {
  async function answer(): Promise<
    Stored & { portal: PortalId; account: Awaited<ReturnType<typeof place>>["account"] }
  > {
    const { portal, account } = await place(use());
    const { conversation } = await accept(use(), inbound(account));
    return { portal, account, ...stored(await use().messages.acceptReply(reply(portal, conversation))) };
  }
  const finish = (message: Stored["message"], result: MessageResult) => use().messages.finish([{ message, result }]);
  const sent = (...externalIds: string[]): MessageResult => ({ state: "sent", externalIds });

  describe("attempts", () => {
    it("are written down for the holder of the lane alone, all or none", async () => {
      const { portal, account } = await place(use());
      const results = await use().messages.acceptInbound([
        inbound(account),
        inbound(account),
        inbound(account, { chatId: "other" }),
      ]);
      const [first, second, other] = results.map(stored);
      if (!first || !second || !other) throw new Error("Three were given");
      const owner = await livingOwner(use());
      const begin = (by: string, ...messages: Stored[]) =>
        use().messages.beginAttempt(
          first.lane,
          by,
          messages.map((each) => each.message),
        );
      expect(await begin(owner, first)).toBe(false);
      await use().lanes.take(first.lane, owner, 10);
      expect(await begin("stranger", first)).toBe(false);
      expect(await begin(owner, first, other)).toBe(false);
      expect((await use().messages.find(portal, first.message))?.state).toBe("stored");

      expect(await begin(owner, first, second)).toBe(true);
      const begun = await use().messages.find(portal, first.message);
      expect(begun).toMatchObject({ state: "sending", attempts: 1 });
      expect(Math.abs((begun?.attemptedAt?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
      await finish(first.message, { state: "sent" });
      expect(await begin(owner, first, second)).toBe(false);
      expect((await use().messages.find(portal, second.message))?.attempts).toBe(1);
      expect(await begin(owner, second)).toBe(true);
      expect((await use().messages.find(portal, second.message))?.attempts).toBe(2);
    });

    it("are refused to an owner whose time is over, or whose lane was taken", async () => {
      const { account } = await place(use());
      const { lane, message } = await accept(use(), inbound(account));
      const owner = `owner-${randomUUID()}`;
      await use().lanes.heartbeat(owner, 60_000);
      await use().lanes.take(lane, owner, 10);
      await use().lanes.heartbeat(owner, 0);
      expect(await use().messages.beginAttempt(lane, owner, [message])).toBe(false);
      const heir = await livingOwner(use());
      expect(await use().lanes.take(lane, heir, 10)).toBeDefined();
      await use().lanes.heartbeat(owner, 60_000);
      expect(await use().messages.beginAttempt(lane, owner, [message])).toBe(false);
      expect(await use().messages.beginAttempt(lane, heir, [message])).toBe(true);
    });
  });

  describe("results", () => {
    it("end a message, or give it another time, and are seen by the lane", async () => {
      const { portal, account } = await place(use());
      const rows = (await use().messages.acceptInbound(Array.from({ length: 6 }, () => inbound(account)))).map(stored);
      const later = new Date("2031-01-01T00:00:00Z");
      const settleBy = new Date("2031-01-02T00:00:00Z");
      const results: MessageResult[] = [
        { state: "sent" },
        { state: "stored", nextAt: later, error: "portal is busy" },
        { state: "refused", error: "no such line" },
        { state: "failed", error: "gave up" },
        { state: "uncertain", error: "no answer" },
        { state: "uncertain", error: "no answer", settleBy, nextAt: later, externalIds: ["x1", "x2"] },
      ];
      await use().messages.finish(
        rows.flatMap((row, n) => (results[n] ? [{ message: row.message, result: results[n] }] : [])),
      );
      const kept = await use().messages.journal(portal, { limit: 10 });
      expect(kept.map(({ state, error }) => ({ state, error }))).toEqual(
        results.map((result) => ({ state: result.state, error: "error" in result ? result.error : undefined })),
      );
      const lane = rows[0]?.lane ?? laneOf("in", "" as never, "" as never);
      const open = await use().messages.unfinished(lane, 10);
      expect(open.map((each) => each.id)).toEqual([rows[1]?.message, rows[5]?.message]);
      expect(open[0]).toMatchObject({ nextAt: later, error: "portal is busy" });
      expect(open[0]).not.toHaveProperty("settleBy");
      expect(open[1]).toMatchObject({ nextAt: later, settleBy, externalIds: ["x1", "x2"] });
      expect(await use().messages.unfinished(lane, 1)).toHaveLength(1);
      expect(await use().messages.backlog(portal, account.id)).toBe(2);
    });

    it("never take back what arrived, and let what turned out to be sent overrule everything else", async () => {
      const stateAfter = async (...results: MessageResult[]): Promise<MessageState | undefined> => {
        const { portal, message } = await answer();
        for (const result of results) await finish(message, result);
        const row = await use().messages.find(portal, message);
        const open = await use().messages.unfinished(
          laneOf("out", row?.conversation ?? ("" as never), row?.portal ?? ("" as never)),
          10,
        );
        expect(open.length > 0).toBe(row?.state === "stored");
        return row?.state;
      };
      const again: MessageResult = { state: "stored", nextAt: new Date(), error: "again" };
      expect(await stateAfter(sent("1"), again)).toBe("sent");
      expect(await stateAfter({ state: "delivered", externalIds: ["1"] }, sent("1"))).toBe("delivered");
      expect(await stateAfter(sent("1"), { state: "delivered" })).toBe("delivered");
      expect(await stateAfter(sent("1"), { state: "failed", error: "no" })).toBe("sent");
      expect(await stateAfter({ state: "failed", error: "no" }, again)).toBe("failed");
      expect(await stateAfter({ state: "uncertain", error: "?" }, again)).toBe("stored");
      expect(await stateAfter({ state: "failed", error: "no" }, sent("1"))).toBe("sent");
      expect(await stateAfter({ state: "refused", error: "no" }, { state: "uncertain", error: "?" })).toBe("uncertain");
    });

    it("keep ids given before when none are given now, and clear the error of what was sent", async () => {
      const { portal, message } = await answer();
      await finish(message, { state: "uncertain", error: "?", externalIds: ["a", "b"] });
      await finish(message, { state: "sent" });
      const row = await use().messages.find(portal, message);
      expect(row).toMatchObject({ externalIds: ["a", "b"] });
      expect(row?.error).toBeUndefined();
    });
  });

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

  it("keeps bad endings to be told until they were, or were sent again", async () => {
    const { portal, account, conversation, message } = await answer();
    const untold = () => use().messages.unreported(conversation, 10);
    const ended = async () => (await untold()).map((each) => [each.message.id, each.what, each.message.state]);
    await finish(message, { state: "stored", nextAt: new Date(), error: "busy" });
    expect(await ended()).toEqual([]);
    for (const result of [
      { state: "refused", error: "a" },
      { state: "failed", error: "b" },
      { state: "uncertain", error: "c" },
    ] as const) {
      await finish(message, result);
      expect(await ended()).toEqual([[message, "bad-ending", result.state]]);
      await use().messages.markReported(await untold());
      expect(await ended()).toEqual([]);
      await use().messages.retry(portal, message);
    }
    await finish(message, { state: "uncertain", error: "c", externalIds: ["u1"] });
    const told = await untold();
    await use().messages.applyFailure(account.id, ["u1"], "refused after all");
    await use().messages.markReported(told);
    expect(await ended()).toEqual([[message, "bad-ending", "refused"]]);
    await use().messages.retry(portal, message);
    expect(await ended()).toEqual([]);
    await finish(message, sent("u2"));
    expect((await untold()).map((each) => each.what)).toEqual(["arrived"]);

    const theirs = await accept(use(), inbound(account, { chatId: "other" }));
    await finish(theirs.message, { state: "refused", error: "the portal said no" });
    expect(await use().messages.unreported(theirs.conversation, 10)).toEqual([]);
  });

  it("lists the reactions of a conversation from a message on", async () => {
    const { portal, account, conversation, message } = await answer();
    await finish(message, sent("r1"));
    const react = (text: string) => inbound(account, { kind: "reaction", externalId: "r1", content: content(text) });
    const first = await accept(use(), react("👍"));
    const second = await accept(use(), react(""));
    const list = async (from: number) =>
      (await use().messages.reactions(portal, conversation, from)).map((each) => each.id);
    expect(await list(0)).toEqual([first.message, second.message]);
    const seq = (await use().messages.find(portal, second.message))?.seq ?? 0;
    expect(await list(seq)).toEqual([second.message]);
    expect(await use().messages.reactions(newPortalId(), conversation, 0)).toEqual([]);
  });

  it("lists what the portal was not told of yet: sent, from the portal, no deletion", async () => {
    const { portal, conversation, message } = await answer();
    const fromSurface = stored(
      await use().messages.acceptReply(
        reply(portal, conversation, {
          origin: { by: "surface", clientId: "c", authorId: "1" },
          imMessageId: undefined,
          imChatId: undefined,
        }),
      ),
    );
    const edit = stored(
      await use().messages.acceptReply(reply(portal, conversation, { kind: "edit", target: message })),
    );
    const removal = stored(
      await use().messages.acceptReply(reply(portal, conversation, { kind: "delete", target: message })),
    );
    stored(await use().messages.acceptReply(reply(portal, conversation)));
    expect(await use().messages.unreported(conversation, 10)).toEqual([]);
    for (const each of [message, fromSurface.message, edit.message, removal.message]) await finish(each, sent("1"));
    const untold = await use().messages.unreported(conversation, 10);
    expect(untold.map((each) => [each.message.id, each.what])).toEqual([
      [message, "arrived"],
      [edit.message, "arrived"],
    ]);
    await use().messages.markReported(untold.slice(0, 1));
    expect((await use().messages.unreported(conversation, 10)).map((each) => each.message.id)).toEqual([edit.message]);
    await use().messages.markReported([]);
    expect(await use().messages.unreported(conversation, 0)).toEqual([]);
  });

  describe("by hand", () => {
    it("retries what ended badly, in its old place, and nothing else", async () => {
      const { portal, conversation, lane, message } = await answer();
      const next = stored(await use().messages.acceptReply(reply(portal, conversation)));
      const owner = await livingOwner(use());
      await use().lanes.take(lane, owner, 10);
      await use().lanes.release(lane, owner);
      expect(await use().messages.retry(portal, message)).toBeUndefined();
      for (const result of [
        { state: "refused", error: "a" },
        { state: "failed", error: "b" },
        { state: "uncertain", error: "c" },
      ] as const) {
        await finish(message, result);
        expect(await use().messages.retry(newPortalId(), message)).toBeUndefined();
        expect(await use().messages.retry(portal, message)).toBe(lane);
        expect(await use().messages.retry(portal, message)).toBeUndefined();
        expect((await use().messages.unfinished(lane, 10)).map((each) => each.id)).toEqual([message, next.message]);
        expect((await use().messages.find(portal, message))?.error).toBeUndefined();
      }
      expect(await use().lanes.due(new Date(), 100_000)).toContain(lane);
      // While we are still asking whether it arrived, a person's retry could double it.
      await finish(message, { state: "uncertain", error: "c", settleBy: new Date("2040-01-01") });
      expect(await use().messages.retry(portal, message)).toBeUndefined();
      await finish(message, sent("1"));
      expect(await use().messages.retry(portal, message)).toBeUndefined();
    });

    it("drops a backlog: what never left has failed, what left is uncertain, what ended stays", async () => {
      const { portal, account } = await place(use());
      const rows = (await use().messages.acceptInbound([inbound(account), inbound(account), inbound(account)])).map(
        stored,
      );
      const [first, second, third] = rows;
      if (!first || !second || !third) throw new Error("Three were given");
      const owner = await livingOwner(use());
      await use().lanes.take(first.lane, owner, 10);
      await use().messages.beginAttempt(first.lane, owner, [first.message, second.message]);
      await finish(first.message, { state: "sent" });
      expect(await use().messages.dropBacklog(newPortalId(), account.id, "x")).toBe(0);
      expect(await use().messages.dropBacklog(portal, account.id, "Dropped by Ann")).toBe(2);
      const kept = await use().messages.journal(portal, { limit: 10 });
      expect(kept.map(({ state, error }) => [state, error])).toEqual([
        ["sent", undefined],
        ["uncertain", "Dropped by Ann"],
        ["failed", "Dropped by Ann"],
      ]);
      expect(await use().messages.unfinished(first.lane, 10)).toEqual([]);
      expect(await use().messages.backlog(portal, account.id)).toBe(0);
    });
  });

  it("lists the journal by every filter, forwards and backwards, of one portal", async () => {
    const { portal, account, conversation, message } = await answer();
    const theirs = inbound(account);
    const second = await accept(use(), theirs);
    await accept(use(), inbound(account, { kind: "edit", externalId: theirs.externalId, content: content("new") }));
    const elsewhere = await accept(use(), inbound(account, { chatId: "other" }));
    await finish(message, { state: "failed", error: "x" });
    const list = async (query: object) =>
      (await use().messages.journal(portal, { limit: 100, ...query })).map((each) => each.id);
    const all = await use().messages.journal(portal, { limit: 100 });
    expect(all).toHaveLength(4);
    expect(await list({ changes: true })).toHaveLength(5);
    expect(await list({ state: "failed" })).toEqual([message]);
    expect(await list({ direction: "out" })).toEqual([message]);
    expect(await list({ conversation: elsewhere.conversation })).toEqual([elsewhere.message]);
    expect(await list({ account: account.id, conversation })).toEqual([all[0]?.id, message, second.message]);
    expect(await list({ limit: 2 })).toEqual([all[0]?.id, all[1]?.id]);
    expect(await list({ after: all[1]?.seq })).toEqual([all[2]?.id, all[3]?.id]);
    expect(await list({ before: all[3]?.seq, limit: 2 })).toEqual([all[2]?.id, all[1]?.id]);
    expect(await use().messages.journal(newPortalId(), { limit: 100 })).toEqual([]);
  });

  it("tells which of the portal's messages are here", async () => {
    const { portal, account } = await place(use());
    const { conversation } = await accept(use(), inbound(account));
    stored(await use().messages.acceptReply(reply(portal, conversation, { imMessageId: "901" })));
    const told = ["900", "901", "902"].map((id) => ({ id, at: new Date() }));
    expect(await use().messages.knownByIm(portal, told)).toEqual(new Set(["901"]));
    expect(await use().messages.knownByIm(newPortalId(), told)).toEqual(new Set());
    expect(await use().messages.knownByIm(portal, [])).toEqual(new Set());
  });

  it("learns the portal's side of a conversation and lists conversations, newest first", async () => {
    const { portal, account } = await place(use());
    const first = await accept(use(), inbound(account, { chatId: "a" }));
    const second = await accept(use(), inbound(account, { chatId: "b" }));
    const learned = { imChatId: "77", sessionId: "8", portalUserId: "9", open: true };
    await use().conversations.learn(portal, first.conversation, learned);
    await use().conversations.learn(portal, first.conversation, { sessionId: "10" });
    await use().conversations.learn(newPortalId(), second.conversation, { open: true });
    expect(await use().conversations.findByImChat(portal, "77")).toMatchObject({
      ...learned,
      id: first.conversation,
      sessionId: "10",
    });
    expect(await use().conversations.findByImChat(newPortalId(), "77")).toBeUndefined();
    const list = async (query: object) =>
      (await use().conversations.list(portal, { limit: 10, ...query })).map((each) => each.id);
    expect(await list({})).toEqual([second.conversation, first.conversation]);
    expect(await list({ open: true })).toEqual([first.conversation]);
    expect(await list({ limit: 1 })).toEqual([second.conversation]);
    const before = (await use().conversations.find(portal, second.conversation))?.lastMessageAt ?? new Date();
    stored(await use().messages.acceptReply(reply(portal, first.conversation)));
    expect(await list({})).toEqual([first.conversation, second.conversation]);
    expect(await list({ touchedSince: new Date(before.getTime() + 1) })).toEqual([first.conversation]);
    expect(await list({ account: account.id, touchedSince: new Date("2100-01-01") })).toEqual([]);
  });

  it("answers a ping", async () => {
    await expect(use().ping()).resolves.toBeUndefined();
  });
}

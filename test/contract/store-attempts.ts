import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { laneOf, type PortalId } from "../../src/domain/ids.ts";
import type { MessageState } from "../../src/domain/message.ts";
import type { MessageResult } from "../../src/store/contract/messages.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, inbound, livingOwner, place, reply, type Stored, stored } from "./store-fixtures.ts";

/** How a message leaves and ends. */
export function attemptTests(use: () => Store): void {
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

    it("say of what was sent whom it did not reach", async () => {
      const { portal, account, message } = await answer();
      const error = "Not delivered to anna@example.com.";
      await finish(message, { state: "sent", externalIds: ["<1@x>"], error });
      expect(await use().messages.find(portal, message)).toMatchObject({ state: "sent", error });
      await use().messages.applyReceipt(account.id, ["<1@x>"], "read");
      expect(await use().messages.find(portal, message)).toMatchObject({ state: "read", error });
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
}

import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type LaneId, laneOf } from "../../src/domain/ids.ts";
import type { Message, Origin } from "../../src/domain/message.ts";
import type { ReplyRow } from "../../src/store/contract/accept.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, content, inbound, livingOwner, newPortalId, place, reply, stored } from "./store-fixtures.ts";

/** Leases: one worker on a lane, and a dead worker's lanes find another. */
export function laneTests(use: () => Store): void {
  const everything = 1_000_000;
  const isDue = async (lane: LaneId, now = new Date()) => (await use().lanes.due(now, everything)).includes(lane);
  const newLane = async () => (await accept(use(), inbound((await place(use())).account))).lane;

  describe("lanes", () => {
    it("are read with all that decides what becomes of them, in one look", async () => {
      const { portal, account } = await place(use());
      const first = await accept(use(), inbound(account));
      await accept(use(), inbound(account));
      const whole = await use().lanes.read(first.lane, 10);
      expect(whole?.rows).toEqual(await use().messages.unfinished(first.lane, 10));
      expect(whole?.rows).toHaveLength(2);
      expect(whole?.account).toEqual(await use().accounts.find(portal, account.id));
      expect(whole?.conversation).toEqual(await use().conversations.find(portal, first.conversation));
      expect(whole?.portal).toEqual({ active: true, authorised: true });
      expect((await use().lanes.read(first.lane, 1))?.rows.map((row) => row.id)).toEqual([first.message]);

      const gapAt = new Date("2026-01-02T03:04:05.678Z");
      await use().portals.noteGap(gapAt, portal);
      await use().portals.update(portal, { active: false });
      await use().portals.dropTokens(portal);
      expect((await use().lanes.read(first.lane, 10))?.portal).toEqual({ active: false, authorised: false, gapAt });
      expect((await use().lanes.read(laneOf("out", first.conversation, portal), 10))?.rows).toEqual([]);
      expect(await use().lanes.read(laneOf("in", first.conversation, newPortalId()), 10)).toBeUndefined();
      expect(await use().lanes.read("rubbish" as LaneId, 10)).toBeUndefined();
    });

    it("are read when they are taken, with what was accepted meanwhile or due again for it", async () => {
      const { account } = await place(use());
      const { lane } = await accept(use(), inbound(account));
      const owner = await livingOwner(use());
      for (let round = 0; round < 20; round += 1) {
        const [accepted, taken] = await Promise.all([
          accept(use(), inbound(account)),
          use().lanes.take(lane, owner, everything),
        ]);
        const isRead = taken?.rows.some((row) => row.id === accepted.message);
        const due = await use().lanes.release(lane, owner);
        expect(isRead || due !== undefined).toBe(true);
      }
      expect(await use().lanes.take(lane, owner, 5)).toEqual(await use().lanes.read(lane, 5));
    });

    it("give an operator's words in the portal's order, however many wait and whatever a colleague wrote between", async () => {
      const { portal, account } = await place(use());
      const { conversation } = await accept(use(), inbound(account));
      const say = async (text: string, imMessageId?: string) => {
        const origin: Origin =
          imMessageId === undefined
            ? { by: "surface", clientId: text, authorId: "7" }
            : { by: "open-line", imMessageId, imChatId: "55" };
        return stored(
          await use().messages.acceptReply(reply(portal, conversation, { content: content(text), origin })),
        );
      };
      // Ten that came as events after a start, then what a history brought, the first of them from before all others.
      const newer = Array.from({ length: 10 }, (_, n) => String(1000 + n));
      for (const id of newer.slice(0, 5)) await say(id, id);
      await say("a colleague");
      for (const id of newer.slice(5)) await say(id, id);
      await say("another colleague");
      for (const id of ["999", "98", "1003"]) await say(`${id} of the history`, id);
      const { lane } = await say("2000", "2000");
      const expected = [
        ...["98 of the history", "999 of the history", "1000", "1001", "1002", "1003", "1003 of the history", "1004"],
        ...["a colleague", "1005", "1006", "1007", "1008", "1009", "another colleague", "2000"],
      ];
      const owner = await livingOwner(use());
      const texts = (rows: readonly Message[] | undefined) => rows?.map((row) => row.content.body.text);
      expect(texts(await use().messages.unfinished(lane, 100))).toEqual(expected);
      for (const limit of [1, 4, 12])
        expect(texts((await use().lanes.read(lane, limit))?.rows)).toEqual(expected.slice(0, limit));
      expect(texts((await use().lanes.take(lane, owner, 9))?.rows)).toEqual(expected.slice(0, 9));
    });

    it("begin no attempt while something waits that goes out before it", async () => {
      const { portal, account } = await place(use());
      const { conversation } = await accept(use(), inbound(account));
      const say = async (imMessageId: string) => {
        const origin: Origin = { by: "open-line", imMessageId, imChatId: "55" };
        return stored(await use().messages.acceptReply(reply(portal, conversation, { origin })));
      };
      const second = await say("902");
      const owner = await livingOwner(use());
      expect((await use().lanes.take(second.lane, owner, 9))?.rows.map((row) => row.id)).toEqual([second.message]);
      const first = await say("901");
      expect(await use().messages.beginAttempt(second.lane, owner, [second.message])).toBe(false);
      expect(await use().messages.beginAttempt(second.lane, owner, [first.message])).toBe(true);
      // What came in front made the lane due.
      expect(await use().lanes.release(second.lane, owner)).toBeDefined();
    });

    it("are not due for an answer before it may be sent", async () => {
      const { portal, account } = await place(use());
      const { conversation } = await accept(use(), inbound(account));
      const HOUR_MS = 3_600_000;
      const before = Date.now();
      const { lane } = stored(await use().messages.acceptReply(reply(portal, conversation, { waitMs: HOUR_MS })));
      const [row] = await use().messages.unfinished(lane, 9);
      const at = row?.nextAt ?? new Date(0);
      expect(Math.abs(at.getTime() - before - HOUR_MS)).toBeLessThan(HOUR_MS / 2);
      expect(await use().lanes.due(new Date(at.getTime() - 1), 10_000)).not.toContain(lane);
      expect(await use().lanes.due(new Date(at.getTime() + 1), 10_000)).toContain(lane);
    });

    it("keep their order while one after the other goes out, changes of what was said among them", async () => {
      const { portal, account } = await place(use());
      const { conversation } = await accept(use(), inbound(account));
      const origin = (imMessageId: string): Origin => ({ by: "open-line", imMessageId, imChatId: "55" });
      const say = async (changes: Partial<ReplyRow>) =>
        stored(await use().messages.acceptReply(reply(portal, conversation, changes)));
      const message = await say({ origin: origin("10") });
      const own = await say({ origin: { by: "surface", clientId: "u", authorId: "7" } });
      const edit = await say({ kind: "edit", origin: origin("10"), target: message.message });
      const owner = await livingOwner(use());
      const read = (await use().lanes.take(message.lane, owner, 9))?.rows.map((row) => row.id) ?? [];
      expect(read).toEqual([message.message, own.message, edit.message]);
      for (const id of read) {
        expect(await use().messages.beginAttempt(message.lane, owner, [id])).toBe(true);
        await use().messages.finish([{ message: id, result: { state: "sent", externalIds: [`x-${id}`] } }]);
      }
    });

    it("are taken by one of many, and are not due while they are held", async () => {
      const lane = await newLane();
      const owners = await Promise.all(Array.from({ length: 6 }, () => livingOwner(use())));
      expect(await isDue(lane)).toBe(true);
      const taken = await Promise.all(owners.map((owner) => use().lanes.take(lane, owner, 10)));
      expect(taken.filter(Boolean)).toHaveLength(1);
      expect(await isDue(lane)).toBe(false);
      const holder = owners[taken.findIndex(Boolean)] ?? "";
      const stranger = owners[taken.indexOf(undefined)] ?? "";
      expect(await use().lanes.release(lane, stranger, new Date())).toBeUndefined();
      expect(await use().lanes.take(lane, stranger, 10)).toBeUndefined();
      // A process that lost the answer to its release may take its own lane again.
      expect(await use().lanes.take(lane, holder, 10)).toBeDefined();
      expect(await use().lanes.release(lane, holder)).toBeUndefined();
      expect(await use().lanes.take(lane, stranger, 10)).toBeDefined();
    });

    it("are given to the living only, and rubbish is no lane", async () => {
      const lane = await newLane();
      expect(await use().lanes.take(lane, "never seen", 10)).toBeUndefined();
      const owner = await livingOwner(use());
      for (const rubbish of [
        "",
        "in:",
        "in:1",
        "up:ffffffff-ffff-ffff-ffff-ffffffffffff",
        "in:ffffffff-ffff-ffff-ffff-ffffffffffff",
        "\0",
      ] as LaneId[]) {
        expect(await use().lanes.take(rubbish, owner, 10)).toBeUndefined();
        expect(await use().lanes.release(rubbish, owner)).toBeUndefined();
        expect(await use().messages.unfinished(rubbish, 1)).toEqual([]);
        expect(await use().messages.beginAttempt(rubbish, owner, [])).toBe(false);
      }
    });

    it("come back at the time given, or at once when something came during the run", async () => {
      const { account } = await place(use());
      const { lane } = await accept(use(), inbound(account));
      const owner = await livingOwner(use());
      const later = new Date(Date.now() + 3_600_000);
      await use().lanes.take(lane, owner, 10);
      expect(await use().lanes.release(lane, owner, later)).toEqual(later);
      expect(await isDue(lane)).toBe(false);
      expect(await isDue(lane, later)).toBe(true);
      await use().lanes.take(lane, owner, 10);
      const came = new Date("2026-02-02T00:00:00Z");
      await accept(use(), inbound(account, { notBefore: came }));
      expect(await isDue(lane)).toBe(false);
      expect(await use().lanes.release(lane, owner, later)).toEqual(came);
      expect(await isDue(lane)).toBe(true);
    });

    it("of a dead owner are due again, also when nothing new came, and can be taken over", async () => {
      const { account } = await place(use());
      const { lane } = await accept(use(), inbound(account));
      const owner = await livingOwner(use());
      await use().lanes.take(lane, owner, 10);
      await use().lanes.heartbeat(owner, 0);
      expect(await isDue(lane)).toBe(true);
      await accept(use(), inbound(account, { notBefore: new Date("2100-01-01") }));
      expect(await isDue(lane)).toBe(true);
      const heir = await livingOwner(use());
      expect(await use().lanes.take(lane, heir, 10)).toBeDefined();
      expect(await isDue(lane)).toBe(false);
      await use().lanes.heartbeat(owner, 60_000);
      expect(await use().lanes.release(lane, owner)).toBeUndefined();
      expect(await use().lanes.take(lane, owner, 10)).toBeUndefined();
    });

    it("of an owner that retires are free at once", async () => {
      const lane = await newLane();
      const owner = await livingOwner(use());
      await use().lanes.take(lane, owner, 10);
      await use().lanes.retire(owner);
      expect(await isDue(lane)).toBe(true);
      expect(await use().lanes.take(lane, await livingOwner(use()), 10)).toBeDefined();
    });

    it("are due when somebody says so, also with nothing in them, and again when that comes during a run", async () => {
      const { portal, account } = await place(use());
      const { conversation, message } = await accept(use(), inbound(account));
      const lane = laneOf("in", conversation, portal);
      const owner = await livingOwner(use());
      await use().lanes.take(lane, owner, 1);
      await use().messages.finish([{ message, result: { state: "sent" } }]);
      expect(await use().lanes.release(lane, owner)).toBeUndefined();
      await use().lanes.makeDue(laneOf("in", conversation, newPortalId()));
      await use().lanes.take(lane, owner, 1);
      expect(await use().lanes.release(lane, owner)).toBeUndefined();
      await use().lanes.makeDue(lane);
      await use().lanes.take(lane, owner, 1);
      await use().lanes.makeDue(lane);
      expect(await use().lanes.release(lane, owner)).toBeInstanceOf(Date);
      expect(await use().lanes.take(lane, owner, 1)).toBeDefined();
      expect(await use().lanes.release(lane, owner)).toBeUndefined();
    });

    it("are listed oldest first, up to the limit", async () => {
      const { account } = await place(use());
      // Older than anything another test leaves.
      const at = (day: number) => new Date(Date.UTC(1990, 0, day));
      const rows = [3, 1, 2].map((day) => inbound(account, { chatId: randomUUID(), notBefore: at(day) }));
      const [third, first, second] = await Promise.all(rows.map(async (row) => (await accept(use(), row)).lane));
      expect(await use().lanes.due(at(3), 2)).toEqual([first, second]);
      expect(await use().lanes.due(at(3), 100)).toEqual([first, second, third]);
      expect(await use().lanes.depth(at(2))).toBe(2);
      await use().portals.erase(account.portal);
    });

    it("are woken together when there is something to do on them, of one account or of the portal", async () => {
      const { portal, account } = await place(use());
      const busy = await accept(use(), inbound(account, { chatId: "busy" }));
      const idle = await accept(use(), inbound(account, { chatId: "idle" }));
      await use().messages.finish([{ message: idle.message, result: { state: "sent" } }]);
      const owner = await livingOwner(use());
      for (const { lane } of [busy, idle]) {
        await use().lanes.take(lane, owner, 10);
        await use().lanes.release(lane, owner);
      }
      expect(await use().lanes.wakeAll(portal)).toEqual([busy.lane]);
      expect(await isDue(busy.lane)).toBe(true);
      expect(await isDue(idle.lane)).toBe(false);
      expect(await use().lanes.wakeAll(portal, account.id)).toEqual([busy.lane]);
      expect(await use().lanes.wakeAll(portal, "rubbish" as never)).toEqual([]);
    });
  });

  it("frees every lease when all owners are known to be dead", async () => {
    const lane = await newLane();
    await use().lanes.take(lane, await livingOwner(use()), 10);
    await use().lanes.retireAll();
    expect(await isDue(lane)).toBe(true);
  });
}

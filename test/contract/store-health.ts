import { describe, expect, it } from "vitest";
import type { Account } from "../../src/domain/account.ts";
import { accountId } from "../../src/domain/ids.ts";
import type { AccountCount, Raised } from "../../src/store/contract/health.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, inbound, newAccount, newPortalId, place, reply, stored } from "./store-fixtures.ts";

const DAY = "2026-11-28";
const down: Raised = {
  kind: "connection",
  reason: "down",
  sentence: "No answer.",
  since: new Date("2026-11-28T10:00:00Z"),
};

/** What is counted of accounts, how they stand, and their alarms. */
export function healthTests(use: () => Store): void {
  const count = (account: Account, changes: Partial<AccountCount> = {}): AccountCount => ({
    portal: account.portal,
    account: account.id,
    day: DAY,
    hour: 9,
    ...changes,
  });
  const onBoard = async (account: Account, day = DAY) =>
    (await use().health.board(account.portal, day)).find(({ id }) => id === account.id);

  describe("what is counted", () => {
    it("adds up by account and day, over hours of one call and over calls", async () => {
      const { portal, account } = await place(use());
      const [first, later] = [new Date("2026-11-28T09:10:00Z"), new Date("2026-11-28T11:20:00Z")];
      await use().health.record([
        count(account, { received: 2, refused: 1, lastReceivedAt: later }),
        count(account, { hour: 11, received: 1, uncertain: 1, lastReceivedAt: first, lastSentAt: later, sent: 4 }),
        count(account, { day: "2026-11-27", hour: 23, failed: 1, watched: true }),
      ]);
      await use().health.record([count(account, { hour: 12, failed: 2, refused: 1, watched: true })]);
      expect(await onBoard(account)).toMatchObject({
        today: { received: 3, sent: 4, refused: 2, failed: 2, uncertain: 1 },
        lastReceivedAt: later,
        lastSentAt: later,
      });
      expect((await onBoard(account, "2026-11-29"))?.today).toEqual({
        received: 0,
        sent: 0,
        refused: 0,
        failed: 0,
        uncertain: 0,
      });
      expect(await use().health.hours(portal, "2026-11-27")).toEqual([
        { account: account.id, day: "2026-11-27", heard: 0, watched: 1 << 23 },
        { account: account.id, day: DAY, heard: (1 << 9) | (1 << 11), watched: 1 << 12 },
      ]);
      expect(await use().health.hours(portal, DAY)).toHaveLength(1);
    });

    it("counts from many processes at once, and nothing for accounts that are gone or another portal's", async () => {
      const { portal, account } = await place(use());
      const sibling = await newAccount(use(), portal);
      const both = [count(account, { received: 1 }), count(sibling, { received: 1 })];
      await Promise.all(Array.from({ length: 8 }, (_, n) => use().health.record(n % 2 ? both : both.toReversed())));
      await use().health.record([
        { ...count(account, { received: 100 }), portal: newPortalId() },
        { ...count(account, { received: 100 }), account: accountId("ffffffff-ffff-ffff-ffff-ffffffffffff") },
        { ...count(account, { received: 100 }), account: accountId("rubbish") },
      ]);
      expect((await onBoard(account))?.today.received).toBe(8);
      expect((await onBoard(sibling))?.today.received).toBe(8);
      expect(await use().health.board(newPortalId(), DAY)).toEqual([]);
    });

    it("forgets old days, but not when something came or went last", async () => {
      const { portal, account } = await place(use());
      const [came, went] = [new Date("2020-01-01T09:00:00Z"), new Date("2020-01-02T09:00:00Z")];
      await use().health.record([
        count(account, { day: "2019-12-31", received: 1, lastReceivedAt: new Date("2019-12-31T09:00:00Z") }),
        count(account, { day: "2020-01-01", received: 1, lastReceivedAt: came }),
        count(account, { day: "2020-01-02", sent: 1, lastSentAt: went }),
        count(account, { day: DAY, watched: true }),
      ]);
      await use().health.forgetDaysBefore("2026-01-01");
      expect(await onBoard(account)).toMatchObject({ lastReceivedAt: came, lastSentAt: went });
      expect((await use().health.hours(portal, "2000-01-01")).map(({ day }) => day)).toEqual([
        "2020-01-01",
        "2020-01-02",
        DAY,
      ]);
    });
  });

  describe("the board", () => {
    it("shows what waits, by direction, with the oldest", async () => {
      const { portal, account } = await place(use());
      const before = new Date();
      const first = await accept(use(), inbound(account));
      await accept(use(), inbound(account, { chatId: "chat-2" }));
      const answer = stored(await use().messages.acceptReply(reply(portal, first.conversation)));
      const seen = await onBoard(account);
      expect(seen?.queues).toMatchObject({ in: { waiting: 2 }, out: { waiting: 1 } });
      // Clocks of the database and ours need not agree to the millisecond.
      expect(Math.abs((seen?.queues.in?.oldestAt.getTime() ?? 0) - before.getTime())).toBeLessThan(60_000);
      await use().messages.finish([
        { message: first.message, result: { state: "sent" } },
        { message: answer.message, result: { state: "refused", error: "no" } },
      ]);
      expect((await onBoard(account))?.queues).toMatchObject({ in: { waiting: 1 } });
      expect((await onBoard(account))?.queues.out).toBeUndefined();
    });

    it("tells since when an account is connected or not, whichever way it is not", async () => {
      const { portal, account } = await place(use());
      const connection = (kind: Account["connection"]["kind"]) =>
        use().accounts.update(portal, account.id, { connection: { kind, sentence: kind } });
      const since = async () => (await onBoard(account))?.steadySince.getTime() ?? 0;
      const created = await since();
      await connection("connected");
      expect(await since()).toBe(created);
      await connection("transient-disconnect");
      const broke = await since();
      expect(broke).toBeGreaterThan(created);
      await connection("starting");
      await connection("bad-credentials");
      expect(await since()).toBe(broke);
      await use().accounts.update(portal, account.id, { name: "Other" });
      await use().accounts.update(portal, account.id, { enabled: true });
      expect(await since()).toBe(broke);
      await use().accounts.update(portal, account.id, { enabled: false });
      await use().accounts.update(portal, account.id, { enabled: true });
      const switchedOn = await since();
      expect(switchedOn).toBeGreaterThan(broke);
      await connection("connected");
      expect(await since()).toBeGreaterThan(switchedOn);
      expect((await onBoard(account))?.worked).toBe(true);
    });

    it("knows an account that never worked", async () => {
      const { portal } = await place(use());
      const created = await use().accounts.create(portal, {
        channel: "telegram",
        name: "New",
        credentials: {},
        settings: {},
        webhookSecret: "s",
        connection: { kind: "starting", sentence: "Connecting." },
      });
      expect((await onBoard(created))?.worked).toBe(false);
      await use().accounts.update(portal, created.id, { connection: { kind: "failed", sentence: "no" } });
      expect((await onBoard(created))?.worked).toBe(false);
      await use().accounts.update(portal, created.id, { connection: { kind: "connected", sentence: "" } });
      await use().accounts.update(portal, created.id, { connection: { kind: "failed", sentence: "no" } });
      expect((await onBoard(created))?.worked).toBe(true);
    });
  });

  describe("whom alarms go to", () => {
    it("is who installed, until somebody chooses; nobody is a choice too", async () => {
      const { portal } = await place(use());
      const { health } = use();
      expect(await health.settings(portal)).toEqual({ installer: { id: "7", name: "#7" } });
      await use().users.remember({ portal, userId: "7", name: "Eve Moss", admin: true, lastSeenAt: new Date() });
      expect(await health.settings(portal)).toEqual({ installer: { id: "7", name: "Eve Moss" } });
      await health.saveSettings(portal, { people: [{ id: "3", name: "Ann \u0000 Lee" }], timeZone: "Europe/Madrid" });
      expect(await health.settings(portal)).toMatchObject({
        people: [{ id: "3", name: "Ann \uFFFD Lee" }],
        timeZone: "Europe/Madrid",
      });
      await health.saveSettings(portal, { people: [] });
      expect((await health.settings(portal))?.people).toEqual([]);
      await health.saveSettings(portal, { people: null });
      expect((await health.settings(portal))?.people).toBeUndefined();
      expect(await health.settings(newPortalId())).toBeUndefined();
      expect(await health.timeZones([portal, newPortalId()])).toEqual(new Map([[portal, "Europe/Madrid"]]));
    });

    it("empties the hours when the clock is another's, and only then", async () => {
      const { portal, account } = await place(use());
      const { health } = use();
      await health.saveSettings(portal, { timeZone: "Europe/Madrid" });
      await health.record([count(account, { received: 3, watched: true })]);
      await health.saveSettings(portal, { timeZone: "Europe/Madrid", people: [] });
      expect((await health.hours(portal, DAY))[0]?.heard).toBe(1 << 9);
      await health.saveSettings(portal, { timeZone: "Asia/Tashkent" });
      expect(await health.hours(portal, DAY)).toMatchObject([{ heard: 0, watched: 0 }]);
      expect((await onBoard(account))?.today.received).toBe(3);
    });
  });

  describe("alarms", () => {
    it("are raised once, whoever is first, and vanish unheard when nobody was told", async () => {
      const { portal, account } = await place(use());
      const { health } = use();
      const raised = await Promise.all(Array.from({ length: 4 }, () => health.raise(portal, account.id, down)));
      expect(raised.toSorted()).toEqual(["raised", "standing", "standing", "standing"]);
      expect(await health.raise(newPortalId(), account.id, down)).toBe("unknown");
      expect(await health.raise(portal, accountId("x"), down)).toBe("unknown");
      expect(await health.untold(portal)).toMatchObject([
        { ...down, portal, account: account.id, name: "Support bot", channel: "telegram" },
      ]);
      expect((await onBoard(account))?.alarms).toMatchObject([down]);
      await health.end(newPortalId(), account.id, "connection", "mended");
      expect(await health.untold(portal)).toHaveLength(1);
      await health.end(portal, account.id, "connection", "mended");
      expect(await health.untold(portal)).toEqual([]);
      expect(await health.raise(portal, account.id, down)).toBe("raised");
    });

    it("are told, stay until their end, and the all-clear goes to whom the telling began with", async () => {
      const { portal, account } = await place(use());
      const { health } = use();
      await health.raise(portal, account.id, down);
      const [alarm] = await health.untold(portal);
      if (!alarm) throw new Error("There is one");
      expect(await health.beginTelling(alarm, ["1", "2"])).toBe(true);
      // A crash here: told again, perhaps to others.
      const [again] = await health.untold(portal);
      expect(again?.toldTo?.toSorted()).toEqual(["1", "2"]);
      expect(await health.beginTelling(alarm, ["2", "3"])).toBe(true);
      await health.markTold(alarm);
      expect(await health.untold(portal)).toEqual([]);
      await health.end(portal, account.id, "connection", "mended");
      const [clear] = await health.untold(portal);
      if (!clear) throw new Error("There is one");
      expect(clear).toMatchObject({ ending: "mended" });
      expect(clear.toldTo?.toSorted()).toEqual(["1", "2", "3"]);
      await health.markTold(clear);
      expect(await health.untold(portal)).toEqual([]);
      expect((await onBoard(account))?.alarms).toEqual([]);
    });

    it("give the all-clear also when the telling was begun and never written down as done", async () => {
      const { portal, account } = await place(use());
      const { health } = use();
      await health.raise(portal, account.id, down);
      const [alarm] = await health.untold(portal);
      if (!alarm) throw new Error("There is one");
      await health.beginTelling(alarm, ["1"]);
      await health.end(portal, account.id, "connection", "off");
      expect(await health.untold(portal)).toMatchObject([{ ending: "off", toldTo: ["1"] }]);
      // The late writing down of the alarm takes nothing of the all-clear away.
      await health.markTold(alarm);
      expect(await health.beginTelling(alarm, ["9"])).toBe(false);
      expect(await health.untold(portal)).toMatchObject([{ ending: "off", toldTo: ["1"] }]);
    });

    it("go on where they were when trouble comes back before its end was told, and are told anew for another reason", async () => {
      const { portal, account } = await place(use());
      const { health } = use();
      await health.raise(portal, account.id, down);
      const [alarm] = await health.untold(portal);
      if (!alarm) throw new Error("There is one");
      await health.beginTelling(alarm, ["1"]);
      await health.markTold(alarm);
      await health.end(portal, account.id, "connection", "mended");
      expect(await health.raise(portal, account.id, down)).toBe("standing");
      expect(await health.untold(portal)).toEqual([]);
      expect(await health.raise(portal, account.id, { ...down, reason: "person", sentence: "Log in." })).toBe(
        "standing",
      );
      expect(await health.untold(portal)).toMatchObject([{ reason: "person", sentence: "Log in.", toldTo: ["1"] }]);
    });

    it("are watched in portals that are on and authorised, and counted for the operator", async () => {
      const { portal, account } = await place(use());
      const { health } = use();
      const listed = async () => (await health.watchList()).find(({ id }) => id === portal);
      const before = (await health.census()).alarms.down;
      await health.raise(portal, account.id, down);
      await health.saveSettings(portal, { timeZone: "Europe/Madrid" });
      expect(await listed()).toMatchObject({
        timeZone: "Europe/Madrid",
        accounts: [{ id: account.id, alarms: [down] }],
      });
      const census = await health.census();
      expect(census.alarms.down).toBe(before + 1);
      expect(
        census.accounts.find(({ channel, state }) => channel === "telegram" && state === "connected")?.count,
      ).toBeGreaterThan(0);
      await use().portals.update(portal, { active: false });
      expect(await listed()).toBeUndefined();
      await use().portals.update(portal, { active: true });
      await use().portals.dropTokens(portal);
      expect(await listed()).toBeUndefined();
    });
  });
}

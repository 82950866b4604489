import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Account } from "../../src/domain/account.ts";
import { type MediaId, mediaId, type PortalId } from "../../src/domain/ids.ts";
import { createRetention, type RetentionDeps } from "../../src/relay/retention.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, inbound, livingOwner, place } from "./store-fixtures.ts";

const DAY = 86_400_000;

/** The job that deletes old messages, on every store. The job's clock is a test's; the database keeps the real time. */
export function retentionTests(use: () => Store): void {
  describe("keeping messages for so long", () => {
    interface Worker {
      readonly deps: RetentionDeps;
      readonly removed: MediaId[];
      readonly warnings: string[];
      readonly turns: string[];
    }
    /** A worker that sees these portals alone: the store is shared with other tests. */
    function worker(portals: readonly PortalId[], days: number, changes: Partial<RetentionDeps> = {}): Worker {
      const removed: MediaId[] = [];
      const warnings: string[] = [];
      const turns: string[] = [];
      const store = use();
      const seen = async () => (await store.portals.list()).filter(({ id }) => portals.includes(id));
      return {
        removed,
        warnings,
        turns,
        deps: {
          store: {
            ...store,
            portals: { ...store.portals, list: seen },
            lanes: { ...store.lanes, depth: async () => 0 },
          },
          shelf: { remove: async (files) => void removed.push(...files) },
          inTurn: (portal, work) => {
            turns.push(portal);
            return work();
          },
          log: { info: () => undefined, warn: (_facts: object, words: string) => void warnings.push(words) } as never,
          owner: randomUUID(),
          now: () => new Date(Date.now() + days * DAY),
          ...changes,
        },
      };
    }
    const BATCH = { size: 2, pauseMs: 0 };
    const run = ({ deps }: Worker) => createRetention(deps, BATCH).run();

    async function ended(account: Account, file?: MediaId): Promise<void> {
      const row = await accept(use(), inbound(account, { chatId: randomUUID() }));
      const owner = await livingOwner(use());
      await use().lanes.take(row.lane, owner, 10);
      await use().messages.finish([{ message: row.message, result: { state: "sent" } }]);
      await use().lanes.release(row.lane, owner);
      const { portal } = account;
      if (file)
        await use().media.create({ id: file, portal, message: row.message, name: "a", mime: "image/png", size: 1 });
    }
    const left = async (portal: PortalId) => (await use().messages.journal(portal, { limit: 100 })).length;
    const files = (count: number) => Array.from({ length: count }, () => mediaId(randomUUID()));

    it("deletes what is older than the portal wants, batch by batch, with its files; not a day before", async () => {
      const { portal, account } = await place(use());
      const kept = files(5);
      for (const file of kept) await ended(account, file);
      const early = worker([portal], 89);
      expect(await run(early)).toBe("done");
      expect(await left(portal)).toBe(5);
      const late = worker([portal], 91);
      await run(late);
      expect(await left(portal)).toBe(0);
      expect([...late.removed].sort()).toEqual([...kept].sort());
      expect(late.turns).toEqual([portal]);
      expect(late.warnings).toEqual([]);
      await run(late);
      expect(late.removed).toHaveLength(5);
    });

    it("keeps each portal's for as long as that one wants, what is known of mails too", async () => {
      const [short, long, ever] = [await place(use()), await place(use()), await place(use())];
      for (const { account } of [short, long, ever]) await ended(account);
      const facts = {
        messageId: "a",
        references: [],
        people: ["ann@customer.example"],
        tokens: [],
        relayed: false,
      } as const;
      const mails = Array.from({ length: 5 }, (_, n) => ({
        ...{ folder: "INBOX", uidValidity: 1, uid: n + 1 },
        facts: { ...facts, direction: "in", isReply: false, messageId: `${n}`, date: new Date() } as const,
      }));
      const known = new Map(
        await Promise.all(
          [short, long, ever].map(async ({ portal, account }) => {
            const kept = await use().mails.keep(portal, account.id, mails);
            return [portal, kept?.mails.map(({ mail }) => mail) ?? []] as const;
          }),
        ),
      );
      const named = async (portal: PortalId) => {
        const found = await Promise.all((known.get(portal) ?? []).map((mail) => use().mails.find(portal, mail)));
        return found.filter((mail) => mail?.people.length === 1).length;
      };
      await use().portals.update(short.portal, { keepDays: 7 });
      await use().portals.update(long.portal, { keepDays: 365 });
      await use().portals.update(ever.portal, { keepDays: null });
      const portals = [short.portal, long.portal, ever.portal];
      await run(worker(portals, 8));
      expect(await Promise.all(portals.map(left))).toEqual([0, 1, 1]);
      expect(await Promise.all(portals.map(named))).toEqual([0, 5, 5]);
      await run(worker(portals, 5_000));
      expect(await Promise.all(portals.map(left))).toEqual([0, 0, 1]);
      expect(await Promise.all(portals.map(named))).toEqual([0, 0, 5]);
    });

    it("is killed after a batch and before its files are gone: the next run removes them and goes on", async () => {
      const { portal, account } = await place(use());
      const kept = files(3);
      for (const file of kept) await ended(account, file);
      const dying = worker([portal], 91, { shelf: { remove: () => Promise.reject(new Error("killed")) } });
      await run(dying);
      expect(dying.warnings).toHaveLength(1);
      expect(await left(portal)).toBe(1);
      const next = worker([portal], 91);
      await run(next);
      expect(await left(portal)).toBe(0);
      expect([...next.removed].sort()).toEqual([...kept].sort());
    });

    it("removes the files of what is deleted also when the portal now keeps everything", async () => {
      const { portal, account } = await place(use());
      const kept = files(1);
      await ended(account, kept[0]);
      await run(worker([portal], 91, { shelf: { remove: () => Promise.reject(new Error("killed")) } }));
      await use().portals.update(portal, { keepDays: null });
      const next = worker([portal], 91);
      await run(next);
      expect(next.removed).toEqual(kept);
    });

    it("is done by one of two workers at a time; both at it do no harm", async () => {
      const { portal, account } = await place(use());
      const kept = files(8);
      for (const file of kept) await ended(account, file);
      const [one, other] = [worker([portal], 91), worker([portal], 91)];
      await use().locks.acquire(`retention:${portal}`, "somebody", 60_000);
      await run(one);
      expect(await left(portal)).toBe(8);
      await use().locks.release(`retention:${portal}`, "somebody");
      // As if each had lost the lock to the other.
      const free = { acquire: async () => true, renew: async () => true, release: async () => undefined };
      const unlocked = ({ deps }: Worker): RetentionDeps => ({
        ...deps,
        store: { ...deps.store, locks: { ...use().locks, ...free } },
      });
      await Promise.all([one, other].map((each) => createRetention(unlocked(each), BATCH).run()));
      await run(one);
      expect(await left(portal)).toBe(0);
      expect(new Set([...one.removed, ...other.removed])).toEqual(new Set(kept));
      expect([...one.warnings, ...other.warnings]).toEqual([]);
    });

    it("goes on with the other portals when one fails, and leaves the work for later while there is traffic", async () => {
      const [broken, well] = [await place(use()), await place(use())];
      for (const { account } of [broken, well]) await ended(account);
      const portals = [broken.portal, well.portal];
      const busy = worker(portals, 91);
      const lanes = { ...use().lanes, depth: async () => 10_000 };
      const traffic = createRetention({ ...busy.deps, store: { ...busy.deps.store, lanes } }, BATCH);
      expect(await traffic.run()).toBe("busy");
      expect(await Promise.all(portals.map(left))).toEqual([1, 1]);
      const one = worker(portals, 91);
      const { journal } = use();
      const forget: typeof journal.forget = (portal, batch) =>
        portal === broken.portal ? Promise.reject(new Error("no")) : journal.forget(portal, batch);
      await createRetention(
        { ...one.deps, store: { ...one.deps.store, journal: { ...journal, forget } } },
        BATCH,
      ).run();
      expect(one.warnings).toHaveLength(1);
      expect(await Promise.all(portals.map(left))).toEqual([1, 0]);
    });
  });
}

import fc from "fast-check";
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COUNTING_VERSION } from "../../../src/relay/reports/counter.ts";
import type { ReportScope } from "../../../src/store/contract/reports.ts";
import type { Database } from "../../../src/store/database.ts";
import type { Schema } from "../../../src/store/schema.ts";
import { type ByHand, byHand } from "./by-hand.ts";
import { keptSums, sumsOfRows } from "./sums.ts";
import { type Op, openWorld, ops, opsAndMoves, type World } from "./world.ts";

const QUARTER = 900_000;
const DAY = 86_400_000;
/** Instead of a test that ran out of time: how far it came, and with which seed. */
const TELLS_ITS_SEED = { endOnFailure: true, interruptAfterTimeLimit: 150_000, markInterruptAsFailure: true };
const ZONES = ["Europe/Madrid", "Asia/Kathmandu", "America/Sao_Paulo", "UTC"];

/** What reports promise, for every database. */
export function reportBattery(name: string, open: () => Promise<Database>, runs: number): void {
  describe(`${name}: reports`, () => {
    let database: Database;
    beforeAll(async () => {
      database = await open();
    }, 60_000);
    afterAll(async () => {
      await database.close();
    });
    const db = (): Kysely<Schema> => database.db;

    it("say what the journal says, for every filter, however they were counted", async () => {
      await fc.assert(
        fc.asyncProperty(ops, fc.constantFrom(...ZONES), fc.nat(), async (all, zone, seed) => {
          const world = await openWorld(db());
          for (const op of all) await world.act(op);
          await world.countAll();
          const hand = await handOf(world);
          for (const scope of scopesOf(world, seed)) {
            const shown = await world.reports.groups(world.portal, scope);
            expect(shown.total, JSON.stringify(scope)).toEqual(hand.figures(scope));
            const nothing = hand.figures({ ...scope, accounts: [] });
            for (const account of scope.accounts)
              expect(shown.accounts.get(account) ?? nothing).toEqual(hand.figures({ ...scope, accounts: [account] }));
            for (const figures of [...shown.accounts.values(), ...shown.channels.values(), ...shown.agents.values()])
              expect(figures).not.toEqual(nothing);
            if (scope.agent !== undefined) continue;
            for (const agent of new Set([...shown.agents.keys(), "1", "2", "phone"]))
              if (agent !== "") expect(shown.agents.get(agent) ?? nothing).toEqual(hand.figures({ ...scope, agent }));
          }
          const [whole, part] = scopesOf(world, seed) as [ReportScope, ReportScope];
          for (const scope of [whole, part])
            expect(await world.reports.total(world.portal, scope)).toEqual(
              (await world.reports.groups(world.portal, scope)).total,
            );
          for (const scope of scopesOf(world, seed)) {
            const { days, hours } = await world.reports.series(world.portal, scope, zone);
            expect(days, JSON.stringify(scope)).toEqual(hand.days(scope, zone));
            expect(hours, JSON.stringify(scope)).toEqual(hand.hours(scope, zone));
          }
        }),
        { numRuns: runs, ...TELLS_ITS_SEED },
      );
    }, 180_000);

    it("have sums that say what their rows say, whatever happens to these", async () => {
      let summed = 0;
      await fc.assert(
        fc.asyncProperty(opsAndMoves, fc.boolean(), async (all, isDeleted) => {
          const world = await openWorld(db());
          for (const op of all) await world.act(op);
          await world.countAll();
          if (isDeleted) await sql`delete from accounts where id = ${world.accounts[0]?.id ?? ""}`.execute(db());
          const kept = await keptSums(db(), world.portal);
          expect(kept).toEqual(await sumsOfRows(db(), world.portal));
          summed += kept.size;
          await world.reports.recount(world.portal);
          expect(await keptSums(db(), world.portal)).toEqual(new Map());
          await world.countAll();
          expect(await keptSums(db(), world.portal)).toEqual(kept);
        }),
        { numRuns: Math.ceil(runs / 2), ...TELLS_ITS_SEED },
      );
      // Of one world nothing may be left: all that was said in it was said in the account that is gone.
      expect(summed).toBeGreaterThan(0);
    }, 180_000);

    it("ask again what nobody had to answer, also when that was said twice", async () => {
      const world = await openWorld(db());
      const act = (op: "no-reply" | "need-reply") => world.act({ do: op, chat: 0, later: 1000 });
      await world.act({ do: "customer", as: "words", chat: 0, later: 1000 });
      await act("no-reply");
      await act("no-reply");
      await world.countAll();
      const scope = scopesOf(world, 0)[0] as ReportScope;
      expect(await world.reports.total(world.portal, scope)).toMatchObject({ noReply: 1, unanswered: 0 });
      await act("need-reply");
      await world.countAll();
      expect(await world.reports.total(world.portal, scope)).toMatchObject({ noReply: 0, unanswered: 1 });
    });

    it("name the waits behind each figure, and each once", async () => {
      const world = await openWorld(db());
      for (const op of fc.sample(ops, { numRuns: 3, seed: 7 }).flat()) await world.act(op);
      await world.countAll();
      const scope = scopesOf(world, 0)[0] as ReportScope;
      const total = await world.reports.total(world.portal, scope);
      for (const [which, wanted] of [
        ["asked", total.asked],
        ["answered", total.answered],
        ["unanswered", total.unanswered],
        ["no-reply", total.noReply],
        ["first", total.first.count],
        ["further", total.further.count],
      ] as const) {
        const found: number[] = [];
        for (let before: number | undefined; ; ) {
          const page = await world.reports.waits(world.portal, {
            ...{ ...scope, which, limit: 3 },
            ...(before !== undefined && { before }),
          });
          found.push(...page.map(({ askedSeq }) => askedSeq));
          before = page.at(-1)?.askedSeq;
          if (page.length < 3) break;
        }
        expect(new Set(found).size, which).toBe(wanted);
      }
      for (const which of ["opened", "closed", "open"] as const)
        expect(await world.reports.talks(world.portal, { ...scope, which, limit: 1000 })).toHaveLength(total[which]);
    });

    it("keep what was counted of messages that are forgotten, also when all is counted anew", async () => {
      const world = await openWorld(db());
      const say = (chat: number, later: number): Op => ({ do: "customer", as: "words", chat, later });
      const tell = (chat: number): Op => ({ do: "agent", agent: "1", by: "page", wrote: 0, chat, later: 60_000 });
      for (let n = 0; n < 12; n += 1) for (const op of [say(n % 3, 3 * 3_600_000), tell(n % 3)]) await world.act(op);
      await world.act(say(0, 60_000));
      await world.countAll();
      const scope = scopesOf(world, 0)[0] as ReportScope;
      const before = await world.reports.groups(world.portal, scope);
      expect(before.total).toMatchObject({ asked: 13, answered: 12, received: 13, answers: 12 });
      const half = new Date(world.now().getTime() - DAY);
      const { forgotten } = await world.journal.forget(world.portal, { before: half, after: 0, limit: 1000 });
      expect(forgotten).toBeGreaterThan(5);
      expect(await world.reports.groups(world.portal, scope)).toEqual(before);
      await world.reports.recount(world.portal);
      expect(await world.reports.groups(world.portal, scope)).not.toEqual(before);
      await world.countAll();
      expect(await world.reports.groups(world.portal, scope)).toEqual(before);
    });

    it("count a batch wholly or not at all", async () => {
      const world = await openWorld(db());
      for (let n = 0; n < 10; n += 1) await world.act({ do: "customer", as: "words", chat: n % 2, later: 1000 });
      const to = await settled(world);
      const dies = world.reports.count(
        world.portal,
        { ...to, limit: 5, version: COUNTING_VERSION },
        {
          count: ({ conversation: of }) => ({ of, talks: [], waits: [], stars: [], noTalks: [], noWaits: [] }),
          writer: () => {
            throw new Error("killed");
          },
        },
      );
      await expect(dies).rejects.toThrow("killed");
      const [one, two] = await Promise.all([world.counter.run(), world.counter.run()]);
      await world.countAll();
      expect(one + two).toBe(10);
      const scope = scopesOf(world, 0)[0] as ReportScope;
      expect(await world.reports.total(world.portal, scope)).toMatchObject({ received: 10, asked: 2, unanswered: 2 });
    });

    it("count a deal that was won at the latest talk of its person before, and read it again only when it changed", async () => {
      const world = await openWorld(db());
      for (const chat of [0, 1]) await world.act({ do: "customer", as: "words", chat, later: 60_000 });
      await world.countAll();
      const { id: person } = await db()
        .insertInto("people")
        .values({ portal_id: world.portal, name: "Maria" })
        .returning("id")
        .executeTakeFirstOrThrow();
      await db()
        .updateTable("conversations")
        .set({ person_id: person })
        .where("portal_id", "=", world.portal)
        .execute();
      const card = { portal_id: world.portal, type: "deal", person_id: person, why: "made", title: "Sale", open: true };
      for (const id of ["1", "2"])
        await db()
          .insertInto("person_entities")
          .values({ ...{ ...card, id, pipeline: null, stage: null, responsible: null }, last_active_at: world.now() })
          .execute();
      const changed = async () => (await world.reports.changedDeals(world.now(), 50)).get(world.portal) ?? [];
      const [one, two] = await changed();
      if (!one || !two) throw new Error("Both are to be read");
      const look = { title: "Sale", open: false, stage: "WON", lastActiveAt: world.now(), wonAt: world.now() };
      await world.reports.keepDeals(
        world.portal,
        [
          { ...one, look },
          { ...two, changes: two.changes - 1, look },
        ],
        world.now(),
      );
      expect((await changed()).map(({ id }) => id)).toEqual([two.id]);
      const [whole] = scopesOf(world, 0);
      if (!whole) throw new Error("There is always a scope");
      const { total, accounts } = await world.reports.groups(world.portal, whole);
      expect(total.dealsWon).toBe(1);
      expect([...accounts].filter(([, { dealsWon }]) => dealsWon > 0).map(([id]) => id)).toEqual([
        world.accounts[1]?.id,
      ]);
      await db()
        .updateTable("portals")
        .set({ gap_at: new Date(world.now().getTime() + 1000) })
        .where("id", "=", world.portal)
        .execute();
      expect(await changed()).toHaveLength(2);
    });

    it("show nothing of another portal, and nothing of an account that is deleted", async () => {
      const [world, other] = [await openWorld(db()), await openWorld(db())];
      for (const one of [world, other]) {
        for (let n = 0; n < 4; n += 1) await one.act({ do: "customer", as: "words", chat: n % 2, later: 1000 });
        await one.countAll();
      }
      const theirs = scopesOf(other, 0)[0] as ReportScope;
      expect(await world.reports.total(world.portal, theirs)).toMatchObject({ received: 0, asked: 0, open: 0 });
      const scope = scopesOf(world, 0)[0] as ReportScope;
      expect(await world.reports.total(world.portal, scope)).toMatchObject({ received: 4, asked: 2, open: 2 });
      await sql`delete from accounts where id = ${world.accounts[0]?.id ?? ""}`.execute(db());
      expect(await world.reports.total(world.portal, scope)).toMatchObject({ received: 2, asked: 1, open: 1 });
    });
  });
}

async function settled(world: World) {
  for (;;) {
    const to = await world.reports.settled();
    if (to) return to;
  }
}

export async function handOf(world: World): Promise<ByHand> {
  const said = await world.said();
  const ids = [...new Set(said.map(({ conversation }) => conversation))];
  const all = await world.conversations.findMany(world.portal, ids);
  return byHand(
    said,
    world.happened,
    new Map(all.map(({ id, operator }) => [id, operator])),
    new Set(all.filter(({ tags }) => tags?.includes("vip")).map(({ id }) => id)),
  );
}

/** The whole, and parts of it. */
export function scopesOf(world: World, seed: number): readonly ReportScope[] {
  const end = Math.ceil((world.now().getTime() + 1) / QUARTER) * QUARTER;
  const accounts = world.accounts.map(({ id }) => id);
  const whole = { since: new Date("2026-10-23T00:00:00Z"), until: new Date(end), accounts };
  const length = end - whole.since.getTime();
  const some = Math.floor((whole.since.getTime() + ((seed % 97) / 97) * length) / QUARTER) * QUARTER;
  const part = { ...whole, since: new Date(some), until: new Date(Math.min(end, some + 3 * DAY)) };
  return [
    whole,
    part,
    { ...part, accounts: accounts.slice(0, 1) },
    { ...whole, tag: "vip" },
    { ...part, agent: "1" },
    { ...whole, agent: "phone", tag: "vip" },
    { ...whole, agent: "2" },
  ];
}

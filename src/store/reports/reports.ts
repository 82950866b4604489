import type { Kysely } from "kysely";
import type { ReportRepository } from "../contract/reports.ts";
import type { Schema } from "../schema.ts";
import { createCounting } from "./counting.ts";
import { changedDeals, dealsBehind, keepDeals } from "./deals.ts";
import { groupsOf, totalOf } from "./figures.ts";
import { messagesAt, talksBehind, waitsBehind } from "./found.ts";
import { seriesOf } from "./series.ts";
import { noteDeal, settleDeals, strangeDeals } from "./strange-deals.ts";

/** What is counted of the journal (`counting.ts`), and what is read of it. Reading writes nothing. */
export function createReportRepository(db: Kysely<Schema>): ReportRepository {
  return {
    ...createCounting(db),
    groups: (portal, scope) => groupsOf(db, portal, scope),
    total: (portal, scope) => totalOf(db, portal, scope),
    series: (portal, scope, zone) => seriesOf(db, portal, scope, zone),
    waits: (portal, query) => waitsBehind(db, portal, query),
    talks: (portal, query) => talksBehind(db, portal, query),
    changedDeals: (now, perPortal) => changedDeals(db, now, perPortal),
    keepDeals: (portal, read, at) => keepDeals(db, portal, read, at),
    noteDeal: (portal, id) => noteDeal(db, portal, id),
    strangeDeals: (now, perPortal) => strangeDeals(db, now, perPortal),
    settleDeals: (portal, asked, read, at) => settleDeals(db, portal, asked, read, at),
    deals: (portal, query) => dealsBehind(db, portal, query),
    messagesAt: (portal, positions) => messagesAt(db, portal, positions),
  };
}

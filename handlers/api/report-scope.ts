import type { ReportQuery } from "../../src/api/reports.ts";
import { knownZone, type Spans, spansOf } from "../../src/rules/reports/period.ts";
import { HttpError } from "../../src/server/errors.ts";
import type { Viewer } from "../../src/server/session.ts";
import type { ReportScope } from "../../src/store/contract/reports.ts";
import type { ApiDeps } from "./deps.ts";

/** What a report is of, once its filters are looked up. */
export interface Asked {
  readonly zone: string;
  readonly spans: Spans;
  /** Without its time. */
  readonly of: Omit<ReportScope, "since" | "until">;
  /** Only what the viewer did. */
  readonly own: boolean;
}

/** Supervisors, editors and administrators see everybody's figures; others their own. */
const seesEverybody = ({ admin, editor, role }: Viewer): boolean =>
  admin || editor || role === "head" || role === "controller";

/** @throws HttpError 400 for days that are none. */
export async function askedOf(deps: ApiDeps, viewer: Viewer, query: ReportQuery): Promise<Asked> {
  const { portal } = viewer;
  const [settings, all] = await Promise.all([deps.store.health.settings(portal), deps.store.accounts.list(portal)]);
  const zone = knownZone(settings?.timeZone);
  const { period, from = "", to = "", channel, account, line, tag } = query;
  const spans = spansOf(period, zone, deps.now(), { from, to });
  if (!spans) throw new HttpError(400, "invalid_request", "Choose a period of at most a year.", { field: "from" });
  const accounts = all.filter(
    (one) =>
      (channel === undefined || one.channel === channel) &&
      (account === undefined || one.id === account) &&
      (line === undefined || one.line === line),
  );
  const own = !seesEverybody(viewer);
  const agent = own ? viewer.userId : query.agent;
  return {
    ...{ zone, spans, own },
    of: {
      accounts: accounts.map(({ id }) => id),
      ...(agent !== undefined && { agent }),
      ...(tag !== undefined && { tag }),
    },
  };
}

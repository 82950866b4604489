import { errorAnswer } from "../../src/api/common.ts";
import { behind, behindQuery, report, reportQuery } from "../../src/api/reports.ts";
import { readReport } from "../../src/relay/reports/read.ts";
import type { App } from "../../src/server/app.ts";
import { viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { presentDays, presentFigures, presentHours, presentSpan } from "./present-report.ts";
import { createBehind } from "./report-behind.ts";
import { askedOf } from "./report-scope.ts";

const security = [{ session: [] }];
const tags = ["reports"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
/** Position to go on from: pass it as `before`. */
const NEXT = "x-next";
const LOOKED_TO = "x-looked-to";

/** What was said, asked and answered in a time, and the messages behind each figure. */
export function registerReportRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { reports, accounts } = deps.store;
  const rowsBehind = createBehind(deps, access);

  scope.get(
    "/reports",
    {
      config: { rateLimit: { max: 60, timeWindow: "1 minute" } },
      schema: {
        summary: "Conversations, answer times and ratings of a period, beside the period before",
        description:
          "Everybody's for administrators, editors and supervisors (roles head and controller); their own for others. Counted from the same messages as the journal, and kept when those are deleted.",
        tags,
        security,
        querystring: reportQuery,
        response: { 200: report, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { portal } = viewer;
      const asked = await askedOf(deps, viewer, request.query);
      const { zone, spans, own } = asked;
      const [{ progress, groups, before, series }, known] = await Promise.all([
        readReport(reports, portal, asked, deps.now()),
        accounts.list(portal),
      ]);
      const names = await deps.names(
        portal,
        [...groups.agents.keys()].filter((id) => /^\d+$/.test(id)),
      );
      const byActivity = <Row extends { readonly asked: number; readonly answers: number }>(rows: readonly Row[]) =>
        rows.toSorted((a, b) => b.answers + b.asked - a.answers - a.asked);
      return {
        ...{ zone, own, ongoing: spans.ongoing },
        ...{ period: presentSpan(spans.now), before: presentSpan(spans.before) },
        countedTo: progress.countedTo?.toISOString() ?? null,
        behind: progress.behind,
        total: presentFigures(groups.total),
        totalBefore: presentFigures(before),
        days: presentDays(series.days, spans.now),
        hours: presentHours(series.hours),
        channels: byActivity(
          [...groups.channels].map(([channel, figures]) => ({ channel, ...presentFigures(figures) })),
        ),
        accounts: byActivity(
          [...groups.accounts].flatMap(([id, figures]) => {
            const account = known.find((one) => one.id === id);
            return account ? [{ id, name: account.name, channel: account.channel, ...presentFigures(figures) }] : [];
          }),
        ),
        agents: byActivity(
          [...groups.agents].map(([id, figures]) => {
            const name = names.get(id);
            return { id: id === "" ? null : id, ...(name !== undefined && { name }), ...presentFigures(figures) };
          }),
        ),
      };
    },
  );

  scope.get(
    "/reports/behind",
    {
      config: { rateLimit: { max: 120, timeWindow: "1 minute" } },
      schema: {
        summary: "The messages or deals behind a figure, newest first",
        description: `Of what is not kept any more the times are told and no text; what the viewer may not read is left out. The header \`${NEXT}\` holds what to pass as \`before\` for more. A page of messages may hold fewer rows than there are before it, or none: \`${LOOKED_TO}\` tells how far was looked.`,
        tags,
        security,
        querystring: behindQuery,
        response: { 200: behind, ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const asked = await askedOf(deps, viewer, request.query);
      const page = await rowsBehind(viewer, request.query, { ...asked.of, ...asked.spans.now }, request.say);
      if (page.next !== undefined) reply.header(NEXT, String(page.next));
      if (page.lookedTo) reply.header(LOOKED_TO, page.lookedTo.toISOString());
      return page.rows;
    },
  );
}

import type { PortalId } from "../../domain/ids.ts";
import type { Spans } from "../../rules/reports/period.ts";
import type {
  Progress,
  ReportFigures,
  ReportGroups,
  ReportRepository,
  ReportScope,
  ReportSeriesRow,
} from "../../store/contract/reports.ts";

export interface ReportPage {
  readonly progress: Progress;
  readonly groups: ReportGroups;
  readonly before: ReportFigures;
  readonly series: { readonly days: readonly ReportSeriesRow[]; readonly hours: readonly ReportSeriesRow[] };
}

/** All that one page of reports shows. Reads only. */
export async function readReport(
  reports: Pick<ReportRepository, "progress" | "groups" | "total" | "series">,
  portal: PortalId,
  asked: { readonly of: Omit<ReportScope, "since" | "until">; readonly spans: Spans; readonly zone: string },
  at: Date,
): Promise<ReportPage> {
  const { of, spans, zone } = asked;
  const now = { ...of, ...spans.now };
  const [progress, groups, before, series] = await Promise.all([
    reports.progress(portal, at),
    reports.groups(portal, now),
    reports.total(portal, { ...of, ...spans.before }),
    reports.series(portal, now, zone),
  ]);
  return { progress, groups, before, series };
}

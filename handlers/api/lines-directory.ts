import type { LinesDirectory } from "../../src/api/lines.ts";
import { LINE_FIELD_NAMES, LINE_FIELDS, type LineFieldSpec } from "../../src/domain/line-settings/fields.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { LineBrief, LineChoice } from "../../src/portal/contract/line-desk.ts";
import type { PortalOutcome } from "../../src/portal/contract.ts";
import type { Viewer } from "../../src/server/session.ts";
import type { ApiDeps } from "./deps.ts";

/** What there is to choose from in lines' settings. What the portal does not tell is left out and said. */
export async function linesDirectoryOf(deps: ApiDeps, viewer: Viewer, say: Say): Promise<LinesDirectory> {
  const { portal } = viewer;
  const desk = deps.portals.lineDeskOf(portal, viewer.userId);
  const crm = deps.portals.crm(portal);
  const problems: string[] = [];
  const orElse = <T>(outcome: PortalOutcome<T>, fallback: T): T => {
    if (outcome.kind === "ok") return outcome.value;
    if (outcome.kind !== "withdrawn") problems.push(outcome.sentence);
    return fallback;
  };
  /** Refused: the permission is not there, or not the viewer's right; then it is chosen from what lines use, or by number. */
  const ifGranted = <T extends LineChoice>(outcome: PortalOutcome<readonly T[]>): readonly T[] =>
    outcome.kind === "refused" ? [] : orElse(outcome, []);
  const [lines, accounts, departments, sources, bots, agreements, lists, pipelines, leads, page] = await Promise.all([
    desk.list(),
    deps.store.accounts.list(portal),
    deps.portals.people(portal).departments(),
    desk.sources(),
    desk.bots(),
    desk.agreements(),
    desk.lists(),
    crm.pipelines(),
    crm.usesLeads(),
    desk.page(),
  ]);
  const all = orElse(lines, []);
  const cannedReplies = usedIn(all, "cannedReplies");
  return {
    fields: LINE_FIELD_NAMES.map((name) => ({ name, ...described(LINE_FIELDS[name]) })),
    accounts: accounts.map(({ id, name, channel, line, enabled }) => ({
      id,
      name,
      channel,
      channelName: say(deps.channels.get(channel)?.title ?? channel),
      line: line ?? null,
      enabled,
    })),
    departments: orElse(departments, []).map(({ id, name }) => ({ id, name })),
    sources: orElse(sources, []).map((source) => ({ ...source })),
    bots: ifGranted(bots).map((bot) => ({ ...bot })),
    agreements: ifGranted(agreements).map((agreement) => ({ ...agreement })),
    lists: ifGranted(lists)
      .filter((list) => list.made || cannedReplies.some(({ id }) => id === list.id))
      .map(({ id, name }) => ({ id, name })),
    pipelines: orElse(pipelines, []).map(({ id, name }) => ({ id, name })),
    leads: orElse(leads, true),
    used: {
      cannedReplies,
      consent: usedIn(all, "consent"),
      form: usedIn(all, "form"),
      bot: usedIn(all, "bot"),
    },
    page: page.kind === "ok" ? page.value : null,
    problem: problems[0] === undefined ? null : say(problems[0]),
  };
}

function described(spec: LineFieldSpec) {
  return {
    kind: spec.kind,
    ...(spec.kind === "choice" && { options: [...spec.options] }),
    ...(spec.kind === "number" && { unit: spec.unit, least: spec.least, most: spec.most }),
    ...(spec.kind === "text" && { most: spec.most, variables: [...(spec.variables ?? [])] }),
  };
}

function usedIn(lines: readonly LineBrief[], what: keyof LineBrief["uses"]) {
  const ids = new Set(lines.flatMap(({ uses }) => uses[what] ?? []));
  return [...ids].map((id) => ({ id, lines: lines.filter(({ uses }) => uses[what] === id).map(({ name }) => name) }));
}

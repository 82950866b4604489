import type { CardFoundAnswer } from "../../src/api/cards.ts";
import type { CrmItem } from "../../src/portal/contract/crm.ts";
import type { Viewer } from "../../src/server/session.ts";
import type { ApiDeps } from "./deps.ts";

/** What stands behind ids in cards, by their id. */
export interface CardNames {
  readonly pipelines: ReadonlyMap<string, string>;
  readonly stages: ReadonlyMap<string, string>;
  readonly people: ReadonlyMap<string, string>;
}

/** Asked as the application, and remembered there for minutes. What the portal does not tell stays without a name. */
export async function cardNames(
  { portals }: Pick<ApiDeps, "portals">,
  { portal }: Viewer,
  items: readonly CrmItem[],
): Promise<CardNames> {
  const crm = portals.crm(portal);
  const responsible = [...new Set(items.flatMap((item) => item.responsible ?? []))];
  const [leadStages, pipelines, people] = await Promise.all([
    items.some(({ type }) => type === "lead") ? crm.leadStages() : undefined,
    items.some(({ type }) => type === "deal") ? crm.pipelines() : undefined,
    portals.people(portal).names(responsible),
  ]);
  const known = pipelines?.kind === "ok" ? pipelines.value : [];
  const stages = [...(leadStages?.kind === "ok" ? leadStages.value : []), ...known.flatMap((one) => one.stages)];
  return {
    pipelines: new Map(known.map(({ id, name }) => [id, name])),
    stages: new Map(stages.map(({ id, name }) => [id, name])),
    people: people.kind === "ok" ? people.value : new Map<string, string>(),
  };
}

export function presentCard(
  { type, id, title, pipeline, stage, responsible }: CrmItem,
  named: CardNames,
): CardFoundAnswer {
  return {
    ...{ type, id, title },
    pipeline: pipeline === undefined ? null : { id: pipeline, name: named.pipelines.get(pipeline) ?? "" },
    stage: stage === undefined ? null : { id: stage, name: named.stages.get(stage) ?? "" },
    responsible: responsible === undefined ? null : { id: responsible, name: named.people.get(responsible) ?? "" },
  };
}

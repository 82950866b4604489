import type { BehindAnswer } from "../../src/api/reports.ts";
import type { Viewer } from "../../src/server/session.ts";
import type { ApiDeps } from "./deps.ts";

type DealLook = NonNullable<BehindAnswer[number]["deal"]>;

/**
 * How deals look in the CRM just now, as far as the viewer may see them there. A portal that does not answer shows none: the
 * figure and its rows do not depend on it.
 */
export async function dealLooks(
  deps: Pick<ApiDeps, "portals" | "names">,
  { portal, userId }: Viewer,
  ids: readonly string[],
): Promise<ReadonlyMap<string, DealLook>> {
  if (ids.length === 0) return new Map();
  const [found, pipelines] = await Promise.all([
    deps.portals.crmOf(portal, userId).list({ type: "deal", ids }),
    deps.portals.crm(portal).pipelines(),
  ]);
  if (found.kind !== "ok") return new Map();
  const stages = new Map(
    (pipelines.kind === "ok" ? pipelines.value : []).flatMap((pipeline) =>
      pipeline.stages.map((stage) => [stage.id, stage.name]),
    ),
  );
  const names = await deps.names(
    portal,
    found.value.flatMap(({ responsible }) => responsible ?? []),
  );
  return new Map(
    found.value.map(({ id, title, stage, amount, responsible }): [string, DealLook] => {
      const name = responsible === undefined ? undefined : names.get(responsible);
      const stageName = stage === undefined ? undefined : stages.get(stage);
      return [
        id,
        {
          ...{ id, title },
          ...(stageName !== undefined && { stage: stageName }),
          ...(amount && { amount }),
          ...(responsible !== undefined && { responsible: { id: responsible, ...(name !== undefined && { name }) } }),
        },
      ];
    }),
  );
}

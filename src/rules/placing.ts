import { type Check, firstThatHolds, type Subject } from "./conditions.ts";
import type { Facts } from "./facts.ts";
import type { Reason } from "./reasons.ts";
import type { Groups, Place } from "./ruleset.ts";

export interface Placed {
  readonly leadStage: string | null;
  readonly pipeline: string | null;
  readonly stage: string | null;
  readonly reasons: readonly Reason[];
  readonly warnings: readonly Reason[];
}

/**
 * Group 6: the stage of a lead, the pipeline and stage of a deal. The first filter that matches decides; what names a stage
 * or pipeline that the portal no longer has falls back to the default, and the default to the portal's own first stage.
 */
export function choosePlace(
  subject: Subject,
  entity: "lead" | "deal",
  rules: Groups["pipelines"]["first"],
  checks: readonly Check[],
): Placed {
  const index = firstThatHolds(checks, subject);
  const filter = rules.filters[index];
  const { directory } = subject.facts;
  const warnings: Reason[] = [];
  const reasons: Reason[] = [];
  if (filter && filter.verdict === "allow") {
    const about = { filter: filter.id, name: filter.name, number: index + 1 };
    const missing = vanished(filter, entity, directory);
    if (missing === undefined) {
      reasons.push({ code: "place-filter", about });
      return { ...where(filter, entity), reasons, warnings };
    }
    warnings.push({ code: "place-vanished", about: { ...about, ...missing } });
  } else if (filter) {
    reasons.push({ code: "place-denied", about: { filter: filter.id, name: filter.name, number: index + 1 } });
  }
  const missing = vanished(rules.otherwise, entity, directory);
  if (missing !== undefined) warnings.push({ code: "place-vanished", about: { number: 0, ...missing } });
  reasons.push({ code: "place-default", about: { filters: rules.filters.length } });
  return { ...where(missing === undefined ? rules.otherwise : {}, entity), reasons, warnings };
}

const where = (place: Place, entity: "lead" | "deal") => ({
  leadStage: entity === "lead" ? (place.leadStage ?? null) : null,
  pipeline: entity === "deal" ? (place.pipeline ?? null) : null,
  stage: entity === "deal" ? (place.stage ?? null) : null,
});

/** What the place names and the portal has not, as far as the portal's lists were read. */
function vanished(
  place: Place,
  entity: "lead" | "deal",
  { leadStages, pipelines }: Facts["directory"],
): { readonly what: string; readonly missing: string } | undefined {
  if (entity === "lead") {
    const gone = place.leadStage !== undefined && leadStages !== null && !leadStages.includes(place.leadStage);
    return gone ? { what: "lead-stage", missing: place.leadStage ?? "" } : undefined;
  }
  if (pipelines === null) return undefined;
  // Pipeline 0 is the portal's first one; a stage without a pipeline is meant there.
  const pipeline = place.pipeline ?? "0";
  const stages = Object.hasOwn(pipelines, pipeline) ? pipelines[pipeline] : undefined;
  if (stages === undefined) return place.pipeline === undefined ? undefined : { what: "pipeline", missing: pipeline };
  if (place.stage !== undefined && !stages.includes(place.stage)) return { what: "stage", missing: place.stage };
  return undefined;
}

import type { PortalOutcome } from "../../portal/contract.ts";
import type { StoredDecision } from "../../store/contract/rules.ts";
import { type CrmDeps, CrmUnavailable, certain, unavailable } from "./context.ts";

/** How a step ended: `id` of what it made, or why the portal would not have it. */
export type StepResult =
  | { readonly kind: "done"; readonly id: string | undefined }
  | { readonly kind: "refused"; readonly code: string; readonly sentence: string };

export interface Step {
  readonly name: string;
  /** `undefined`: looked at, and there was nothing to make. */
  readonly make: (leave: () => Promise<boolean>) => Promise<PortalOutcome<string | undefined>>;
  /** Asks the portal whether it was made after all, by our own mark on it. */
  readonly find: () => Promise<PortalOutcome<string | undefined>>;
}

/** So long after an attempt of unknown outcome the portal's search is believed that nothing was made. */
const BELIEVED_AFTER_MS = 20_000;

/**
 * Does one write of a decision once. That it begins is on record before it can have an effect, and how it ended before
 * the next one begins.
 *
 * Crash in between, or an answer that never came: the portal is asked for our mark; what is there counts as done, what is
 * not there after a while is tried again. Twice at once: only one begins. Not executed (throttled, down): the record goes
 * and it is tried later (`CrmUnavailable`).
 */
export async function doStep(
  deps: CrmDeps,
  decision: StoredDecision,
  portal: Parameters<CrmDeps["store"]["decisions"]["endStep"]>[0],
  step: Step,
): Promise<StepResult> {
  const { decisions } = deps.store;
  const known = decision.steps.find((one) => one.name === step.name);
  if (known?.end?.kind === "done") return { kind: "done", id: known.end.id };
  if (known?.end?.kind === "refused") return { kind: "refused", code: "", sentence: known.end.sentence };
  if (known) {
    const id = certain(await step.find());
    if (id !== undefined) {
      await decisions.endStep(portal, decision.id, step.name, { kind: "done", id });
      return { kind: "done", id };
    }
    const believedIn = known.at.getTime() + BELIEVED_AFTER_MS - deps.now().getTime();
    if (believedIn > 0) throw new CrmUnavailable("The portal's answer is still awaited.", believedIn);
    await decisions.retryStep(portal, decision.id, step.name);
  }

  const outcome = await step.make(() => decisions.beginStep(portal, decision.id, step.name));
  switch (outcome.kind) {
    case "ok":
      await decisions.endStep(portal, decision.id, step.name, {
        kind: "done",
        ...(outcome.value !== undefined && { id: outcome.value }),
      });
      return { kind: "done", id: outcome.value };
    case "refused":
      await decisions.endStep(portal, decision.id, step.name, { kind: "refused", sentence: outcome.sentence });
      return { kind: "refused", code: outcome.code, sentence: outcome.sentence };
    case "uncertain":
      await decisions.endStep(portal, decision.id, step.name, { kind: "uncertain", sentence: outcome.sentence });
      throw unavailable(outcome);
    case "withdrawn":
      throw unavailable(outcome);
    default:
      await decisions.retryStep(portal, decision.id, step.name);
      throw unavailable(outcome);
  }
}

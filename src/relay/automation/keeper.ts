/**
 * Triggers as they are made on our page: kept here first, then told to the portal, which an administrator's automation knows
 * them by. A crash or a portal that is away in between: it stands here with the problem, and is told with the next change,
 * the button, or the next installation. Twice: the portal takes the second as the first. Taken away: from the portal first,
 * so that nothing stays there that nobody fires.
 */

import type { Dispatcher } from "../../dispatch/contract.ts";
import { laneOf, type PortalId, type TriggerId } from "../../domain/ids.ts";
import type { Trigger } from "../../domain/trigger.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { PortalOutcome } from "../../portal/contract.ts";
import type { NewTrigger } from "../../store/contract/triggers.ts";
import type { Store } from "../../store/contract.ts";
import { triggerCode } from "./firing.ts";
import type { TriggerWatch } from "./watch.ts";

export interface TriggerKeeper {
  add(portal: PortalId, trigger: NewTrigger, by: string): Promise<Trigger>;
  change(portal: PortalId, trigger: TriggerId, to: NewTrigger): Promise<Trigger | undefined>;
  /** Tells the portal of it once more. */
  register(portal: PortalId, trigger: TriggerId): Promise<Trigger | undefined>;
  remove(portal: PortalId, trigger: TriggerId): Promise<"removed" | "unknown" | { readonly sentence: string }>;
  /** Tells the portal of all of them: after an installation. Answers what went wrong, a sentence each. */
  ensure(portal: PortalId): Promise<readonly string[]>;
}

export interface TriggerKeeperDeps {
  readonly store: Pick<Store, "desk" | "lanes" | "triggers">;
  readonly portals: Pick<PortalDirectory, "automation">;
  readonly dispatcher: Pick<Dispatcher, "wake">;
  readonly watch: Pick<TriggerWatch, "forget">;
}

/** Customers who wait already, the longest first, are looked at when a trigger begins to watch waits. */
const WAITING = 500;

export function createTriggerKeeper(deps: TriggerKeeperDeps): TriggerKeeper {
  const { triggers } = deps.store;

  async function tell(trigger: Trigger): Promise<string | undefined> {
    const { portal, id, name } = trigger;
    const outcome = await deps.portals.automation(portal).putTrigger(triggerCode(id), name);
    const problem = problemOf(outcome);
    await triggers.noteRegistered(portal, id, problem === undefined ? { name } : { problem });
    return problem;
  }

  async function told(trigger: Trigger): Promise<Trigger> {
    deps.watch.forget(trigger.portal);
    if (trigger.registeredName !== trigger.name || trigger.problem !== undefined) await tell(trigger);
    if (trigger.kind === "no-answer" && trigger.enabled) await wakeWaiting(trigger.portal);
    return (await triggers.find(trigger.portal, trigger.id)) ?? trigger;
  }

  /** Their time is the lane's own, which only a run of it sets. */
  async function wakeWaiting(portal: PortalId): Promise<void> {
    const waiting = await deps.store.desk.list(portal, { folder: "waiting", limit: WAITING, offset: 0 });
    for (const { conversation } of waiting) {
      const lane = laneOf("in", conversation.id, portal);
      await deps.store.lanes.makeDue(lane);
      deps.dispatcher.wake(lane);
    }
  }

  return {
    add: async (portal, trigger, by) => told(await triggers.add(portal, trigger, by)),
    async change(portal, id, to) {
      const changed = await triggers.change(portal, id, to);
      return changed && told(changed);
    },
    async register(portal, id) {
      const trigger = await triggers.find(portal, id);
      if (trigger) await tell(trigger);
      return triggers.find(portal, id);
    },
    async remove(portal, id) {
      if (!(await triggers.find(portal, id))) return "unknown";
      const problem = problemOf(await deps.portals.automation(portal).removeTrigger(triggerCode(id)));
      if (problem !== undefined) return { sentence: problem };
      await triggers.remove(portal, id);
      deps.watch.forget(portal);
      return "removed";
    },
    async ensure(portal) {
      const problems: string[] = [];
      for (const trigger of await triggers.list(portal)) {
        const problem = await tell(trigger);
        if (problem !== undefined) problems.push(`The trigger "${trigger.name}" could not be registered. ${problem}`);
      }
      return problems;
    },
  };
}

const problemOf = (outcome: PortalOutcome<void>): string | undefined => {
  if (outcome.kind === "ok") return undefined;
  return outcome.kind === "withdrawn" ? "It was withdrawn." : outcome.sentence;
};

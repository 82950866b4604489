import type { PortalCall } from "./contract.ts";
import type { MethodCost, MethodReport } from "./limiter.ts";
import type { CommandEnd } from "./transport.ts";

/** How long methods take in one portal and what they cost of its budgets, learned from its answers. */
export interface Estimates {
  /** Expected wall time, milliseconds. */
  duration(call: PortalCall): number;
  /** Expected charge to its method's run-time budget. */
  cost(call: PortalCall): MethodCost;
  /** Takes in the ends of a request (one per call, in order); answers what the portal said about budgets. */
  learn(calls: readonly PortalCall[], ends: readonly CommandEnd[]): readonly MethodReport[];
  /** When the portal said that the first part of the method's budget comes back, Unix milliseconds by its clock. */
  resetAt(method: string): number | undefined;
}

/** Before anything is known: 50 commands fill most of a request's time, and a slow portal is noticed with the first one. */
const UNKNOWN_DURATION_MS = 250;
const UNKNOWN_OPERATING_MS = 100;
/** Weight of the newest figure in the moving averages, which count per unit of a call's weight. */
const NEWEST = 0.3;

export function createEstimates(): Estimates {
  const durations = new Map<string, number>();
  const operatings = new Map<string, number>();
  const resets = new Map<string, number>();
  const take = (into: Map<string, number>, method: string, value: number) => {
    if (!Number.isFinite(value) || value < 0) return;
    const known = into.get(method);
    into.set(method, known === undefined ? value : known + NEWEST * (value - known));
  };
  const weightOf = (call: PortalCall) => Math.max(1, call.weight ?? 1);
  const duration = (call: PortalCall) => (durations.get(call.method) ?? UNKNOWN_DURATION_MS) * weightOf(call);

  return {
    duration,
    cost(call) {
      const charged = (operatings.get(call.method) ?? UNKNOWN_OPERATING_MS) * weightOf(call);
      // Some portals charge more than a call took, none much less: the larger of both is the safe guess.
      return {
        method: call.method,
        estimatedMs: durations.has(call.method) ? Math.max(charged, duration(call)) : charged,
      };
    },
    learn(calls, ends) {
      const figures = new Map<string, { readonly ms: number; readonly weight: number }[]>();
      for (const [index, end] of ends.entries()) {
        const call = calls[index];
        if (!call) continue;
        const { durationMs, operatingMs, operatingResetAt } = end.measured;
        if (durationMs !== undefined) take(durations, call.method, durationMs / weightOf(call));
        if (operatingResetAt !== undefined) resets.set(call.method, operatingResetAt);
        if (operatingMs === undefined) continue;
        const known = figures.get(call.method) ?? [];
        known.push({ ms: operatingMs, weight: weightOf(call) });
        figures.set(call.method, known);
      }
      return [...figures].map(([method, list]) => {
        const step = typicalStep(list);
        if (step !== undefined) take(operatings, method, step);
        return { method, operatingMs: Math.max(...list.map((figure) => figure.ms)) };
      });
    },
    resetAt: (method) => resets.get(method),
  };
}

/** By how much the budget's figure grows per unit from command to command; the median, since other requests run beside. */
function typicalStep(list: readonly { readonly ms: number; readonly weight: number }[]): number | undefined {
  const steps = list
    .slice(1)
    .map((figure, index) => (figure.ms - (list[index]?.ms ?? 0)) / figure.weight)
    .filter((step) => step >= 0)
    .sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)];
}

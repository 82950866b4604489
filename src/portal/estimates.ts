/** How long a method takes in this portal, learned from its answers: a moving average per unit of weight. */
export interface Estimates {
  /** Expected wall time, milliseconds. */
  duration(method: string, weight: number): number;
  /** Expected charge to the method's run-time budget, milliseconds. */
  operating(method: string, weight: number): number;
  /** One command ended: `durationMs` for all of its weight. */
  learnDuration(method: string, weight: number, durationMs: number): void;
  /** The method's budget grew by so much over so much weight. */
  learnOperating(method: string, weight: number, operatingMs: number): void;
}

/** Before anything is known: 50 commands fill most of a request's time, and a slow portal is noticed with the first one. */
const UNKNOWN_DURATION_MS = 250;
const UNKNOWN_OPERATING_MS = 100;
/** Weight of the newest figure. */
const NEWEST = 0.3;

export function createEstimates(): Estimates {
  const durations = new Map<string, number>();
  const operatings = new Map<string, number>();
  const learn = (into: Map<string, number>, method: string, value: number) => {
    if (!Number.isFinite(value) || value < 0) return;
    const known = into.get(method);
    into.set(method, known === undefined ? value : known + NEWEST * (value - known));
  };
  const duration = (method: string, weight: number) => (durations.get(method) ?? UNKNOWN_DURATION_MS) * weight;
  return {
    duration,
    // Run time is never less than what was charged per unit; where a portal charges nothing, its duration is the better guess.
    operating: (method, weight) => Math.max((operatings.get(method) ?? UNKNOWN_OPERATING_MS) * weight, durations.has(method) ? duration(method, weight) : 0),
    learnDuration: (method, weight, ms) => learn(durations, method, ms / Math.max(1, weight)),
    learnOperating: (method, weight, ms) => learn(operatings, method, ms / Math.max(1, weight)),
  };
}

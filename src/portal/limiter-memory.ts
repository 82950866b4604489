/**
 * The limiter of a single process. State is gone with the process: after a quick restart the portal's bucket may be
 * fuller than we think; its answer 503 (not executed) then penalises and the calls wait. With several processes Redis
 * holds the state (`limiter-redis.ts`); both answer alike, which the battery in `test/contract/limiter.ts` checks.
 */
import type { PortalId } from "../domain/ids.ts";
import {
  BUCKET_MARGIN,
  IN_FLIGHT_RETRY_MS,
  LATECOMER_MS,
  type MethodReport,
  OPERATING_MARGIN_MS,
  type PortalLevel,
  type RateLimiter,
  type Slot,
  type SlotRequest,
  TICKET_MS,
  WINDOW_MS,
} from "./limiter.ts";

interface Spent {
  readonly since: number;
  ms: number;
}

interface MethodBooks {
  spent: Spent[];
  blockedUntil: number;
  /** When a report last raised the sum. */
  raisedAt: number;
}

interface Ticket {
  readonly endsAt: number;
  readonly costs: Map<string, number>;
}

interface State {
  level: number;
  at: number;
  blockedUntil: number;
  readonly methods: Map<string, MethodBooks>;
  readonly tickets: Map<string, Ticket>;
}

export function createMemoryLimiter(now: () => number = Date.now): RateLimiter {
  const states = new Map<PortalId, State>();
  let issued = 0;

  function stateOf(portal: PortalId, level: PortalLevel | undefined): State {
    const time = now();
    let state = states.get(portal);
    if (!state) {
      state = { level: 0, at: time, blockedUntil: 0, methods: new Map(), tickets: new Map() };
      states.set(portal, state);
    }
    if (level) {
      state.level = Math.max(0, state.level - (Math.max(0, time - state.at) / 1000) * level.perSecond);
      state.at = time;
    }
    for (const [id, ticket] of state.tickets) {
      if (ticket.endsAt > time) continue;
      state.tickets.delete(id);
      for (const [method, ms] of ticket.costs) spend(methodOf(state, method), ms, time);
    }
    return state;
  }

  return {
    async acquire(portal, request): Promise<Slot> {
      const time = now();
      const state = stateOf(portal, request.level);
      if (state.blockedUntil > time) return { kind: "wait", milliseconds: state.blockedUntil - time, reason: "rate" };
      const costs = sumCosts(request);
      for (const [method, estimatedMs] of costs) {
        const wait = budgetWait(state, method, estimatedMs, request.level.operatingMs, time);
        if (wait > 0) return { kind: "wait", milliseconds: wait, reason: "operating", method };
      }
      const room = request.level.burst - BUCKET_MARGIN;
      if (state.level + 1 > room) {
        return {
          kind: "wait",
          milliseconds: Math.ceil(((state.level + 1 - room) / request.level.perSecond) * 1000),
          reason: "rate",
        };
      }
      state.level += 1;
      issued += 1;
      const ticket = `t${issued}`;
      state.tickets.set(ticket, { endsAt: time + TICKET_MS, costs });
      return { kind: "granted", ticket, used: state.level / room };
    },
    async settle(portal, ticket, reports, spent) {
      const time = now();
      const state = stateOf(portal, undefined);
      const reserved = state.tickets.get(ticket);
      state.tickets.delete(ticket);
      const reported = new Set(reports.map((report) => report.method));
      if (spent) {
        for (const [method, ms] of reserved?.costs ?? [])
          if (!reported.has(method)) spend(methodOf(state, method), ms, time);
      }
      for (const report of reports) adopt(methodOf(state, report.method), report, time);
    },
    async penalise(portal, milliseconds, method) {
      const state = stateOf(portal, undefined);
      const until = now() + milliseconds;
      if (method === undefined) state.blockedUntil = Math.max(state.blockedUntil, until);
      else methodOf(state, method).blockedUntil = Math.max(methodOf(state, method).blockedUntil, until);
    },
    async close() {
      states.clear();
    },
  };
}

function methodOf(state: State, method: string): MethodBooks {
  let entry = state.methods.get(method);
  if (!entry) {
    entry = { spent: [], blockedUntil: 0, raisedAt: 0 };
    state.methods.set(method, entry);
  }
  return entry;
}

function sumCosts(request: SlotRequest): Map<string, number> {
  const costs = new Map<string, number>();
  for (const { method, estimatedMs } of request.costs)
    costs.set(method, (costs.get(method) ?? 0) + Math.ceil(estimatedMs));
  return costs;
}

/** Books run time under the current minute. */
function spend(entry: { spent: Spent[] }, ms: number, time: number): void {
  entry.spent = entry.spent.filter((bucket) => bucket.since + WINDOW_MS > time);
  const last = entry.spent.at(-1);
  if (last && time - last.since < 60_000) last.ms += ms;
  else entry.spent.push({ since: time, ms });
}

/**
 * Brings our books to what the portal said: more is booked now, less is taken off the oldest minutes. Answers of requests
 * that ran side by side may come in the wrong order; a lower figure right after a higher one is such a latecomer.
 */
function adopt(entry: MethodBooks, report: MethodReport, time: number): void {
  spend(entry, 0, time);
  let excess = entry.spent.reduce((sum, bucket) => sum + bucket.ms, 0) - Math.ceil(report.operatingMs);
  if (excess < 0) {
    spend(entry, -excess, time);
    entry.raisedAt = time;
  }
  if (time - entry.raisedAt < LATECOMER_MS) return;
  for (const bucket of entry.spent) {
    if (excess <= 0) break;
    const taken = Math.min(bucket.ms, excess);
    bucket.ms -= taken;
    excess -= taken;
  }
}

function budgetWait(state: State, method: string, estimatedMs: number, limitMs: number, time: number): number {
  const entry = state.methods.get(method);
  if (entry && entry.blockedUntil > time) return entry.blockedUntil - time;
  const spent = (entry?.spent ?? []).filter((bucket) => bucket.since + WINDOW_MS > time && bucket.ms > 0);
  let reserved = 0;
  for (const ticket of state.tickets.values()) reserved += ticket.costs.get(method) ?? 0;
  const room = limitMs - OPERATING_MARGIN_MS;
  let used = spent.reduce((sum, bucket) => sum + bucket.ms, 0);
  if (used + reserved + estimatedMs <= room) return 0;
  // Alone, it goes whatever it may cost: waiting would never end.
  if (used === 0 && reserved === 0) return 0;
  if (used + estimatedMs <= room) return IN_FLIGHT_RETRY_MS;
  for (const bucket of spent) {
    used -= bucket.ms;
    if (used + estimatedMs <= room || used === 0) return bucket.since + WINDOW_MS - time;
  }
  return IN_FLIGHT_RETRY_MS;
}

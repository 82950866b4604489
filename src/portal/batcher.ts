/**
 * Adaptive batching for one portal. Idle: a call leaves at once, as a plain call. Busy: calls gather while requests are
 * in flight or the limiter says wait, and leave as batches of up to 50 commands; the fuller the bucket, the longer they
 * gather, because then a request is worth more than a few milliseconds. So quiet portals see no added latency and
 * flooded ones use the bound of the platform in full.
 *
 * Order of things for a request: plan, ask the limiter, take the calls out of the queue, run their `leave` hooks (the
 * attempt is on record), send once, read every command's own end, let the lanes go on.
 *
 * - Crash: nothing is kept here. A call whose `leave` had not run never left; one whose `leave` had run may have.
 * - Not executed (bucket full, token expired, address moved): back to the front of its lane, sent again later; `leave`
 *   does not run a second time.
 * - May have happened: `once` ends as `uncertain`, other effects are tried again a few times, then `unreachable`.
 * - Portal slow: at most `maxInFlight` requests wait for it, and batches shrink to what it does in 15 s.
 * - Portal gone or limits used up for long: after about 20 s of waiting calls end as `throttled`, so that the workers
 *   that hold lanes are free again; the queue's length is bounded in the same way.
 */

import type { PortalId } from "../domain/ids.ts";
import type { Logger } from "../log/log.ts";
import type { Clock } from "./clock.ts";
import type { PortalCall, PortalOutcome } from "./contract.ts";
import { createEstimates } from "./estimates.ts";
import type { PortalLevel, RateLimiter, Slot } from "./limiter.ts";
import { ambiguous, type Fault } from "./outcomes.ts";
import { CallQueue, type PlanRules, type Queued } from "./queue.ts";
import type { TokenKeeper } from "./tokens.ts";
import type { Credentials, PortalTransport, RequestEnd } from "./transport.ts";
import { decide } from "./verdicts.ts";

export interface BatcherSettings {
  readonly portal: PortalId;
  readonly transport: PortalTransport;
  readonly tokens: Pick<TokenKeeper, "credentials" | "renew" | "succeeded" | "troubled">;
  readonly limiter: RateLimiter;
  readonly level: () => PortalLevel;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observe?: BatcherObserver | undefined;
  /** 0 to 1, for jitter. */
  readonly random?: (() => number) | undefined;
  readonly maxInFlight?: number | undefined;
}

/** What metrics are made of. */
export interface BatcherObserver {
  /** A call ended. `waitedMs`: in the queue before its last request. */
  ended(outcome: PortalOutcome<unknown>["kind"], waitedMs: number): void;
  /** A request left with so many commands. */
  sent(commands: number): void;
}

export interface Batcher {
  /** `user`: acts with that viewer's own token. */
  call(call: PortalCall, user?: string): Promise<PortalOutcome<unknown>>;
  /** Nothing waits and nothing is in flight. */
  readonly idle: boolean;
}

const MAX_COMMANDS = 50;
const MAX_BATCH_MS = 15_000;
const MAX_IN_FLIGHT = 8;
const MAX_QUEUED = 700;
/** A call that waited so long is given back to its caller as throttled. */
const MAX_WAIT_MS = 20_000;
const GATHER_MIN_MS = 20;
const GATHER_MAX_MS = 250;
const RATE_PENALTY_MS = 1_500;
/** The portal says a budget is used up, without saying until when: one of its minutes. */
const BUDGET_PENALTY_MS = 60_000;
const ASK_AGAIN_MS = 1_000;
/** Where nothing else sees to it, the queue is looked at again after so long. */
const LOOK_MS = 5_000;
/** A pair is used without asking the token keeper again. */
const TRUST_MS = 2_000;
/** Renewing authorizations often is called abuse by the platform. */
const RENEW_AGAIN_MS = 60_000;

interface Entry extends Queued {
  readonly settle: (outcome: PortalOutcome<unknown>) => void;
  readonly fail: (error: unknown) => void;
}

export function createBatcher(settings: BatcherSettings): Batcher {
  const { portal, clock, limiter, log } = settings;
  const random = settings.random ?? Math.random;
  const maxInFlight = settings.maxInFlight ?? MAX_IN_FLIGHT;
  const queue = new CallQueue<Entry>();
  const estimates = createEstimates();
  /** Identities whose token is at hand, and those for whom one is being fetched. */
  const credentials = new Map<string, { readonly held: Credentials; readonly at: number }>();
  const renewedAt = new Map<string, number>();
  const authorising = new Set<string>();
  const blocked = new Map<string, number>();
  let inFlight = 0;
  let asking = false;
  let used = 0;
  let gateUntil = 0;
  let penalties = 0;
  let staleCheckedAt = 0;
  let cancelTimer: (() => void) | undefined;

  const rules = (): PlanRules<Entry> => ({
    now: clock.now(),
    maxCommands: MAX_COMMANDS,
    maxMs: MAX_BATCH_MS,
    estimateMs: (entry) => estimates.duration(entry.call),
    blocked: (method) => (blocked.get(method) ?? 0) > clock.now(),
    mute: (identity) => authorising.has(identity),
  });

  function call(wanted: PortalCall, user?: string): Promise<PortalOutcome<unknown>> {
    return new Promise((resolve, reject) => {
      const queuedAt = clock.now();
      const settle = (outcome: PortalOutcome<unknown>) => {
        settings.observe?.ended(outcome.kind, clock.now() - queuedAt);
        resolve(outcome);
      };
      const heldUntil = blocked.get(wanted.method) ?? 0;
      if (heldUntil - queuedAt > MAX_WAIT_MS) settle(overBudget(wanted.method, heldUntil));
      else if (queue.size >= MAX_QUEUED)
        settle(throttled(queuedAt + MAX_WAIT_MS, "Too many calls to this portal are waiting already."));
      else {
        const identity = user ?? "";
        queue.add({ call: wanted, identity, queuedAt, notBefore: 0, left: false, tries: 0, settle, fail: reject });
        pump();
      }
    });
  }

  /** Looks whether a request can leave now; if not, sees to it that it is looked again. */
  function pump(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    giveBackStale();
    if (asking || queue.size === 0) return;
    const waitMs = leaveOrWait(clock.now());
    if (waitMs !== undefined) cancelTimer = clock.after(Math.max(1, Math.ceil(waitMs)), pump);
  }

  /** Milliseconds after which to look again; `undefined`: something is under way that ends with a look. */
  function leaveOrWait(now: number): number | undefined {
    if (inFlight >= maxInFlight) return LOOK_MS;
    if (gateUntil > now) return gateUntil - now;
    const planned = queue.plan(rules());
    const [first] = planned;
    if (!first) return untilSomethingMay(now);
    const gatherUntil = oldest(planned) + gatherMs();
    const gathers = inFlight > 0 && planned.length < MAX_COMMANDS && first.call.alone !== true;
    if (gathers && gatherUntil > now) return gatherUntil - now;
    const known = credentials.get(first.identity);
    if (known === undefined || now - known.at > TRUST_MS || known.held.expiresAt <= now) {
      authorise(first.identity);
      return LOOK_MS;
    }
    asking = true;
    void ask(planned, known.held);
    return undefined;
  }

  const gatherMs = () => GATHER_MIN_MS + used * (GATHER_MAX_MS - GATHER_MIN_MS);

  /** Nothing can go now: until the first retry, the first budget that opens, or the next look at what waits too long. */
  function untilSomethingMay(now: number): number | undefined {
    let next = now + LOOK_MS;
    let any = false;
    for (const head of queue.heads()) {
      any = true;
      if (!authorising.has(head.identity))
        next = Math.min(next, Math.max(head.notBefore, blocked.get(head.call.method) ?? 0, now + 1));
    }
    return any ? next - now : undefined;
  }

  /** Fetches the token of an identity; its calls wait, others go on. */
  function authorise(identity: string): void {
    authorising.add(identity);
    settings.tokens
      .credentials(portal, identity === "" ? undefined : identity)
      .then((outcome) => {
        authorising.delete(identity);
        if (outcome.kind === "ok") credentials.set(identity, { held: outcome.credentials, at: clock.now() });
        else for (const entry of queue.drain((waiting) => waiting.identity === identity)) entry.settle(outcome);
      })
      .catch((error: unknown) => {
        authorising.delete(identity);
        log.warn({ portal, error: messageOf(error) }, "Tokens cannot be read just now; calls to the portal wait");
        gateUntil = clock.now() + ASK_AGAIN_MS;
      })
      .finally(pump);
    // Whoever else waits may go meanwhile.
    if (queue.plan(rules()).length > 0) queueMicrotask(pump);
  }

  async function ask(planned: readonly Entry[], held: Credentials): Promise<void> {
    let slot: Slot;
    try {
      slot = await limiter.acquire(portal, {
        costs: planned.map((entry) => estimates.cost(entry.call)),
        level: settings.level(),
      });
    } catch (error) {
      log.warn({ portal, error: messageOf(error) }, "The rate limiter cannot be asked; calls to the portal wait");
      slot = { kind: "wait", milliseconds: ASK_AGAIN_MS, reason: "unavailable" };
    }
    asking = false;
    if (slot.kind === "granted") {
      used = slot.used;
      queue.take(planned);
      inFlight += 1;
      void run(planned, held, slot.ticket);
    } else {
      holdUp(slot);
    }
    pump();
  }

  function holdUp(slot: Slot & { readonly kind: "wait" }): void {
    const until = clock.now() + slot.milliseconds;
    if (slot.method !== undefined) {
      holdMethod(slot.method, until);
      return;
    }
    if (slot.reason === "rate") used = 1;
    gateUntil = until;
    if (slot.milliseconds <= MAX_WAIT_MS) return;
    for (const entry of queue.drain(() => true))
      entry.settle(throttled(until, "The portal's request limit is used up."));
  }

  function holdMethod(method: string, until: number): void {
    blocked.set(method, until);
    if (until - clock.now() <= MAX_WAIT_MS) return;
    log.info(
      { portal, method, seconds: Math.ceil((until - clock.now()) / 1000) },
      "A method's run-time budget in the portal is used up; its calls wait",
    );
    for (const entry of queue.drain((waiting) => waiting.call.method === method))
      entry.settle(overBudget(method, until));
  }

  function giveBackStale(): void {
    if (clock.now() - staleCheckedAt < ASK_AGAIN_MS) return;
    staleCheckedAt = clock.now();
    const limit = clock.now() - MAX_WAIT_MS;
    let stale = false;
    for (const head of queue.heads()) if (head.queuedAt <= limit) stale = true;
    if (!stale) return;
    const until = Math.max(gateUntil, clock.now() + ASK_AGAIN_MS);
    for (const entry of queue.drain((waiting) => waiting.queuedAt <= limit))
      entry.settle(throttled(until, "The portal has more calls waiting than its limits let through just now."));
  }

  async function run(planned: readonly Entry[], held: Credentials, ticket: string): Promise<void> {
    const kept = await letLeave(planned);
    let end: RequestEnd = { ends: [] };
    if (kept.length > 0) {
      settings.observe?.sent(kept.length);
      end = await settings.transport.send(
        held,
        kept.map((entry) => entry.call),
      );
    }
    // Callers first: until they have written down what happened, a crash leaves them in doubt.
    conclude(kept, end, held);
    await settleTicket(ticket, kept, end);
    inFlight -= 1;
    pump();
  }

  /** Runs the hooks that have not run yet. Whoever says no, or fails, does not travel. */
  async function letLeave(planned: readonly Entry[]): Promise<readonly Entry[]> {
    const verdicts = await Promise.allSettled(
      planned.map(async (entry) => entry.left || entry.call.leave === undefined || (await entry.call.leave())),
    );
    return planned.filter((entry, index) => {
      const verdict = verdicts[index];
      if (verdict?.status === "fulfilled" && verdict.value) {
        entry.left = true;
        return true;
      }
      queue.release(entry, false);
      if (verdict?.status === "rejected") entry.fail(verdict.reason);
      else entry.settle({ kind: "withdrawn" });
      return false;
    });
  }

  async function settleTicket(ticket: string, kept: readonly Entry[], end: RequestEnd): Promise<void> {
    const reports = estimates.learn(
      kept.map((entry) => entry.call),
      end.ends,
    );
    try {
      await limiter.settle(portal, ticket, reports, end.whole?.kind === "ambiguous");
      if (end.whole?.kind === "rate-limited") await limiter.penalise(portal, ratePenalty());
      const over = new Set(
        kept.filter((_entry, index) => faultAt(end, index)?.kind === "over-budget").map((entry) => entry.call.method),
      );
      for (const method of over) await limiter.penalise(portal, budgetPenalty(method), method);
    } catch (error) {
      log.warn({ portal, error: messageOf(error) }, "The rate limiter could not be told how a request ended");
    }
  }

  function conclude(kept: readonly Entry[], end: RequestEnd, held: Credentials): void {
    const [first] = kept;
    if (!first) return;
    const rejected = kept.some((_entry, index) =>
      ["token-rejected", "moved"].includes(faultAt(end, index)?.kind ?? ""),
    );
    const hopeless = rejected && !renew(first.identity, held);
    if (!rejected && first.identity === "" && end.whole === undefined) note(settings.tokens.succeeded(portal));
    if (end.whole?.kind === "rate-limited") {
      penalties = Math.min(penalties + 1, 4);
      gateUntil = clock.now() + ratePenalty();
    } else if (end.whole === undefined) penalties = 0;
    for (const [index, entry] of kept.entries()) {
      const one = end.ends[index];
      if (one?.kind === "ok") {
        queue.release(entry, false);
        entry.settle({ kind: "ok", value: one.value });
      } else finish(entry, one?.fault ?? ambiguous("The portal's answer was incomplete"), hopeless);
    }
  }

  const ratePenalty = () => RATE_PENALTY_MS * 2 ** Math.max(0, penalties - 1);

  /** A call that did not end well: ends it, or puts it back to the front of its lane. */
  function finish(entry: Entry, fault: Fault, hopeless: boolean): void {
    const verdict = decide(entry.call.effect, fault, entry.tries, hopeless, random());
    queue.release(entry, verdict.kind !== "end");
    if (verdict.kind === "end") {
      if (fault.kind === "unauthorised" && entry.identity === "")
        note(settings.tokens.troubled(portal, fault.sentence));
      entry.settle(verdict.outcome);
    } else if (verdict.kind === "again") {
      if (verdict.counts) entry.tries += 1;
      entry.notBefore = clock.now() + verdict.afterMs;
    } else holdMethod(entry.call.method, clock.now() + budgetPenalty(entry.call.method));
  }

  /** Brings another token or address; `false` when that was done a moment ago and did not help. */
  function renew(identity: string, held: Credentials): boolean {
    const current = credentials.get(identity)?.held;
    if (authorising.has(identity) || (current !== undefined && current.accessToken !== held.accessToken)) return true;
    credentials.delete(identity);
    if (clock.now() - (renewedAt.get(identity) ?? 0) < RENEW_AGAIN_MS) return false;
    renewedAt.set(identity, clock.now());
    authorising.add(identity);
    settings.tokens
      .renew(portal, held.accessToken, identity === "" ? undefined : identity)
      .then((outcome) => {
        authorising.delete(identity);
        if (outcome.kind === "ok") credentials.set(identity, { held: outcome.credentials, at: clock.now() });
        else for (const entry of queue.drain((waiting) => waiting.identity === identity)) entry.settle(outcome);
      })
      .catch((error: unknown) => {
        authorising.delete(identity);
        log.warn({ portal, error: messageOf(error) }, "The portal's authorization could not be renewed just now");
        gateUntil = clock.now() + ASK_AGAIN_MS;
      })
      .finally(pump);
    return true;
  }

  function budgetPenalty(method: string): number {
    const wait = (estimates.resetAt(method) ?? 0) - clock.now();
    return wait > 0 && wait <= 11 * 60_000 ? wait + ASK_AGAIN_MS : BUDGET_PENALTY_MS;
  }

  function note(work: Promise<void>): void {
    work.catch((error: unknown) =>
      log.warn({ portal, error: messageOf(error) }, "The portal's state could not be noted"),
    );
  }

  return {
    call,
    get idle() {
      return queue.size === 0 && inFlight === 0;
    },
  };
}

function faultAt(end: RequestEnd, index: number): Fault | undefined {
  const one = end.ends[index];
  return one?.kind === "fault" ? one.fault : undefined;
}
const oldest = (entries: readonly Entry[]) =>
  Math.min(...entries.map((entry) => Math.max(entry.queuedAt, entry.notBefore)));
const throttled = (until: number, sentence: string): PortalOutcome<never> => ({
  kind: "throttled",
  until: new Date(until),
  sentence,
});
const overBudget = (method: string, until: number) =>
  throttled(until, `The portal's time budget for ${method} is used up; it opens again by itself.`);
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

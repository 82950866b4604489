/**
 * Misbehaviour on demand. A rule matches calls, counts its matches and fires by position (`nth`, `times`)
 * or by chance (`probability`, from the emulator's seeded generator).
 */
export type FaultKind =
  /** 503 QUERY_LIMIT_EXCEEDED, not processed. */
  | "status-503"
  /** 500 with a JSON error, not processed. */
  | "status-500"
  /** 502 with an HTML page, not processed. */
  | "status-502"
  /** 500 with a JSON error although everything was processed. */
  | "status-500-after"
  /** 502 with an HTML page although everything was processed. */
  | "status-502-after"
  /** The socket is destroyed, nothing was processed. */
  | "drop-before"
  /** Everything was processed, then the socket is destroyed without an answer. */
  | "drop-after"
  /** Never answers and never processes, until released or stopped. */
  | "hang-before"
  /** Processes, then never answers, until released or stopped. */
  | "hang-after"
  /** Waits `delayMs` before processing. */
  | "slow-before"
  /** Waits `delayMs` between processing and the answer. */
  | "slow-after"
  /** The access token of this request expires now: 401 expired_token. */
  | "expired-token"
  /** A command (also inside a batch) answers `error`, not processed. */
  | "command-error"
  /** An element of imconnector.send.messages is refused: SUCCESS false, not processed. */
  | "element-refused"
  /** An element of imconnector.send.messages is processed but reported with SUCCESS false. */
  | "element-lie"
  /** Authorization server: the refresh token is refused. */
  | "invalid-grant"
  /** Authorization server: PAYMENT_REQUIRED. */
  | "payment-required"
  /** An event is recorded but never sent. */
  | "event-lost"
  /** An event is sent twice (the queue repeated itself). */
  | "event-doubled"
  /** An event is sent `delayMs` later. */
  | "event-late";

export interface FaultRule {
  kind: FaultKind;
  /** Portal id; all portals when absent. */
  portal?: string | undefined;
  /** Method or event name; `*` at the end matches the rest. A batch matches by its commands too. `oauth.token` = token server. */
  method?: string | undefined;
  /** First match that fires, counted from 1. */
  nth?: number | undefined;
  /** How often it fires: 1 unless a probability is given, then without end. */
  times?: number | undefined;
  probability?: number | undefined;
  delayMs?: number | undefined;
  /** For command-error. */
  error?: { status: number; code: string; description: string } | undefined;
}

export interface ActiveFault extends FaultRule {
  readonly id: number;
  matched: number;
  fired: number;
}

/** Small deterministic generator (mulberry32): the same seed gives the same run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export class FaultPlan {
  #rules: ActiveFault[] = [];
  #nextId = 1;
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  add(rule: FaultRule): ActiveFault {
    const active: ActiveFault = { ...rule, id: this.#nextId, matched: 0, fired: 0 };
    this.#nextId += 1;
    this.#rules.push(active);
    return active;
  }

  list(): readonly ActiveFault[] {
    return this.#rules;
  }

  remove(id: number): boolean {
    const before = this.#rules.length;
    this.#rules = this.#rules.filter((rule) => rule.id !== id);
    return this.#rules.length < before;
  }

  clear(): void {
    this.#rules = [];
  }

  /** The first rule of these kinds that fires for a call carrying these names; counts the match. */
  take(kinds: readonly FaultKind[], portal: string, names: readonly string[]): ActiveFault | undefined {
    if (this.#rules.length === 0) return undefined;
    for (const rule of this.#rules) {
      if (!kinds.includes(rule.kind)) continue;
      if (rule.portal !== undefined && rule.portal !== portal) continue;
      if (!names.some((name) => matchesName(rule.method, name))) continue;
      rule.matched += 1;
      if (rule.matched < (rule.nth ?? 1)) continue;
      const times = rule.times ?? (rule.probability === undefined ? 1 : Number.POSITIVE_INFINITY);
      if (rule.fired >= times) continue;
      if (rule.probability !== undefined && this.#random() >= rule.probability) continue;
      rule.fired += 1;
      return rule;
    }
    return undefined;
  }
}

function matchesName(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined || pattern === "*") return true;
  const lower = pattern.toLowerCase();
  return lower.endsWith("*") ? name.toLowerCase().startsWith(lower.slice(0, -1)) : name.toLowerCase() === lower;
}

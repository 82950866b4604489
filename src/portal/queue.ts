/**
 * Who goes next. Calls wait in lanes: one lane per sequence (its calls leave one after the other), one per call without
 * a sequence. Lanes of one identity (the background, or one viewer) share a request, because a request carries one token.
 *
 * Fairness: identities take turns by request; within a request every lane gives at most one call, and a lane that gave
 * one goes to the end; calls without a sequence, which people wait for, may take up to half of a request
 * before the lanes of conversations are asked. Pure bookkeeping: no time, no waiting, nothing outside.
 */
import type { PortalCall } from "./contract.ts";

export interface Queued {
  readonly call: PortalCall;
  readonly identity: string;
  readonly queuedAt: number;
  /** Not before then (a retry waits). Unix milliseconds. */
  notBefore: number;
  /** Its `leave` has run. */
  left: boolean;
  tries: number;
}

export interface PlanRules<Entry extends Queued> {
  readonly now: number;
  readonly maxCommands: number;
  readonly maxMs: number;
  readonly estimateMs: (entry: Entry) => number;
  readonly blocked: (method: string) => boolean;
  /** Identities that cannot send just now (their token is being renewed). */
  readonly mute: (identity: string) => boolean;
}

interface Lane<Entry> {
  readonly key: string;
  readonly entries: Entry[];
}

interface Group<Entry> {
  readonly urgent: Map<string, Lane<Entry>>;
  readonly regular: Map<string, Lane<Entry>>;
}

export class CallQueue<Entry extends Queued> {
  readonly #groups = new Map<string, Group<Entry>>();
  /** Lanes with a call in flight; they wait here with what follows. */
  readonly #busy = new Map<string, Lane<Entry>>();
  #size = 0;
  #anonymous = 0;
  #lastWasAlone = false;
  readonly #keys = new WeakMap<Entry, string>();

  /** Calls that wait, those behind a call in flight included. */
  get size(): number {
    return this.#size;
  }

  add(entry: Entry): void {
    this.#anonymous += 1;
    const key = entry.call.sequence === undefined ? `#${this.#anonymous}` : `${entry.identity}|${entry.call.sequence}`;
    this.#keys.set(entry, key);
    this.#size += 1;
    const busy = this.#busy.get(key);
    if (busy) {
      busy.entries.push(entry);
      return;
    }
    const lanes = this.#lanesFor(entry);
    const lane = lanes.get(key) ?? { key, entries: [] };
    lane.entries.push(entry);
    lanes.set(key, lane);
  }

  /** Who would go now as one request. Changes nothing; `take` does. */
  plan(rules: PlanRules<Entry>): readonly Entry[] {
    for (const [identity, group] of this.#groups) {
      if (rules.mute(identity)) continue;
      const planned = this.#planGroup(group, rules);
      if (planned.length > 0) return planned;
    }
    return [];
  }

  /** Takes planned calls out; their lanes stand still until `release`. */
  take(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const key = this.#keys.get(entry) ?? "";
      const lanes = this.#lanesFor(entry);
      const lane = lanes.get(key);
      if (lane?.entries[0] !== entry) continue;
      lane.entries.shift();
      lanes.delete(key);
      this.#busy.set(key, lane);
      this.#size -= 1;
    }
    const [first] = entries;
    if (!first) return;
    this.#lastWasAlone = first.call.alone === true;
    const group = this.#groups.get(first.identity);
    if (!group) return;
    this.#groups.delete(first.identity);
    if (group.urgent.size + group.regular.size > 0) this.#groups.set(first.identity, group);
  }

  /** The call ended (or goes back to the front): its lane moves on, at the end of its ring unless it goes back. */
  release(entry: Entry, goesBack: boolean): void {
    const key = this.#keys.get(entry) ?? "";
    const lane = this.#busy.get(key);
    if (!lane) return;
    this.#busy.delete(key);
    if (goesBack) {
      lane.entries.unshift(entry);
      this.#size += 1;
    }
    if (lane.entries.length === 0) return;
    const [head] = lane.entries;
    if (!head) return;
    const lanes = this.#lanesFor(head);
    if (!goesBack) {
      lanes.set(key, lane);
      return;
    }
    const others = [...lanes];
    lanes.clear();
    lanes.set(key, lane);
    for (const [otherKey, other] of others) lanes.set(otherKey, other);
  }

  /** Takes out every lane whose first call matches, with all that waits behind it (order within a lane holds). */
  drain(matches: (entry: Entry) => boolean): readonly Entry[] {
    const drained: Entry[] = [];
    for (const [identity, group] of this.#groups) {
      for (const lanes of [group.urgent, group.regular]) {
        for (const [key, lane] of lanes) {
          const [head] = lane.entries;
          if (!head || !matches(head)) continue;
          drained.push(...lane.entries);
          lanes.delete(key);
        }
      }
      if (group.urgent.size + group.regular.size === 0) this.#groups.delete(identity);
    }
    this.#size -= drained.length;
    return drained;
  }

  /** The first calls of lanes that could move. */
  *heads(): Iterable<Entry> {
    for (const group of this.#groups.values()) {
      for (const lanes of [group.urgent, group.regular]) {
        for (const lane of lanes.values()) if (lane.entries[0]) yield lane.entries[0];
      }
    }
  }

  #planGroup(group: Group<Entry>, rules: PlanRules<Entry>): readonly Entry[] {
    const ready = (lane: Lane<Entry>) => {
      const [head] = lane.entries;
      return head && head.notBefore <= rules.now && !rules.blocked(head.call.method) ? head : undefined;
    };
    const planned: Entry[] = [];
    let total = 0;
    // A conversation's file waits for no stream of reads: at the front of its ring it goes, every second request at most.
    const mayGoAlone = (lanes: Map<string, Lane<Entry>>) =>
      lanes === group.regular && !this.#lastWasAlone && planned.every((entry) => entry.call.sequence === undefined);
    const collect = (lanes: Map<string, Lane<Entry>>, upTo: number): Entry | undefined => {
      for (const lane of lanes.values()) {
        if (planned.length >= upTo) return undefined;
        const head = ready(lane);
        if (!head || planned.includes(head)) continue;
        if (head.call.alone === true) {
          if (planned.length === 0 || mayGoAlone(lanes)) return head;
          continue;
        }
        const estimate = rules.estimateMs(head);
        if (planned.length > 0 && total + estimate > rules.maxMs) return undefined;
        planned.push(head);
        total += estimate;
      }
      return undefined;
    };
    const alone =
      collect(group.urgent, Math.ceil(rules.maxCommands / 2)) ??
      collect(group.regular, rules.maxCommands) ??
      collect(group.urgent, rules.maxCommands);
    return alone ? [alone] : planned;
  }

  #lanesFor(entry: Entry): Map<string, Lane<Entry>> {
    let group = this.#groups.get(entry.identity);
    if (!group) {
      group = { urgent: new Map(), regular: new Map() };
      this.#groups.set(entry.identity, group);
    }
    return entry.call.sequence === undefined ? group.urgent : group.regular;
  }
}

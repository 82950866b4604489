/**
 * A whole account in memory: conversations, agents, a clock that stands still until it is told to go on. Keeps what a store
 * keeps (state as JSON, turns) and does what the relay does with effects.
 */
import type { OwnLine } from "../../../src/rules/lines/own-line.ts";
import {
  type Agent,
  countedHoldings,
  holdingOf,
  type LineFacts,
  type OwnEffect,
  type OwnEvent,
  type OwnSession,
} from "../../../src/rules/lines/own-session.ts";
import { stepThrough } from "../../../src/rules/lines/step.ts";

export interface Done {
  readonly conversation: number;
  readonly at: number;
  readonly effect: OwnEffect;
}

type Person = Omit<Agent, "chats" | "lastTurn">;

export class DeskOfAgents {
  now = Date.parse("2026-03-02T09:00:00Z");
  readonly done: Done[] = [];
  readonly #kept = new Map<number, { readonly json: string; readonly dueAt: number | undefined }>();
  readonly #turns = new Map<string, number>();
  #turn = 0;
  settings: OwnLine;
  people: Person[];

  constructor(settings: OwnLine, people: readonly Person[]) {
    this.settings = settings;
    this.people = [...people];
  }

  state(conversation: number): OwnSession | undefined {
    const kept = this.#kept.get(conversation);
    return kept && (JSON.parse(kept.json) as OwnSession);
  }

  facts(without: number): LineFacts {
    const counted = countedHoldings(this.settings.limit?.ignores ?? "closed");
    const chatsOf = (id: string) =>
      [...this.#kept.keys()].filter((other) => {
        const state = other === without ? undefined : this.state(other);
        const holding = state && state.operator === id ? holdingOf(state) : null;
        return holding !== null && counted.includes(holding);
      }).length;
    const queue = this.people.map((person) => ({
      ...person,
      chats: chatsOf(person.id),
      lastTurn: this.#turns.get(person.id) ?? 0,
    }));
    return { now: this.now, queue };
  }

  /** What a run would do; nothing of it is kept. */
  plan(conversation: number, events: readonly OwnEvent[]) {
    return stepThrough(this.state(conversation), events, this.settings, this.facts(conversation));
  }

  run(conversation: number, ...events: readonly OwnEvent[]): readonly OwnEffect[] {
    const { state, effects, dueAt } = this.plan(conversation, events);
    this.#kept.set(conversation, { json: JSON.stringify(state), dueAt });
    for (const effect of effects) {
      this.done.push({ conversation, at: this.now, effect });
      if (effect.kind !== "turn") continue;
      this.#turn += 1;
      this.#turns.set(effect.of, this.#turn);
    }
    return effects;
  }

  dueAt(conversation: number): number | undefined {
    return this.#kept.get(conversation)?.dueAt;
  }

  /** Lets time pass; whatever is due is run when it is, as the lanes do it. */
  pass(milliseconds: number): void {
    const until = this.now + milliseconds;
    for (let runs = 0; ; runs += 1) {
      const [first] = this.#due(until);
      if (!first) break;
      if (runs > 10_000) throw new Error(`conversation ${first.conversation} is due again and again`);
      this.now = Math.max(this.now, first.dueAt);
      this.run(first.conversation);
    }
    this.now = until;
  }

  /** Nobody works for so long; then everything that is due is run. */
  outage(milliseconds: number): void {
    this.now += milliseconds;
    for (const { conversation } of this.#due(this.now)) this.run(conversation);
  }

  #due(until: number) {
    return [...this.#kept]
      .flatMap(([conversation, { dueAt }]) => (dueAt !== undefined && dueAt <= until ? [{ conversation, dueAt }] : []))
      .sort((one, other) => one.dueAt - other.dueAt || one.conversation - other.conversation);
  }

  effects(conversation: number): readonly OwnEffect[] {
    return this.done.filter((one) => one.conversation === conversation).map((one) => one.effect);
  }

  said(conversation: number): readonly string[] {
    return this.effects(conversation).flatMap((effect) => (effect.kind === "say" ? [effect.why] : []));
  }

  operator(conversation: number): string | null | undefined {
    return this.state(conversation)?.operator;
  }
}

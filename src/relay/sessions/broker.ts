import { randomUUID } from "node:crypto";
import type { AccountId } from "../../domain/ids.ts";
import type { Asked, Held, HeldSessions, Leave, SessionAnswers, SessionCall, SessionMethod } from "./calls.ts";
import { LIMIT_MS, LINE_MS } from "./calls.ts";
import { type AnyAnswer, type PerformDeps, perform } from "./perform.ts";
import { readAnswer, readQuestion, type ToAsker, type ToOwner } from "./wire.ts";

/** What the broker needs of the bus between processes. Notices may be lost, never altered. */
export interface CallBus {
  publish(topic: string, notice: string): void;
  subscribe(topic: string, listener: (notice: string) => void): () => void;
}

export interface BrokerDeps extends PerformDeps {
  /** Absent: there are no other processes. */
  readonly bus: CallBus | undefined;
  /** Unique per process. */
  readonly processId: string;
  /** For tests. */
  readonly timing?: Partial<BrokerTiming>;
}

export interface BrokerTiming {
  /** How long an owner may take to say that it is there. */
  readonly pingMs: number;
  /** How often an owner at work says so. */
  readonly workingMs: number;
  /** After so much silence an owner counts as dead. */
  readonly silenceMs: number;
}

/** Asks an account's standing connection, in whichever process it lives. */
export interface SessionBroker {
  /** @param leave of a message that is sent: see `Outgoing.leave` */
  ask<Method extends SessionMethod>(
    account: AccountId,
    call: Extract<SessionCall, { readonly method: Method }>,
    leave?: Leave,
  ): Promise<Asked<SessionAnswers[Method]>>;
  /** Where connections of this process are found, and from when on. Answers how to stop answering others. */
  serve(held: HeldSessions): void;
  close(): void;
}

const CALLS = "session-calls";
const answersTo = (process: string) => `session-answers:${process}`;
const TIMING: BrokerTiming = { pingMs: 2_000, workingMs: 3_000, silenceMs: 12_000 };

/**
 * Calls between processes over the bus: who is there (ping), then the call to that one process, then its answer.
 * - Nobody answers the ping (owner dead, not opened yet, bus lost): nothing left, so certainly nothing was done.
 * - Owner dies after the call left: its signs of life end, and the call counts as silent, "may have been done".
 * - The call or its answer is lost on the bus: the same. A call that arrives twice is done once (its id is remembered).
 * - Two owners for a moment (a lock ran out while its holder stood still): the one whose lock ran out says nothing, and
 *   the call names the process that it is for, so that at most one does it.
 * - The owner's connection hangs: the owner itself ends the call as silent (`perform`); here stands only the sum of its limits.
 * - A late answer finds nobody waiting under its id and is passed over.
 * - Before a message leaves, the owner asks back whether it may. Whoever asked is dead, has given up, or the question or its
 *   answer is lost: no, and nothing is sent.
 */
export function createSessionBroker(deps: BrokerDeps): SessionBroker {
  const { bus, processId } = deps;
  const timing = { ...TIMING, ...deps.timing };
  const waiting = new Map<string, (answer: ToAsker) => void>();
  /** Calls of others whose turn has come. */
  const leaving = new Map<string, (may: boolean) => void>();
  const seen = new Set<string>();
  let held: HeldSessions = { find: () => undefined };
  let closed = false;

  const stops = bus === undefined ? [] : listenTo(bus);

  function listenTo(to: CallBus) {
    return [
      to.subscribe(CALLS, (text) => {
        const question = readQuestion(text);
        if (question?.kind === "may") {
          if (question.to === processId) leaving.get(question.id)?.(question.may);
        } else if (question) void hear(to, question);
      }),
      to.subscribe(answersTo(processId), (text) => {
        const answer = readAnswer(text);
        if (answer) waiting.get(answer.id)?.(answer);
      }),
    ];
  }

  async function hear(to: CallBus, question: Exclude<ToOwner, { readonly kind: "may" }>): Promise<void> {
    if (question.from === processId) return;
    const own = find(question.account as AccountId);
    if (!own) return;
    const reply = (answer: ToAsker): void => {
      if (!closed) to.publish(answersTo(question.from), JSON.stringify(answer));
    };
    if (question.kind === "ping") {
      reply({ kind: "here", id: question.id, owner: processId });
      return;
    }
    if (question.to !== processId || seen.has(question.id)) return;
    remember(seen, question.id);
    const { id } = question;
    reply({ kind: "working", id });
    const alive = setInterval(() => reply({ kind: "working", id }), timing.workingMs);
    try {
      const leave = question.asksLeave === true ? () => askBack(id, () => reply({ kind: "leaving", id })) : undefined;
      const asked = await perform(deps, own, question.call, leave);
      reply(asked.kind === "answered" ? { kind: "answer", id, answer: asked.answer } : { kind: "silent", id });
    } finally {
      clearInterval(alive);
    }
  }

  /** `false` where no answer comes. */
  function askBack(id: string, ask: () => void): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (may: boolean): void => {
        leaving.delete(id);
        clearTimeout(timer);
        resolve(may);
      };
      const timer = setTimeout(() => end(false), timing.silenceMs);
      leaving.set(id, end);
      ask();
    });
  }

  function find(account: AccountId): Held | undefined {
    const own = held.find(account);
    return own?.isHeld() ? own : undefined;
  }

  async function askElsewhere(
    to: CallBus,
    account: AccountId,
    call: SessionCall,
    leave: Leave | undefined,
  ): Promise<Asked<AnyAnswer>> {
    const owner = await ping(to, account);
    if (owner === undefined) return { kind: "nobody" };
    const id = randomUUID();
    return new Promise((resolve) => {
      const end = (asked: Asked<AnyAnswer>): void => {
        waiting.delete(id);
        clearTimeout(silence);
        clearTimeout(limit);
        resolve(asked);
      };
      const silence = setTimeout(() => end({ kind: "silent" }), timing.silenceMs);
      const limit = setTimeout(() => end({ kind: "silent" }), LIMIT_MS[call.method] + LINE_MS + timing.silenceMs);
      waiting.set(id, (answer) => {
        if (answer.kind === "leaving") void sayWhether(to, { id, owner }, leave);
        if (answer.kind === "working" || answer.kind === "leaving") silence.refresh();
        else if (answer.kind === "answer") end({ kind: "answered", answer: answer.answer as AnyAnswer });
        else if (answer.kind === "silent") end({ kind: "silent" });
      });
      const asked = { kind: "call", id, from: processId, account, to: owner, call, ...(leave && { asksLeave: true }) };
      to.publish(CALLS, JSON.stringify(asked));
    });
  }

  /** What the store does not say is no: the owner must not be told yes by mistake. */
  async function sayWhether(
    to: CallBus,
    { id, owner }: { readonly id: string; readonly owner: string },
    leave: Leave | undefined,
  ): Promise<void> {
    const may = leave !== undefined && (await leave().catch(() => false));
    if (!closed) to.publish(CALLS, JSON.stringify({ kind: "may", id, to: owner, may }));
  }

  const elsewhere = async (
    account: AccountId,
    call: SessionCall,
    leave: Leave | undefined,
  ): Promise<Asked<AnyAnswer>> => (bus === undefined ? { kind: "nobody" } : askElsewhere(bus, account, call, leave));

  function ping(to: CallBus, account: AccountId): Promise<string | undefined> {
    const id = randomUUID();
    return new Promise((resolve) => {
      const end = (owner: string | undefined): void => {
        waiting.delete(id);
        clearTimeout(timer);
        resolve(owner);
      };
      const timer = setTimeout(() => end(undefined), timing.pingMs);
      waiting.set(id, (answer) => {
        if (answer.kind === "here") end(answer.owner);
      });
      to.publish(CALLS, JSON.stringify({ kind: "ping", id, from: processId, account }));
    });
  }

  return {
    async ask<Method extends SessionMethod>(
      account: AccountId,
      call: Extract<SessionCall, { readonly method: Method }>,
      leave?: Leave,
    ) {
      const own = find(account);
      const asked = own ? await perform(deps, own, call, leave) : await elsewhere(account, call, leave);
      // Each method's answer is made by `perform` alone, here or in a process of ours (the bus is sealed).
      return asked as Asked<SessionAnswers[Method]>;
    },
    serve(sessions) {
      held = sessions;
    },
    close() {
      closed = true;
      for (const stop of stops) stop();
      held = { find: () => undefined };
    },
  };
}

const MOST_SEEN = 10_000;

function remember(seen: Set<string>, id: string): void {
  const oldest = seen.size >= MOST_SEEN ? seen.values().next().value : undefined;
  if (oldest !== undefined) seen.delete(oldest);
  seen.add(id);
}

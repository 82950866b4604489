import type { MessageAnswer } from "../../../src/api/messages.ts";
import { isQuoted, isReadyFile, type Quoted, type ReadyFile, record } from "./drafts.ts";
import { isLetterWords, type LetterWords } from "./letter/letter-words.ts";
import type { PageMemory } from "./page-memory.ts";

/** A vendor's approved text with what stands in its gaps. */
export interface ChosenTemplate {
  readonly name: string;
  readonly language: string;
  readonly variables: readonly string[];
}

/** What an agent has sent off. */
export interface Written {
  readonly text: string;
  readonly quote?: Quoted | undefined;
  readonly files: readonly ReadyFile[];
  readonly template?: ChosenTemplate | undefined;
  /** Of a letter, as it was typed: it is read when it leaves. */
  readonly letter?: LetterWords | undefined;
}

/**
 * `sending`: in the line, or on its way. `waiting`: no answer came, it may be there already; it is asked again with the
 * same id. `refused`: the server said no, nothing was sent.
 */
export type PendingState = "sending" | "waiting" | "refused";

/** A message that the server is not yet known to have. */
export interface Pending extends Written {
  readonly clientId: string;
  readonly at: string;
  readonly state: PendingState;
  /** Why it waits or was refused. */
  readonly problem?: string | undefined;
}

export type PostOutcome =
  | { readonly kind: "stored"; readonly message: MessageAnswer }
  | { readonly kind: "refused"; readonly sentence: string }
  | { readonly kind: "unknown"; readonly sentence: string };

export interface OutboxDeps {
  readonly conversation: string;
  readonly memory: PageMemory;
  /** Never throws. The same id twice is one message. */
  readonly post: (message: Pending) => Promise<PostOutcome>;
  readonly stored: (message: MessageAnswer) => void;
  readonly changed: (list: readonly Pending[]) => void;
  /** Resolves when it is time to ask again, or sooner when something tells that the server may be back. */
  readonly pause: (ms: number) => Promise<void>;
  readonly newId: () => string;
  readonly now: () => Date;
}

export interface Outbox {
  add(message: Written): void;
  /** Asks again now. */
  again(clientId: string): void;
  /** Takes a refused one out. What may have been sent stays. */
  take(clientId: string): Pending | undefined;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Messages on their way to the server, one after the other, so that they stand in the order they were written.
 *
 * Each is kept under its id before it leaves, and goes out under that id until the server has answered: the page closed
 * before, during or after, and every repeat, end in one message. A server that is gone or slow holds up the ones behind, a
 * refusal does not. Two pages of one viewer that both send what was kept: the server takes one.
 */
export function createOutbox(deps: OutboxDeps): Outbox {
  const prefix = `outbox:${deps.conversation}:`;
  const list = new Map<string, Pending>();
  let isBusy = false;

  const put = (message: Pending) => {
    list.set(message.clientId, message);
    deps.memory.set(prefix + message.clientId, JSON.stringify(message));
    deps.changed([...list.values()]);
  };
  const drop = (clientId: string) => {
    list.delete(clientId);
    deps.memory.set(prefix + clientId, undefined);
    deps.changed([...list.values()]);
  };

  async function work(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    for (let next = first(); next !== undefined; next = first()) await deliver(next);
    isBusy = false;
  }

  const first = () => [...list.values()].find((message) => message.state !== "refused");

  async function deliver(message: Pending): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      const outcome = await deps.post(message);
      if (outcome.kind === "stored") {
        deps.stored(outcome.message);
        drop(message.clientId);
        return;
      }
      if (outcome.kind === "refused") {
        put({ ...message, state: "refused", problem: outcome.sentence });
        return;
      }
      put({ ...message, state: "waiting", problem: outcome.sentence });
      await deps.pause(pauseMs);
    }
  }

  for (const key of deps.memory.keys(prefix)) {
    const kept = readPending(deps.memory.get(key));
    if (kept) list.set(kept.clientId, kept);
    else deps.memory.set(key, undefined);
  }
  const kept = [...list.values()].sort((a, b) => a.at.localeCompare(b.at));
  list.clear();
  for (const message of kept) list.set(message.clientId, message);
  if (kept.length > 0) deps.changed(kept);
  void work();

  return {
    add(message) {
      put({ ...message, clientId: deps.newId(), at: deps.now().toISOString(), state: "sending" });
      void work();
    },
    again(clientId) {
      const message = list.get(clientId);
      if (message?.state !== "refused") return;
      put({ ...message, state: "sending", problem: undefined });
      void work();
    },
    take(clientId) {
      const message = list.get(clientId);
      if (message?.state !== "refused") return undefined;
      drop(clientId);
      return message;
    },
  };
}

function readPending(kept: string | undefined): Pending | undefined {
  const { clientId, at, text, state, problem, quote, files, template, letter } = record(kept);
  if (typeof clientId !== "string" || typeof at !== "string" || typeof text !== "string") return undefined;
  return {
    clientId,
    at,
    text,
    state: state === "refused" ? "refused" : "sending",
    ...(typeof problem === "string" && state === "refused" && { problem }),
    ...(isQuoted(quote) && { quote }),
    files: Array.isArray(files) ? files.filter(isReadyFile) : [],
    ...(isTemplate(template) && { template }),
    ...(isLetterWords(letter) && { letter }),
  };
}

function isTemplate(value: unknown): value is ChosenTemplate {
  if (typeof value !== "object" || value === null) return false;
  const { name, language, variables } = value as Record<string, unknown>;
  return typeof name === "string" && typeof language === "string" && Array.isArray(variables);
}

/** Those of which no row is here yet: a row may come by the thread before the answer to its sending does. */
export function notYetHere(pending: readonly Pending[], rows: readonly MessageAnswer[]): readonly Pending[] {
  const here = new Set(rows.map((row) => row.clientId));
  return pending.filter((message) => !here.has(message.clientId));
}

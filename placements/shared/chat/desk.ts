import { type Ref, shallowRef } from "vue";
import type { MessageAnswer } from "../../../src/api/messages.ts";
import { ApiError, call } from "../api.ts";
import { sentenceOf } from "../loaded.ts";
import { newClientId } from "./client-id.ts";
import { createDrafts, type Draft, NO_DRAFT, type ReadyFile } from "./drafts.ts";
import { readWords } from "./letter/letter-words.ts";
import { withoutTemplate } from "./letter/made-of.ts";
import { type ChosenTemplate, createOutbox, type Pending, type PostOutcome } from "./outbox.ts";
import { createUploads, type Uploads } from "./uploads.ts";
import { viewerMemory } from "./viewer-memory.ts";

/** What an agent has begun and sent off in one conversation. It goes on while another conversation is looked at. */
export interface Desk {
  readonly draft: Readonly<Ref<Draft>>;
  readonly pending: Readonly<Ref<readonly Pending[]>>;
  readonly uploads: Uploads;
  write(change: Partial<Draft>): void;
  /**
   * Sends what is written.
   * @param oneByOne each file goes in a message of its own
   */
  send(oneByOne: boolean): void;
  sendTemplate(template: ChosenTemplate, text: string, files: readonly ReadyFile[]): void;
  /** Has the server send what is written when its time has come; what was written stays where that is refused. @throws ApiError */
  plan(at: Date): Promise<void>;
  /** Asks again for whatever waits or was refused. */
  again(clientId: string): void;
  discard(clientId: string): void;
  /** Puts a refused message back before the agent, if nothing else is begun. */
  change(clientId: string): void;
  /** Hears of each message that the server has taken. Answers how to stop. */
  onStored(listener: (message: MessageAnswer) => void): () => void;
}

/** In one message, as the server takes them. */
const MOST_FILES = 10;
const drafts = createDrafts(viewerMemory, Date.now);
const desks = new Map<string, Desk>();

export function deskOf(conversation: string): Desk {
  const known = desks.get(conversation);
  if (known) return known;
  const desk = createDesk(conversation);
  desks.set(conversation, desk);
  return desk;
}

function createDesk(conversation: string): Desk {
  const draft = shallowRef(drafts.load(conversation));
  const pending = shallowRef<readonly Pending[]>([]);
  const listeners = new Set<(message: MessageAnswer) => void>();
  let planning: { readonly what: string; readonly clientId: string } | undefined;
  const pauses = createPauses();

  function write(change: Partial<Draft>): void {
    const next = { ...draft.value, ...change };
    // Nothing is left of what its letter was made of.
    draft.value =
      next.letter?.template !== undefined && change.text?.trim() === ""
        ? { ...next, letter: withoutTemplate(next.letter) }
        : next;
    drafts.save(conversation, draft.value);
  }

  const uploads = createUploads(conversation, (file) => write({ files: [...draft.value.files, file] }));
  const outbox = createOutbox({
    conversation,
    memory: viewerMemory,
    post: (message) => post(conversation, message),
    stored: (message) => {
      for (const listener of listeners) listener(message);
    },
    changed: (list) => {
      pending.value = list;
    },
    pause: pauses.wait,
    newId: newClientId,
    now: () => new Date(),
  });

  return {
    draft,
    pending,
    uploads,
    write,
    send(oneByOne) {
      const { text, quote, files, letter } = draft.value;
      const [first = [], ...more] = inGroups(files, oneByOne ? 1 : MOST_FILES);
      outbox.add({ text, quote, files: first, ...(letter && { letter }) });
      for (const next of more) outbox.add({ text: "", files: next, ...(letter && { letter }) });
      write({ ...NO_DRAFT, quote: undefined, letter: undefined });
    },
    async plan(at) {
      const { text, quote, files, letter } = draft.value;
      // A repeat of the same plan is the same message, also when the first answer was lost; what was changed since is another.
      const what = JSON.stringify({ text, quote, files, letter, at });
      if (planning?.what !== what) planning = { what, clientId: newClientId() };
      await call("POST", `/conversations/${conversation}/planned`, {
        ...bodyOf({ clientId: planning.clientId, text, quote, files, letter }),
        sendAt: at.toISOString(),
      });
      planning = undefined;
      write({ ...NO_DRAFT, quote: undefined, letter: undefined });
    },
    sendTemplate: (template, text, files) => outbox.add({ text, files, template }),
    again(clientId) {
      outbox.again(clientId);
      pauses.end();
    },
    discard: (clientId) => void outbox.take(clientId),
    change(clientId) {
      const { text, files } = draft.value;
      if (text.trim() !== "" || files.length > 0) return;
      const taken = outbox.take(clientId);
      if (taken) write({ text: taken.text, quote: taken.quote, files: taken.files, letter: taken.letter });
    },
    onStored(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function inGroups<Value>(all: readonly Value[], size: number): Value[][] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, at) => all.slice(at * size, (at + 1) * size));
}

type Leaving = Pick<Pending, "clientId" | "text" | "quote" | "files" | "template" | "letter">;

/** As the server takes it. */
function bodyOf({ clientId, text, quote, files, template, letter }: Leaving) {
  const read = readWords(letter ?? {});
  return {
    ...{ clientId, text, attachments: files.map(({ id }) => id) },
    ...(quote && { quote: quote.id }),
    ...(template && { template }),
    ...(letter && read.kind === "ready" && { letter: read.letter }),
  };
}

async function post(conversation: string, message: Pending): Promise<PostOutcome> {
  try {
    const stored = await call<MessageAnswer>("POST", `/conversations/${conversation}/messages`, bodyOf(message));
    return { kind: "stored", message: stored };
  } catch (thrown) {
    return { kind: isRefusal(thrown) ? "refused" : "unknown", sentence: sentenceOf(thrown) };
  }
}

/** The server has looked at it and said no. A session that ended is none: it is asked again with the next one. */
const isRefusal = (error: unknown): boolean =>
  error instanceof ApiError && error.status >= 400 && error.status < 500 && ![401, 408, 429].includes(error.status);

/** Waits that end sooner when the network is back or somebody is impatient. */
function createPauses(): { wait(ms: number): Promise<void>; end(): void } {
  const waiting = new Set<() => void>();
  const end = () => {
    for (const resolve of waiting) resolve();
  };
  window.addEventListener("online", end);
  return {
    end,
    wait: (ms) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        waiting.add(done);
      }),
  };
}

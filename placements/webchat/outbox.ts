import type { VisitorMessage, WrongFields } from "../../src/api/webchat.ts";
import type { Answer, Api, Details } from "./api.ts";
import type { Conversation, Entry } from "./conversation.ts";
import type { KeptText, Storage } from "./storage.ts";
import type { Texts } from "./texts.ts";

export interface OutboxDeps {
  readonly api: Api;
  readonly conversation: Conversation;
  readonly storage: Storage;
  readonly texts: () => Texts;
  readonly fileLimit: () => number;
  /** Makes sure that there is a visitor's token; `false` when there cannot be one now. */
  readonly ready: () => Promise<boolean>;
  readonly changed: () => void;
  /** What goes beside the next message. */
  readonly details: () => Details | undefined;
  /** The server has it. */
  readonly taken: (details: Details) => void;
  /** The server wants something filled in first; the message waits. */
  readonly needed: (fields: WrongFields) => void;
  readonly stored: (message: VisitorMessage | undefined) => void;
}

export interface Outbox {
  text(text: string, quote?: { readonly id: string; readonly text: string }): void;
  file(file: File): void;
  retry(key: string): void;
  discard(key: string): void;
  /** Sends what failed for want of a connection. */
  resume(): void;
}

interface Job {
  readonly key: string;
  readonly quoteId?: string;
  readonly file?: File;
  readonly abort: AbortController;
}

const TRIES = 3;

/**
 * Messages on their way to the server, one after the other, so that they arrive in the order they were written. Each
 * keeps its id through every retry, reload included: the server drops what it has already.
 */
export function createOutbox(deps: OutboxDeps): Outbox {
  const jobs = new Map<string, Job>();
  const queue: string[] = [];
  let isBusy = false;

  const remember = () => {
    const outbox = [...jobs.values()].flatMap((job): KeptText[] => {
      const entry = deps.conversation.find(job.key);
      if (!entry || entry.seq !== undefined || job.file) return [];
      const quote = job.quoteId === undefined ? undefined : { id: job.quoteId, text: entry.quote?.text ?? "" };
      return [{ id: entry.key, text: entry.text, at: entry.at, ...(quote && { quote }) }];
    });
    deps.storage.change({ outbox });
  };
  const update = (key: string, patch: Partial<Entry>) => {
    const entry = deps.conversation.find(key);
    if (!entry || entry.seq !== undefined) return;
    const { problem: _old, ...rest } = entry;
    deps.conversation.putPending({ ...rest, ...patch });
    deps.changed();
  };
  const add = (entry: Entry, job: Job) => {
    jobs.set(job.key, job);
    deps.conversation.putPending(entry);
    remember();
    deps.changed();
    enqueue(job.key);
  };
  const enqueue = (key: string) => {
    if (!queue.includes(key)) queue.push(key);
    void work();
  };
  const forget = (key: string) => {
    const preview = deps.conversation.find(key)?.upload?.preview;
    if (preview !== undefined) URL.revokeObjectURL(preview);
    jobs.delete(key);
    deps.conversation.dropPending(key);
    remember();
  };

  async function work(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
      const job = jobs.get(key);
      if (job) await deliver(job);
    }
    isBusy = false;
  }

  async function deliver(job: Job): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (!jobs.has(job.key)) return;
      const isReady = await deps.ready();
      const details = deps.details();
      const answer = isReady ? await send(job, details) : ({ kind: "later" } as const);
      if (answer.kind === "ok") {
        if (details) deps.taken(details);
        deps.stored(answer.value.message);
        forget(job.key);
        deps.changed();
        return;
      }
      if (answer.kind === "refused" && answer.fields) {
        update(job.key, { state: "failed" });
        return deps.needed(answer.fields);
      }
      if (answer.kind === "refused") {
        const problem =
          answer.status === 413 ? deps.texts().tooLarge(formatBytes(deps.fileLimit())) : deps.texts().refused;
        return update(job.key, { state: "failed", problem });
      }
      if (attempt === TRIES)
        return update(job.key, { state: "failed", ...(answer.isFlood && { problem: deps.texts().tooMany }) });
      await new Promise((resolve) =>
        setTimeout(resolve, answer.afterMs === undefined ? attempt * 800 : Math.min(answer.afterMs, 20_000)),
      );
    }
  }

  async function send(job: Job, details: Details | undefined): Promise<Answer<{ readonly message?: VisitorMessage }>> {
    if (job.file) {
      return deps.api.upload(
        job.key,
        job.file,
        details,
        (progress) => {
          const entry = deps.conversation.find(job.key);
          if (entry?.upload) update(job.key, { upload: { ...entry.upload, progress } });
        },
        job.abort.signal,
      );
    }
    const text = deps.conversation.find(job.key)?.text ?? "";
    return deps.api.post({
      id: job.key,
      text,
      ...(job.quoteId !== undefined && { quote: job.quoteId }),
      ...(details && { details }),
    });
  }

  const restore = ({ id, text, at, quote }: KeptText) => {
    const entry = pendingEntry(id, text, at);
    jobs.set(id, { key: id, abort: new AbortController(), ...(quote && { quoteId: quote.id }) });
    deps.conversation.putPending({ ...entry, ...(quote && { quote: { text: quote.text } }) });
    enqueue(id);
  };

  return {
    text(text, quote) {
      const key = newId();
      const entry = pendingEntry(key, text, Date.now());
      add(
        { ...entry, ...(quote && { quote: { text: quote.text } }) },
        { key, abort: new AbortController(), ...(quote && { quoteId: quote.id }) },
      );
    },
    file(file) {
      const key = newId();
      const preview = /^image\/(png|jpeg|gif|webp|avif)$/.test(file.type) ? URL.createObjectURL(file) : undefined;
      const upload = { name: file.name, size: file.size, progress: 0, ...(preview !== undefined && { preview }) };
      const entry: Entry = { ...pendingEntry(key, "", Date.now()), upload };
      const job: Job = { key, file, abort: new AbortController() };
      if (file.size <= deps.fileLimit()) return add(entry, job);
      jobs.set(key, job);
      deps.conversation.putPending({
        ...entry,
        state: "failed",
        problem: deps.texts().tooLarge(formatBytes(deps.fileLimit())),
      });
      deps.changed();
    },
    retry(key) {
      update(key, { state: "sending" });
      enqueue(key);
    },
    discard(key) {
      jobs.get(key)?.abort.abort();
      forget(key);
      deps.changed();
    },
    resume() {
      for (const kept of deps.storage.load().outbox ?? []) if (!jobs.has(kept.id)) restore(kept);
      for (const key of jobs.keys()) {
        const entry = deps.conversation.find(key);
        if (entry?.state !== "failed" || entry.problem !== undefined) continue;
        update(key, { state: "sending" });
        enqueue(key);
      }
    },
  };
}

const pendingEntry = (key: string, text: string, at: number): Entry => ({
  key,
  from: "visitor",
  text,
  spans: [],
  files: [],
  at,
  state: "sending",
  isEdited: false,
  isGone: false,
});

/** `crypto.randomUUID` exists on https pages only; `getRandomValues` everywhere. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function formatBytes(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  if (megabytes >= 1) return `${megabytes >= 10 ? Math.round(megabytes) : megabytes.toFixed(1)} MB`;
  return `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

import { type Ref, ref, shallowRef } from "vue";
import type { ConversationAnswer } from "../../src/api/messages.ts";
import { ApiError, call, listen } from "./api.ts";

export interface PresentPerson {
  readonly id: string;
  readonly name?: string;
  readonly writing: boolean;
}

/** What is heard; whoever does not care for one leaves it out. */
export interface LiveHearer {
  /** Stands open on the page; absent: every conversation is meant. */
  readonly conversation?: string;
  /** Messages are new or changed. */
  news?(): void;
  typing?(text: string | null): void;
  /** Which colleagues have it open too. */
  present?(people: readonly PresentPerson[]): void;
  /** How a conversation stands now. */
  stands?(conversation: ConversationAnswer): void;
  /** More was missed than can be told. */
  reload?(): void;
  /** The line broke or was let go: what was live may be long gone. */
  broken?(): void;
}

const MIN_PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;

/**
 * The page's one stream, shared by all of its parts. The server ends it now and then, and networks break: it is opened again
 * after a pause that grows while it fails, and at once when the browser says that there is a network again. It goes on where it was:
 * the position that was told last is sent along, and rows are taken in by their id.
 *
 * A hidden page holds one only where somebody listens to every conversation, and then looks at none.
 */
const hearers = new Set<LiveHearer>();
const brokenSince = ref<number>();
const isOpen = shallowRef(false);
let running: AbortController | undefined;
let stream = "";
let told = "";
let position: string | undefined;

/** Since when the page hears nothing, and is asking again; absent while all is well. */
export const liveBrokenSince: Readonly<Ref<number | undefined>> = brokenSince;

/** Answers how to stop. */
export function hearLive(hearer: LiveHearer): () => void {
  if (hearers.size === 0) document.addEventListener("visibilitychange", looked);
  hearers.add(hearer);
  settle();
  return () => {
    hearers.delete(hearer);
    if (hearers.size === 0) document.removeEventListener("visibilitychange", looked);
    settle();
  };
}

const hearsAll = () => [...hearers].some(({ conversation }) => conversation === undefined);

function lookedAt(): string {
  if (document.hidden) return "";
  return [...new Set([...hearers].flatMap(({ conversation }) => conversation ?? []))].toSorted().join(",");
}

function looked(): void {
  if (document.hidden) for (const hearer of [...hearers]) if (hearer.conversation !== undefined) hearer.broken?.();
  settle();
}

/** Brings the stream to what the page wants now. */
function settle(): void {
  if (!hearsAll() && lookedAt() === "") {
    stop();
    return;
  }
  if (running) {
    tellLooking();
    return;
  }
  running = new AbortController();
  void run(running.signal);
}

function stop(): void {
  if (!running) return;
  running.abort();
  running = undefined;
  position = undefined;
  brokenSince.value = undefined;
  breakOff();
}

function breakOff(): void {
  isOpen.value = false;
  for (const hearer of [...hearers]) hearer.broken?.();
}

async function run(signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    let wasOpen = false;
    let isOver = false;
    try {
      await listen(
        address(),
        (event, data) => {
          if (signal.aborted) return;
          if (event === "hello") {
            wasOpen = true;
            opened();
          } else tell(event, data);
        },
        signal,
      );
      failures = wasOpen ? 0 : failures + 1;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      if (failures === 1) askAnew();
      isOver = isFinal(error);
    }
    if (signal.aborted) return;
    brokenSince.value ??= Date.now();
    breakOff();
    if (isOver) return;
    await pause(Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** failures) * (0.5 + Math.random() / 2), signal);
  }
}

function address(): string {
  stream = crypto.randomUUID();
  told = lookedAt();
  const query = new URLSearchParams({
    stream,
    ...(hearsAll() && { desk: "true" }),
    ...(told !== "" && { looking: told }),
    ...(hearsAll() && position !== undefined && { after: position }),
  });
  return `/live?${query}`;
}

function opened(): void {
  isOpen.value = true;
  brokenSince.value = undefined;
  if (hearsAll() && position === undefined) askAnew();
  tellLooking();
}

function askAnew(): void {
  for (const hearer of [...hearers]) hearer.reload?.();
}

/** What the page looks at has changed: the server is told in the same breath; where that fails, by a new stream. */
function tellLooking(): void {
  const now = lookedAt();
  if (!isOpen.value || now === told) return;
  told = now;
  const mine = stream;
  call("PUT", `/live/${stream}/looking`, { conversations: now === "" ? [] : now.split(",") }).catch(() => {
    if (mine !== stream || !running) return;
    running.abort();
    running = undefined;
    breakOff();
    setTimeout(settle, MIN_PAUSE_MS);
  });
}

function tell(event: string, data: string): void {
  const read: unknown = JSON.parse(data);
  if (event === "at") position = (read as { readonly at: string }).at;
  else if (event === "reload") askAnew();
  else if (event === "conversation") {
    const row = read as ConversationAnswer;
    for (const hearer of concerned(row.id)) hearer.stands?.(row);
  } else if (event === "news") {
    for (const hearer of concerned((read as Named).conversation)) hearer.news?.();
  } else if (event === "typing") {
    const { conversation, text } = read as Named & { readonly text: string | null };
    for (const hearer of concerned(conversation)) hearer.typing?.(text);
  } else if (event === "present") {
    const { conversation, people } = read as Named & { readonly people: readonly PresentPerson[] };
    for (const hearer of concerned(conversation)) hearer.present?.(people);
  }
}

interface Named {
  readonly conversation: string;
}

const concerned = (id: string) =>
  [...hearers].filter(({ conversation }) => conversation === undefined || conversation === id);

/** Asking again would bring the same no. */
const isFinal = (error: unknown): boolean =>
  error instanceof ApiError && error.status >= 400 && error.status < 500 && ![408, 429].includes(error.status);

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const over = () => {
      clearTimeout(timer);
      window.removeEventListener("online", over);
      signal.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    window.addEventListener("online", over);
    signal.addEventListener("abort", over, { once: true });
  });

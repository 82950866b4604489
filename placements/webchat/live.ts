import type { RatingAsked, VisitorMessage } from "../../src/api/webchat.ts";
import type { Api } from "./api.ts";

export interface LiveEvents {
  messages(messages: readonly VisitorMessage[], isHistory: boolean): void;
  typing(): void;
  rating(asked: RatingAsked | undefined): void;
  /** `lost`: the visitor should know that nothing arrives just now. */
  status(status: "connecting" | "live" | "lost"): void;
  /** The server no longer knows this visitor. */
  forgotten(): void;
  /** This site may not chat (any more). */
  refused(): void;
  /** There is more before the oldest known message. */
  more(hasMore: boolean): void;
}

export interface Live {
  start(): void;
  stop(): void;
  /** Comes back sooner than the pause says: the network is there again, the visitor looks. */
  hurry(): void;
}

/** The server says something at least every 15 s; this much silence means a dead line. */
const SILENCE_MS = 40_000;
/** The first bytes come at once, unless something on the way holds the stream back. */
const FIRST_BYTES_MS = 8_000;
/** How often history is asked where streams do not get through. */
const POLL_MS = 20_000;
const MAX_PAUSE_MS = 30_000;

/**
 * Keeps the page's view of the conversation up to date: history first, then the stream from exactly there. After a break
 * the same again, from the last position, so nothing is missed; what comes twice is dropped by its id.
 */
export function createLive(api: Api, events: LiveEvents): Live {
  let running: AbortController | undefined;
  let cursor: number | undefined;
  let failures = 0;
  let wake: (() => void) | undefined;

  const pause = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener("abort", () => wake?.(), { once: true });
    });

  /** Brings the newest page, and what lies between it and the last known position. */
  async function sync(): Promise<"ok" | "later" | "stop"> {
    const latest = await api.history({});
    if (latest.kind === "refused") {
      if (latest.status === 401) events.forgotten();
      else events.refused();
      return "stop";
    }
    if (latest.kind === "later") return "later";
    const oldest = latest.value.messages[0]?.seq ?? 0;
    for (let from = cursor; from !== undefined && latest.value.more && from < oldest; ) {
      const gap = await api.history({ after: from });
      if (gap.kind !== "ok") return "later";
      events.messages(gap.value.messages, false);
      from = gap.value.more ? (gap.value.messages.at(-1)?.seq ?? oldest) : oldest;
    }
    if (cursor === undefined) events.more(latest.value.more);
    events.messages(latest.value.messages, cursor === undefined);
    cursor = latest.value.cursor;
    events.rating(latest.value.rating);
    return "ok";
  }

  async function listen(outer: AbortSignal): Promise<"broke" | "held-back" | "stop"> {
    const inner = new AbortController();
    const abort = () => inner.abort();
    outer.addEventListener("abort", abort, { once: true });
    let isAlive = false;
    let isSilent = false;
    const giveUp = () => {
      isSilent = true;
      abort();
    };
    let watchdog = setTimeout(giveUp, FIRST_BYTES_MS);
    const answer = await api.stream(
      cursor ?? 0,
      {
        message(message, position) {
          if (Number.isFinite(position)) cursor = Math.max(cursor ?? 0, position);
          events.messages([message], false);
        },
        typing: events.typing,
        rating: events.rating,
        alive() {
          clearTimeout(watchdog);
          watchdog = setTimeout(giveUp, SILENCE_MS);
          if (!isAlive) events.status("live");
          isAlive = true;
          failures = 0;
        },
      },
      inner.signal,
    );
    clearTimeout(watchdog);
    outer.removeEventListener("abort", abort);
    inner.abort();
    if (answer.kind === "refused" && answer.status === 401) events.forgotten();
    if (answer.kind === "refused") return "stop";
    const isHeldBack = !isAlive && (isSilent || (answer.kind === "later" && answer.isFlood === true));
    return isHeldBack ? "held-back" : "broke";
  }

  async function run(signal: AbortSignal): Promise<void> {
    events.status("connecting");
    while (!signal.aborted) {
      const synced = await sync();
      if (signal.aborted || synced === "stop") return;
      if (synced === "ok") {
        // History is here: even where no stream gets through, the visitor is connected.
        const heard = await listen(signal);
        if (signal.aborted || heard === "stop") return;
        if (heard === "held-back") {
          events.status("live");
          await pause(POLL_MS, signal);
          continue;
        }
      } else {
        events.status("lost");
      }
      failures += 1;
      const longest = Math.min(MAX_PAUSE_MS, 500 * 2 ** failures);
      await pause(longest * (0.5 + Math.random() / 2), signal);
    }
  }

  return {
    start() {
      if (running) return;
      running = new AbortController();
      void run(running.signal);
    },
    stop() {
      running?.abort();
      running = undefined;
    },
    hurry() {
      failures = 0;
      wake?.();
    },
  };
}

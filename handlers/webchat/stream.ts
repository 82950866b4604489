import { Readable } from "node:stream";
import type { StreamTiming } from "./contract.ts";
import type { Page, Range } from "./history.ts";

export interface StreamSource {
  read(range: Range, limit: number): Promise<Page>;
  /** Answers how to stop. */
  subscribe(listener: (notice: "news" | "typing") => void): () => void;
}

/** Rows watched for changes of their look (ticks, edits); also the size of a page while catching up. */
const WINDOW = 50;

/**
 * One browser's live view as a server-sent event stream: every visible row after `after`, once, and from then on every
 * row of the recent window whenever its look changes. Each event's id is the position to resume from.
 *
 * The browser slow: the next look waits until it has read the last event, so nothing piles up here. The browser gone:
 * the signal ends the stream at once, whatever it waits for. A notice lost: the next look comes by itself. The
 * store gone: the read throws, the stream breaks off, and the browser comes back with its last id.
 *
 * @param after last position the browser has; `undefined` = only what is new from now on
 */
export function openStream(
  source: StreamSource,
  after: number | undefined,
  timing: StreamTiming,
  signal: AbortSignal,
): Readable {
  const stream = Readable.from(frames(source, after, timing, signal), { objectMode: true, highWaterMark: 1 });
  signal.addEventListener("abort", () => stream.destroy(), { once: true });
  return stream;
}

async function* frames(source: StreamSource, after: number | undefined, timing: StreamTiming, signal: AbortSignal) {
  const bell = createBell(timing);
  const stop = source.subscribe((notice) => bell.ring(notice));
  signal.addEventListener("abort", () => bell.ring("end"), { once: true });
  try {
    // Something at once: the browser then knows that no proxy on the way holds the stream back.
    yield ": hello\n\n";
    const first = await source.read("latest", WINDOW);
    let resume = after ?? first.cursor;
    let top = resume;
    // What the browser has already is remembered by its look and not sent again.
    let prints = new Map(
      first.shown.filter((row) => row.message.seq <= resume).map((row) => [row.message.id, row.print]),
    );
    let asked = "";
    while (!signal.aborted) {
      let isQuiet = true;
      const now = new Map<string, string>();
      for await (const { page, horizon, isWindow } of look(source, top)) {
        for (const { message, print } of page.shown) {
          if (isWindow) now.set(message.id, print);
          if (prints.get(message.id) === print) continue;
          prints.set(message.id, print);
          resume = Math.max(resume, Math.min(message.seq, horizon));
          isQuiet = false;
          // JSON has no raw line breaks, so one data line is enough.
          yield `id: ${resume}\nevent: message\ndata: ${JSON.stringify(message)}\n\n`;
        }
        top = Math.max(top, page.top);
        const ask = JSON.stringify(page.rating ?? null);
        if (isWindow && ask !== asked && (asked !== "" || page.rating)) {
          isQuiet = false;
          yield `event: rating\ndata: ${ask}\n\n`;
        }
        if (isWindow) asked = ask;
      }
      // Only rows that will be compared again are remembered.
      prints = now;
      if (isQuiet) yield ": \n\n";
      while ((await bell.wait()) === "typing") yield "event: typing\ndata: {}\n\n";
    }
  } finally {
    stop();
    bell.silence();
  }
}

interface Look {
  readonly page: Page;
  /** A break may resume from a row up to here; beyond it something older is still to appear. */
  readonly horizon: number;
  readonly isWindow: boolean;
}

/** Everything after `top`, in order, ending with the recent window, where older rows may have changed their look. */
async function* look(source: StreamSource, top: number): AsyncGenerator<Look> {
  const window = await source.read("latest", WINDOW);
  let horizon = window.cursor;
  if (window.full && window.bottom > top + 1) {
    for (let from = top; from < window.bottom - 1; ) {
      const page = await source.read({ after: from }, WINDOW);
      if (page.cursor < page.top) horizon = Math.min(horizon, page.cursor);
      yield { page, horizon, isWindow: false };
      if (!page.full) break;
      from = page.top;
    }
  }
  yield { page: window, horizon, isWindow: true };
}

interface Bell {
  ring(notice: "news" | "typing" | "end"): void;
  /** Until a notice, or until it is time to look without one. */
  wait(): Promise<"look" | "typing">;
  silence(): void;
}

function createBell(timing: StreamTiming): Bell {
  let notice: "news" | "typing" | "end" | undefined;
  let echo = timing.echoes.length;
  let timer: NodeJS.Timeout | undefined;
  let wake: (() => void) | undefined;

  return {
    ring(heard) {
      if (notice === undefined || notice === "typing") notice = heard;
      wake?.();
    },
    async wait() {
      if (notice === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, timing.echoes[echo] ?? timing.look);
        });
        wake = undefined;
        clearTimeout(timer);
      }
      const heard = notice;
      if (heard === "end") return "look";
      notice = undefined;
      if (heard === "typing") return "typing";
      echo = heard === "news" ? 0 : echo + 1;
      return "look";
    },
    silence() {
      clearTimeout(timer);
      wake?.();
    },
  };
}

import type { ChannelEvent } from "../contract/events.ts";
import type { SessionHost } from "../contract/sessions.ts";

/**
 * One account's events on their way into the store, one after the other.
 *
 * - Positions (how far Telegram's updates were read) stand in the same queue as the events before them: a position is
 *   only kept once those are committed. A crash anywhere gives the same updates again, and their keys make that harmless.
 * - The store cannot be asked: the same events are given again, with growing pauses, and all that follows waits.
 * - Closing drops what is queued; its position was not kept, so Telegram tells it again after the next start.
 */
export interface Inbox {
  /** `make` runs when its turn comes. */
  push(make: () => Promise<readonly ChannelEvent[]>): void;
  position(write: () => Promise<void>): void;
  /** Resolves when everything pushed so far is stored, or the inbox was closed. */
  settled(): Promise<void>;
  close(): void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

export function createInbox(
  accept: SessionHost["accept"],
  wait: (ms: number) => Promise<void>,
  failed: (error: unknown) => void = () => undefined,
): Inbox {
  let closed = false;
  let tail: Promise<void> = Promise.resolve();

  /** Until it works: nothing behind it may overtake. */
  async function untilDone(run: () => Promise<void>): Promise<void> {
    for (let pause = FIRST_PAUSE_MS; !closed; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await run();
      } catch (error) {
        failed(error);
        await wait(pause);
      }
    }
  }

  function enqueue(run: () => Promise<void>): void {
    tail = tail.then(() => untilDone(run));
  }

  return {
    push(make) {
      enqueue(async () => {
        const events = await make();
        if (events.length > 0) await accept(events);
      });
    },
    position: enqueue,
    settled: () => tail,
    close() {
      closed = true;
    },
  };
}

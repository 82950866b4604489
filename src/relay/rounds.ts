/**
 * Work that is done again and again in a process: the next round begins so long after the last one has ended, so no two of them
 * are under way. A round that fails is told of, and the next one comes.
 */
export interface Rounds {
  start(): void;
  /** Nothing begins any more: a round under way may look at it to end sooner. */
  readonly over: AbortSignal;
  /** Ends when what is under way has ended. */
  close(): Promise<void>;
}

export function createRounds(everyMs: number, round: () => Promise<unknown>, failed: (error: unknown) => void): Rounds {
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();

  function plan(): void {
    if (closing.signal.aborted) return;
    timer = setTimeout(() => {
      running = round().catch(failed).then(plan);
    }, everyMs);
  }

  return {
    start: plan,
    over: closing.signal,
    async close() {
      closing.abort();
      clearTimeout(timer);
      await running;
    },
  };
}

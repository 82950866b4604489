/**
 * Adaptive grouping: an item that finds nothing under way is written in the same turn of the event loop; what arrives
 * meanwhile is written together when that write is done. Latency is that of one write when quiet; when flooded, one
 * transaction serves many.
 *
 * A write begins at the end of the turn and not in the caller's stack: the built-in database works on the event loop
 * itself, so nothing can arrive while it writes. What then waits in the sockets has to be read before the next write
 * begins, or every group would be a group of one.
 *
 * A group that fails is written again one by one, so that one poisonous item fails alone. Only safe for writes that
 * are idempotent, which accepts are (unique keys).
 */
export interface GroupCommit<Item, Result> {
  add(item: Item): Promise<Result>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** `lanes`: how many writes may be under way at once (1 where the database is serial anyway). */
export function createGroupCommit<Item, Result>(
  write: (items: readonly Item[]) => Promise<readonly Result[]>,
  options: {
    readonly maxItems: number;
    readonly lanes: number;
    /** Whether a failed group may hold one bad item. `false` (the database is gone) fails the group as a whole. */
    readonly isolate: (error: unknown) => boolean;
  },
): GroupCommit<Item, Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let running = 0;
  let scheduled = false;

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(pump);
  };

  const pump = (): void => {
    scheduled = false;
    while (running < options.lanes && waiting.length > 0) {
      const group = waiting.splice(0, options.maxItems);
      running += 1;
      void settle(group).finally(() => {
        running -= 1;
        schedule();
      });
    }
  };

  const settle = async (group: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = await write(group.map((entry) => entry.item));
      group.forEach((entry, index) => {
        const result = results[index];
        if (result === undefined) entry.reject(new Error("the group write answered fewer results than items"));
        else entry.resolve(result);
      });
    } catch (error) {
      if (group.length === 1 || !options.isolate(error)) {
        for (const entry of group) entry.reject(error);
        return;
      }
      for (const entry of group) await settle([entry]);
    }
  };

  return {
    add: (item) =>
      new Promise<Result>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        schedule();
      }),
  };
}

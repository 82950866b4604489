/**
 * Adaptive grouping: an item that finds nothing under way is written in the same turn of the event loop; what arrives
 * meanwhile is written together when that write is done. Latency is that of one write when quiet; when flooded, one
 * transaction serves many.
 *
 * A write begins at the end of the turn and not in the caller's stack: the built-in database works on the event loop
 * itself, so nothing can arrive while it writes. What then waits in the sockets has to be read before the next write
 * begins, or every group would be a group of one.
 *
 * One write at a time: what one caller adds in order is committed in order. Groups are made up from all tenants in turn,
 * so that who adds one item waits for the group under way and not for another's thousands.
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

export function createGroupCommit<Item, Result>(
  write: (items: readonly Item[]) => Promise<readonly Result[]>,
  options: {
    readonly maxItems: number;
    /** Whose item it is. */
    readonly tenantOf: (item: Item) => string;
    /** Whether a failed group may hold one bad item. `false` (the database is gone) fails the group as a whole. */
    readonly isolate: (error: unknown) => boolean;
  },
): GroupCommit<Item, Result> {
  const waiting = new Map<string, Waiting<Item, Result>[]>();
  let running = false;
  let scheduled = false;

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(pump);
  };

  const pump = (): void => {
    scheduled = false;
    if (running || waiting.size === 0) return;
    running = true;
    void settle(nextGroup()).finally(() => {
      running = false;
      schedule();
    });
  };

  const nextGroup = (): Waiting<Item, Result>[] => {
    const group: Waiting<Item, Result>[] = [];
    while (waiting.size > 0 && group.length < options.maxItems) {
      for (const [tenant, items] of waiting) {
        const item = items.shift();
        if (item) group.push(item);
        if (items.length === 0) waiting.delete(tenant);
        if (group.length === options.maxItems) break;
      }
    }
    return group;
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
        const tenant = options.tenantOf(item);
        const items = waiting.get(tenant);
        if (items) items.push({ item, resolve, reject });
        else waiting.set(tenant, [{ item, resolve, reject }]);
        schedule();
      }),
  };
}

/**
 * Runs what concerns the same things one after the other, in the order in which it was asked for; what has nothing in common
 * runs at once. What fails holds nothing up.
 */
export type InOrder = <T>(things: readonly string[], work: () => Promise<T>) => Promise<T>;

export function createInOrder(): InOrder {
  /** The end of the last work on each thing; kept while there is any. */
  const last = new Map<string, Promise<unknown>>();
  return (things, work) => {
    const before = things.flatMap((thing) => last.get(thing) ?? []);
    const result = before.length === 0 ? work() : Promise.all(before).then(work);
    const end = result.then(
      () => forget(),
      () => forget(),
    );
    for (const thing of things) last.set(thing, end);
    return result;

    function forget(): void {
      for (const thing of things) if (last.get(thing) === end) last.delete(thing);
    }
  };
}

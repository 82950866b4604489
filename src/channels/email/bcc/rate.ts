/** How often somebody may do something, counted in this process alone: a guard against floods, not a promise. */
export interface Rate {
  /** Counts one; `false`: it is one too many. */
  take(who: string): boolean;
  /** Whether the next one would be too many. */
  isOver(who: string): boolean;
}

const REMEMBERED = 10_000;

export function createRate({
  most,
  everyMs,
  now,
}: {
  readonly most: number;
  readonly everyMs: number;
  readonly now: () => number;
}): Rate {
  const counts = new Map<string, { since: number; count: number }>();

  function current(who: string): { since: number; count: number } {
    const known = counts.get(who);
    if (known && now() - known.since < everyMs) return known;
    counts.delete(who);
    // The oldest is forgotten: many strangers must not fill the memory.
    const [oldest] = counts.keys();
    if (counts.size >= REMEMBERED && oldest !== undefined) counts.delete(oldest);
    const fresh = { since: now(), count: 0 };
    counts.set(who, fresh);
    return fresh;
  }

  return {
    take(who) {
      const one = current(who);
      if (one.count >= most) return false;
      one.count += 1;
      return true;
    },
    isOver: (who) => current(who).count >= most,
  };
}

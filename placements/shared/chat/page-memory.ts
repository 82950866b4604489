/**
 * What a browser keeps for one viewer of one portal: people who share a computer do not meet each other's drafts.
 * Browsers may refuse storage inside a frame, and it may be full: then it lasts as long as the page.
 */
export interface PageMemory {
  get(key: string): string | undefined;
  /** `undefined` forgets it. */
  set(key: string, value: string | undefined): void;
  /** Keys that begin so. */
  keys(prefix: string): readonly string[];
}

/**
 * @param whose stands before every key
 * @param storage asked anew each time: browsers throw already when they are asked for it
 */
export function createPageMemory(whose: string, storage: () => Storage): PageMemory {
  const page = new Map<string, string>();
  const attempt = <Value>(work: (kept: Storage) => Value): Value | undefined => {
    try {
      return work(storage());
    } catch {
      return undefined;
    }
  };
  return {
    get: (key) => attempt((kept) => kept.getItem(whose + key)) ?? page.get(key),
    set(key, value) {
      if (value === undefined) {
        page.delete(key);
        attempt((kept) => kept.removeItem(whose + key));
        return;
      }
      page.set(key, value);
      // An older text left behind would win over the newer one of this page.
      const isKept = attempt((kept) => {
        kept.setItem(whose + key, value);
        return true;
      });
      if (isKept !== true) attempt((kept) => kept.removeItem(whose + key));
    },
    keys(prefix) {
      const kept = attempt((all) => Array.from({ length: all.length }, (_, index) => all.key(index) ?? "")) ?? [];
      const ours = kept.filter((key) => key.startsWith(whose)).map((key) => key.slice(whose.length));
      return [...new Set([...ours, ...page.keys()])].filter((key) => key.startsWith(prefix));
    },
  };
}

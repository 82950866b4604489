/** What a browser keeps of a visitor. Where storage is forbidden it lasts as long as the page. */
export interface Kept {
  readonly token?: string | undefined;
  /** Position up to which the visitor has read. */
  readonly read?: number;
  /** Texts whose arrival is not known yet: sent again after a reload under the same id. */
  readonly outbox?: readonly KeptText[];
}

export interface KeptText {
  readonly id: string;
  readonly text: string;
  readonly at: number;
  readonly quote?: { readonly id: string; readonly text: string };
}

export interface Storage {
  load(): Kept;
  change(patch: Partial<Kept>): void;
}

export function createStorage(accountId: string): Storage {
  const key = `threadline:${accountId}`;
  let memory: Kept = {};
  const load = () => {
    try {
      const raw = window.localStorage.getItem(key);
      if (raw !== null) memory = clean(JSON.parse(raw));
    } catch {
      // Forbidden, or not ours: the page's memory has to do.
      return memory;
    }
    return memory;
  };
  return {
    load,
    change(patch) {
      memory = { ...load(), ...patch };
      try {
        window.localStorage.setItem(key, JSON.stringify(memory));
      } catch {
        // Forbidden or full: the page's memory has to do.
        return;
      }
    },
  };
}

/** Other scripts of the site can write here too. */
function clean(value: unknown): Kept {
  if (typeof value !== "object" || value === null) return {};
  const { token, read, outbox } = value as Record<string, unknown>;
  return {
    ...(typeof token === "string" && { token }),
    ...(typeof read === "number" && { read }),
    ...(Array.isArray(outbox) && { outbox: outbox.filter(isKeptText) }),
  };
}

function isKeptText(value: unknown): value is KeptText {
  if (typeof value !== "object" || value === null) return false;
  const { id, text, at } = value as Record<string, unknown>;
  return typeof id === "string" && typeof text === "string" && typeof at === "number";
}

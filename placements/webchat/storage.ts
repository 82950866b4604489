/** What a browser keeps of a visitor. Where storage is forbidden it lasts as long as the page. */
export interface Kept {
  readonly token?: string | undefined;
  /** Position up to which the visitor has read. */
  readonly read?: number;
  /** Texts whose arrival is not known yet: sent again after a reload under the same id. */
  readonly outbox?: readonly KeptText[];
  /** What the visitor filled in, until the first message has taken it along. */
  readonly details?: KeptDetails | undefined;
  readonly visit?: KeptVisit | undefined;
  /** The visit as the server knows it already. */
  readonly told?: string;
  /** The greeting was sent away. */
  readonly isGreeted?: boolean;
}

export interface KeptDetails {
  readonly form: "pre-chat" | "offline";
  readonly name?: string;
  readonly phone?: string;
  readonly email?: string;
  readonly consent?: string;
}

/** How this visit to the site began. */
export interface KeptVisit {
  readonly landing: string;
  readonly referrer: string;
  /** Last seen, milliseconds. */
  readonly at: number;
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
  const { token, read, outbox, details, visit, told, isGreeted } = value as Record<string, unknown>;
  return {
    ...(typeof token === "string" && { token }),
    ...(typeof read === "number" && { read }),
    ...(isKeptDetails(details) && { details }),
    ...(isKeptVisit(visit) && { visit }),
    ...(typeof told === "string" && { told }),
    ...(isGreeted === true && { isGreeted }),
    ...(Array.isArray(outbox) && { outbox: outbox.filter(isKeptText) }),
  };
}

function isKeptText(value: unknown): value is KeptText {
  if (typeof value !== "object" || value === null) return false;
  const { id, text, at } = value as Record<string, unknown>;
  return typeof id === "string" && typeof text === "string" && typeof at === "number";
}

function isKeptDetails(value: unknown): value is KeptDetails {
  if (typeof value !== "object" || value === null) return false;
  const { form, ...rest } = value as Record<string, unknown>;
  return (form === "pre-chat" || form === "offline") && Object.values(rest).every((part) => typeof part === "string");
}

function isKeptVisit(value: unknown): value is KeptVisit {
  if (typeof value !== "object" || value === null) return false;
  const { landing, referrer, at } = value as Record<string, unknown>;
  return typeof landing === "string" && typeof referrer === "string" && typeof at === "number";
}

import { isLetterWords, type LetterWords } from "./letter/letter-words.ts";
import type { PageMemory } from "./page-memory.ts";

/** The message that is answered, as far as it is shown above the input. */
export interface Quoted {
  readonly id: string;
  readonly author: string;
  readonly text: string;
}

/** A file that the server has, and that no message has taken along yet. */
export interface ReadyFile {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** What was begun in a conversation and not sent. */
export interface Draft {
  readonly text: string;
  readonly quote?: Quoted | undefined;
  readonly files: readonly ReadyFile[];
  /** Of a letter: whom it goes to and what it is about, as far as somebody said so. */
  readonly letter?: LetterWords | undefined;
}

export interface Drafts {
  load(conversation: string): Draft;
  save(conversation: string, draft: Draft): void;
}

export const NO_DRAFT: Draft = { text: "", files: [] };

const PREFIX = "draft:";
/** Nobody goes on with a text that old; and what a browser keeps is not much. */
const KEPT_MS = 30 * 86_400_000;

/**
 * A draft for each conversation, kept at every stroke: it outlives the page, another conversation, and a message that was
 * turned down. Two pages of one viewer with the same conversation open: the last stroke counts.
 */
export function createDrafts(memory: PageMemory, now: () => number): Drafts {
  for (const key of memory.keys(PREFIX)) {
    const at = ageOf(memory.get(key));
    if (at === undefined || now() - at > KEPT_MS) memory.set(key, undefined);
  }
  return {
    load: (conversation) => read(memory.get(PREFIX + conversation)) ?? NO_DRAFT,
    save(conversation, { text, quote, files, letter }) {
      const isEmpty = text === "" && quote === undefined && files.length === 0 && letter === undefined;
      const kept = isEmpty ? undefined : JSON.stringify({ text, quote, files, letter, at: now() });
      memory.set(PREFIX + conversation, kept);
    },
  };
}

/** Other scripts of this origin could write there too, and older versions did. */
function read(kept: string | undefined): Draft | undefined {
  const { text, quote, files, letter } = record(kept);
  if (typeof text !== "string") return undefined;
  return {
    text,
    ...(isQuoted(quote) && { quote }),
    files: Array.isArray(files) ? files.filter(isReadyFile) : [],
    ...(isLetterWords(letter) && { letter }),
  };
}

function ageOf(kept: string | undefined): number | undefined {
  const { at } = record(kept);
  return typeof at === "number" ? at : undefined;
}

export function record(kept: string | undefined): Readonly<Record<string, unknown>> {
  if (kept === undefined) return {};
  try {
    const value: unknown = JSON.parse(kept);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

export function isQuoted(value: unknown): value is Quoted {
  if (typeof value !== "object" || value === null) return false;
  const { id, author, text } = value as Record<string, unknown>;
  return [id, author, text].every((part) => typeof part === "string");
}

export function isReadyFile(value: unknown): value is ReadyFile {
  if (typeof value !== "object" || value === null) return false;
  const { id, kind, name, size } = value as Record<string, unknown>;
  return [id, kind, name].every((part) => typeof part === "string") && typeof size === "number";
}

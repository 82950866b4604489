import { onBeforeUnmount, onMounted, type Ref, ref, watch } from "vue";
import type { MessageAnswer } from "../../../src/api/messages.ts";
import type { PageMemory } from "./page-memory.ts";

/** How far a conversation was read, by what was on the screen of this browser. */
export interface ReadMark {
  /** Position of the last message read; `undefined`: never opened here. */
  readonly seq: number | undefined;
  /** The first message that was not read when the reader came, or came back. */
  readonly line: string | undefined;
}

const isTheirs = (row: MessageAnswer) => row.direction === "in" && !row.fromPhone && row.kind === "message";

/** What is to be shown after the reader looked at the end (`sees`) or was away. A line once drawn stays where it is. */
export function readOn(mark: ReadMark, rows: readonly MessageAnswer[], sees: boolean): ReadMark {
  const last = rows.at(-1)?.seq;
  if (last === undefined) return mark;
  const { seq } = mark;
  if (seq === undefined) return { seq: last, line: undefined };
  const line = mark.line ?? rows.find((row) => row.seq > seq && isTheirs(row))?.id;
  return sees ? { seq: Math.max(seq, last), line } : { seq, line };
}

/** Messages of the customer that came below what the reader looks at. */
export const unseen = (mark: ReadMark, rows: readonly MessageAnswer[]): number =>
  mark.seq === undefined ? 0 : rows.filter((row) => row.seq > (mark.seq ?? 0) && isTheirs(row)).length;

export interface Reading {
  /** Id of the message before which the line stands. */
  readonly line: Readonly<Ref<string | undefined>>;
  /** Of the customer's, below the view. */
  readonly below: Readonly<Ref<number>>;
}

/**
 * The line before what is new, and how much is new below. A page that is hidden reads nothing; what comes while the reader
 * looks at the end is read as it comes and gets no line.
 */
export function useReading(
  column: string,
  rows: () => readonly MessageAnswer[],
  atEnd: () => boolean,
  memory: PageMemory,
): Reading {
  const key = `read:${column}`;
  const kept = Number(memory.get(key));
  let mark: ReadMark = {
    seq: memory.get(key) === undefined || !Number.isSafeInteger(kept) ? undefined : kept,
    line: undefined,
  };
  let wasAway = true;
  const line = ref<string>();
  const below = ref(0);

  function look(): void {
    const all = rows();
    if (all.length === 0) return;
    const sees = atEnd() && !document.hidden;
    const before = mark;
    mark = readOn(mark, all, sees);
    // Somebody who reads along needs no line; who comes back to the end keeps the one that was drawn.
    if (sees && !wasAway && before.line === undefined) mark = { ...mark, line: undefined };
    wasAway = !sees;
    line.value = mark.line;
    below.value = unseen(mark, all);
    if (mark.seq !== before.seq && mark.seq !== undefined) memory.set(key, String(mark.seq));
  }

  watch([rows, atEnd], look, { flush: "post" });
  onMounted(() => document.addEventListener("visibilitychange", look));
  onBeforeUnmount(() => document.removeEventListener("visibilitychange", look));
  return { line, below };
}

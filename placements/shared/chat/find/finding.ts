import { onBeforeUnmount, type Ref, ref, shallowRef, watch } from "vue";
import type { MessageAnswer } from "../../../../src/api/messages.ts";
import type { Paged } from "../../api.ts";
import { sentenceOf } from "../../loaded.ts";

export interface Finding {
  readonly text: Ref<string>;
  /** Newest first. */
  readonly hits: Readonly<Ref<readonly MessageAnswer[]>>;
  /** Which of them is before the reader; -1: none. */
  readonly at: Readonly<Ref<number>>;
  /** `more`: there are further ones, which are looked for when the reader gets there. */
  readonly state: Readonly<Ref<"idle" | "searching" | "more" | "done">>;
  /** How far back was looked, while it is searched. */
  readonly lookedTo: Readonly<Ref<string | undefined>>;
  readonly problem: Readonly<Ref<string | undefined>>;
  go(at: number): void;
  older(): void;
  newer(): void;
}

const PAUSE_MS = 300;
/** So many are counted before somebody wants more. */
const BATCH = 100;

/**
 * Looks for words while they are typed, back from the newest message, stretch by stretch until enough is found or the
 * beginning is reached. Answers to words that are not asked for any more are dropped.
 *
 * @param search one stretch before a position
 * @param show puts a hit before the reader
 */
export function useFinding(
  search: (text: string, before: number | undefined) => Promise<Paged<MessageAnswer>>,
  show: (hit: MessageAnswer) => void,
): Finding {
  const text = ref("");
  const hits = shallowRef<readonly MessageAnswer[]>([]);
  const at = ref(-1);
  const state = ref<"idle" | "searching" | "more" | "done">("idle");
  const lookedTo = ref<string>();
  const problem = ref<string>();
  let asked = 0;
  let before: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function go(wanted: number): void {
    const hit = hits.value[wanted];
    if (!hit) return;
    at.value = wanted;
    show(hit);
  }

  async function look(words: string): Promise<void> {
    asked += 1;
    const mine = asked;
    const enough = hits.value.length + BATCH;
    state.value = "searching";
    problem.value = undefined;
    try {
      do {
        const page = await search(words, before);
        if (mine !== asked) return;
        hits.value = [...hits.value, ...page.rows];
        before = page.next;
        lookedTo.value = page.lookedTo;
        if (at.value < 0) go(0);
      } while (before !== undefined && hits.value.length < enough);
      state.value = before === undefined ? "done" : "more";
    } catch (thrown) {
      if (mine !== asked) return;
      problem.value = sentenceOf(thrown);
      state.value = "more";
    }
  }

  watch(text, (typed) => {
    clearTimeout(timer);
    asked += 1;
    hits.value = [];
    at.value = -1;
    before = undefined;
    lookedTo.value = undefined;
    problem.value = undefined;
    const words = typed.trim();
    state.value = words === "" ? "idle" : "searching";
    if (words !== "") timer = setTimeout(() => void look(words), PAUSE_MS);
  });
  onBeforeUnmount(() => {
    clearTimeout(timer);
    asked += 1;
  });

  return {
    text,
    hits,
    at,
    state,
    lookedTo,
    problem,
    go,
    newer: () => go(at.value - 1),
    older() {
      if (at.value + 1 < hits.value.length) go(at.value + 1);
      else if (state.value === "more") void look(text.value.trim()).then(() => go(at.value + 1));
    },
  };
}

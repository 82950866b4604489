import { computed, type Ref, ref, shallowRef } from "vue";

/** One of the things that a word in the input may stand for. */
export interface Suggestion {
  readonly id: string;
  readonly label: string;
  readonly detail?: string | undefined;
  /** Those of one group stand together under its name. */
  readonly group?: string | undefined;
  /** Where it belongs, in a word beside the label. */
  readonly tag?: string | undefined;
}

/** The word being written: from its mark to the caret. */
export interface Trigger {
  /** Where the mark stands. */
  readonly start: number;
  /** The caret. */
  readonly end: number;
  /** What stands between. */
  readonly query: string;
}

export interface Suggestions {
  readonly items: Readonly<Ref<readonly Suggestion[]>>;
  /** The one that Enter takes. */
  readonly at: Readonly<Ref<number>>;
  readonly isOpen: Readonly<Ref<boolean>>;
  readonly problem: Readonly<Ref<string | undefined>>;
  /** Looks at the input as it is now. */
  look(text: string, caret: number): void;
  /** A key of the list; `true`: it was for the list, and nothing else hears of it. */
  pressed(event: Pick<KeyboardEvent, "key" | "isComposing" | "shiftKey">): boolean;
  choose(index: number): void;
  close(): void;
}

export interface SuggestionsDeps {
  readonly triggerAt: (text: string, caret: number) => Trigger | undefined;
  readonly find: (query: string) => Promise<readonly Suggestion[]>;
  readonly chosen: (item: Suggestion, trigger: Trigger) => void;
  /** What went wrong, for the person. */
  readonly explain: (thrown: unknown) => string;
  /** So long nothing is asked while somebody types on. */
  readonly pauseMs: number;
}

const LONGEST = 40;

/** `/word` that the caret stands behind, at the beginning of a word. */
export function slashAt(text: string, caret: number): Trigger | undefined {
  const word = /(?:^|\s)\/([^\s/]*)$/u.exec(text.slice(0, caret))?.[1];
  if (word === undefined || word.length > LONGEST) return undefined;
  return { start: caret - word.length - 1, end: caret, query: word };
}

/**
 * `@name` that the caret stands behind. Names have spaces in them, so what follows an `@` in the same line may belong to it.
 * @param known names that stand there already: behind one of them nothing is looked for
 */
export function mentionAt(text: string, caret: number, known: readonly string[]): Trigger | undefined {
  const before = text.slice(0, caret);
  const mark = before.lastIndexOf("@");
  const query = before.slice(mark + 1);
  if (mark < 0 || !/(?:^|[\s(])$/u.test(before.slice(0, mark))) return undefined;
  if (query.length > LONGEST || /\n|^\s| {2}/u.test(query)) return undefined;
  if (known.some((name) => query.startsWith(name))) return undefined;
  return { start: mark, end: caret, query };
}

/**
 * What a word in the input may stand for, offered while it is written. An answer that comes late, for a word that is no longer
 * there, shows nothing. Put away by Escape it stays away until another word is begun.
 */
export function useSuggestions(deps: SuggestionsDeps): Suggestions {
  const items = shallowRef<readonly Suggestion[]>([]);
  const problem = ref<string>();
  const at = ref(0);
  const trigger = shallowRef<Trigger>();
  let asked = 0;
  /** No answer yet for the word that stands there. */
  let isLooking = false;
  /** A key has taken the first of what there will be. */
  let isTaken = false;
  /** Where the word began that nobody wants help with. */
  let refused: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function close(): void {
    clearTimeout(timer);
    asked += 1;
    isLooking = false;
    isTaken = false;
    trigger.value = undefined;
    items.value = [];
    problem.value = undefined;
  }

  async function ask(query: string): Promise<void> {
    asked += 1;
    const mine = asked;
    try {
      const found = await deps.find(query);
      if (mine !== asked) return;
      items.value = found;
      problem.value = undefined;
    } catch (thrown) {
      if (mine !== asked) return;
      items.value = [];
      problem.value = deps.explain(thrown);
    }
    isLooking = false;
    at.value = 0;
    if (isTaken && items.value.length > 0) choose(0);
  }

  function choose(index: number): void {
    const [item, wanted] = [items.value[index], trigger.value];
    close();
    if (item && wanted) deps.chosen(item, wanted);
  }

  return {
    items,
    at,
    problem,
    isOpen: computed(() => trigger.value !== undefined && (items.value.length > 0 || problem.value !== undefined)),
    choose,
    close,
    look(text, caret) {
      const found = deps.triggerAt(text, caret);
      if (!found || found.start !== refused) refused = undefined;
      if (!found || refused !== undefined) return close();
      const isSame = trigger.value?.start === found.start && trigger.value.query === found.query;
      trigger.value = found;
      if (isSame) return;
      isLooking = true;
      isTaken = false;
      clearTimeout(timer);
      timer = setTimeout(() => void ask(found.query), deps.pauseMs);
    },
    pressed({ key, isComposing, shiftKey }) {
      if (trigger.value === undefined || isComposing || shiftKey) return false;
      // Pressed before the list could show itself: a word that was to become a text must not go out as it is. Whoever wrote
      // one out takes what it stands for; behind the bare mark there is something to be looked at first.
      if (isLooking && (key === "Enter" || key === "Tab")) {
        isTaken = trigger.value.query !== "";
        return true;
      }
      if (items.value.length === 0) return false;
      const count = items.value.length;
      if (key === "ArrowDown") at.value = (at.value + 1) % count;
      else if (key === "ArrowUp") at.value = (at.value + count - 1) % count;
      else if (key === "Enter" || key === "Tab") choose(at.value);
      else if (key === "Escape") {
        refused = trigger.value.start;
        close();
      } else return false;
      return true;
    },
  };
}

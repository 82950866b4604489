import { computed, onBeforeUnmount, onMounted, type Ref, ref, watch } from "vue";

interface Keyed {
  readonly key: string;
}

export interface RowWindowDeps<Row extends Keyed> {
  /** All that are here, in their order. */
  readonly rows: () => readonly Row[];
  readonly view: Readonly<Ref<HTMLElement | null>>;
  /** The reader follows the end of what is drawn. */
  readonly follows: () => boolean;
  readonly keepPlace: (change: () => void) => Promise<void>;
  /** So few rows are left before or after those that are drawn, that others should be fetched. */
  readonly wanted: (side: "before" | "after") => void;
}

export interface RowWindow<Row extends Keyed> {
  /** Those that are in the page. */
  readonly drawn: Readonly<Ref<readonly Row[]>>;
  /** Nothing that is here stands before the drawn ones. */
  readonly fromFirst: Readonly<Ref<boolean>>;
  /** Nothing that is here stands after the drawn ones. */
  readonly toLast: Readonly<Ref<boolean>>;
  /** Draws the last ones. */
  toEnd(): void;
  /** Draws those around a row, if it is here. */
  around(key: string): void;
  /** Looks whether there is enough around the reader. */
  settle(): void;
}

/** Drawn at first, and around a row that somebody is led to. */
const FIRST = 36;
/** So much above and below the view is drawn when the page has opened, and once somebody scrolls. */
const OPENED_PX = 1_500;
const SCROLLED_PX = 5_000;
/** So much more stays, that nothing is drawn and taken away in turns. */
const SLACK_PX = 1_500;
/** Where as little is left, more is drawn at once. */
const LITTLE_PX = 700;
/** Rows drawn or taken away in one frame: more would be seen as a jerk. */
const STEP = 5;
/** Fewer rows than that before or after the drawn ones: time to fetch some. */
const SPARE = 30;

/**
 * Of many rows only those near the view are in the page, a few more or less with each frame while somebody scrolls. Rows
 * have the height they have; what is added or taken away does not move what the reader looks at.
 */
export function useRowWindow<Row extends Keyed>(deps: RowWindowDeps<Row>): RowWindow<Row> {
  const { rows, view } = deps;
  const from = ref(0);
  const to = ref(0);
  const drawn = computed(() => rows().slice(from.value, to.value));
  let frame = 0;
  let aheadPx = OPENED_PX;

  const clamp = (at: number) => Math.min(rows().length, Math.max(0, at));

  function draw(first: number, last: number): void {
    from.value = clamp(first);
    to.value = clamp(last);
  }

  const toEnd = () => draw(rows().length - FIRST, rows().length);

  function around(key: string): void {
    const at = rows().findIndex((row) => row.key === key);
    if (at >= 0 && (at < from.value + 3 || at > to.value - 3)) draw(at - FIRST / 2, at + FIRST / 2);
  }

  /** What was drawn stays drawn, wherever it stands now. */
  function follow(now: readonly Row[], before: readonly Row[]): void {
    if (before.length === 0 || (deps.follows() && to.value >= before.length)) {
      const first = before[from.value];
      const stays = first && to.value - from.value < 3 * FIRST ? now.findIndex(({ key }) => key === first.key) : -1;
      if (stays >= 0) draw(stays, now.length);
      else toEnd();
      return;
    }
    const kept = new Set(before.slice(from.value, to.value).map(({ key }) => key));
    const first = now.findIndex(({ key }) => kept.has(key));
    if (first < 0) toEnd();
    else draw(first, now.findLastIndex(({ key }) => kept.has(key)) + 1);
  }
  // Before the page is drawn anew: it must not be drawn once with the old positions.
  watch(rows, follow, { flush: "sync" });

  /** Rows to draw in a step, where so much is drawn. */
  function added(px: number): number {
    if (px >= aheadPx) return 0;
    return px < LITTLE_PX ? 2 * STEP : STEP;
  }

  /** One step; `true`: there may be more to do. */
  async function step(): Promise<boolean> {
    const box = view.value;
    if (!box) return false;
    const above = box.scrollTop;
    const below = box.scrollHeight - above - box.clientHeight;
    if (from.value < SPARE) deps.wanted("before");
    if (to.value > rows().length - SPARE) deps.wanted("after");
    const far = SCROLLED_PX + SLACK_PX;
    const [cutAbove, cutBelow] = [above > far ? STEP : 0, below > far ? STEP : 0];
    const [first, last] = [clamp(from.value - added(above) + cutAbove), clamp(to.value + added(below) - cutBelow)];
    if (first === from.value && last === to.value) return false;
    await deps.keepPlace(() => draw(first, last));
    return true;
  }

  function settle(): void {
    if (frame !== 0) return;
    frame = requestAnimationFrame(async () => {
      const isMore = await step();
      frame = 0;
      if (isMore) settle();
    });
  }

  watch(rows, settle, { flush: "post" });
  function scrolled(): void {
    if (!deps.follows()) aheadPx = SCROLLED_PX;
    settle();
  }
  onMounted(() => view.value?.addEventListener("scroll", scrolled, { passive: true }));
  onBeforeUnmount(() => {
    view.value?.removeEventListener("scroll", scrolled);
    cancelAnimationFrame(frame);
  });

  return {
    drawn,
    fromFirst: computed(() => from.value === 0),
    toLast: computed(() => to.value >= rows().length),
    toEnd,
    around,
    settle,
  };
}

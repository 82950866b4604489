import { nextTick, onBeforeUnmount, onMounted, type Ref, ref } from "vue";

const NEAR_END_PX = 80;
const FLOATS_MS = 1200;
/** The button of a menu that is open, or about to be. */
const MENU = "[aria-haspopup=menu]:is([aria-expanded=true], [aria-busy=true])";

export interface StickyEnd {
  /** The reader is away from the end and scrolls just now. */
  readonly scrolling: Readonly<Ref<boolean>>;
  readonly atEnd: Readonly<Ref<boolean>>;
  toEnd(): void;
  /** Puts a row into the middle, and leaves the reader there whatever grows. Moves this view alone, not what it stands in. */
  toRow(row: Element): void;
  /** Runs what adds or takes away rows, wherever, and leaves the reader where they are. */
  keepPlace(change: () => void): Promise<void>;
}

/**
 * Keeps a scrolled view at its end while the reader is there, whatever grows or shrinks: rows that come, pictures that
 * load, the window. A reader who has scrolled away is left alone. While a menu of a row is open nothing moves below the hand
 * that is about to choose from it: the view goes on to the end when it is closed.
 *
 * @param rows what holds the rows; each names itself by `data-row`
 * @param isEnd whether the end of what is drawn is the end of all
 */
export function useStickyEnd(
  view: Readonly<Ref<HTMLElement | null>>,
  rows: Readonly<Ref<HTMLElement | null>>,
  isEnd: () => boolean = () => true,
): StickyEnd {
  const atEnd = ref(true);
  const scrolling = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Something grew or shrank behind an open menu. */
  let isBehind = false;
  const sizes = new ResizeObserver(() => {
    if (!atEnd.value) return;
    if (hasMenu()) isBehind = true;
    else toEnd();
  });
  const menus = new MutationObserver(() => {
    if (isBehind && atEnd.value && !hasMenu()) toEnd();
  });

  const hasMenu = (): boolean => rows.value?.querySelector(MENU) != null;

  function toEnd(): void {
    isBehind = false;
    atEnd.value = true;
    if (view.value) view.value.scrollTop = view.value.scrollHeight;
  }

  function measure(): void {
    if (!view.value) return;
    const { scrollHeight, scrollTop, clientHeight } = view.value;
    atEnd.value = isEnd() && scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  function scrolled(): void {
    measure();
    scrolling.value = !atEnd.value;
    clearTimeout(timer);
    timer = setTimeout(() => {
      scrolling.value = false;
    }, FLOATS_MS);
  }

  function toRow(row: Element): void {
    atEnd.value = false;
    if (!view.value) return;
    const [whole, part] = [view.value.getBoundingClientRect(), row.getBoundingClientRect()];
    view.value.scrollTop += part.top - whole.top - Math.max(0, (whole.height - part.height) / 2);
  }

  /** The first row that stands in the view. They stand one below the other, so half of them are left out at each look. */
  function firstInView(): HTMLElement | undefined {
    const top = view.value?.getBoundingClientRect().top ?? 0;
    const all = rows.value?.querySelectorAll<HTMLElement>("[data-row]") ?? [];
    let [from, to] = [0, all.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((all[middle]?.getBoundingClientRect().bottom ?? 0) > top) to = middle;
      else from = middle + 1;
    }
    return all[from];
  }

  async function keepPlace(change: () => void): Promise<void> {
    const row = firstInView();
    const top = row?.getBoundingClientRect().top ?? 0;
    // What grows now is above or below the reader, not the end that they follow.
    atEnd.value = false;
    change();
    await nextTick();
    const same = rows.value?.querySelector(`[data-row="${CSS.escape(row?.dataset["row"] ?? "")}"]`);
    if (view.value && same) view.value.scrollTop += same.getBoundingClientRect().top - top;
    measure();
  }

  onMounted(() => {
    view.value?.addEventListener("scroll", scrolled, { passive: true });
    if (view.value) sizes.observe(view.value);
    if (rows.value) sizes.observe(rows.value);
    if (rows.value) menus.observe(rows.value, { subtree: true, attributeFilter: ["aria-expanded", "aria-busy"] });
  });
  onBeforeUnmount(() => {
    sizes.disconnect();
    menus.disconnect();
    clearTimeout(timer);
  });

  return { scrolling, atEnd, toEnd, toRow, keepPlace };
}

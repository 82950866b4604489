import { onBeforeUnmount, onMounted, type Ref, ref } from "vue";

const NEAR_END_PX = 80;
const FLOATS_MS = 1200;

export interface StickyEnd {
  /** The reader is away from the end and scrolls just now. */
  readonly scrolling: Readonly<Ref<boolean>>;
  readonly atEnd: Readonly<Ref<boolean>>;
  toEnd(): void;
  /** Puts a row into the middle, and leaves the reader there whatever grows. Moves this view alone, not what it stands in. */
  toRow(row: Element): void;
  /** Runs what adds rows above the reader, and leaves the reader where they are. */
  keepPlace(work: () => Promise<void>): Promise<void>;
}

/**
 * Keeps a scrolled view at its end while the reader is there, whatever grows or shrinks: rows that come, pictures that
 * load, the window. A reader who has scrolled away is left alone.
 */
export function useStickyEnd(
  view: Readonly<Ref<HTMLElement | null>>,
  rows: Readonly<Ref<HTMLElement | null>>,
): StickyEnd {
  const atEnd = ref(true);
  const scrolling = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const sizes = new ResizeObserver(() => {
    if (atEnd.value) toEnd();
  });

  function toEnd(): void {
    atEnd.value = true;
    if (view.value) view.value.scrollTop = view.value.scrollHeight;
  }

  function scrolled(): void {
    if (!view.value) return;
    const { scrollHeight, scrollTop, clientHeight } = view.value;
    atEnd.value = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
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

  async function keepPlace(work: () => Promise<void>): Promise<void> {
    atEnd.value = false;
    const fromEnd = view.value ? view.value.scrollHeight - view.value.scrollTop : 0;
    await work();
    if (view.value) view.value.scrollTop = view.value.scrollHeight - fromEnd;
  }

  onMounted(() => {
    view.value?.addEventListener("scroll", scrolled, { passive: true });
    if (view.value) sizes.observe(view.value);
    if (rows.value) sizes.observe(rows.value);
  });
  onBeforeUnmount(() => {
    sizes.disconnect();
    clearTimeout(timer);
  });

  return { scrolling, atEnd, toEnd, toRow, keepPlace };
}

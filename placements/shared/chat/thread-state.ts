import { computed, type Ref, ref, shallowRef } from "vue";
import type { MessageAnswer, MessageInPlaceAnswer } from "../../../src/api/messages.ts";
import { call, list } from "../api.ts";
import { type Loaded, sentenceOf, useLoaded, usePolling } from "../loaded.ts";
import { createThreadFeed, type ThreadFeed } from "../thread-feed.ts";
import { rowsOf, type ThreadRow } from "../thread-rows.ts";

const REFRESH_MS = 4000;

/** Runs what adds rows to the page or takes some away, and leaves the reader where they are. */
export type KeepPlace = (change: () => void) => Promise<void>;

/** A column of messages as far as they are here, kept up to date while they are looked at. */
export interface ThreadState {
  /** Where the reader is, oldest first. */
  readonly rows: Readonly<Ref<readonly ThreadRow[]>>;
  /** The newest messages, wherever the reader is. */
  readonly newest: Readonly<Ref<readonly MessageAnswer[]>>;
  readonly hasEarlier: Readonly<Ref<boolean>>;
  /** Between the rows and the newest messages there are others. */
  readonly hasLater: Readonly<Ref<boolean>>;
  readonly latest: Loaded<true>;
  /** Older ones that stand in the view, read again for their marks. */
  readonly looked: Loaded<true>;
  readonly fetching: Readonly<Ref<boolean>>;
  /** Why the page before or after could not be read. */
  readonly pageError: Readonly<Ref<string | undefined>>;
  /** It may be tried again. */
  forgive(): void;
  earlier(keep: KeepPlace): Promise<void>;
  later(keep: KeepPlace): Promise<void>;
  /** Reads what stands around a message or a position. `false`: it cannot be read, or is not there. */
  goTo(place: { readonly message: string } | { readonly seq: number }): Promise<boolean>;
  goToEnd(): void;
  /** Reads the newest ones for the first time. */
  begin(): Promise<void>;
  /** Reads what may have changed now. */
  refresh(): Promise<void>;
  /** There is news: reads it, once for all that comes while it reads. */
  hear(): void;
  /** A row that came by another way than by reading. */
  put(row: MessageAnswer): void;
  /** Reads all anew, because the column is another one; around a position, or at its end. */
  anew(seq?: number): Promise<void>;
}

/**
 * @param path where the messages are asked for, with its question mark
 * @param inView positions of the first and the last message on the screen
 */
export function useThreadState(path: () => string, inView: () => readonly [from: number, to: number]): ThreadState {
  const newFeed = () => {
    const asked = path();
    return createThreadFeed((query) => list<MessageAnswer>(`${asked}${query}`));
  };
  let feed = newFeed();
  const messages = shallowRef<readonly MessageAnswer[]>([]);
  const newest = shallowRef<readonly MessageAnswer[]>([]);
  const hasEarlier = ref(false);
  const hasLater = ref(false);
  const fetching = ref(false);
  const pageError = ref<string>();

  function show(): true {
    messages.value = feed.rows();
    newest.value = feed.newestRows();
    hasEarlier.value = feed.hasEarlier();
    hasLater.value = feed.hasLater();
    return true;
  }

  const latest = useLoaded(() => feed.newest().then(show));
  const looked = useLoaded(() => feed.again(...inView()).then(show));

  async function refresh(): Promise<void> {
    await Promise.all([latest.load(), looked.load()]);
  }

  let hearing: "no" | "reading" | "more" = "no";
  /** The first reading is not overtaken: what it brings would be shown only with what the second one brings. */
  let first: Promise<void> | undefined;
  async function hear(): Promise<void> {
    if (hearing !== "no") {
      hearing = "more";
      return;
    }
    hearing = "reading";
    await first;
    do {
      hearing = "reading";
      await refresh();
    } while (isMore());
    hearing = "no";
  }
  const isMore = () => hearing === "more";

  usePolling(async () => {
    await refresh();
    return latest.error.value === undefined && looked.error.value === undefined;
  }, REFRESH_MS);

  /** One at a time: pages that follow each other are asked for by what came before. */
  async function fetch(work: (from: ThreadFeed) => Promise<void>, keep: KeepPlace): Promise<boolean> {
    if (fetching.value) return false;
    fetching.value = true;
    pageError.value = undefined;
    const from = feed;
    try {
      await work(from);
      if (from === feed)
        await keep(() => {
          from.keepNear(middle());
          show();
        });
      return true;
    } catch (thrown) {
      pageError.value = sentenceOf(thrown);
      return false;
    } finally {
      fetching.value = false;
    }
  }

  function middle(): number {
    const [first, last] = inView();
    return Math.round((first + Math.max(first, last)) / 2);
  }

  return {
    rows: computed(() => rowsOf(messages.value)),
    newest,
    hasEarlier,
    hasLater,
    latest,
    looked,
    fetching,
    pageError,
    refresh,
    begin() {
      first = latest.load();
      return first;
    },
    forgive() {
      pageError.value = undefined;
    },
    hear: () => void hear(),
    earlier: async (keep) => void (await fetch((from) => from.earlier(), keep)),
    later: async (keep) => void (await fetch((from) => from.later(), keep)),
    async goTo(place) {
      pageError.value = undefined;
      const from = feed;
      try {
        const seq = "seq" in place ? place.seq : await positionOf(place.message);
        await from.goTo(seq);
        if (from === feed) show();
        return messages.value.some((row) => row.seq >= seq);
      } catch (thrown) {
        pageError.value = sentenceOf(thrown);
        return false;
      }
    },
    goToEnd() {
      feed.goToEnd();
      show();
    },
    put(row) {
      feed.put(row);
      show();
    },
    async anew(seq) {
      const fresh = newFeed();
      feed = fresh;
      await latest.load();
      if (seq === undefined || fresh !== feed) return;
      await fresh.goTo(seq);
      if (fresh === feed) show();
    },
  };

  async function positionOf(message: string): Promise<number> {
    const known = messages.value.find((row) => row.id === message);
    return known?.seq ?? (await call<MessageInPlaceAnswer>("GET", `/messages/${message}`)).message.seq;
  }
}

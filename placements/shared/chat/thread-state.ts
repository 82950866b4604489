import { computed, type Ref, ref, shallowRef } from "vue";
import type { MessageAnswer } from "../../../src/api/messages.ts";
import { list } from "../api.ts";
import { type Loaded, sentenceOf, useLoaded, usePolling } from "../loaded.ts";
import { createThreadFeed } from "../thread-feed.ts";
import { foldChanges, type ThreadRow } from "../thread-rows.ts";

const REFRESH_MS = 4000;

/** A conversation's messages as far as they are here, kept up to date while they are looked at. */
export interface ThreadState {
  readonly messages: Readonly<Ref<readonly ThreadRow[]>>;
  readonly hasEarlier: Readonly<Ref<boolean>>;
  readonly latest: Loaded<true>;
  /** Older ones that stand in the view, read again for their marks. */
  readonly looked: Loaded<true>;
  readonly fetching: Readonly<Ref<boolean>>;
  readonly earlierError: Readonly<Ref<string | undefined>>;
  /** Fetches the page before what is here; `keep` runs what adds it to the page. */
  earlier(keep: (add: () => void) => Promise<void>): Promise<void>;
  /** Reads what may have changed now. */
  refresh(): Promise<void>;
  /** There is news: reads it, once for all that comes while it reads. */
  hear(): void;
  /** A row that came by another way than by reading. */
  put(row: MessageAnswer): void;
}

/** @param inView positions of the first and the last message on the screen */
export function useThreadState(conversation: string, inView: () => readonly [from: number, to: number]): ThreadState {
  const feed = createThreadFeed((query) =>
    list<MessageAnswer>(`/conversations/${conversation}/messages?changes=true&${query}`),
  );
  const known = shallowRef<readonly MessageAnswer[]>([]);
  const hasEarlier = ref(false);
  const fetching = ref(false);
  const earlierError = ref<string>();

  function show(): true {
    known.value = feed.rows();
    hasEarlier.value = feed.hasEarlier();
    return true;
  }

  const latest = useLoaded(() => feed.newest().then(show));
  const looked = useLoaded(() => feed.again(...inView()).then(show));

  async function refresh(): Promise<void> {
    await Promise.all([latest.load(), looked.load()]);
  }

  let hearing: "no" | "reading" | "more" = "no";
  async function hear(): Promise<void> {
    if (hearing !== "no") {
      hearing = "more";
      return;
    }
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

  return {
    messages: computed(() => foldChanges(known.value)),
    hasEarlier,
    latest,
    looked,
    fetching,
    earlierError,
    refresh,
    hear: () => void hear(),
    async earlier(keep) {
      if (fetching.value) return;
      fetching.value = true;
      earlierError.value = undefined;
      try {
        await feed.earlier();
        await keep(show);
      } catch (thrown) {
        earlierError.value = sentenceOf(thrown);
      } finally {
        fetching.value = false;
      }
    },
    put(row) {
      feed.put(row);
      show();
    },
  };
}

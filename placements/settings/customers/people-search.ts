import { computed, onBeforeUnmount, type Ref, ref, shallowRef, watch } from "vue";
import type { PeoplePage, PersonAnswer } from "../../../src/api/customers.ts";
import { call } from "../../shared/api.ts";
import { type Loaded, useLoaded } from "../../shared/loaded.ts";

/** A person who types is waited for, and then asked for once. */
const PAUSE_MS = 300;

export interface PeopleSearch {
  readonly search: Ref<string>;
  readonly found: Loaded<PeoplePage>;
  readonly rows: Readonly<Ref<readonly PersonAnswer[]>>;
  /** Where to go on from; `undefined`: that is all. */
  readonly next: Readonly<Ref<string | undefined>>;
  readonly fetching: Ref<boolean>;
  more(): Promise<void>;
}

/** People by a part of a name or of anything that links to them, those who wrote last first, page by page. */
export function usePeopleSearch(limit = 30): PeopleSearch {
  const search = ref("");
  const fetching = ref(false);
  const further = shallowRef<readonly PersonAnswer[]>([]);
  const next = ref<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const page = (before?: string) => {
    const query = new URLSearchParams({ limit: String(limit) });
    const text = search.value.trim();
    if (text !== "") query.set("text", text);
    if (before !== undefined) query.set("before", before);
    return call<PeoplePage>("GET", `/customers?${query}`);
  };
  const found = useLoaded(() => page());

  watch(found.value, (first) => {
    further.value = [];
    next.value = first?.next ?? undefined;
  });
  watch(search, () => {
    clearTimeout(timer);
    timer = setTimeout(() => void found.load(), PAUSE_MS);
  });
  onBeforeUnmount(() => clearTimeout(timer));

  return {
    search,
    found,
    rows: computed(() => [...(found.value.value?.people ?? []), ...further.value]),
    next,
    fetching,
    async more() {
      const first = found.value.value;
      fetching.value = true;
      try {
        const answer = await page(next.value);
        // Somebody searched for something else meanwhile.
        if (found.value.value !== first) return;
        further.value = [...further.value, ...answer.people];
        next.value = answer.next ?? undefined;
      } catch {
        await found.load();
      } finally {
        fetching.value = false;
      }
    },
  };
}

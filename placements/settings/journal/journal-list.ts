import { type Ref, ref, shallowRef } from "vue";
import type { MessageAnswer } from "../../../src/api/messages.ts";
import { ApiError, list, type Paged } from "../../shared/api.ts";
import { sentenceOf } from "../../shared/loaded.ts";
import { continued, type Listed, renewed } from "./listed.ts";

const PAGE = 20;

function listed({ rows, next, lookedTo }: Paged<MessageAnswer>, wanted: number): Listed {
  return { rows, next, ...(rows.length < wanted && next !== undefined && { lookedTo }) };
}

export interface JournalList {
  readonly shown: Ref<Listed | undefined>;
  readonly error: Ref<string | undefined>;
  readonly sessionEnded: Ref<boolean>;
  readonly busy: Ref<boolean>;
  /** Looks for what came and changed meanwhile. Who reads further down stays there. `false`: it did not work. */
  refresh(): Promise<boolean>;
  /** Begins anew, after the question has changed. */
  restart(): Promise<boolean>;
  more(): Promise<void>;
}

/** @param query what is asked for now, without a position. An answer to an older question is thrown away. */
export function useJournalList(query: () => URLSearchParams): JournalList {
  const shown = shallowRef<Listed>();
  const error = ref<string>();
  const sessionEnded = ref(false);
  const busy = ref(false);
  let question = 0;

  async function ask(before: number | undefined, use: (page: Listed) => void): Promise<boolean> {
    const mine = question;
    try {
      const search = query();
      search.set("limit", String(PAGE));
      if (before !== undefined) search.set("before", String(before));
      const page = listed(await list<MessageAnswer>(`/journal?${search}`), PAGE);
      if (mine !== question) return true;
      use(page);
      error.value = undefined;
      sessionEnded.value = false;
      return true;
    } catch (thrown) {
      if (mine !== question) return true;
      error.value = sentenceOf(thrown);
      sessionEnded.value = thrown instanceof ApiError && thrown.status === 401;
      return false;
    }
  }

  const refresh = () =>
    ask(undefined, (page) => {
      shown.value = renewed(shown.value, page);
    });

  return {
    shown,
    error,
    sessionEnded,
    busy,
    refresh,
    restart() {
      question += 1;
      shown.value = undefined;
      error.value = undefined;
      return refresh();
    },
    async more() {
      if (busy.value) return;
      busy.value = true;
      await ask(shown.value?.next, (page) => {
        shown.value = shown.value ? continued(shown.value, page) : page;
      });
      busy.value = false;
    },
  };
}

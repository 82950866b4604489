import { type Ref, ref, shallowRef } from "vue";
import { call } from "../../shared/api.ts";
import { sentenceOf } from "../../shared/loaded.ts";

/** The server answers so many at once; fewer are the last ones. */
const PAGE = 50;

export interface Pages<Row> {
  readonly rows: Ref<readonly Row[] | undefined>;
  readonly error: Ref<string | undefined>;
  readonly busy: Ref<boolean>;
  readonly hasMore: Ref<boolean>;
  /** Begins anew, also after the question has changed: an answer to an older one is thrown away. */
  restart(): Promise<void>;
  /** Looks for news of those that are shown first; whoever reads further down keeps what they have. */
  refresh(): Promise<boolean>;
  more(): Promise<void>;
}

/** @param path with what is asked for now, without a position */
export function usePages<Row extends { readonly id: string }>(path: () => string): Pages<Row> {
  const rows = shallowRef<readonly Row[]>();
  const error = ref<string>();
  const busy = ref(false);
  const hasMore = ref(false);
  let question = 0;

  async function ask(before: string | undefined, use: (page: readonly Row[]) => void): Promise<boolean> {
    const mine = question;
    busy.value = true;
    try {
      const address = path();
      const sign = address.includes("?") ? "&" : "?";
      const page = await call<Row[]>("GET", before === undefined ? address : `${address}${sign}before=${before}`);
      if (mine !== question) return true;
      use(page);
      error.value = undefined;
      return true;
    } catch (thrown) {
      if (mine === question) error.value = sentenceOf(thrown);
      return false;
    } finally {
      if (mine === question) busy.value = false;
    }
  }

  return {
    ...{ rows, error, busy, hasMore },
    async restart() {
      question += 1;
      rows.value = undefined;
      error.value = undefined;
      await ask(undefined, (page) => {
        rows.value = page;
        hasMore.value = page.length === PAGE;
      });
    },
    refresh: () =>
      ask(undefined, (page) => {
        const known = new Set(page.map(({ id }) => id));
        if (rows.value === undefined) hasMore.value = page.length === PAGE;
        rows.value = [...page, ...(rows.value ?? []).filter(({ id }) => !known.has(id))];
      }),
    async more() {
      const last = rows.value?.at(-1);
      if (busy.value || !last) return;
      await ask(last.id, (page) => {
        rows.value = [...(rows.value ?? []), ...page];
        hasMore.value = page.length === PAGE;
      });
    },
  };
}

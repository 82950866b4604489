import { computed, type Ref, ref, watch } from "vue";
import type { DeskChange } from "../../src/api/desk.ts";
import type { ConversationAnswer } from "../../src/api/messages.ts";
import { call, list } from "../shared/api.ts";
import { sentenceOf, useLoaded, usePolling } from "../shared/loaded.ts";
import { dcount } from "./texts.ts";
import { waitingFirst } from "./waiting.ts";

export type Folder = "waiting" | "all" | "snoozed" | "archived";
export const FOLDERS: readonly Folder[] = ["all", "waiting", "snoozed", "archived"];

const REFRESH_MS = 5_000;
const PAGE = 50;
const SEARCH_PAUSE_MS = 300;
/** More at once than anybody works through; the server gives no more either. */
const MOST = 200;

export interface Done {
  readonly sentence: string;
  /** Absent: it cannot be taken back. */
  readonly undo?: (() => Promise<void>) | undefined;
}

/** What an agent works through: the chosen folder and filters, the rows, and what can be done with them. */
export function useDesk() {
  const folder = ref<Folder>("all");
  const search = ref("");
  const account = ref<string>();
  const tag = ref<string>();
  const operator = ref<"me" | "nobody">();
  const size = ref(PAGE);
  const done = ref<Done>();
  const failed = ref<string>();
  const busy = ref(false);

  const query = computed(() => {
    const words = search.value.trim();
    return new URLSearchParams({
      folder: folder.value,
      limit: String(size.value),
      ...(words !== "" && { search: words }),
      ...(account.value !== undefined && { account: account.value }),
      ...(tag.value !== undefined && { tag: tag.value }),
      ...(operator.value !== undefined && { operator: operator.value }),
    }).toString();
  });
  const page = useLoaded(() => list<ConversationAnswer>(`/conversations?${query.value}`));
  const waiting = useLoaded(() => list<ConversationAnswer>("/conversations?folder=waiting&limit=100"));
  const tags = useLoaded(() => call<string[]>("GET", "/tags"));

  const rows = computed(() => {
    const listed = page.value.value?.rows ?? [];
    if (folder.value !== "all" || page.value.value === undefined) return listed;
    return waitingFirst(listed, isFiltered.value ? listed : [...(waiting.value.value?.rows ?? []), ...listed]);
  });
  const hasMore = computed(() => page.value.value?.next !== undefined && size.value < MOST);
  const isFiltered = computed(
    () =>
      search.value.trim() !== "" || [account.value, tag.value, operator.value].some((filter) => filter !== undefined),
  );
  const waitingCount = computed(() => {
    const found = waiting.value.value;
    return found && { count: found.rows.length, more: found.next !== undefined };
  });

  let timer: ReturnType<typeof setTimeout> | undefined;
  watch([folder, account, tag, operator], () => {
    size.value = PAGE;
    page.value.value = undefined;
  });
  watch(query, (now, before) => {
    clearTimeout(timer);
    const isTyping = new URLSearchParams(now).get("search") !== new URLSearchParams(before).get("search");
    timer = setTimeout(() => void page.load(), isTyping ? SEARCH_PAUSE_MS : 0);
  });
  usePolling(async () => {
    await Promise.all([page.load(), waiting.load()]);
    return page.error.value === undefined;
  }, REFRESH_MS);

  function begin(): void {
    for (const one of [page, waiting, tags]) void one.load();
  }

  function noFilters(): void {
    search.value = "";
    account.value = undefined;
    tag.value = undefined;
    operator.value = undefined;
  }

  async function apply(conversations: readonly string[], change: DeskChange): Promise<readonly string[] | undefined> {
    busy.value = true;
    failed.value = undefined;
    try {
      const { changed } = await call<{ changed: string[] }>("POST", "/conversations/desk", { conversations, change });
      await Promise.all([page.load(), waiting.load()]);
      return changed;
    } catch (thrown) {
      failed.value = sentenceOf(thrown);
      return undefined;
    } finally {
      busy.value = false;
    }
  }

  /** Does it, says so, and offers the way back where there is one. */
  async function change(conversations: readonly string[], wanted: DeskChange): Promise<void> {
    const changed = await apply(conversations, wanted);
    if (!changed || changed.length === 0) return;
    const back = wayBack(wanted);
    done.value = {
      sentence: dcount(sentenceFor(wanted), changed.length),
      ...(back && {
        undo: async () => {
          done.value = undefined;
          await apply(changed, back);
        },
      }),
    };
  }

  async function setTags(conversation: string, all: readonly string[]): Promise<void> {
    await apply([conversation], { tags: [...all] });
    await tags.load();
  }

  return {
    folder,
    search,
    account,
    tag,
    operator,
    page,
    rows,
    hasMore,
    isFiltered,
    waitingCount,
    tags: computed(() => tags.value.value ?? []),
    done,
    failed,
    busy: busy as Ref<boolean>,
    begin,
    noFilters,
    change,
    setTags,
    showMore: () => {
      size.value = Math.min(MOST, size.value + PAGE);
    },
  };
}

function sentenceFor({ noReplyNeeded, snoozedUntil, archived }: DeskChange) {
  if (noReplyNeeded) return "desk.done.noReplyNeeded";
  if (archived) return "desk.done.archived";
  return typeof snoozedUntil === "string" ? "desk.done.snoozed" : "desk.done.back";
}

function wayBack({ snoozedUntil, archived }: DeskChange): DeskChange | undefined {
  if (archived !== undefined) return { archived: !archived };
  return typeof snoozedUntil === "string" ? { snoozedUntil: null } : undefined;
}

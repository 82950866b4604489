import { computed, type Ref, ref, shallowRef, watch } from "vue";
import type { DeskChange, DeskChoices } from "../../src/api/desk.ts";
import type { ConversationAnswer } from "../../src/api/messages.ts";
import { call, list, type Paged } from "../shared/api.ts";
import { boot } from "../shared/boot.ts";
import { useLiveDesk } from "../shared/live.ts";
import { liveBrokenSince } from "../shared/live-stream.ts";
import { sentenceOf, useLoaded, usePolling } from "../shared/loaded.ts";
import { asQuery, type Filters, isNarrowed, rememberedFilters, rememberFilters } from "./filters.ts";
import { type Wanted, withHeard } from "./heard-rows.ts";
import { dcount } from "./texts.ts";
import { waitingFirst } from "./waiting.ts";

export type Folder = "waiting" | "all" | "snoozed" | "archived";
export const FOLDERS: readonly Folder[] = ["all", "waiting", "snoozed", "archived"];

/** The stream tells what changes; this mends what it may have lost, and is all there is while it is broken. */
const REFRESH_MS = 60_000;
const WITHOUT_STREAM_MS = 10_000;
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
  const filters = ref(rememberedFilters());
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
      ...asQuery(filters.value),
    }).toString();
  });
  const page = useHeardList(() => `/conversations?${query.value}`);
  const waiting = useHeardList(() => "/conversations?folder=waiting&limit=100");
  const tags = useLoaded(() => call<string[]>("GET", "/tags"));
  const choices = useLoaded(() => call<DeskChoices>("GET", "/conversations/choices"));

  const waitingRows = computed(() => waiting.rows({ folder: "waiting", words: "" }));
  const rows = computed(() => {
    const listed = page.rows({
      folder: folder.value,
      accounts: accountsOf(filters.value, choices.value.value),
      channel: filters.value.channel,
      tag: filters.value.tag,
      operator: filters.value.operator === "me" ? boot.user.id : filters.value.operator,
      ...(filters.value.open !== undefined && { open: filters.value.open === "true" }),
      words: search.value.trim().toLowerCase(),
    });
    if (folder.value !== "all" || page.value.value === undefined) return listed;
    return waitingFirst(listed, isFiltered.value ? listed : [...waitingRows.value, ...listed]);
  });
  const hasMore = computed(() => page.value.value?.next !== undefined && size.value < MOST);
  const isFiltered = computed(() => search.value.trim() !== "" || isNarrowed(filters.value));
  const waitingCount = computed(() => {
    const found = waiting.value.value;
    return found && { count: waitingRows.value.length, more: found.next !== undefined };
  });

  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(filters, rememberFilters);
  watch([folder, filters], () => {
    size.value = PAGE;
    page.value.value = undefined;
  });
  watch(query, (now, before) => {
    clearTimeout(timer);
    const isTyping = new URLSearchParams(now).get("search") !== new URLSearchParams(before).get("search");
    timer = setTimeout(() => void page.load(), isTyping ? SEARCH_PAUSE_MS : 0);
  });
  async function load(): Promise<boolean> {
    await Promise.all([page.load(), waiting.load()]);
    return page.error.value === undefined;
  }
  usePolling(load, REFRESH_MS);
  usePolling(load, WITHOUT_STREAM_MS, () => liveBrokenSince.value !== undefined);
  // What could not be asked while the line was broken; rows that changed are told by the stream.
  watch(liveBrokenSince, (since) => {
    if (since === undefined && (page.error.value ?? waiting.error.value) !== undefined) void load();
  });
  useLiveDesk({
    stands(row) {
      page.hear(row);
      waiting.hear(row);
    },
    reload: () => void load(),
  });

  function noFilters(): void {
    search.value = "";
    filters.value = {};
  }

  async function apply(conversations: readonly string[], change: DeskChange): Promise<readonly string[] | undefined> {
    busy.value = true;
    failed.value = undefined;
    try {
      const { changed } = await call<{ changed: string[] }>("POST", "/conversations/desk", { conversations, change });
      await load();
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
    filters,
    choices,
    waitingRows,
    page,
    rows,
    hasMore,
    isFiltered,
    waitingCount,
    tags: computed(() => tags.value.value ?? []),
    done,
    failed,
    busy: busy as Ref<boolean>,
    begin: () => Promise.all([tags.load(), choices.load()]),
    noFilters,
    change,
    setTags,
    showMore: () => {
      size.value = Math.min(MOST, size.value + PAGE);
    },
  };
}

/** Accounts that a row must be of; absent: any, or that is not known yet. */
function accountsOf({ account, line }: Filters, choices: DeskChoices | undefined): ReadonlySet<string> | undefined {
  if (account !== undefined) return new Set([account]);
  if (line === undefined || !choices) return undefined;
  return new Set(choices.accounts.filter((one) => one.line === line).map(({ id }) => id));
}

/** A list that is asked for now and then, and kept as it stands by what is heard in between. */
function useHeardList(path: () => string) {
  const heard = shallowRef<ReadonlyMap<string, ConversationAnswer>>(new Map());
  /** Since the question that is under way: its answer may not know of it. */
  let since = new Map<string, ConversationAnswer>();
  const loaded = useLoaded(async (): Promise<Paged<ConversationAnswer>> => {
    const mine = new Map<string, ConversationAnswer>();
    since = mine;
    const answer = await list<ConversationAnswer>(path());
    if (since === mine) heard.value = new Map(mine);
    return answer;
  });
  return {
    ...loaded,
    hear(row: ConversationAnswer) {
      since.set(row.id, row);
      heard.value = new Map([...heard.value, [row.id, row]]);
    },
    rows(wanted: Wanted) {
      const answer = loaded.value.value;
      return answer ? withHeard(answer.rows, answer.next !== undefined, heard.value, wanted) : [];
    },
  };
}

function sentenceFor({ noReplyNeeded, snoozedUntil, archived }: DeskChange) {
  if (noReplyNeeded) return "desk.done.noReplyNeeded";
  if (archived) return "desk.done.archived";
  return typeof snoozedUntil === "string" ? "desk.done.snoozed" : "desk.done.back";
}

function wayBack({ noReplyNeeded, snoozedUntil, archived }: DeskChange): DeskChange | undefined {
  if (noReplyNeeded === true) return { noReplyNeeded: false };
  if (archived !== undefined) return { archived: !archived };
  return typeof snoozedUntil === "string" ? { snoozedUntil: null } : undefined;
}

import { ref } from "vue";
import type { CannedReplyAnswer } from "../../../src/api/canned-replies.ts";
import { sentenceOf } from "../loaded.ts";
import { readReplies } from "./canned-replies.ts";
import { fillReply, matching, type ReplyValues } from "./canned-text.ts";
import { type Suggestion, type Suggestions, slashAt, type Trigger, useSuggestions } from "./suggestions.ts";
import { t } from "./words.ts";

/** The list that `/` opens, and its last row, where replies are kept. */
export interface CannedReplyList {
  readonly suggestions: Suggestions;
  /** Replies are being kept. */
  readonly keeping: ReturnType<typeof ref<boolean>>;
}

const SHOWN = 20;
/** Of all that there are, before anything is typed: folder by folder, to be looked through. */
const BROWSED = 100;
const KEEP = "keep";

export function useCannedReplies(
  values: () => ReplyValues,
  put: (words: string, trigger: Trigger, reply?: CannedReplyAnswer) => void,
): CannedReplyList {
  const keeping = ref(false);

  async function find(query: string): Promise<readonly Suggestion[]> {
    const all = await readReplies();
    const isBrowsing = query === "";
    const found = matching(all, query, isBrowsing ? BROWSED : SHOWN).map((one) => ({
      id: one.id,
      label: `/${one.shortcut}`,
      detail: fillReply(one.text, values()).replace(/\s+/g, " "),
      [isBrowsing ? "group" : "tag"]: one.folder?.name,
    }));
    const keep = { id: KEEP, label: t(all.length === 0 ? "canned.first" : "canned.keep") };
    // A word that is none of them is a word: nothing opens over an address or a path.
    return found.length > 0 || isBrowsing ? [...found, keep] : [];
  }

  async function chosen(item: Suggestion, trigger: Trigger): Promise<void> {
    if (item.id === KEEP) {
      put("", trigger);
      keeping.value = true;
      return;
    }
    const reply = (await readReplies()).find(({ id }) => id === item.id);
    if (reply) put(fillReply(reply.text, values()), trigger, reply);
  }

  const suggestions = useSuggestions({
    triggerAt: slashAt,
    find,
    chosen: (item, trigger) => void chosen(item, trigger),
    explain: sentenceOf,
    pauseMs: 0,
  });
  return { suggestions, keeping };
}

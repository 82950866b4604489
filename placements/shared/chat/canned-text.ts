import type { CannedReplyAnswer } from "../../../src/api/canned-replies.ts";

/** What stands for the gaps of a canned reply. */
export interface ReplyValues {
  /** The customer's. */
  readonly name: string;
  /** Who writes. */
  readonly agent: string;
  readonly company: string;
  /** Stands until the server puts the link there by which a letter's reader leaves; elsewhere nothing. */
  readonly unsubscribe: string;
}

export const GAPS: readonly (keyof ReplyValues)[] = ["name", "agent", "company", "unsubscribe"];

/**
 * Those that a typed word may mean: its beginning first, then shortcuts in which it stands, then texts and names of folders.
 * Of two with the same shortcut one's own is meant. Before anything is typed they stand folder by folder.
 */
export function matching(
  all: readonly CannedReplyAnswer[],
  query: string,
  limit: number,
): readonly CannedReplyAnswer[] {
  const words = query.toLowerCase();
  const own = new Set(all.filter((one) => one.own).map((one) => one.shortcut.toLowerCase()));
  const ranked = all
    .filter((one) => one.own || !own.has(one.shortcut.toLowerCase()))
    .map((one) => ({ one, rank: rankOf(one, words) }))
    .filter(({ rank }) => rank < NO_MATCH);
  const folderOf = ({ folder }: CannedReplyAnswer) => (words === "" ? (folder?.name ?? "") : "");
  return ranked
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        folderOf(a.one).localeCompare(folderOf(b.one)) ||
        a.one.shortcut.localeCompare(b.one.shortcut),
    )
    .slice(0, limit)
    .map(({ one }) => one);
}

const NO_MATCH = 3;

function rankOf({ shortcut, text, folder }: CannedReplyAnswer, words: string): number {
  const at = shortcut.toLowerCase().indexOf(words);
  if (at === 0) return 0;
  if (at > 0) return 1;
  return words.length > 1 && `${folder?.name ?? ""} ${text}`.toLowerCase().includes(words) ? 2 : NO_MATCH;
}

/** Fills the gaps. One for which nothing is known goes with the comma or space before it: "Hello, {name}!" is "Hello!". */
export function fillReply(text: string, values: ReplyValues): string {
  const known: Readonly<Record<string, string>> = { ...values };
  return text.replace(/([ ,]*)\{(\w+)\}/g, (slot: string, before: string, gap: string) => {
    const value = known[gap.toLowerCase()];
    if (value === undefined) return slot;
    return value.trim() === "" ? "" : before + value.trim();
  });
}

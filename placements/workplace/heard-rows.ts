import type { ConversationAnswer } from "../../src/api/messages.ts";

/** What the list shows. */
export interface Wanted {
  readonly folder: "waiting" | "all" | "snoozed" | "archived";
  /** Of one of these. */
  readonly accounts?: ReadonlySet<string> | undefined;
  readonly channel?: string | undefined;
  readonly open?: boolean | undefined;
  readonly tag?: string | undefined;
  /** An employee's id, nobody, or a bot. */
  readonly operator?: string | "nobody" | "bot" | undefined;
  /** In small letters. */
  readonly words: string;
}

/**
 * The list as it was asked for, with what was heard since: rows that stand otherwise now, have come, or do not belong any
 * more. What only the server can judge stays as the server judged it: a row that it found by its words is not dropped for them.
 *
 * @param hasMore there are rows behind the last one; what would stand there is not shown
 */
export function withHeard(
  listed: readonly ConversationAnswer[],
  hasMore: boolean,
  heard: ReadonlyMap<string, ConversationAnswer>,
  wanted: Wanted,
): readonly ConversationAnswer[] {
  if (heard.size === 0) return listed;
  const known = new Set(listed.map(({ id }) => id));
  const stay = listed.flatMap((row) => {
    const now = heard.get(row.id);
    if (!now) return row;
    return belongs(now, wanted) ? now : [];
  });
  const order = orderOf(wanted.folder);
  const last = listed.at(-1);
  const come = [...heard.values()].filter(
    (row) =>
      !known.has(row.id) &&
      belongs(row, wanted) &&
      isAbout(row, wanted.words) &&
      !(hasMore && last && order(row, last) > 0),
  );
  return [...stay, ...come].sort(order);
}

function belongs(row: ConversationAnswer, { folder, accounts, channel, open, tag, operator }: Wanted): boolean {
  const { desk } = row;
  if (!desk) return false;
  if (accounts !== undefined && !accounts.has(row.account)) return false;
  if (channel !== undefined && row.channel !== channel) return false;
  if (open !== undefined && row.open !== open) return false;
  if (tag !== undefined && !desk.tags.includes(tag)) return false;
  if (operator !== undefined && (row.operator?.id ?? (row.bot ? "bot" : "nobody")) !== operator) return false;
  if (folder === "snoozed") return desk.snoozedUntil !== null;
  if (folder === "archived") return desk.archived;
  return desk.snoozedUntil === null && !desk.archived && (folder === "all" || desk.waitingSince !== null);
}

function isAbout({ customer }: ConversationAnswer, words: string): boolean {
  const { name, username = "", phone = "", email = "" } = customer;
  return words === "" || [name, username, phone, email].some((known) => known.toLowerCase().includes(words));
}

/** As the server puts them. */
function orderOf(folder: Wanted["folder"]): (one: ConversationAnswer, other: ConversationAnswer) => number {
  const by = (key: (row: ConversationAnswer) => string) => (one: ConversationAnswer, other: ConversationAnswer) =>
    key(one).localeCompare(key(other)) || one.id.localeCompare(other.id);
  if (folder === "waiting") return by(({ desk }) => desk?.waitingSince ?? "");
  if (folder === "snoozed") return by(({ desk }) => desk?.snoozedUntil ?? "");
  return (one, other) => other.lastMessageAt.localeCompare(one.lastMessageAt) || one.id.localeCompare(other.id);
}

import type { AccountAnswer } from "../../../src/api/accounts.ts";
import type { CheckpointAnswer, MessageAnswer } from "../../../src/api/messages.ts";
import { list } from "../../shared/api.ts";
import { attachmentTitle } from "../../shared/attachments.ts";
import { toCsv } from "../../shared/csv.ts";
import { t } from "../../shared/i18n.ts";

const PAGE = 500;
/** What a spreadsheet can still be worked with, and a page can hold. */
export const MOST_EXPORTED = 20_000;

const PASSED: readonly CheckpointAnswer["name"][] = [
  "written",
  "stored",
  "decided",
  "sent-to-portal",
  "sent-to-channel",
  "answered",
  "delivered",
  "read",
  "card",
];

/**
 * All rows that a filter shows, as CSV, newest first and at most `MOST_EXPORTED`.
 * @param progress hears how many there are so far; `false` stops it
 * @returns `undefined` when it was stopped
 */
export async function exportJournal(
  query: URLSearchParams,
  accounts: readonly AccountAnswer[],
  progress: (count: number) => boolean,
): Promise<{ readonly csv: string; readonly count: number } | undefined> {
  const rows: MessageAnswer[] = [];
  for (let before: number | undefined; ; ) {
    const search = new URLSearchParams(query);
    search.set("limit", String(Math.min(PAGE, MOST_EXPORTED - rows.length)));
    if (before !== undefined) search.set("before", String(before));
    const page = await list<MessageAnswer>(`/journal?${search}`);
    rows.push(...page.rows);
    if (!progress(rows.length)) return undefined;
    before = page.next;
    if (before === undefined || rows.length >= MOST_EXPORTED) break;
  }
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  return { csv: toCsv([header(), ...rows.map((row) => lineOf(row, names))]), count: rows.length };
}

function header(): string[] {
  return [
    ...PASSED.map((name) => t(`journal.passed.${name}`)),
    t("journal.direction"),
    t("journal.account"),
    t("journal.customer"),
    t("journal.text"),
    t("journal.files"),
    t("journal.state"),
    t("journal.attemptsHead"),
    t("journal.error"),
    "conversation",
    "message",
  ];
}

function lineOf(row: MessageAnswer, names: ReadonlyMap<string, string>): string[] {
  const at = (name: CheckpointAnswer["name"]) => row.checkpoints?.find((one) => one.name === name)?.at ?? "";
  return [
    ...PASSED.map(at),
    t(row.direction === "in" ? "journal.in" : "journal.out"),
    names.get(row.account) ?? "",
    row.customer ?? "",
    row.text,
    row.attachments.map(attachmentTitle).join(", "),
    t(`state.${row.state}`),
    String(row.attempts),
    row.error ?? "",
    row.conversation,
    row.id,
  ];
}

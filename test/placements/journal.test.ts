import { describe, expect, it } from "vitest";
import { isFiltered, NO_FILTER, queryOf } from "../../placements/settings/journal/filters.ts";
import { continued, type Listed, renewed } from "../../placements/settings/journal/listed.ts";
import { toCsv } from "../../placements/shared/csv.ts";
import type { MessageAnswer } from "../../src/api/messages.ts";

const row = (seq: number, state: MessageAnswer["state"] = "sent"): MessageAnswer => ({
  id: `m${seq}`,
  conversation: "c",
  account: "a",
  direction: "in",
  kind: "message",
  text: "",
  spans: [],
  state,
  attempts: 1,
  attemptedAt: null,
  error: null,
  retriable: false,
  sentAt: "",
  createdAt: "",
  seq,
  attachments: [],
  fromPhone: false,
});
const page = (seqs: readonly number[], next?: number): Listed => ({ rows: seqs.map((seq) => row(seq)), next });
const seqs = (listed: Listed) => listed.rows.map(({ seq }) => seq);

describe("what the journal shows", () => {
  it("takes in what is new at its top and keeps what was read further down, with the place to go on", () => {
    const shown = continued(page([9, 8, 7], 7), page([6, 5, 4], 4));
    const now = renewed(shown, { rows: [row(11), row(10), row(9, "read")], next: 9 });
    expect(seqs(now)).toEqual([11, 10, 9, 8, 7, 6, 5, 4]);
    expect(now.rows[2]?.state).toBe("read");
    expect(now.next).toBe(4);
  });

  it("lets go of what the newest page covers and does not hold any more", () => {
    expect(seqs(renewed(page([9, 8, 7], 7), page([9, 7], 7)))).toEqual([9, 7]);
    // The page looked at everything there is.
    expect(seqs(renewed(page([9, 8, 7, 6], 6), page([9])))).toEqual([9]);
    expect(seqs(renewed(page([9, 8], 8), page([])))).toEqual([]);
  });

  it("begins with the first page, and shows no row twice", () => {
    expect(seqs(renewed(undefined, page([3, 2, 1])))).toEqual([3, 2, 1]);
    expect(seqs(continued(page([5, 4], 4), page([4, 3])))).toEqual([5, 4, 3]);
  });
});

describe("what is looked for", () => {
  it("becomes the API's question; days are whole days of the reader", () => {
    expect(isFiltered(NO_FILTER)).toBe(false);
    expect(String(queryOf(NO_FILTER))).toBe("");
    const query = queryOf({
      text: " order 7 ",
      state: "trouble",
      where: "channel:viber",
      direction: "out",
      from: "2026-11-01",
      to: "2026-11-30",
    });
    expect(Object.fromEntries(query)).toEqual({
      text: "order 7",
      state: "refused,failed,uncertain",
      channel: "viber",
      direction: "out",
      since: new Date(2026, 10, 1).toISOString(),
      until: new Date(2026, 11, 1).toISOString(),
    });
    const half = queryOf({ ...NO_FILTER, where: "one", from: "2026-11", state: "read" });
    expect(Object.fromEntries(half)).toEqual({ account: "one", state: "read" });
    expect(isFiltered({ ...NO_FILTER, to: "2026-11-30" })).toBe(true);
  });
});

describe("the file of the journal", () => {
  const cells = (...values: string[]) => toCsv([values]).slice(1).trimEnd();

  it("is CSV as RFC 4180 says: quotes doubled, breaks and commas inside quotes, lines ended by CRLF", () => {
    expect(
      toCsv([
        ["a", "b"],
        ['say "hi", now', "two\nlines"],
      ]),
    ).toBe('\uFEFF"a","b"\r\n"say ""hi"", now","two\nlines"\r\n');
    expect(toCsv([])).toBe("\uFEFF");
  });

  it("runs no formula in a spreadsheet, whoever wrote it", () => {
    for (const formula of [
      '=HYPERLINK("http://evil.example","x")',
      "+1+1",
      "-2+3",
      "@SUM(A1)",
      "\t=1",
      "\r=1",
      "  =1",
      "\n@x",
      "＝1",
      "＋1",
    ])
      expect(cells(formula), JSON.stringify(formula)).toBe(`"'${formula.replaceAll('"', '""')}"`.trimEnd());
    expect(cells("a=b", "1 - 2", "x@y.example", "")).toBe('"a=b","1 - 2","x@y.example",""');
  });
});

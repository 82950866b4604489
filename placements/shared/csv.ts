/**
 * A table as CSV (RFC 4180: commas, CRLF, quotes doubled), for spreadsheets. What a spreadsheet would take for a formula gets
 * an apostrophe before it, because customers write these texts and colleagues open the file: see "CSV Injection" of OWASP
 * (https://owasp.org/www-community/attacks/CSV_Injection), which names these first characters. The mark at the beginning
 * tells Excel that it is UTF-8.
 */
const BYTE_ORDER_MARK = "\uFEFF";
/** Also behind blanks, which some programs pass over, and in their wide forms. */
const LIKE_A_FORMULA = /^(?:\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|[\t\r\n])/;

export function toCsv(rows: readonly (readonly string[])[]): string {
  return BYTE_ORDER_MARK + rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(value: string): string {
  const harmless = LIKE_A_FORMULA.test(value) ? `'${value}` : value;
  return `"${harmless.replaceAll('"', '""')}"`;
}

/** Hands the person a table as a file. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it by then; at once would be too early for some.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

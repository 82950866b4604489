/**
 * A text without blanks at the ends of lines, without empty lines at its ends, and with few in a row. By lines: expressions
 * for this take time that grows with the square of a long run of blanks.
 */
export function tidyLines(text: string, mostEmpty: number): string {
  const lines: string[] = [];
  let empty = 0;
  for (const raw of text.split("\n")) {
    const line = raw.trimEnd();
    empty = line === "" ? empty + 1 : 0;
    if (empty <= mostEmpty && (lines.length > 0 || line !== "")) lines.push(line);
  }
  return lines.join("\n").trimEnd();
}

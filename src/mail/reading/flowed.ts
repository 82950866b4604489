/**
 * RFC 3676: lines that end with a blank go on in the next one. Lines of different quoting depth are never joined, so that a
 * quote stays a quote.
 */
export function unflow(text: string, deleteSpaces: boolean): string {
  const lines: string[] = [];
  let open = false;
  let depthBefore = 0;
  for (const raw of text.split("\n")) {
    const depth = /^>*/.exec(raw)?.[0].length ?? 0;
    const content = raw.slice(depth).replace(/^ /, "");
    const signature = content === "-- ";
    const flows = content.endsWith(" ") && !signature;
    const piece = flows && deleteSpaces ? content.slice(0, -1) : content;
    const last = lines.length - 1;
    if (open && depth === depthBefore && !signature && last >= 0) lines[last] += piece;
    else lines.push(depth > 0 ? `${">".repeat(depth)} ${piece}` : piece);
    open = flows;
    depthBefore = depth;
  }
  return lines.map((line) => (line === "-- " ? line : line.trimEnd())).join("\n");
}

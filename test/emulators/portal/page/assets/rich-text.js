/** Reads the portal's BBCode into a small tree. Unknown tags stay as the text that they are. */

const tags = { b: "b", i: "i", u: "u", s: "s", url: "a", code: "code", quote: "quote" };

/** @returns {(string | { tag: string, href?: string, children: unknown[] })[]} */
export function readRichText(text) {
  const lines = text.split(/\r?\n|\[br\]/i);
  return lines.flatMap((line, at) => {
    const isQuote = line.startsWith(">>");
    const nodes = readLine(isQuote ? line.slice(2).trim() : line);
    const lineBreak = at < lines.length - 1 && !isQuote ? ["\n"] : [];
    return isQuote ? [{ tag: "quote", children: nodes }] : [...nodes, ...lineBreak];
  });
}

function readLine(line) {
  const root = { children: [] };
  const open = [root];
  let from = 0;
  for (const match of line.matchAll(/\[(\/?)(b|i|u|s|url|code|quote)(?:=([^\]]+))?\]/gi)) {
    const [whole, slash, rawName, value] = match;
    const tag = tags[rawName.toLowerCase()];
    const top = open.at(-1);
    if (slash && top.tag !== tag) continue;
    push(top, line.slice(from, match.index));
    from = match.index + whole.length;
    if (slash) {
      open.pop();
      if (tag === "a") top.href = safeAddress(top.href ?? plain(top));
    } else {
      const node = { tag, children: [], ...(value === undefined ? {} : { href: value }) };
      top.children.push(node);
      open.push(node);
    }
  }
  push(open.at(-1), line.slice(from));
  return root.children;
}

/** Bare web addresses become links. */
function push(node, text) {
  if (node.tag === "a") {
    if (text !== "") node.children.push(text);
    return;
  }
  let from = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s[\]<>"]+[^\s[\]<>".,;:!?)]/g)) {
    if (match.index > from) node.children.push(text.slice(from, match.index));
    node.children.push({ tag: "a", href: safeAddress(match[0]), children: [match[0]] });
    from = match.index + match[0].length;
  }
  if (from < text.length) node.children.push(text.slice(from));
}

function plain(node) {
  return node.children.map((child) => (typeof child === "string" ? child : plain(child))).join("");
}

/** Web and mail addresses only: anything else goes nowhere. */
function safeAddress(address) {
  return /^(https?:\/\/|mailto:|tel:)/i.test(address) ? address : undefined;
}

/**
 * A mail's parts, by postal-mime. Its public answer joins texts and has decoded them by their labels already; who must judge
 * labels, alternatives and reports needs the tree, which the parser keeps as `root` (postal-mime is pinned; the tests of this
 * folder fail at once should a new version keep it elsewhere).
 *
 * Never throws: what the parser refuses (hundreds of levels, headers without end) is read as one text behind its headers, and
 * says so.
 */
import PostalMime, { decodeWords } from "postal-mime";
import { MailHeaders } from "./mail-headers.ts";
import { prepareSource, type Source } from "./source.ts";

export interface MailPart {
  readonly headers: MailHeaders;
  /** Lower case, `multipart/mixed`. */
  readonly type: string;
  /** Of Content-Type, names in lower case, values decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  /** "", "inline", "attachment" or what else was sent. */
  readonly disposition: string;
  /** Decoded, without a path. */
  readonly name: string | undefined;
  /** Without angle brackets. */
  readonly contentId: string | undefined;
  /** Behind the transfer encoding; empty for a part that has parts. */
  readonly bytes: Uint8Array;
  readonly parts: readonly MailPart[];
}

export interface MimeTree {
  readonly root: MailPart;
  readonly broken: boolean;
}

/** What is used of the parser's nodes. */
interface Node {
  readonly headers: readonly { readonly key: string; readonly value: string }[];
  readonly contentType: Structured;
  readonly contentDisposition: Structured;
  readonly contentId?: string | undefined;
  readonly content: ArrayBuffer | null;
  readonly childNodes: readonly Node[];
}

interface Structured {
  readonly parsed: { readonly value: string; readonly params: Readonly<Record<string, string>> };
}

/** Deeper than any mail program nests, and shallow enough for every recursion here. */
const DEEPEST = 150;

export async function readTree(given: Uint8Array): Promise<MimeTree> {
  const source = prepareSource(given);
  const root = await parse(source.bytes);
  if (root === undefined) return { root: await readAsOneText(source), broken: true };
  return { root: await partOf(root), broken: false };
}

async function parse(bytes: Uint8Array): Promise<Node | undefined> {
  const parser = new PostalMime({ forceRfc822Attachments: true, maxNestingDepth: DEEPEST });
  try {
    await parser.parse(bytes);
    return (parser as unknown as { readonly root: Node }).root;
  } catch {
    return undefined;
  }
}

async function readAsOneText({ bytes, body }: Source): Promise<MailPart> {
  const headers = await parse(Buffer.concat([bytes.subarray(0, body), Buffer.from("\r\n\r\n")]));
  return {
    headers: new MailHeaders(headers?.headers ?? []),
    type: "text/plain",
    parameters: {},
    disposition: "",
    name: undefined,
    contentId: undefined,
    bytes: bytes.subarray(body),
    parts: [],
  };
}

async function partOf(node: Node): Promise<MailPart> {
  const { value, params } = node.contentType.parsed;
  const content = node.content === null ? new Uint8Array(0) : new Uint8Array(node.content);
  const childless = node.childNodes.length === 0;
  const found = value.startsWith("multipart/") && childless ? await partsWithoutBoundary(content) : undefined;
  const parts = await Promise.all((found ?? node.childNodes).map(partOf));
  const leaf = parts.length === 0;
  return {
    headers: new MailHeaders(node.headers),
    // A multipart in which no part begins is a text with an odd label.
    type: leaf && value.startsWith("multipart/") ? "text/plain" : value,
    parameters: params,
    disposition: node.contentDisposition.parsed.value.toLowerCase(),
    name: nameOf(node),
    contentId: node.contentId?.trim().replace(/^<|>$/g, ""),
    bytes: leaf ? content : new Uint8Array(0),
    parts,
  };
}

/** The boundary was lost on the way, or differs from what the header names: the first line that looks like one is taken. */
async function partsWithoutBoundary(content: Uint8Array): Promise<readonly Node[] | undefined> {
  const start = Buffer.from(content.buffer, content.byteOffset, Math.min(content.byteLength, 10_000)).toString(
    "latin1",
  );
  const boundary = /(?:^|\n)--([^\s"]{6,70})[ \t]*\r?\n[!-9;-~]+:/.exec(start)?.[1];
  if (boundary === undefined) return undefined;
  const header = Buffer.from(`Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n`);
  const root = await parse(Buffer.concat([header, content]));
  return root !== undefined && root.childNodes.length > 0 ? root.childNodes : undefined;
}

function nameOf({ contentDisposition, contentType }: Node): string | undefined {
  const given = contentDisposition.parsed.params["filename"] ?? contentType.parsed.params["name"];
  if (given === undefined) return undefined;
  // A path would be somebody else's disk; controls and marks that turn the reading direction hide what a file is.
  const name = decodeName(given)
    .replace(/^.*[/\\]/, "")
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "")
    .trim();
  return name === "" || name === "." || name === ".." ? undefined : name.slice(0, 255);
}

function decodeName(value: string): string {
  try {
    return decodeWords(value);
  } catch {
    return value;
  }
}

/** What an answer goes on from. */
export interface ThreadPlace {
  /** Of the letter that is answered. */
  readonly messageId: string;
  /** Of all letters before it, oldest first. */
  readonly references: readonly string[];
}

/** Beside the first, which is the root of the thread and what most programs sort by. */
const NEWEST = 20;
/** A line of a header may hold 998 octets (RFC 5322, 2.1.1), and an id cannot be folded. */
const LONGEST = 900;

/**
 * In-Reply-To and References of an answer (RFC 5322, 3.6.4): those of the letter before it and its own, each once; of a long
 * thread the first and the newest. Ids that cannot stand in a header are left out. Pure and total.
 */
export function replyHeaders(place: ThreadPlace | undefined): {
  readonly inReplyTo?: string;
  readonly references: readonly string[];
} {
  const last = place && written(place.messageId);
  const before = [...new Set((place?.references ?? []).flatMap((id) => written(id) ?? []))].filter((id) => id !== last);
  const all = last === undefined ? before : [...before, last];
  const [first, ...others] = all;
  if (first === undefined) return { references: [] };
  return { ...(last !== undefined && { inReplyTo: last }), references: [first, ...others.slice(-NEWEST)] };
}

/**
 * The id of a letter of ours: the same for every try, so that it is known again in the Sent folder, and nobody else's.
 * @param key what makes the message unique in our store
 * @param box address that it is sent from
 */
export function messageIdOf(key: string, box: string): string {
  const domain = box.slice(box.lastIndexOf("@") + 1).toLowerCase();
  return `<${key.replace(/[^\w.-]/g, "-")}@${/^[\w.-]+$/.test(domain) ? domain : asciiDomain(domain)}>`;
}

function asciiDomain(domain: string): string {
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return "localhost";
  }
}

function written(id: string): string | undefined {
  const bare = id.trim().replace(/^<|>$/g, "");
  return /^[!-;=?-~]+$/.test(bare) && bare.length <= LONGEST ? `<${bare}>` : undefined;
}

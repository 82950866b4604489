/**
 * Message-IDs (RFC 5322, 3.6.4) as they really come: in another case, folded inside, without brackets, beside sentences
 * and addresses. They are kept in the case in which they came, because whoever answers has to give them back so; but two
 * that differ in nothing else are one (`sameId`): servers and clients rewrite it, and nobody makes such pairs.
 */
import { decodeWords } from "postal-mime";

/** Longer ones are damage; what refers to them is none the worse for it. */
const LONGEST = 998;
const MOST = 200;

/** What ids are compared by. */
export const sameId = (id: string): string => id.toLowerCase();

/** Without brackets and what else is no part of it; `undefined` for what is no id. */
export function normaliseMessageId(raw: string | null | undefined): string | undefined {
  if (raw === null || raw === undefined) return undefined;
  const text = decoded(raw);
  const bracketed = /<([^<>]*)>/.exec(text);
  return tidy(bracketed?.[1] ?? text.replace(/[<>]/g, ""));
}

/**
 * The ids in a References or In-Reply-To header, in their order, each once. A fragment without its brackets (a header cut
 * off) is none, unless the header knows no brackets at all. In-Reply-To may name a person in brackets ("Ann <ann@…>'s
 * message of Monday"): what `isAddress` knows is no id.
 */
export function messageIdsIn(
  header: string | readonly string[] | null | undefined,
  isAddress: (id: string) => boolean,
): string[] {
  const ids = new Map<string, string>();
  for (const part of typeof header === "string" ? [header] : (header ?? [])) {
    const text = decoded(part);
    const bracketed = [...text.matchAll(/<([^<>]*)>/g)].map((match) => match[1] ?? "");
    const found = bracketed.length > 0 || /[<>]/.test(text) ? bracketed : bareIds(text);
    for (const raw of found) {
      const id = tidy(raw);
      if (id !== undefined && !ids.has(sameId(id)) && !isAddress(id)) ids.set(sameId(id), id);
    }
  }
  // The root and the nearest ones say the most.
  const all = [...ids.values()];
  return all.length <= MOST ? all : [...all.slice(0, 1), ...all.slice(1 - MOST)];
}

/** Without brackets only a header of nothing but ids is believed: a sentence holds addresses, too. */
function bareIds(text: string): string[] {
  const words = text.split(/[\s,;]+/).filter((word) => word !== "");
  return words.every((word) => /^[^@]+@[^@]+$/.test(word)) ? words : [];
}

function tidy(raw: string): string | undefined {
  const id = raw
    .replace(/[\s\p{Cc}\u200b\ufeff]+/gu, "")
    .normalize("NFC")
    .replace(/^mid:/i, "");
  return id === "" || id === "@" || id.length > LONGEST ? undefined : id;
}

/** Some gateways write ids as encoded words. */
const decoded = (text: string): string => (text.includes("=?") ? decodeWords(text) : text);

/**
 * Did the portal get it? A pure comparison of the line's history with what we sent, for calls that we lost sight of.
 *
 * The history carries none of our ids (not verified for the cloud, so not relied on) and its clock is not ours. What can
 * be relied on: one sender per chat, so the customer's messages stand there in our order. The history must therefore end
 * with "what was certainly delivered before" followed by the first j of the doubtful ones; the j that fits is the answer.
 * Two values that fit (the customer wrote "ok" again and again, and the history is too short to tell) stay ambiguous.
 */
export interface SentElement {
  readonly text: string;
  /** What it may read instead: it holds words of ours, whose language is not known any more. */
  readonly otherwise?: readonly string[];
  readonly files: number;
}

export type Settled =
  /** The first `delivered` doubtful elements are there; the others are not. */
  { readonly kind: "known"; readonly delivered: number } | { readonly kind: "ambiguous" };

/**
 * @param history the customer's messages in the line, oldest first; may begin anywhere
 * @param before what was certainly delivered before the doubtful ones, oldest first; may begin anywhere
 * @param doubtful what the lost call carried, in order
 */
export function settle(
  history: readonly SentElement[],
  before: readonly SentElement[],
  doubtful: readonly SentElement[],
): Settled {
  const seen = history.map(fingerprint);
  const known = before.map(fingerprints);
  const open = doubtful.map(fingerprints);
  const fits: number[] = [];
  for (let delivered = 0; delivered <= open.length; delivered += 1) {
    const expected = [...known, ...open.slice(0, delivered)];
    if (seen.length >= delivered && endsAlike(seen, expected)) fits.push(delivered);
  }
  const [only] = fits;
  if (fits.length !== 1 || only === undefined) return { kind: "ambiguous" };
  return { kind: "known", delivered: only };
}

/** Compares from the end as far as both lists go. Where nothing at all was expected, nothing may be there. */
function endsAlike(seen: readonly string[], expected: readonly ReadonlySet<string>[]): boolean {
  if (expected.length === 0) return seen.length === 0;
  const length = Math.min(seen.length, expected.length);
  for (let back = 1; back <= length; back += 1) {
    if (expected.at(-back)?.has(seen.at(-back) ?? "") !== true) return false;
  }
  return true;
}

const fingerprints = ({ text, otherwise = [], files }: SentElement): ReadonlySet<string> =>
  new Set([text, ...otherwise].map((one) => fingerprint({ text: one, files })));

/** The portal may re-space text and turn breaks into tags; letters and digits survive. A file without text is told by its count. */
function fingerprint(element: SentElement): string {
  const letters = element.text
    .replace(/\[\/?[a-z*]+(?:=[^\]]*)?\]/gi, "")
    .replace(/[^\p{L}\p{N}]+/gu, "")
    .toLowerCase();
  return letters === "" ? `${element.text.trim()}#${element.files}` : letters;
}

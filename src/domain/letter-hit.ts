/**
 * Who fetched the picture of a tracked letter, or followed one of its links. `proxy`: a mail provider, when its person opened
 * the letter, or so it seems. `prefetch`: a mail program or a browser before anybody looked. `scanner`: a machine that looks
 * for harm.
 */
export type HitClass = "human" | "proxy" | "prefetch" | "scanner";

/** One request, as it came. */
export interface LetterHit {
  /** The link that was followed, from 1; absent: the picture. */
  readonly link?: number;
  readonly at: Date;
  readonly method: string;
  readonly agent: string;
  /** Print of the network address: the address itself is kept nowhere. */
  readonly from: string;
  /** The program says itself that nobody looks yet. */
  readonly ahead: boolean;
}

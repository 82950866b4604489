/**
 * Complaints: a reader called a letter of ours spam, and their provider reports it (ARF, RFC 5965). That is the plainest way of
 * asking for no more, and whoever sends on loses the way into everybody's inbox; so it counts as leaving. Pure.
 *
 * Anybody can write such a report, from any address, and no signature tells us which provider to believe. What it needs:
 * - It names a letter by its Message-ID, which cannot be guessed, and that letter went out: it stands in our store as a message
 *   of ours that was sent, or as one out of a box's Sent folder. A mail that only says that it is from us, and lies in an inbox,
 *   is none.
 * - It went to exactly one address, or the report names one of those it went to. It never names somebody whom that letter did
 *   not go to: what was handed on to another mailbox, whose owner complains, is no word of the one we wrote to.
 * - It says that a person wants no such mail: `abuse`, which is what the button means (and all that the providers' loops send),
 *   and the older `opt-out` of the drafts. Not `not-spam` (the opposite), `auth-failure` (a check of machines), `fraud` and
 *   `virus` (somebody may write in our name: that is the administrator's to look at) nor `other` (it says nothing).
 *
 * Who knows the Message-ID has had the letter, or an answer to it. They can make its reader leave, as the letter's own link
 * would: no more than letters made of templates stop, the conversation shows it, and a colleague ends it.
 */
import type { LetterComplaint } from "../../channels/contract/letters.ts";
import type { Letter } from "../../domain/letter.ts";
import { leaverKey } from "../../rules/contacts/leaver-key.ts";

const ENOUGH = ["abuse", "opt-out", "opt-out-list"];

/** It says that somebody wants no more, and of which letter. */
export const asksForNoMore = ({ type, of }: LetterComplaint): boolean => of !== undefined && ENOUGH.includes(type);

/** What stands in place of an address that the provider keeps to itself (RFC 6590), and so names nobody. */
const isTakenOut = (address: string): boolean =>
  /^[^@]*redacted/i.test(address) || /@(?:[^@]*\.)?invalid$/i.test(address);

/** Who complained about this letter of ours, as it was written to. `undefined`: nobody can tell. */
export function complainerOf(
  { recipients }: Pick<LetterComplaint, "recipients">,
  { to, cc, bcc = [] }: Pick<Letter, "to" | "cc" | "bcc">,
): string | undefined {
  const wroteTo = new Map([...to, ...cc, ...bcc].map(({ address }) => [leaverKey(address), address]));
  const named = new Set(recipients.filter((one) => !isTakenOut(one)).map(leaverKey));
  const possible = named.size === 0 ? [...wroteTo.keys()] : [...named];
  const [sole, ...others] = possible;
  return sole === undefined || others.length > 0 ? undefined : wroteTo.get(sole);
}

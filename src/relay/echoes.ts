/**
 * Recognising what we ourselves said in a line in an agent's name when it comes back: as an event, or in a history.
 *
 * The portal names no id of ours in an event, so it is known by who wrote it, when, and what. A second message to the
 * customer is worse than a doubt, so small changes that a portal makes to a text (smileys, blanks, cut ends) do not hide
 * it. The same words by the same person in the same minutes are told apart by their number: each of ours is
 * recognised once, the oldest first.
 */
import { authorOf, isAutomatic, type Message } from "../domain/message.ts";
import type { RichText } from "../domain/rich-text.ts";
import { wordsInLine } from "./elements.ts";

/** A reply of ours that was said in the line, or may have been, and has no id of the portal yet. */
export interface Unrecognised {
  readonly message: Message;
  readonly saidAt: Date;
}

/** What stands in the line under an employee's name. */
export interface Heard {
  readonly authorId?: string | undefined;
  readonly text: string;
  readonly files: number;
  /** By the portal's clock. */
  readonly at: Date;
  /** Ids that the portal keeps for the connector, where it tells them. */
  readonly externalIds?: readonly string[] | undefined;
}

/** Clocks differ a little, and a portal may take its time over a call. */
const EARLIER_MS = 2 * 60_000;
const LATER_MS = 3 * 60_000;
/** So much of a text must be the same where its end was cut or changed. */
const SURE_LENGTH = 20;

export function echoOf(
  unrecognised: readonly Unrecognised[],
  heard: Heard,
  conversions: { readonly toBBCode: (text: RichText) => string; readonly fromBBCode: (text: string) => RichText },
): Message | undefined {
  const named = unrecognised.find(({ message }) => heard.externalIds?.includes(message.id));
  if (named) return named.message;
  const near = unrecognised.filter(({ message, saidAt }) => isBy(message, heard) && isNear(saidAt, heard.at));
  const wordsOf = ({ message }: Unrecognised) =>
    conversions.fromBBCode(wordsInLine(message, conversions.toBBCode)).text;
  const filesOf = ({ message }: Unrecognised) => message.content.attachments.length;
  const same = near.find((one) => isSame(wordsOf(one), heardOf(one, heard)) && filesOf(one) === heard.files);
  const alike = same ?? near.find((one) => isAlike(wordsOf(one), heardOf(one, heard)));
  return alike?.message;
}

/** What nobody wrote stands in the line under a line that says so, and under the name of somebody who did not write it. */
const heardOf = ({ message }: Unrecognised, { text }: Heard): string =>
  isAutomatic(message.origin) ? text.split("\n").slice(1).join("\n") : text;

function isBy({ origin }: Message, { authorId }: Heard): boolean {
  return authorId === undefined || isAutomatic(origin) || authorOf(origin) === authorId;
}

const isNear = (saidAt: Date, at: Date): boolean =>
  at.getTime() > saidAt.getTime() - EARLIER_MS && at.getTime() < saidAt.getTime() + LATER_MS;

const isSame = (said: string, heard: string): boolean => bare(said) === bare(heard);

function isAlike(said: string, heard: string): boolean {
  const [one, other] = [letters(said), letters(heard)];
  if (one === other) return one !== "";
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.length >= SURE_LENGTH && long.startsWith(short);
}

const bare = (text: string): string => text.replace(/\s+/g, " ").trim();
const letters = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

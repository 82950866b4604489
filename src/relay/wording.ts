/** What we say in a line or to an agent in words of our own: all of it stands here. */
import type { Say } from "../domain/localised.ts";
import type { AutomaticOrigin, ContactCard, Content, Message, Place } from "../domain/message.ts";
import { withoutTurns } from "../domain/rich-text.ts";

export const FROM_PHONE = "From the phone:";
/** Above a letter that was sent from another mail program. */
export const FROM_MAILBOX = "Sent from the mailbox:";
/** Above a letter that no person wrote. */
export const AUTOMATIC_LETTER = "Sent automatically:";
const BY_ITSELF = { engine: "Automatic:", robot: "Robot:", bot: "Bot:", provider: "Sent from the CRM:" } as const;
export const NOTHING_TO_SHOW = "(a message without text)";

export const forwardedFrom = (from: string | undefined): string =>
  from === undefined || from === "" ? "Forwarded:" : `Forwarded from ${from}:`;

/** Stands above what nobody wrote. */
export const automaticMark = (origin: AutomaticOrigin, say: Say): string =>
  origin.by === "bot" && origin.name !== undefined && origin.name !== ""
    ? `${origin.name}:`
    : say(BY_ITSELF[origin.by]);

/** A connector knows no reactions: one is told as a line. `about`: what it is on, in words, as far as there are any. */
export function reactionLine(emoji: string, about: string | undefined): string {
  const words = about === undefined ? "" : firstWords(about, 60);
  return words === "" ? `${emoji} to a message` : `${emoji} to "${words}"`;
}

/** Lines, the last one an address that opens a map. */
export function placeLines(place: Place): readonly string[] {
  const { latitude, longitude, title, address } = place;
  const words = [title, address].filter((part) => part !== undefined && part !== "");
  return [["📍", ...words.slice(0, 1)].join(" "), ...words.slice(1).map(String), mapLink(latitude, longitude)];
}

/** As https://developers.google.com/maps/documentation/urls/get-started describes it. */
export const mapLink = (latitude: number, longitude: number): string =>
  `https://www.google.com/maps/search/?api=1&query=${latitude}%2C${longitude}`;

export const contactLines = (card: ContactCard, say: Say): readonly string[] => [
  `👤 ${card.name === "" ? say("A contact") : card.name}`,
  ...card.phones,
  ...card.emails,
];

export const SHOW_MESSAGE = "Show the message";
export const SHOW_CONVERSATION = "Show the conversation";

/** For a colleague who is named in a note; the note's own words follow. */
export function namedInNote(author: string | undefined, customer: string): string {
  if (customer === "")
    return author === undefined
      ? "A colleague mentioned you in a note on a conversation:"
      : `${author} mentioned you in a note on a conversation:`;
  return author === undefined
    ? `A colleague mentioned you in a note on the conversation with ${customer}:`
    : `${author} mentioned you in a note on the conversation with ${customer}:`;
}

/** For whoever is to answer next in an account without a line. */
export const givenToYou = (customer: string): string =>
  customer === "" ? "A conversation was given to you." : `The conversation with ${customer} was given to you.`;

export const waitsForAnybody = (customer: string): string =>
  customer === ""
    ? "A conversation waits for whoever takes it first."
    : `The conversation with ${customer} waits for whoever takes it first.`;

/** For whom it concerns that an answer takes too long. */
export function lateAnswer(operator: string | undefined, customer: string): string {
  if (operator === undefined)
    return customer === ""
      ? "A customer waits too long for an answer, and nobody has the conversation."
      : `${customer} waits too long for an answer, and nobody has the conversation.`;
  return customer === ""
    ? `A customer waits too long for an answer from ${operator}.`
    : `${customer} waits too long for an answer from ${operator}.`;
}

/** For the author of a message that was refused, failed, may not have arrived, or did not reach everybody. */
export const badEnding = (message: Message, say: Say): string =>
  [say(ending(message)), ...(message.error === undefined ? [] : [say(message.error)])].join(" ");

/** Whole sentences, because other languages bend each of them in their own way. */
function ending({ kind, content, state }: Message): string {
  const words = firstWords(content.body.text, 80);
  const mayBeThere = state === "uncertain";
  if (state !== "refused" && state !== "failed" && state !== "uncertain")
    return words === ""
      ? `Your letter (${inAWord(content)}) did not reach everybody.`
      : `Your letter "${words}" did not reach everybody.`;
  if (kind === "reaction" && words === "")
    return mayBeThere ? "Your reaction may not have been taken back." : "Your reaction was not taken back.";
  if (kind === "reaction")
    return mayBeThere
      ? `Your reaction ${words} may not have been delivered.`
      : `Your reaction ${words} was not delivered.`;
  if (kind === "edit")
    return mayBeThere
      ? `Your change to "${words}" may not have been delivered.`
      : `Your change to "${words}" was not delivered.`;
  if (kind === "delete")
    return mayBeThere
      ? "Your deletion of a message may not have been delivered."
      : "Your deletion of a message was not delivered.";
  if (words === "")
    return mayBeThere
      ? `Your message (${inAWord(content)}) may not have been delivered.`
      : `Your message (${inAWord(content)}) was not delivered.`;
  return mayBeThere
    ? `Your message "${words}" may not have been delivered.`
    : `Your message "${words}" was not delivered.`;
}

function inAWord(content: Content): string {
  const [file] = content.attachments;
  if (file) return file.name ?? file.kind;
  if (content.place) return "a location";
  return content.contacts ? "a contact" : "without text";
}

/** One line, cut between characters. */
function firstWords(text: string, limit: number): string {
  const characters = [...withoutTurns(text).trim().replace(/\s+/gu, " ")];
  return characters.length <= limit ? characters.join("") : `${characters.slice(0, limit - 1).join("")}…`;
}

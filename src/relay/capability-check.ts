import type { Capabilities, MessagePart } from "../channels/contract/capabilities.ts";
import type { Account } from "../domain/account.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { AttachmentKind, Content } from "../domain/message.ts";

const WORD: Record<AttachmentKind, string> = {
  photo: "photos",
  video: "videos",
  animation: "animations",
  voice: "voice messages",
  audio: "audio files",
  file: "files",
  sticker: "stickers",
};

/** Part of the capability table that a file belongs to. */
const PART: Record<AttachmentKind, MessagePart> = {
  photo: "photo",
  video: "video",
  animation: "video",
  voice: "voice",
  audio: "voice",
  file: "file",
  sticker: "sticker",
};

const HOUR_MS = 3_600_000;
/** More is a mailing: providers close boxes for less (Gmail takes 100 in a message by SMTP). */
const MOST_RECIPIENTS = 100;

/** A channel as far as it decides what may be sent. */
interface Taker {
  readonly title: string;
  readonly capabilities: Capabilities;
}

/**
 * What a channel cannot do is refused here, once, before any network call, with a sentence for the agent.
 * Kinds that a channel lacks but that are still files go as plain files where it takes those. Formatting is never a
 * reason: a text without it says the same.
 */
export function refusal(channel: Taker, content: Content): string | undefined {
  const { oneWay } = channel.capabilities;
  if (oneWay !== undefined) return oneWay;
  return isEmpty(content) ? "The message is empty." : (missingPart(channel, content) ?? fileRefusal(channel, content));
}

const isEmpty = ({ body, attachments, place, contacts, template }: Content): boolean =>
  body.text.trim() === "" &&
  attachments.length === 0 &&
  place === undefined &&
  (contacts ?? []).length === 0 &&
  template === undefined;

function missingPart({ title, capabilities }: Taker, content: Content): string | undefined {
  const impossible = (part: MessagePart): boolean => capabilities.parts[part].out === "impossible";
  if (content.place && impossible("location"))
    return `${title} does not take locations. Send the address or a link to a map instead.`;
  if ((content.contacts ?? []).length > 0 && impossible("contact"))
    return `${title} does not take contact cards. Send the number as text instead.`;
  if ((content.buttons ?? []).length > 0 && impossible("buttons"))
    return `${title} does not show buttons. Put what they offer into the text instead.`;
  if (content.template && (!capabilities.templates || impossible("template")))
    return `${title} knows no templates. Send the text itself instead.`;
  if (content.quote && impossible("quote"))
    return `${title} cannot answer a particular message. Send the answer without the quotation.`;
  if (content.forwarded && impossible("forwarded"))
    return `${title} cannot forward messages. Copy the text into a message of your own.`;
  if (content.attachments.length > 1 && impossible("album"))
    return `${title} takes one file in a message. Send the files one by one.`;
  return undefined;
}

function fileRefusal({ title, capabilities }: Taker, content: Content): string | undefined {
  for (const attachment of content.attachments) {
    const own = capabilities.attachments[attachment.kind];
    const limit = own ?? capabilities.attachments.file;
    const part = own ? PART[attachment.kind] : "file";
    if (!limit || capabilities.parts[part].out === "impossible")
      return `${title} does not take ${WORD[attachment.kind]}.`;
    if (attachment.size !== undefined && attachment.size > limit.maxBytes) {
      const megabytes = Math.floor(limit.maxBytes / 1024 / 1024);
      return `"${attachment.name ?? "The file"}" is too large: ${title} takes ${WORD[attachment.kind]} up to ${megabytes} MB. Send a link instead.`;
    }
  }
  return undefined;
}

/**
 * Some vendors let a business answer for so many hours after the customer's last message; afterwards only templates go.
 * The vendor decides by its own clock: what goes in the last moment may still be refused there.
 */
export function windowRefusal(
  { title, capabilities }: Taker,
  content: Content,
  lastInboundAt: Date | undefined,
  now: Date,
): string | undefined {
  const hours = capabilities.replyWindowHours;
  if (hours === undefined || content.template !== undefined) return undefined;
  const instead = capabilities.templates
    ? "Send a template, or wait until the customer writes."
    : "Wait until the customer writes.";
  if (lastInboundAt === undefined)
    return `The customer has not written yet, and ${title} takes free messages only after that. ${instead}`;
  const until = new Date(lastInboundAt.getTime() + hours * HOUR_MS);
  if (now < until) return undefined;
  return `${title} takes free messages for ${hours} hours after the customer's last one. That time ended on ${moment(until)}. ${instead}`;
}

/**
 * Whether an agent may write this into a conversation at all, told before anything of it is kept. What only the vendor knows
 * (a block, a template that was withdrawn) is told by it later.
 */
export const writeRefusal = (channel: Taker, content: Content, at: At): string | undefined =>
  partRefusal(channel, content, at) ?? letterRefusal(channel, content);

interface At {
  readonly account: Account;
  readonly conversation: Conversation;
  readonly now: Date;
}

/** The same for a part of a message that is not whole yet: a file of a letter that has no envelope so far. */
export function partRefusal(channel: Taker, content: Content, at: At): string | undefined {
  const { account, conversation, now } = at;
  if (conversation.movedTo !== undefined)
    return "This chat goes on as another conversation. Close this one and write there.";
  if (!account.enabled)
    return `The account "${account.name}" is switched off. Ask an administrator to switch it on, then send the message again.`;
  const impossible = refusal(channel, content);
  if (impossible !== undefined) return impossible;
  if (conversation.group === true && !channel.capabilities.groups)
    return `${channel.title} does not let us write into groups. Write to the person alone.`;
  const closed = windowRefusal(channel, content, conversation.lastInboundAt, now);
  if (closed !== undefined) return closed;
  if (conversation.lastInboundAt === undefined && !channel.capabilities.mayWriteFirst)
    return `${channel.title} does not let a business write first. Wait until the customer writes.`;
  return undefined;
}

/** Whether a letter has whom it goes to; other channels have no letters to refuse. */
export function letterRefusal({ capabilities }: Taker, { letter }: Content): string | undefined {
  if (capabilities.letters !== true) return undefined;
  if (letter === undefined)
    return "This mailbox has no address yet, so nothing can be sent from it. Tell an administrator.";
  const everybody = [...letter.to, ...letter.cc, ...(letter.bcc ?? [])];
  if (everybody.length === 0)
    return "Nobody is named whom this letter goes to. Write down a recipient and send it again.";
  if (everybody.length > MOST_RECIPIENTS)
    return `A letter goes to ${MOST_RECIPIENTS} recipients at most. Send it in several parts.`;
  return undefined;
}

/** What an edit or a deletion of a sent message is refused with, `undefined` where the channel can do it. */
export function changeRefusal({ title, capabilities }: Taker, kind: "edit" | "delete"): string | undefined {
  const { edit, remove, parts } = capabilities;
  const able = kind === "edit" ? edit && parts.edit.out !== "impossible" : remove && parts.delete.out !== "impossible";
  return able ? undefined : changeImpossible(title, kind);
}

export function changeImpossible(title: string, kind: "edit" | "delete"): string {
  return kind === "edit"
    ? `${title} cannot change a message that was sent. Send a correction as a new message.`
    : `${title} cannot delete a message that was sent.`;
}

/** `adapter.react` is called only where this answers nothing. */
export function reactionRefusal({ title, capabilities }: Taker): string | undefined {
  if (capabilities.reaction && capabilities.parts.reaction.out !== "impossible") return undefined;
  return `${title} takes no reactions. Answer with a message instead.`;
}

const moment = (date: Date): string => `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;

import { isBccAddress } from "../../domain/bcc-address.ts";
import type { Customer } from "../../domain/conversation.ts";
import type { Letter, MailAddress } from "../../domain/letter.ts";
import type { Attachment, AttachmentKind, Content } from "../../domain/message.ts";
import { plainText } from "../../domain/rich-text.ts";
import { invitationText } from "../../mail/reading/calendar.ts";
import type { Mailbox, ReadMail } from "../../mail/reading/read-mail-types.ts";
import type { MessageReceived } from "../contract/events.ts";
import type { PendingLetter } from "../contract/letters.ts";
import { realName, safeFileName, storableText } from "../shared/clean-text.ts";
import { TEXT_LIMIT } from "./about.ts";
import { encodePart, type MailPart } from "./media-ref.ts";

/** A mail that was read, as the message that it becomes, or why it becomes none. Pure. */

export type LetterEvent =
  | { readonly kind: "message"; readonly event: MessageReceived }
  | { readonly kind: "passed"; readonly why: string };

export interface LetterFacts {
  readonly pending: PendingLetter;
  readonly mail: ReadMail;
  /** The box's own. */
  readonly address: string;
  /** It lies where what was sent lies. */
  readonly sent: boolean;
  /** When it came to the box. */
  readonly came: Date;
  /** The conversation of the mail that this one tells of. */
  readonly aboutThread?: string;
  /** Whether this is an address of none of the portal's own people; absent: all but the box's own are. */
  readonly isForeign?: (address: string) => boolean;
  /** Files that were left on the server because the mail is so large. */
  readonly left?: readonly LeftFile[];
}

export interface LeftFile {
  readonly number: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/** What tells of another mail and belongs beside it. */
const TELLS = ["bounce-hard", "bounce-soft", "delay", "complaint"] as const;
const PASSED = ["newsletter", "system-notice", "read-receipt"] as const;
const CLOCKS_DIFFER_MS = 24 * 3_600_000;

export function letterEvent(facts: LetterFacts): LetterEvent {
  const { pending, mail, address } = facts;
  const isOwn = (box: Mailbox | undefined): boolean => box?.address.toLowerCase() === address.toLowerCase();
  if (facts.sent) {
    const { isForeign = () => true } = facts;
    const receiver = [...mail.to, ...mail.cc, ...mail.bcc].find(
      (box) => !isOwn(box) && !isBccAddress(box) && isForeign(box.address),
    );
    if (!receiver) return { kind: "passed", why: "It was sent to nobody else." };
    return messageOf(facts, customerOf(receiver), pending.thread);
  }
  // Anybody can write our address into a mail: what we wrote ourselves lies in the Sent folder.
  if (isOwn(mail.from)) return { kind: "passed", why: "It came from the box's own address." };
  if (PASSED.some((one) => one === mail.class))
    return { kind: "passed", why: `It is no person's letter: ${mail.class}.` };
  if (!TELLS.some((one) => one === mail.class)) {
    if (!mail.from) return { kind: "passed", why: "It has no sender." };
    return messageOf(facts, customerOf(mail.from), pending.thread);
  }
  const about = mail.bounce?.recipients[0]?.address;
  const whom = about === undefined ? mail.from : { address: about, name: "" };
  if (!whom || (about === undefined && facts.aboutThread === undefined))
    return { kind: "passed", why: "It tells of a mail that nobody here has seen." };
  return messageOf(facts, customerOf(whom), facts.aboutThread ?? pending.thread);
}

function customerOf({ address, name }: Mailbox): Customer {
  const shown = realName(name);
  return {
    externalId: address.toLowerCase(),
    email: address.toLowerCase(),
    ...(shown !== undefined && { name: shown }),
  };
}

function messageOf(facts: LetterFacts, customer: Customer, chatId: string): LetterEvent {
  const { pending, mail, came, sent } = facts;
  const written = mail.date;
  const key = `letter:${pending.letter}`;
  return {
    kind: "message",
    event: {
      kind: "message",
      key,
      chatId,
      at: written && written.getTime() < came.getTime() + CLOCKS_DIFFER_MS ? written : came,
      customer,
      externalId: key,
      content: contentOf(facts),
      ...(sent && { fromDevice: true }),
    },
  };
}

function contentOf(facts: LetterFacts): Content {
  const { mail } = facts;
  const visible = storableText(mail.visible);
  const files = attachmentsOf(facts);
  const body = visible.length > TEXT_LIMIT ? `${visible.slice(0, TEXT_LIMIT - 1)}…` : visible;
  // A message has to have something: a mail may have nothing but its subject.
  const shown =
    body.trim() === "" && files.every(({ role }) => role !== undefined)
      ? storableText(mail.subject).trim() || "—"
      : body;
  return { body: plainText(shown.toWellFormed()), attachments: files, letter: letterOf(facts) };
}

function letterOf({ pending, mail, sent }: LetterFacts): Letter {
  const failed = mail.bounce?.recipients ?? [];
  const why = failed.find(({ diagnostic }) => diagnostic !== undefined)?.diagnostic;
  const tellsOf = TELLS.some((one) => one === mail.class);
  return {
    messageId: mail.messageId ?? `<letter.${pending.letter}@threadline.invalid>`,
    subject: storableText(mail.subject),
    from: addressOf(mail.from ?? { address: "", name: "" }),
    ...(mail.replyTo.length > 0 && { replyTo: mail.replyTo.map(addressOf) }),
    to: shown(mail.to),
    cc: shown(mail.cc),
    ...(shown(mail.bcc).length > 0 && sent && { bcc: shown(mail.bcc) }),
    class: mail.class,
    ...(mail.folded !== "" && { folded: storableText(mail.folded).slice(0, TEXT_LIMIT).toWellFormed() }),
    ...(tellsOf && {
      failed: {
        recipients: failed.map(({ address }) => address),
        ...(mail.originalMessageId !== undefined && { of: mail.originalMessageId }),
        ...(why !== undefined && { why: storableText(why) }),
      },
    }),
    ...(mail.calendar && { invitation: storableText(invitationText(mail.calendar)) }),
  };
}

/** Whoever knows the address that copies go to could send there: it is nobody's to read, and no answer goes there. */
const shown = (list: readonly Mailbox[]): MailAddress[] => list.filter((box) => !isBccAddress(box)).map(addressOf);

const addressOf = ({ address, name }: Mailbox): MailAddress => ({
  address: storableText(address),
  ...(name !== "" && { name: storableText(name) }),
});

function attachmentsOf({ pending, mail, left = [] }: LetterFacts): Attachment[] {
  const { folder, validity, uid } = pending;
  const source = (part: MailPart["part"]): Attachment["source"] => ({
    by: "channel",
    ref: encodePart({ folder, validity, uid, ...(mail.messageId && { messageId: mail.messageId }), part }),
  });
  const html = mail.html;
  const files = mail.attachments.map((file, index): Attachment => {
    const plain = fileOf(file, source({ by: "index", index }));
    if (html === undefined || !isShownIn(html, file.contentId)) return plain;
    return { ...plain, role: "inside", ...(file.contentId !== undefined && { contentId: file.contentId }) };
  });
  return [
    ...(html === undefined
      ? []
      : [
          {
            kind: "file" as const,
            role: "letter" as const,
            source: source({ by: "html" }),
            name: "letter.html",
            mime: "text/html",
          },
        ]),
    ...files,
    ...left.map((file) => fileOf(file, source({ by: "number", number: file.number }))),
  ];
}

/** Whether the HTML shows this part of the mail in its place. */
const isShownIn = (html: string, contentId: string | undefined): boolean =>
  contentId !== undefined && contentId !== "" && html.includes(`cid:${contentId}`);

function fileOf(file: Omit<LeftFile, "number">, source: Attachment["source"]): Attachment {
  const name = safeFileName(file.name);
  return { kind: kindOf(file.type), source, ...(name !== "" && { name }), mime: file.type, size: file.size };
}

function kindOf(type: string): AttachmentKind {
  if (/^image\/(jpeg|png|gif|webp)$/.test(type)) return "photo";
  if (type.startsWith("video/")) return "video";
  return type.startsWith("audio/") ? "audio" : "file";
}

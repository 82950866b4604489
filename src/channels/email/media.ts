import { Readable } from "node:stream";
import type { ImapFlow } from "imapflow";
import type { ReadMail } from "../../mail/reading/read-mail-types.ts";
import type { MediaOutcome } from "../contract/sending.ts";
import { sourceKey, WHOLE_MAIL } from "./bodies.ts";
import { fetchOne } from "./fetch-one.ts";
import { fetchLarge } from "./large-mail.ts";
import { decodePart, type MailPart } from "./media-ref.ts";
import type { Sources } from "./sources.ts";

/**
 * Opens a file of a mail: out of the mail as it was read a moment ago, else out of the mailbox. Reading only, so repeating
 * is always safe; a part that stays on the server is streamed, and the connection is the reader's until it has ended.
 */
export interface MediaTools {
  readonly client: ImapFlow;
  readonly sources: Sources;
  readonly account: string;
  readonly readMail: (source: Uint8Array) => Promise<ReadMail>;
}

/** @param ended must be awaited before the connection does anything else */
export interface OpenedPart {
  readonly outcome: MediaOutcome;
  readonly ended: Promise<void>;
}

const gone = (sentence: string): OpenedPart => ({ outcome: { kind: "gone", sentence }, ended: Promise.resolve() });

export const goneMail = (): OpenedPart =>
  gone("The mailbox no longer has this mail, so its file cannot be fetched. Ask for it to be sent again.");

/** What needs no connection: `undefined`, it needs one. */
export async function openKept(tools: Omit<MediaTools, "client">, ref: string): Promise<OpenedPart | undefined> {
  const place = decodePart(ref);
  if (!place) return gone("This is not a reference to a file in a mailbox.");
  const source = tools.sources.get(sourceKey(tools.account, place));
  if (!source || place.part.by === "number") return undefined;
  return ofMail(await tools.readMail(source), place);
}

/** @throws what the connection throws */
export async function openPart(tools: MediaTools, ref: string): Promise<OpenedPart> {
  const { client } = tools;
  const place = decodePart(ref);
  if (!place) return gone("This is not a reference to a file in a mailbox.");
  const uid = await find(client, place);
  if (uid === undefined) return goneMail();
  if (place.part.by === "number") return await download(client, uid, place.part.number);
  const message = await fetchOne(client, uid, { source: { maxLength: WHOLE_MAIL + 1 } });
  if (!message?.source) return goneMail();
  if (message.source.length <= WHOLE_MAIL) return ofMail(await tools.readMail(message.source), place);
  const large = await fetchLarge(client, uid);
  return large ? ofMail(await tools.readMail(large.source), place) : goneMail();
}

/** Its number now. */
async function find(client: ImapFlow, { folder, validity, uid, messageId }: MailPart): Promise<number | undefined> {
  const box = await client.mailboxOpen(folder, { readOnly: true }).catch((error: unknown) => {
    if (client.usable) return undefined;
    throw error;
  });
  if (!box) return undefined;
  if (box.uidValidity.toString() === validity) return uid;
  if (messageId === undefined) return undefined;
  const found = await client.search({ header: { "message-id": messageId } }, { uid: true });
  return found === undefined || found === false ? undefined : found.at(-1);
}

/** A file of a mail that was read as a whole. */
export function ofMail(mail: ReadMail, { part }: MailPart): OpenedPart {
  if (part.by === "html") return ofBytes(Buffer.from(mail.html ?? "", "utf8"), "letter.html");
  const file = part.by === "index" ? mail.attachments[part.index] : undefined;
  return file ? ofBytes(Buffer.from(file.content()), file.name) : goneMail();
}

const ofBytes = (bytes: Buffer, name: string): OpenedPart => ({
  outcome: { kind: "opened", stream: Readable.from(bytes.length > 0 ? [bytes] : []), name, size: bytes.length },
  ended: Promise.resolve(),
});

async function download(client: ImapFlow, uid: number, number: string): Promise<OpenedPart> {
  const opened = await client.download(String(uid), number, { uid: true });
  if (!opened.content) return goneMail();
  const { content, meta } = opened;
  const ended = new Promise<void>((resolve) => content.once("close", resolve));
  return {
    outcome: { kind: "opened", stream: content, ...(meta.filename !== undefined && { name: meta.filename }) },
    ended,
  };
}

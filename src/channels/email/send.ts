import type { Readable } from "node:stream";
import type { Letter, MailAddress } from "../../domain/letter.ts";
import type { Attachment, Content } from "../../domain/message.ts";
import { composeLetter, type LetterFile, type LetterOrder } from "../../mail/writing/compose.ts";
import type { LetterBook } from "../contract/letters.ts";
import type { Outgoing, SendOutcome } from "../contract/sending.ts";
import type { SessionMemory } from "../contract/sessions.ts";
import { isEmpty, unclaimedPart } from "../shared/unclaimed.ts";
import { capabilities } from "./about.ts";
import { createSentNotes } from "./sent-notes.ts";
import { createSmtpPool, type SmtpOptions, type SmtpPlace, type SmtpPool, type SmtpSignIn } from "./smtp.ts";
import { isSignInRefused, oneLine, outcomeOf, readSmtpError } from "./smtp-outcomes.ts";

/**
 * Sends letters of one box. A letter's Message-ID is fixed with the letter, and each try is noted before its first byte:
 *
 * - Crash before the note: nothing left. Between the note and the answer: the next call finds the note and asks the Sent
 *   folder. There: it is sent. Not there: a provider that files what it sends itself has not got it, and it is sent again;
 *   elsewhere nobody can know, so it is `uncertain`, and goes again only when it is asked for once more.
 * - Twice: the second call finds the note of the first.
 * - The server is slow, broken or lies: `smtp-outcomes.ts`. The store is away: nothing leaves without its note.
 * - The copy for the Sent folder is written after the letter went; where that fails twice the letter is sent all the same,
 *   and `unfiled` is told.
 */
export interface LetterSender {
  send(message: Outgoing, key: string): Promise<SendOutcome>;
  /** It was sent from here: in the Sent folder it is nothing new. */
  wasSentHere(messageId: string): Promise<boolean>;
  /** Those of them that went out from here, as they were named then. */
  sentHere(messageIds: readonly string[]): Promise<readonly string[]>;
  close(): void;
}

export interface SenderBox {
  readonly from: MailAddress;
  /** Absent: it is not known where this box sends. */
  readonly smtp: SmtpPlace | undefined;
  /** Its provider puts what it sends into the Sent folder by itself (Gmail, Microsoft). */
  readonly filesItself: boolean;
  /** What a person does when its sign-in is not taken. */
  readonly refused: string;
  /** Asked before each letter: a token changes every hour. @param rejected the server did not take this token */
  signIn(rejected?: string): Promise<SmtpSignIn | { readonly kind: "down"; readonly outcome: SendOutcome }>;
}

/** The Sent folder of the box, wherever the session keeps it. Both throw when it cannot be asked. */
export interface SentFolder {
  /** @param messageId with its angle brackets */
  has(messageId: string): Promise<boolean>;
  append(raw: Readable): Promise<void>;
}

export interface SenderTools {
  readonly box: SenderBox;
  readonly sent: SentFolder;
  readonly memory: SessionMemory;
  readonly letters: Pick<LetterBook, "thread">;
  readonly smtp?: SmtpOptions;
  /** A letter went out and no copy could be filed. */
  readonly unfiled?: (messageId: string) => void;
  readonly now: () => Date;
}

const AGAIN_MS = 30_000;
const NO_LETTER: SendOutcome = {
  kind: "refused",
  code: "no-recipient",
  sentence: "Nobody is named whom this letter goes to. Write down a recipient and send it again.",
};
const NOTHING: SendOutcome = {
  kind: "refused",
  code: "empty",
  sentence: "There is nothing in this letter. Write something, or attach a file.",
};
const NO_SERVER: SendOutcome = {
  kind: "account-down",
  connection: {
    kind: "needs-action",
    sentence: "It is not known by which server this mailbox sends. Type its SMTP server in the settings.",
  },
};

export function createLetterSender(tools: SenderTools): LetterSender {
  const { box, sent, memory, now } = tools;
  const notes = createSentNotes(memory, now);
  let pool: { readonly secret: string; readonly smtp: SmtpPool } | undefined;
  let closed = false;

  return {
    async send(message) {
      const { letter } = message.content;
      if (letter === undefined || recipientsOf(letter) === 0) return NO_LETTER;
      const unsendable = unsendablePart(message.content, letter);
      if (unsendable) return unsendable;
      if (box.smtp === undefined) return NO_SERVER;
      try {
        return await attempt(message, letter, box.smtp);
      } catch {
        // What throws here is our own store or the folder, each before a byte left.
        return again("The mailbox cannot be asked just now. The letter has not left and will be tried again.");
      }
    },
    wasSentHere: async (messageId) => (await notes.of(messageId)) !== undefined,
    async sentHere(messageIds) {
      const known = await Promise.all(messageIds.map(notes.of));
      return known.flatMap((noted) => (noted?.note === "sent" || noted?.note === "asked" ? [noted.id] : []));
    },
    close() {
      closed = true;
      pool?.smtp.close();
      pool = undefined;
    },
  };

  async function attempt(message: Outgoing, letter: Letter, place: SmtpPlace): Promise<SendOutcome> {
    const { messageId } = letter;
    const noted = await notes.of(messageId);
    const note = noted?.note;
    if (note !== undefined && (note === "sent" || (await sent.has(messageId)))) {
      await notes.set(messageId, "sent");
      return { kind: "sent", externalIds: [messageId] };
    }
    if (note === "trying" && !box.filesItself) {
      await notes.set(messageId, "asked");
      return {
        kind: "uncertain",
        externalIds: [messageId],
        sentence:
          "The letter may have been delivered: the server stopped while it was being sent, and no copy lies in the Sent folder. Ask the recipient before you send it again.",
      };
    }
    let signIn = await box.signIn();
    if (signIn.kind === "down") return signIn.outcome;
    if (closed) return again("The mailbox is being closed. The letter has not left and will be tried again.");
    const order = await orderOf(message, letter, noted?.at ?? now());
    const composed = composeLetter(order);
    await notes.set(messageId, "trying");
    const tryWith = (by: SmtpSignIn) => poolFor(place, by).send({ envelope: composed.envelope, raw: composed.raw() });
    let answer = await tryWith(signIn);
    if (answer.kind === "failed" && signIn.kind === "token" && isSignInRefused(answer.error)) {
      // Nothing of the letter has left before the sign-in.
      const renewed = await box.signIn(signIn.token);
      if (renewed.kind === "down") {
        await notes.set(messageId, undefined).catch(() => undefined);
        return renewed.outcome;
      }
      signIn = renewed;
      answer = await tryWith(renewed);
    }
    if (answer.kind === "failed") {
      const names = { ...place, user: signIn.user, from: box.from.address, refused: box.refused };
      const outcome = outcomeOf(readSmtpError(answer.error), names, answer.whole);
      // Where this cannot be written the next try is a careful one, that is all.
      await notes.set(messageId, outcome.kind === "uncertain" ? "asked" : undefined).catch(() => undefined);
      return outcome.kind === "uncertain" ? { ...outcome, externalIds: [messageId] } : outcome;
    }
    await notes.set(messageId, "sent").catch(() => undefined);
    // Whoever looks into the own folder must not be taken for the one it was written to.
    const { tracked: _tracked, ...plain } = order;
    if (!box.filesItself) await file(messageId, () => composeLetter(plain).raw(true));
    const went = { kind: "sent", externalIds: [messageId] } as const;
    if (answer.rejected.length === 0) return went;
    const whom = answer.rejected.map(({ address, response }) => `${address} (${oneLine(response)})`).join(", ");
    return {
      ...went,
      missed: `Not delivered to ${whom}; delivered to the others. Correct the address and write to it alone.`,
    };
  }

  async function orderOf(message: Outgoing, letter: Letter, date: Date): Promise<LetterOrder> {
    const { body, attachments } = message.content;
    const { to, cc, bcc = [], subject, messageId, sending = {} } = letter;
    const { signature, quoted, automatic, unsubscribe, tracked } = sending;
    const place = sending.place ?? (await tools.letters.thread(message.chatId));
    return {
      ...{ messageId, from: box.from, to, cc, bcc, subject, body, date },
      ...(place && { place: { messageId: place.messageId, references: place.references } }),
      ...(tracked && {
        tracked: {
          pixel: tracked.pixel,
          // Whoever leaves is not watched in doing so.
          link: (url: string, at: number) => (url === unsubscribe?.url ? url : (tracked.links[at - 1] ?? url)),
        },
      }),
      ...(signature !== undefined && { signature: { text: signature, spans: [] } }),
      ...(quoted && { quoted: { ...quoted, at: new Date(quoted.at) } }),
      ...(automatic !== undefined && { automatic }),
      ...(unsubscribe && { unsubscribe }),
      files: attachments.map((attachment) => fileOf(message, attachment)),
    };
  }

  async function file(messageId: string, raw: () => Readable): Promise<void> {
    for (let tried = 0; tried < 2; tried += 1) {
      try {
        if (tried === 0 || !(await sent.has(messageId))) await sent.append(raw());
        return;
      } catch {
        // Once more, and then it is told.
      }
    }
    tools.unfiled?.(messageId);
  }

  function poolFor(place: SmtpPlace, signIn: SmtpSignIn): SmtpPool {
    const secret = JSON.stringify(signIn);
    if (pool?.secret === secret) return pool.smtp;
    pool?.smtp.close();
    pool = { secret, smtp: createSmtpPool(place, signIn, tools.smtp) };
    return pool.smtp;
  }
}

/** What no letter can carry, or nothing at all: refused before anything leaves, and never left out silently. */
function unsendablePart(content: Content, { sending }: Letter): SendOutcome | undefined {
  if (isEmpty(content) && sending?.quoted === undefined) return NOTHING;
  const large = content.attachments.find(
    ({ kind, size }) => size !== undefined && size > (capabilities.attachments[kind]?.maxBytes ?? 0),
  );
  if (large) {
    const limit = Math.floor((capabilities.attachments[large.kind]?.maxBytes ?? 0) / 1_048_576);
    return {
      kind: "refused",
      code: "too-large",
      sentence: `The attached ${large.name ?? large.kind} is too large for a letter, which takes files up to ${limit} MB. Send a link to it instead.`,
    };
  }
  return unclaimedPart("E-mail", capabilities, content);
}

const recipientsOf = ({ to, cc, bcc = [] }: Letter): number => to.length + cc.length + bcc.length;

const again = (sentence: string): SendOutcome => ({ kind: "retry", afterMs: AGAIN_MS, sentence });

function fileOf(message: Outgoing, attachment: Attachment): LetterFile {
  return {
    name: attachment.name ?? "file",
    mime: attachment.mime ?? "application/octet-stream",
    open: async () => (await message.openFile(attachment)).stream,
  };
}

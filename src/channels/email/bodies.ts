import type { ImapFlow } from "imapflow";
import type { ReadMail } from "../../mail/reading/read-mail-types.ts";
import type { LetterBook, PendingLetter } from "../contract/letters.ts";
import type { SessionHost, SessionMemory } from "../contract/sessions.ts";
import { fetchOne } from "./fetch-one.ts";
import { joinedEvents } from "./joined.ts";
import { fetchLarge } from "./large-mail.ts";
import { type LeftFile, letterEvent } from "./letter-event.ts";
import { namedBy, proofsOf } from "./proofs.ts";
import type { Sources } from "./sources.ts";

/**
 * Fetches the bodies of mails that somebody wants, and gives them on as messages.
 *
 * - Crash, kill, a connection cut at any point: the letter still waits in the book and is fetched again; its key makes a
 *   second acceptance harmless.
 * - The store cannot be asked: nothing is done, all of it waits.
 * - A mail that breaks the connection, the server or the reader each time: passed over after five tries, which are counted
 *   over restarts, so that it never stops the box.
 * - A mail that is gone, or whose folder was numbered anew and no longer has it: passed over with that reason.
 */
export interface BodyTools {
  readonly client: ImapFlow;
  readonly letters: LetterBook;
  readonly memory: SessionMemory;
  readonly accept: SessionHost["accept"];
  readonly readMail: (source: Uint8Array) => Promise<ReadMail>;
  readonly sources: Sources;
  /** Large mails of all boxes take turns, so that memory stays small. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly account: string;
  readonly address: string;
  /** Where what was sent lies. */
  readonly sentFolder?: string;
  readonly now: () => number;
  /** Folders are still being read anew: what has another number now will be told. */
  readonly isScanning: () => boolean;
  /** Those of these letters that went out from here, as they were named then. */
  readonly sentHere: (messageIds: readonly string[]) => Promise<readonly string[]>;
  /** Of what lies in the Sent folder: it was written here, and is known. */
  readonly metInSent: (messageId: string, thread: string) => Promise<boolean>;
  /** Something came in between that goes before the next mail. */
  readonly isInterrupted: () => boolean;
}

/** Larger mails are read by their parts. */
export const WHOLE_MAIL = 8 * 1_024 * 1_024;
/** Up to this size they are read at once, in one question. */
const SMALL_MAIL = 256 * 1_024;
const MOST_TRIES = 5;

/**
 * One after the other, at least one, until something else has to be done first.
 *
 * @param pending letters that the book gave to this box; those that are dealt with are taken off it
 * @returns how many were done
 */
export async function fetchBodies(tools: BodyTools, pending: PendingLetter[]): Promise<number> {
  let done = 0;
  for (let next = pending[0]; next !== undefined; next = pending[0]) {
    if (done > 0 && tools.isInterrupted()) break;
    if (await fetchBody(tools, next)) done += 1;
    pending.shift();
  }
  return done;
}

async function fetchBody(tools: BodyTools, pending: PendingLetter): Promise<boolean> {
  const { letters, memory } = tools;
  const tries = `tries:${pending.letter}`;
  const before = Number((await memory.get(tries))?.toString() ?? "0");
  if (before >= MOST_TRIES) {
    await letters.done(pending.letter, { passed: "It could not be read in five tries." });
    await memory.delete(tries);
    return true;
  }
  let fetched: Fetched;
  try {
    fetched = await fetchMail(tools, pending);
  } catch (error) {
    await memory.set(tries, Buffer.from(String(before + 1)));
    throw error;
  }
  if (fetched.kind === "later") return false;
  if (fetched.kind === "gone") {
    await letters.done(pending.letter, { passed: fetched.why });
  } else {
    const { mail, came, left } = fetched;
    const sent = pending.folder === tools.sentFolder;
    if (sent && mail.messageId !== undefined && (await tools.metInSent(mail.messageId, pending.thread))) {
      await letters.done(pending.letter, { passed: "It was written here." });
      return true;
    }
    if (!sent && (await letters.leaves({ subject: mail.subject, from: mail.from?.address }))) {
      await letters.done(pending.letter, { passed: "It asks for no more letters, which was noted." });
      return true;
    }
    if (!sent && mail.complaint) await letters.complained({ ...mail.complaint, of: mail.originalMessageId });
    const aboutThread =
      mail.originalMessageId === undefined ? undefined : await letters.threadOf(mail.originalMessageId);
    const told = letterEvent({
      pending,
      mail,
      came,
      address: tools.address,
      sent,
      ...(left && { left }),
      ...(aboutThread !== undefined && { aboutThread }),
    });
    if (told.kind === "message") {
      const ours = sent ? [] : await tools.sentHere(namedBy(mail));
      const { joined = [], thread } = pending;
      const moved = joinedEvents(joined, thread, new Date(tools.now()));
      await tools.accept([...moved, told.event, ...proofsOf(mail, { ...told.event, ours })]);
    }
    await letters.done(pending.letter, ...(told.kind === "passed" ? [{ passed: told.why }] : []));
  }
  if (before > 0) await memory.delete(tries);
  return true;
}

type Fetched =
  | { readonly kind: "read"; readonly mail: ReadMail; readonly came: Date; readonly left?: readonly LeftFile[] }
  | { readonly kind: "gone"; readonly why: string }
  | { readonly kind: "later" };

async function fetchMail(tools: BodyTools, pending: PendingLetter): Promise<Fetched> {
  const { client } = tools;
  const { folder, validity, uid } = pending;
  if (!client.mailbox || client.mailbox.path !== folder) {
    const opened = await client.mailboxOpen(folder, { readOnly: true }).catch((error: unknown) => {
      if (client.usable) return undefined;
      throw error;
    });
    if (!opened) return { kind: "gone", why: "Its folder is no longer there." };
  }
  if (client.mailbox && client.mailbox.uidValidity.toString() !== validity)
    return tools.isScanning()
      ? { kind: "later" }
      : { kind: "gone", why: "Its folder was numbered anew and does not have it any more." };
  const small = await fetchOne(client, uid, { internalDate: true, source: { maxLength: SMALL_MAIL + 1 } });
  if (!small?.source) return GONE;
  const { source } = small;
  const came = new Date(small.internalDate ?? tools.now());
  const read = async (whole: Buffer): Promise<Fetched> => {
    tools.sources.put(sourceKey(tools.account, pending), whole);
    return { kind: "read", came, mail: await tools.readMail(whole) };
  };
  if (source.length <= SMALL_MAIL) return await read(source);
  return await tools.inTurn(async () => {
    const whole = await fetchOne(client, uid, { source: { maxLength: WHOLE_MAIL + 1 } });
    if (!whole?.source) return GONE;
    if (whole.source.length <= WHOLE_MAIL) return await read(whole.source);
    const large = await fetchLarge(client, uid);
    if (!large) return { kind: "gone", why: "It is very large, and the server does not say what is in it." };
    return { kind: "read", came, mail: await tools.readMail(large.source), left: large.left };
  });
}

const GONE: Fetched = { kind: "gone", why: "It was moved or deleted before it was read." };

export const sourceKey = (account: string, place: Pick<PendingLetter, "folder" | "validity" | "uid">): string =>
  JSON.stringify([account, place.folder, place.validity, place.uid]);

import { setTimeout as delay } from "node:timers/promises";
import { InputFile, type RawApi } from "grammy";
import type { InputMediaAudio, InputMediaDocument, InputMediaPhoto, InputMediaVideo, Opts } from "grammy/types";
import { z } from "zod";
import type { Account } from "../../domain/account.ts";
import type { ContactCard } from "../../domain/message.ts";
import type { RichText } from "../../domain/rich-text.ts";
import type { OpenedFile, Outgoing, SendOutcome } from "../contract.ts";
import { unclaimedPart } from "../shared/unclaimed.ts";
import { capabilities } from "./about.ts";
import { type Called, type Failure, FileReadError, type RawSignal, type TelegramApi } from "./api.ts";
import { type Markup, markupOf } from "./buttons.ts";
import { type ChatRef, chatRefOf, target } from "./chat-ref.ts";
import { storable, toEntities } from "./entities.ts";
import { outcomeOf, retryMs, saysBadPicture } from "./outcomes.ts";
import type { Pace } from "./pace.ts";
import { checkFile, type PlannedFile, planSteps, type Step, uploadName } from "./plan.ts";
import { sentMessageSchema } from "./schemas.ts";

/**
 * Sends one message, which may take several calls.
 *
 * - Crash before the first call: nothing was sent. During or between calls: the relay finds its recorded attempt and
 *   says uncertain; Telegram has no key by which a repetition could be recognised.
 * - The first call fails: the outcome is that call's.
 * - A later call fails: parts are out already, so neither "refused" nor "retry" would be honest. Failures that certainly
 *   sent nothing (a pause asked for, no connection) are waited out here, within limits; what remains is uncertain, with
 *   the ids that went and a sentence that says which part did not.
 * - Telegram is slow: each call has its own time limit, longer for files.
 */

export interface SendTools {
  readonly api: TelegramApi;
  readonly pace: Pace;
  readonly wait: (ms: number) => Promise<void>;
}

export const realWait = async (ms: number): Promise<void> => {
  await delay(ms);
};

/** So long a message waits for its turn before it is given back to its lane, which asks again. */
const TURN_WAIT_MS = 20_000;
const TURN_RETRY_MS = 1_000;
/** A later part is tried so often, and waits at most so long in all, before the message is left uncertain. */
const PART_ATTEMPTS = 4;
const PART_WAIT_MS = 45_000;
/** Slowest upload that is still waited for, in bytes a second: added to the time limit of a call by its files' size. */
const SLOWEST_UPLOAD = 128 * 1024;

const sentOne = sentMessageSchema.transform((message) => [String(message.message_id)]);
const sentGroup = z
  .array(sentMessageSchema)
  .min(1)
  .transform((list) => list.map((message) => String(message.message_id)));

export async function send(tools: SendTools, account: Account, message: Outgoing): Promise<SendOutcome> {
  const chat = chatRefOf(message.chatId);
  if (chat === undefined) {
    return {
      kind: "refused",
      code: "chat-not-found",
      sentence: "This conversation does not belong to a Telegram chat.",
    };
  }
  const unclaimed = unclaimedPart("Telegram", capabilities, message.content);
  if (unclaimed) return unclaimed;
  const buttons = markupOf(message.content, chat);
  if (buttons.kind === "refused") return buttons;
  const tooBig = message.content.attachments.map((one) => checkFile(one)).find((one) => one !== undefined);
  if (tooBig) return tooBig;
  const files = createFiles(message);
  try {
    const opened = await files.openAll();
    if (!opened) return outcomeOf({ kind: "file-unreadable", reason: "a file could not be opened" });
    const plan = planSteps(message.content, opened);
    if (plan.kind === "refused") return plan;
    return await runSteps(tools, account, plan.steps, {
      chat,
      files,
      markup: undefined,
      buttons: buttons.markup,
      quoted: message.content.quote?.externalId,
    });
  } finally {
    files.close();
  }
}

interface Run {
  readonly chat: ChatRef;
  /** Buttons of the message, which stand under its last step. */
  readonly buttons: Markup | undefined;
  /** Those of this step. */
  readonly markup: Markup | undefined;
  readonly files: Files;
  readonly quoted: string | undefined;
}

async function runSteps(tools: SendTools, account: Account, steps: readonly Step[], run: Run): Promise<SendOutcome> {
  const sent: string[] = [];
  let waited = 0;
  for (const [at, step] of steps.entries()) {
    const quoted = at === 0 ? run.quoted : undefined;
    const own = { ...run, quoted, markup: at === steps.length - 1 ? run.buttons : undefined };
    let done = await runStep(tools, account, step, own);
    for (let attempt = 1; at > 0 && !done.ok && attempt < PART_ATTEMPTS; attempt += 1) {
      const pause = pauseAfter(done.failure);
      if (pause === undefined || waited + pause > PART_WAIT_MS) break;
      waited += pause;
      await tools.wait(pause);
      done = await runStep(tools, account, step, own);
    }
    if (!done.ok) return at === 0 ? outcomeOf(done.failure) : partlySent(done.failure, sent, at, steps.length);
    sent.push(...done.value);
  }
  return { kind: "sent", externalIds: sent };
}

/** How long to wait before a part that certainly was not sent is tried again; `undefined` when it must not be. */
function pauseAfter(failure: Failure): number | undefined {
  if (failure.kind === "refused" && failure.code === 429) return retryMs(failure);
  return failure.kind === "not-connected" || failure.kind === "file-unreadable" ? 1_000 : undefined;
}

function partlySent(failure: Failure, externalIds: readonly string[], gone: number, all: number): SendOutcome {
  const outcome = outcomeOf(failure);
  const went = gone === 1 ? "Part 1" : `Parts 1 to ${gone}`;
  const missing = outcome.kind === "uncertain" ? `part ${gone + 1} may not have arrived` : `part ${gone + 1} did not`;
  return {
    kind: "uncertain",
    externalIds,
    sentence: `${went} of ${all} of this message went out, ${missing}${gone + 1 < all ? ", the rest was not tried" : ""}. ${reasonOf(outcome)}`,
  };
}

/** Why a part did not go, without the promises that hold for a message none of which went. */
function reasonOf(outcome: SendOutcome): string {
  if (outcome.kind === "account-down") return outcome.connection.sentence;
  if (outcome.kind === "refused") return outcome.sentence;
  return "Send by hand what is missing.";
}

/** One call in its turn, and what Telegram says of the pace. */
async function runStep(tools: SendTools, account: Account, step: Step, run: Run): Promise<Called<string[]>> {
  const messages = step.kind === "group" ? step.files.length : 1;
  if (!(await tools.pace.turn(account, run.chat, messages, TURN_WAIT_MS))) return { ok: false, failure: notYet };
  let done = await callStep(tools.api, account, step, run);
  // Telegram could not make a photo of it and says so before it sends anything: as a document it goes.
  const asDocuments = !done.ok && saysBadPicture(done.failure) ? withoutPhotos(step) : undefined;
  if (asDocuments) done = await callStep(tools.api, account, asDocuments, run);
  if (done.ok) await tools.pace.rest(account, run.chat, messages);
  else await tools.pace.obey(account, run.chat, done.failure);
  return done;
}

/** As if Telegram had said so: nothing was sent, and it may go a little later. */
const notYet: Failure = {
  kind: "refused",
  code: 429,
  description: "its turn did not come",
  retryAfterSeconds: TURN_RETRY_MS / 1_000,
};

function withoutPhotos(step: Step): Step | undefined {
  const asDocument = (file: PlannedFile): PlannedFile => ({ ...file, method: "document" });
  if (step.kind === "file")
    return step.file.method === "document" ? undefined : { ...step, file: asDocument(step.file) };
  if (step.kind === "group") return { ...step, files: step.files.map(asDocument) };
  return undefined;
}

async function callStep(api: TelegramApi, account: Account, step: Step, run: Run): Promise<Called<string[]>> {
  const to = {
    ...target(run.chat),
    ...replyTo(run.quoted),
    ...(run.markup && { reply_markup: run.markup }),
  };
  if (step.kind === "text") {
    const payload = { ...to, text: step.text.text, ...entitiesOf("entities", step.text) };
    return await api.call(account, sentOne, (raw, signal) => raw.sendMessage(payload, signal));
  }
  if (step.kind === "place" || step.kind === "card")
    return await api.call(account, sentOne, (raw, signal) => sendPart(raw, step, to, signal));
  const caption = step.caption ? { caption: step.caption.text, ...entitiesOf("caption_entities", step.caption) } : {};
  const used = step.kind === "file" ? [step.file] : step.files;
  const extraMs = Math.ceil((used.reduce((sum, file) => sum + file.opened.size, 0) / SLOWEST_UPLOAD) * 1_000);
  const inputs: InputFile[] = [];
  for (const file of used) {
    const input = await run.files.input(file);
    if (!input) return { ok: false, failure: { kind: "file-unreadable", reason: "a file could not be opened" } };
    inputs.push(input);
  }
  const [first] = inputs;
  if (step.kind === "file" && first) {
    return await api.call(
      account,
      sentOne,
      (raw, signal) => sendFile(raw, step.file, first, { ...to, ...caption }, signal),
      { extraMs },
    );
  }
  const media = used.flatMap((file, at) => {
    const input = inputs[at];
    return input ? [groupItem(file, input, at === 0 ? caption : {})] : [];
  });
  return await api.call(
    account,
    sentGroup,
    (raw, signal) => raw.sendMediaGroup({ ...to, media } as Opts<"sendMediaGroup">, signal),
    { extraMs },
  );
}

interface Common {
  readonly chat_id: number;
  readonly reply_markup?: Markup;
  readonly caption?: string;
}

/** With a name or an address a place is a venue, which has to have both. */
function sendPart(
  raw: RawApi,
  step: Extract<Step, { kind: "place" | "card" }>,
  to: Common,
  signal: RawSignal,
): Promise<unknown> {
  if (step.kind === "card") {
    const { name, phones } = step.card;
    const [phone = ""] = phones;
    const card = { phone_number: phone, first_name: storable(name).trim() || phone, ...vcardOf(step.card) };
    return raw.sendContact({ ...to, ...card }, signal);
  }
  const { latitude, longitude, title = "", address = "" } = step.place;
  const words = [storable(title).trim(), storable(address).trim()].filter((one) => one !== "");
  const [first, second = `${latitude}, ${longitude}`] = words;
  if (first === undefined) return raw.sendLocation({ ...to, latitude, longitude }, signal);
  return raw.sendVenue({ ...to, latitude, longitude, title: first, address: second }, signal);
}

/** More than one number, or an e-mail address, travels in the vCard, which may have 2,048 bytes ("sendContact"). */
function vcardOf({ name, phones, emails }: ContactCard): { vcard?: string } {
  if (phones.length < 2 && emails.length === 0) return {};
  const clean = (value: string): string =>
    storable(value)
      .replace(/[\r\n]+/g, " ")
      .replace(/[\\,;]/g, "\\$&");
  const vcard = [
    "BEGIN:VCARD",
    "VERSION:3.0",
    `FN:${clean(name)}`,
    ...phones.map((phone) => `TEL:${clean(phone)}`),
    ...emails.map((email) => `EMAIL:${clean(email)}`),
    "END:VCARD",
  ].join("\r\n");
  return Buffer.byteLength(vcard) <= 2_048 ? { vcard } : {};
}

function sendFile(
  raw: RawApi,
  file: PlannedFile,
  input: InputFile,
  common: Common,
  signal: RawSignal,
): Promise<unknown> {
  const shape = shapeOf(file);
  const length = lengthOf(file);
  switch (file.method) {
    case "photo":
      return raw.sendPhoto({ ...common, photo: input }, signal);
    case "video":
      return raw.sendVideo({ ...common, video: input, supports_streaming: true, ...shape, ...length }, signal);
    case "animation":
      return raw.sendAnimation({ ...common, animation: input, ...shape, ...length }, signal);
    case "voice":
      return raw.sendVoice({ ...common, voice: input, ...length }, signal);
    case "audio":
      return raw.sendAudio({ ...common, audio: input, ...length }, signal);
    case "sticker":
      return raw.sendSticker({ ...common, sticker: input }, signal);
    case "document":
      return raw.sendDocument({ ...common, document: input }, signal);
    default:
      return file.method satisfies never;
  }
}

type GroupItem = InputMediaPhoto | InputMediaVideo | InputMediaDocument | InputMediaAudio;

function groupItem(file: PlannedFile, media: InputFile, caption: { caption?: string }): GroupItem {
  if (file.method === "photo") return { type: "photo", media, ...caption };
  if (file.method === "video") {
    return { type: "video", media, supports_streaming: true, ...shapeOf(file), ...lengthOf(file), ...caption };
  }
  if (file.method === "audio") return { type: "audio", media, ...lengthOf(file), ...caption };
  return { type: "document", media, ...caption };
}

function shapeOf({ attachment: { width, height } }: PlannedFile): { width?: number; height?: number } {
  return width && height ? { width: Math.round(width), height: Math.round(height) } : {};
}

function lengthOf({ attachment: { duration } }: PlannedFile): { duration?: number } {
  return duration ? { duration: Math.round(duration) } : {};
}

function entitiesOf<K extends string>(key: K, text: RichText): Partial<Record<K, ReturnType<typeof toEntities>>> {
  const entities = toEntities(text);
  return entities.length === 0 ? {} : ({ [key]: entities } as Record<K, typeof entities>);
}

/** A quoted message that is gone by now costs the quote, not the answer. */
function replyTo(quoted: string | undefined): Partial<Pick<Opts<"sendMessage">, "reply_parameters">> {
  const id = quoted === undefined || !/^\d{1,15}$/.test(quoted) ? undefined : Number(quoted);
  return id === undefined ? {} : { reply_parameters: { message_id: id, allow_sending_without_reply: true } };
}

interface Files {
  /** Opens every file of the message; `undefined` if one cannot be. */
  openAll(): Promise<readonly OpenedFile[] | undefined>;
  /** The file as an upload; opened anew when its stream was used by an earlier attempt. */
  input(file: PlannedFile): Promise<InputFile | undefined>;
  close(): void;
}

/** The message's files: all opened before the first call, all closed after the last, whatever happens between. */
function createFiles(message: Outgoing): Files {
  const open = new Map<OpenedFile, boolean>();

  async function openOne(attachment: Parameters<Outgoing["openFile"]>[0]): Promise<OpenedFile | undefined> {
    try {
      const opened = await message.openFile(attachment);
      // A stream that nobody reads yet must not bring the process down by failing; the reader meets the error itself.
      opened.stream.on("error", () => open.set(opened, true));
      open.set(opened, false);
      return opened;
    } catch {
      // Whatever the store of files throws (gone, no rights, disk error): the message cannot be sent now.
      return undefined;
    }
  }

  return {
    async openAll() {
      const files: OpenedFile[] = [];
      for (const attachment of message.content.attachments) {
        const opened = await openOne(attachment);
        if (!opened) return undefined;
        files.push(opened);
      }
      return files;
    },
    async input(file) {
      const fresh = open.get(file.opened) === false ? file.opened : await openOne(file.attachment);
      if (!fresh) return undefined;
      open.set(fresh, true);
      return new InputFile(readAll(fresh), uploadName(fresh));
    },
    close() {
      for (const { stream } of open.keys())
        if ("destroy" in stream && typeof stream.destroy === "function") stream.destroy();
    },
  };
}

/** The file's bytes, with its errors marked as ours. A file shorter or longer than it said is no file to send. */
async function* readAll(opened: OpenedFile): AsyncGenerator<Uint8Array> {
  let read = 0;
  try {
    for await (const chunk of opened.stream) {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      read += bytes.length;
      if (read > opened.size) break;
      yield bytes;
    }
  } catch (error) {
    throw new FileReadError("a file could not be read", { cause: error });
  }
  if (read !== opened.size) throw new FileReadError("a file has another size than it should");
}

import type { InputFile, RawApi } from "grammy";
import type { InputMediaAudio, InputMediaDocument, InputMediaPhoto, InputMediaVideo, Opts } from "grammy/types";
import { z } from "zod";
import type { Account } from "../../domain/account.ts";
import type { ContactCard } from "../../domain/message.ts";
import type { RichText } from "../../domain/rich-text.ts";
import { storableText } from "../shared/clean-text.ts";
import type { PlannedFile } from "../shared/telegram-files.ts";
import type { Called, RawSignal, TelegramApi } from "./api.ts";
import type { Markup } from "./buttons.ts";
import { type ChatRef, target } from "./chat-ref.ts";
import { toEntities } from "./entities.ts";
import type { Step } from "./plan.ts";
import { sentMessageSchema } from "./schemas.ts";
import type { Files } from "./upload-files.ts";

/** One step of a message as the Bot API takes it. What a failure means is for the reader of the outcome. */

export interface StepTarget {
  readonly chat: ChatRef;
  /** Buttons of this step. */
  readonly markup: Markup | undefined;
  readonly files: Files;
  readonly quoted: string | undefined;
}

/** Slowest upload that is still waited for, in bytes a second: added to the time limit of a call by its files' size. */
const SLOWEST_UPLOAD = 128 * 1024;

const sentOne = sentMessageSchema.transform((message) => [String(message.message_id)]);
const sentGroup = z
  .array(sentMessageSchema)
  .min(1)
  .transform((list) => list.map((message) => String(message.message_id)));

/** @returns the ids of the messages that it became */
export async function callStep(
  api: TelegramApi,
  account: Account,
  step: Step,
  run: StepTarget,
): Promise<Called<string[]>> {
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
    const card = { phone_number: phone, first_name: storableText(name).trim() || phone, ...vcardOf(step.card) };
    return raw.sendContact({ ...to, ...card }, signal);
  }
  const { latitude, longitude, title = "", address = "" } = step.place;
  const words = [storableText(title).trim(), storableText(address).trim()].filter((one) => one !== "");
  const [first, second = `${latitude}, ${longitude}`] = words;
  if (first === undefined) return raw.sendLocation({ ...to, latitude, longitude }, signal);
  return raw.sendVenue({ ...to, latitude, longitude, title: first, address: second }, signal);
}

/** More than one number, or an e-mail address, travels in the vCard, which may have 2,048 bytes ("sendContact"). */
function vcardOf({ name, phones, emails }: ContactCard): { vcard?: string } {
  if (phones.length < 2 && emails.length === 0) return {};
  const clean = (value: string): string =>
    storableText(value)
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

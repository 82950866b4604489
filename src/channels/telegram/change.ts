import { type ZodType, z } from "zod";
import type { Account } from "../../domain/account.ts";
import type { RichText } from "../../domain/rich-text.ts";
import type { OutgoingChange, SendOutcome } from "../contract/sending.ts";
import { storableText } from "../shared/clean-text.ts";
import { splitText } from "../shared/split-text.ts";
import { CAPTION_LIMIT, TEXT_LIMIT } from "../shared/telegram-files.ts";
import type { Called, Failure, TelegramApi } from "./api.ts";
import { type ChatRef, chatRefOf, target as to } from "./chat-ref.ts";
import { toEntities } from "./entities.ts";
import { outcomeOf, saysNoText, saysNothingToDelete, saysNotModified } from "./outcomes.ts";
import { inTurn, type Pace } from "./pace.ts";

/**
 * Edits and deletions of messages sent before. Unlike sending, both may be repeated without harm: a second edit to the
 * same text is "not modified", a second deletion finds nothing, and both count as done. So where the connection broke
 * in the middle the outcome is `retry` and not `uncertain`, also after a crash of ours.
 *
 * A message may have become several (files, then the parts of a long text). Which of the ids are texts is not stored;
 * Telegram's own answer ("there is no text in the message to edit") tells.
 */

const RETRY_MS = 5_000;
/** Telegram answers with the message, or with `true` for messages of others. */
const edited = z.union([z.literal(true), z.object({ message_id: z.number() })]);

export interface ChangeTools {
  readonly api: TelegramApi;
  readonly pace: Pace;
}

interface Target extends ChangeTools {
  readonly account: Account;
  readonly chat: ChatRef;
}

export async function edit(tools: ChangeTools, account: Account, change: OutgoingChange): Promise<SendOutcome> {
  const body = { ...change.content.body, text: storableText(change.content.body.text) };
  const target = targetOf(tools, account, change);
  if (!target) return unknownMessage;
  if (body.text.trim() === "") {
    return {
      kind: "refused",
      code: "empty",
      sentence: "A message cannot be changed into an empty one. Delete it instead.",
    };
  }
  const parts = splitText(body, TEXT_LIMIT);
  if (parts.length > change.externalIds.length) return tooLong;
  const ids = change.externalIds.map(Number);
  const [firstPart] = parts;
  for (const [at, id] of ids.entries()) {
    if (!firstPart) break;
    const done = await editText(target, id, firstPart);
    if (done.ok) return await editRest(target, change, parts, at);
    if (!saysNoText(done.failure)) return outcomeOfChange(done.failure);
  }
  return await editCaption(target, change, body);
}

/** The first text was found at `from` and has its new text; the rest follows, and parts no longer needed go. */
async function editRest(
  target: Target,
  change: OutgoingChange,
  parts: readonly RichText[],
  from: number,
): Promise<SendOutcome> {
  const texts = change.externalIds.slice(from);
  if (parts.length > texts.length)
    return { ...tooLong, sentence: `${tooLong.sentence} Its beginning was changed already.` };
  for (const [at, id] of texts.entries()) {
    const part = parts[at];
    if (at === 0) continue;
    const done = part ? await editText(target, Number(id), part) : await deleteOne(target, Number(id));
    if (!done.ok) return outcomeOfChange(done.failure);
  }
  return { kind: "sent", externalIds: change.externalIds.slice(0, from + parts.length) };
}

async function editText(target: Target, id: number, text: RichText): Promise<Called<unknown>> {
  const payload = { ...to(target.chat), message_id: id, text: text.text, entities: toEntities(text) };
  return unlessUnchanged(await callInTurn(target, edited, (raw, signal) => raw.editMessageText(payload, signal)));
}

async function editCaption(target: Target, change: OutgoingChange, body: RichText): Promise<SendOutcome> {
  if (body.text.length > CAPTION_LIMIT) {
    return {
      kind: "refused",
      code: "too-long",
      sentence: `The text under a file may have ${CAPTION_LIMIT} characters in Telegram. Shorten it.`,
    };
  }
  const payload = {
    ...to(target.chat),
    message_id: Number(change.externalIds[0]),
    caption: body.text,
    caption_entities: toEntities(body),
  };
  const done = unlessUnchanged(
    await callInTurn(target, edited, (raw, signal) => raw.editMessageCaption(payload, signal)),
  );
  return done.ok ? { kind: "sent", externalIds: change.externalIds } : outcomeOfChange(done.failure);
}

export async function remove(tools: ChangeTools, account: Account, change: OutgoingChange): Promise<SendOutcome> {
  const target = targetOf(tools, account, change);
  if (!target) return unknownMessage;
  for (const [at, id] of change.externalIds.entries()) {
    const done = await deleteOne(target, Number(id));
    if (done.ok) continue;
    const outcome = outcomeOfChange(done.failure);
    if (at === 0 || outcome.kind !== "refused") return outcome;
    return { ...outcome, sentence: `Only a part of the message was taken back. ${outcome.sentence}` };
  }
  return { kind: "sent", externalIds: change.externalIds };
}

async function deleteOne(target: Target, id: number): Promise<Called<unknown>> {
  const { business, chat } = target.chat;
  const done = await callInTurn(target, z.literal(true), (raw, signal) =>
    business === undefined
      ? raw.deleteMessage({ chat_id: chat, message_id: id }, signal)
      : raw.deleteBusinessMessages({ business_connection_id: business, message_ids: [id] }, signal),
  );
  return !done.ok && saysNothingToDelete(done.failure) ? { ok: true, value: true } : done;
}

async function callInTurn<T>(
  { api, pace, account, chat }: Target,
  result: ZodType<T>,
  run: Parameters<TelegramApi["call"]>[2],
): Promise<Called<T>> {
  return await inTurn(pace, account, chat, 1, () => api.call(account, result, run));
}

function unlessUnchanged(done: Called<unknown>): Called<unknown> {
  return !done.ok && saysNotModified(done.failure) ? { ok: true, value: true } : done;
}

function targetOf(tools: ChangeTools, account: Account, change: OutgoingChange): Target | undefined {
  const chat = chatRefOf(change.chatId);
  const known = change.externalIds.length > 0 && change.externalIds.every((id) => /^[1-9]\d{0,14}$/.test(id));
  return chat !== undefined && known ? { ...tools, account, chat } : undefined;
}

function outcomeOfChange(failure: Failure): SendOutcome {
  const outcome = outcomeOf(failure);
  if (outcome.kind !== "uncertain") return outcome;
  return {
    kind: "retry",
    afterMs: RETRY_MS,
    sentence: "Telegram's answer did not arrive. The change will be tried again.",
  };
}

const unknownMessage: SendOutcome = {
  kind: "refused",
  code: "message-gone",
  sentence: "It is not known under which number Telegram keeps this message, so it cannot be changed.",
};

const tooLong = {
  kind: "refused",
  code: "too-long",
  sentence: "The new text is longer than the messages it was sent in can hold. Send the rest as a new message.",
} as const;

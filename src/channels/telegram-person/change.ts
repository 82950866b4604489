import type { tl } from "@mtcute/core";
import type { OutgoingChange, OutgoingReaction, SendOutcome } from "../contract/sending.ts";
import { storableText } from "../shared/clean-text.ts";
import { splitText } from "../shared/split-text.ts";
import { CAPTION_LIMIT, TEXT_LIMIT } from "../shared/telegram-files.ts";
import { type Called, type CallFailure, says, tryCall } from "./client.ts";
import { toEntities } from "./entities.ts";
import { printOf } from "./ledger.ts";
import { outcomeOf } from "./outcomes.ts";
import { channelOf, chatIdOf } from "./peers.ts";
import type { SendTools } from "./send.ts";

/**
 * Edits, deletions and reactions. All may be repeated without harm: the same edit is "not modified", a second deletion
 * finds nothing, and both count as done. So where an answer is lost the outcome is `retry`, also after a crash of ours.
 */

const RETRY_MS = 5_000;

interface Target {
  readonly tools: SendTools;
  readonly chatId: number;
  readonly peer: tl.TypeInputPeer;
}

export async function edit(tools: SendTools, change: OutgoingChange): Promise<SendOutcome> {
  const body = { ...change.content.body, text: storableText(change.content.body.text) };
  const target = await targetOf(tools, change.chatId);
  const ids = numbersOf(change.externalIds);
  if (!target || !ids) return unknownMessage;
  if (body.text.trim() === "") return emptyEdit;
  // Files keep their captions when the text stood in messages of its own.
  const texts = ids.filter((id) => tools.ledger.mediaOf(target.chatId, id) === "text");
  const [first] = ids;
  if (texts.length === 0 && first !== undefined && tools.ledger.mediaOf(target.chatId, first) !== undefined) {
    if (body.text.length > CAPTION_LIMIT) return captionTooLong;
    const done = await editOne(target, first, body.text, toEntities(body));
    return done.ok ? { kind: "sent", externalIds: change.externalIds } : await ended(tools, done.failure);
  }
  const changed = texts.length > 0 ? texts : ids;
  const parts = splitText(body, TEXT_LIMIT);
  if (parts.length > changed.length) return tooLong;
  for (const [at, id] of changed.entries()) {
    const part = parts[at];
    const done = part ? await editOne(target, id, part.text, toEntities(part)) : await deleteAll(target, [id]);
    if (!done.ok) return await ended(tools, done.failure);
  }
  const gone = new Set(changed.slice(parts.length).map(String));
  return { kind: "sent", externalIds: change.externalIds.filter((id) => !gone.has(id)) };
}

async function editOne(
  { tools, chatId, peer }: Target,
  id: number,
  message: string,
  entities: tl.TypeMessageEntity[],
): Promise<Called<unknown>> {
  await tools.pace(chatId);
  // Before the call: its news may be quicker than its answer.
  const media = tools.ledger.mediaOf(chatId, id);
  if (media !== undefined) await tools.ledger.edited(chatId, id, printOf(media, message));
  const done = await tryCall(tools.client, { _: "messages.editMessage", peer, id, message, entities });
  if (done.ok) tools.client.applied(done.value);
  return !done.ok && says(done.failure, "MESSAGE_NOT_MODIFIED") ? { ok: true, value: undefined } : done;
}

export async function remove(tools: SendTools, change: OutgoingChange): Promise<SendOutcome> {
  const target = await targetOf(tools, change.chatId);
  const ids = numbersOf(change.externalIds);
  if (!target || !ids) return unknownMessage;
  const done = await deleteAll(target, ids);
  return done.ok ? { kind: "sent", externalIds: change.externalIds } : await ended(tools, done.failure);
}

/** For both sides. Telegram answers the same whether something was there to delete or not. */
async function deleteAll({ tools, chatId, peer }: Target, ids: number[]): Promise<Called<unknown>> {
  await tools.pace(chatId);
  const channelId = channelOf(chatId);
  if (channelId === undefined || peer._ !== "inputPeerChannel") {
    const done = await tryCall(tools.client, { _: "messages.deleteMessages", id: ids, revoke: true });
    if (done.ok) tools.client.applied(single({ _: "updateDeleteMessages", messages: ids, ...place(done.value) }));
    return done;
  }
  const channel = { _: "inputChannel", channelId, accessHash: peer.accessHash } as const;
  const done = await tryCall(tools.client, { _: "channels.deleteMessages", channel, id: ids });
  if (done.ok) {
    tools.client.applied(single({ _: "updateDeleteChannelMessages", channelId, messages: ids, ...place(done.value) }));
  }
  return done;
}

function place({ pts, ptsCount }: tl.messages.RawAffectedMessages): { pts: number; ptsCount: number } {
  return { pts, ptsCount };
}

function single(update: tl.TypeUpdate): tl.TypeUpdates {
  return { _: "updates", updates: [update], users: [], chats: [], date: 0, seq: 0 };
}

export async function react(tools: SendTools, reaction: OutgoingReaction): Promise<SendOutcome> {
  const target = await targetOf(tools, reaction.chatId);
  const [id] = numbersOf([reaction.externalId]) ?? [];
  if (!target || id === undefined) return unknownMessage;
  // Telegram's own emoji have no variation selector: ❤ and not ❤️.
  const emoticon = reaction.emoji.replaceAll("\ufe0f", "");
  if (emoticon !== "" && !ONE_EMOJI.test(emoticon)) return noEmoji;
  await tools.pace(target.chatId);
  const done = await tryCall(tools.client, {
    _: "messages.sendReaction",
    peer: target.peer,
    msgId: id,
    reaction: emoticon === "" ? [] : [{ _: "reactionEmoji", emoticon }],
  });
  if (done.ok) tools.client.applied(done.value);
  if (done.ok || says(done.failure, "MESSAGE_NOT_MODIFIED")) return { kind: "sent", externalIds: [] };
  return await ended(tools, done.failure);
}

/** One picture, however many code points it is made of. Which of them a chat takes is Telegram's to say. */
const ONE_EMOJI = /^(?:\p{Extended_Pictographic}|\p{M}|\p{Emoji_Modifier}|\u200d){1,12}$/u;

const noEmoji: SendOutcome = {
  kind: "refused",
  code: "bad-reaction",
  sentence: "A reaction is one emoji. Choose one from the list.",
};

async function targetOf(tools: SendTools, text: string): Promise<Target | undefined> {
  const chatId = chatIdOf(text);
  const peer = chatId === undefined ? undefined : await tools.client.inputPeer(chatId);
  return chatId !== undefined && peer ? { tools, chatId, peer } : undefined;
}

function numbersOf(externalIds: readonly string[]): number[] | undefined {
  const known = externalIds.length > 0 && externalIds.every((id) => /^[1-9]\d{0,9}$/.test(id));
  return known ? externalIds.map(Number) : undefined;
}

async function ended(tools: SendTools, failure: CallFailure): Promise<SendOutcome> {
  await tools.failed(failure);
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

const emptyEdit: SendOutcome = {
  kind: "refused",
  code: "empty",
  sentence: "A message cannot be changed into an empty one. Delete it instead.",
};

const captionTooLong: SendOutcome = {
  kind: "refused",
  code: "too-long",
  sentence: `The text under a file may have ${CAPTION_LIMIT} characters in Telegram. Shorten it.`,
};

const tooLong: SendOutcome = {
  kind: "refused",
  code: "too-long",
  sentence: "The new text is longer than the messages it was sent in can hold. Send the rest as a new message.",
};

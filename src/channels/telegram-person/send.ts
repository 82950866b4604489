import { createHash } from "node:crypto";
import type { tl } from "@mtcute/core";
import type { Account } from "../../domain/account.ts";
import type { OpenedFile, Outgoing, SendOutcome } from "../contract/sending.ts";
import { FileReadError } from "../shared/network-errors.ts";
import { checkFile } from "../shared/telegram-files.ts";
import { unclaimedPart } from "../shared/unclaimed.ts";
import { capabilities, type PersonSettings } from "./about.ts";
import type { Budget } from "./budget.ts";
import { CallFailed, type CallFailure, type PersonClient, says, tryCall } from "./client.ts";
import { toEntities } from "./entities.ts";
import type { Ledger } from "./ledger.ts";
import { outcomeOf } from "./outcomes.ts";
import { chatIdOf } from "./peers.ts";
import { planSteps, type Step } from "./plan.ts";
import { inputMediaOf, type Piece, piecesOf, recoverNumber, sentNumbers } from "./send-pieces.ts";

/**
 * Sends one message, which may take several calls. Each call carries a `random_id` made of the message's key, by which
 * Telegram itself drops a repetition; what is known to have gone is not even asked again (`ledger.ts`). So a message
 * may be repeated after any ending.
 *
 * - Crash before, during or after a call: the repetition goes through all steps; those done cost nothing.
 * - Telegram says `RANDOM_ID_DUPLICATE`: it has the message; its number is looked for in the chat.
 * - A later part is refused: told as refused, with which parts went; trying again by hand sends only the missing ones.
 */
export interface SendTools {
  readonly account: Account;
  readonly settings: PersonSettings;
  readonly client: PersonClient;
  readonly ledger: Ledger;
  readonly budget: Budget;
  readonly signal: AbortSignal;
  /** Resolves when one more call to this chat may go. */
  pace(chatId: number): Promise<void>;
  /** Every failure passes here: pauses are shared, dead sessions and restrictions become states. */
  failed(failure: CallFailure): Promise<void>;
}

const FILE_RETRY_MS = 5_000;

export async function send(tools: SendTools, message: Outgoing, key: string): Promise<SendOutcome> {
  const chatId = chatIdOf(message.chatId);
  if (chatId === undefined) return unknownChat;
  const unclaimed = unclaimedPart("Telegram", capabilities, message.content);
  if (unclaimed) return unclaimed;
  const tooBig = message.content.attachments
    .map((one) => checkFile(one, capabilities.attachments, ""))
    .find((one) => one !== undefined);
  if (tooBig) return tooBig;
  const files = await openAll(message);
  if (!files) return unreadable;
  try {
    const plan = planSteps(message.content, files);
    if (plan.kind === "refused") return plan;
    const peer = await tools.client.inputPeer(chatId);
    if (!peer) return unknownChat;
    const held = await holdBackCold(tools, chatId, randomIdOf(tools.account.id, key, 0, 0));
    if (held) return held;
    const { leave } = message;
    return await runSteps(tools, plan.steps, { chatId, peer, key, quoted: quotedOf(message), leave });
  } finally {
    for (const { stream } of files) if ("destroy" in stream && typeof stream.destroy === "function") stream.destroy();
  }
}

const unknownChat: SendOutcome = {
  kind: "refused",
  code: "chat-not-found",
  sentence:
    "This account does not know that chat. Look the person up by phone or @name first, or wait until they write.",
};

const unreadable: SendOutcome = {
  kind: "retry",
  afterMs: FILE_RETRY_MS,
  sentence: "A file of the message cannot be read at the moment. It will be tried again.",
};

/** Counts a first message to somebody who never wrote, and refuses it when today's number is used up. */
async function holdBackCold(tools: SendTools, chatId: number, firstId: string): Promise<SendOutcome | undefined> {
  const { budget, ledger, settings } = tools;
  // A repetition was counted when it was tried first.
  if (!budget.isCold(chatId) || ledger.sent(firstId)) return undefined;
  if (budget.coldStopped()) {
    return {
      kind: "refused",
      code: "peer-flood",
      sentence:
        "Telegram stopped this account's first messages today because there were too many. Send it tomorrow, or wait until this person writes.",
    };
  }
  if (await budget.take("cold", settings.coldPerDay)) return undefined;
  return {
    kind: "refused",
    code: "cold-budget",
    sentence: `Today's ${settings.coldPerDay} first messages to people who never wrote are used up, so that Telegram does not ban the account. Send it tomorrow.`,
  };
}

interface Run {
  readonly chatId: number;
  readonly peer: tl.TypeInputPeer;
  readonly key: string;
  readonly quoted: number | undefined;
  /** Asked before the first request that shows something to anybody; uploads show nothing. */
  readonly leave: Outgoing["leave"];
}

const notOurs: SendOutcome = {
  kind: "retry",
  afterMs: 5_000,
  sentence: "The message did not get its turn. It has not left and will be tried again.",
};

async function runSteps(tools: SendTools, steps: readonly Step[], run: Run): Promise<SendOutcome> {
  const sent: string[] = [];
  for (const [at, step] of steps.entries()) {
    const done = await runStep(tools, step, at, { ...run, quoted: at === 0 ? run.quoted : undefined });
    if (Array.isArray(done)) {
      sent.push(...done.map(String));
      continue;
    }
    if (at === 0 || done.kind === "retry" || done.kind === "account-down") return done;
    if (done.kind === "uncertain") return { ...done, externalIds: sent };
    if (done.kind !== "refused") return done;
    const went = at === 1 ? "Part 1" : `Parts 1 to ${at}`;
    return {
      ...done,
      sentence: `${went} of ${steps.length} of this message went out, part ${at + 1} did not. ${done.sentence}`,
    };
  }
  return { kind: "sent", externalIds: sent };
}

/** The numbers that the step's messages got, or how it failed. */
async function runStep(tools: SendTools, step: Step, at: number, run: Run): Promise<number[] | SendOutcome> {
  const { ledger, client } = tools;
  const pieces = piecesOf(step).map((piece, item) => ({
    ...piece,
    randomId: randomIdOf(tools.account.id, run.key, at, item),
  }));
  const known = pieces.map((piece) => ledger.sent(piece.randomId)?.messageId);
  if (known.every((number) => number !== undefined)) return known;
  await tools.pace(run.chatId);
  const media = await prepare(tools, pieces, run.peer);
  if (!Array.isArray(media)) return media;
  // Records of earlier attempts stay whatever happens now: that attempt may have arrived.
  const fresh = pieces.filter((piece) => !ledger.sent(piece.randomId));
  if (run.leave && !(await run.leave())) return notOurs;
  return await ledger.during(run.chatId, async () => {
    for (const piece of fresh) await ledger.begin(piece.randomId, run.chatId, piece.print);
    const answered = await callStep(client, pieces, media, run);
    if (answered.ok) {
      const numbers = sentNumbers(answered.value, pieces);
      client.applied(answered.value);
      for (const [item, piece] of pieces.entries()) {
        const number = numbers[item];
        if (number !== undefined) await ledger.finish(piece.randomId, number);
      }
      return numbers.filter((number) => number !== undefined);
    }
    const { failure } = answered;
    if (says(failure, "RANDOM_ID_DUPLICATE")) return await recover(tools, pieces, run);
    await tools.failed(failure);
    if (failure.kind === "not-connected" || (failure.kind === "refused" && failure.code < 500)) {
      for (const piece of fresh) await ledger.drop(piece.randomId);
    }
    return outcomeOf(failure);
  });
}

type Numbered = Piece & { readonly randomId: string };

/** Uploads what is to be uploaded; an album's items must be known to Telegram before they go together. */
async function prepare(
  tools: SendTools,
  pieces: readonly Numbered[],
  peer: tl.TypeInputPeer,
): Promise<(tl.TypeInputMedia | undefined)[] | SendOutcome> {
  const media: (tl.TypeInputMedia | undefined)[] = [];
  try {
    for (const piece of pieces)
      media.push(await inputMediaOf(tools.client, piece, pieces.length > 1 ? peer : undefined, tools.signal));
    return media;
  } catch (error) {
    if (error instanceof FileReadError) return unreadable;
    if (!(error instanceof CallFailed)) throw error;
    await tools.failed(error.failure);
    const outcome = outcomeOf(error.failure);
    // An upload shows nothing to anybody, so nothing is uncertain about it.
    if (outcome.kind !== "uncertain") return outcome;
    return {
      kind: "retry",
      afterMs: FILE_RETRY_MS,
      sentence: "The file did not get through to Telegram. It will be tried again.",
    };
  }
}

async function callStep(
  client: PersonClient,
  pieces: readonly Numbered[],
  media: readonly (tl.TypeInputMedia | undefined)[],
  run: Run,
) {
  const done = await tryCall(client, requestOf(client, pieces, media, run));
  // The quoted message is gone by now: that costs the quote, not the answer. Nothing was sent.
  const quoteGone = !done.ok && run.quoted !== undefined && says(done.failure, ...QUOTE_GONE);
  return quoteGone ? await tryCall(client, requestOf(client, pieces, media, { ...run, quoted: undefined })) : done;
}

const QUOTE_GONE = ["REPLY_MESSAGE_ID_INVALID", "REPLY_TO_INVALID", "MESSAGE_ID_INVALID", "MSG_ID_INVALID"] as const;

function requestOf(
  client: PersonClient,
  pieces: readonly Numbered[],
  media: readonly (tl.TypeInputMedia | undefined)[],
  { peer, quoted }: Run,
): tl.messages.RawSendMessageRequest | tl.messages.RawSendMediaRequest | tl.messages.RawSendMultiMediaRequest {
  const to = {
    peer,
    ...(quoted !== undefined && { replyTo: { _: "inputReplyToMessage", replyToMsgId: quoted } as const }),
  };
  const words = pieces.map(({ text }) => {
    const entities = text ? toEntities(text) : [];
    return { message: text?.text ?? "", ...(entities.length > 0 && { entities }) };
  });
  const [first] = pieces;
  const [firstMedia] = media;
  const randomId = client.long(first?.randomId ?? "0");
  if (pieces.length === 1) {
    const said = { ...to, ...(words[0] ?? { message: "" }), randomId };
    return firstMedia
      ? { _: "messages.sendMedia", ...said, media: firstMedia }
      : { _: "messages.sendMessage", ...said };
  }
  const multiMedia = pieces.flatMap((piece, at): tl.RawInputSingleMedia[] => {
    const item = media[at];
    return item
      ? [
          {
            _: "inputSingleMedia",
            media: item,
            randomId: client.long(piece.randomId),
            ...(words[at] ?? { message: "" }),
          },
        ]
      : [];
  });
  return { _: "messages.sendMultiMedia", ...to, multiMedia };
}

/** Telegram has the message already. Where its number cannot be found, it is sent all the same. */
async function recover(tools: SendTools, pieces: readonly Numbered[], run: Run): Promise<number[]> {
  const numbers: number[] = [];
  for (const piece of pieces) {
    const number = tools.ledger.sent(piece.randomId)?.messageId ?? (await recoverNumber(tools, piece.print, run));
    if (number === undefined) continue;
    await tools.ledger.finish(piece.randomId, number);
    numbers.push(number);
  }
  return numbers;
}

/** A 64-bit number that is the same whenever this part of this message is tried. */
function randomIdOf(account: string, key: string, step: number, item: number): string {
  return createHash("sha256").update(`${account}\n${key}\n${step}\n${item}`).digest().readBigInt64BE(0).toString();
}

function quotedOf({ content: { quote } }: Outgoing): number | undefined {
  const id = quote?.externalId;
  return id !== undefined && /^[1-9]\d{0,9}$/.test(id) && Number(id) < 2 ** 31 ? Number(id) : undefined;
}

/** Every file of the message; `undefined` if one cannot be opened. */
async function openAll(message: Outgoing): Promise<OpenedFile[] | undefined> {
  const files: OpenedFile[] = [];
  for (const attachment of message.content.attachments) {
    try {
      const opened = await message.openFile(attachment);
      // A stream that nobody reads yet must not bring the process down by failing; its reader meets the error itself.
      opened.stream.on("error", () => undefined);
      files.push(opened);
    } catch {
      // Whatever the store of files throws (gone, no rights, disk error): the message cannot be sent now.
      for (const { stream } of files) if ("destroy" in stream && typeof stream.destroy === "function") stream.destroy();
      return undefined;
    }
  }
  return files;
}

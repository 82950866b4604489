import { setTimeout as delay } from "node:timers/promises";
import type { Account } from "../../domain/account.ts";
import { plainText } from "../../domain/rich-text.ts";
import type { ChannelEvent } from "../contract/events.ts";
import type { PaceRule, Pacer } from "../contract/pacing.ts";
import type { Outgoing, OutgoingReaction, SendOutcome } from "../contract/sending.ts";
import { safeFileName, storableText } from "../shared/clean-text.ts";
import { partlySent } from "../shared/partly-sent.ts";
import { NUMBER_PACE, PAIR_PACE } from "./about.ts";
import { type Called, credentialsOf, type Failure, type GraphApi } from "./api.ts";
import { callbackData } from "./callback-data.ts";
import { isPairLimit, outcomeOf, pauseOf, type Refused } from "./outcomes.ts";
import { checkContent, type PlannedFile, planFile, planSteps, type Step } from "./plan.ts";
import { sentSchema } from "./schemas.ts";
import { fillTemplate, type HeaderFile } from "./template-definition.ts";
import type { TemplateBook } from "./templates.ts";
import { createFiles, uploadFile } from "./upload.ts";

/**
 * Sends one reply, which may take several messages.
 *
 * - Crash before the first message: nothing was sent (uploads show nothing). During or between: the relay finds its
 *   recorded attempt and says uncertain. The API recognises no repetition, but our key goes along as opaque data and
 *   comes back with each status: that settles what was sent after all (`receive.ts`).
 * - All files are uploaded before the first message, so a file that cannot be sent leaves nothing half done.
 * - The first message fails: the outcome is its. A later one fails: what certainly was not sent is waited out within
 *   limits; what remains is uncertain, with the ids that went and a sentence that says which part did not.
 * - WhatsApp is slow: each call has its own time limit, longer for files.
 * - Two processes send to one customer: the pacer, shared by all, keeps them apart.
 */

export interface SendTools {
  readonly api: GraphApi;
  readonly pacer: Pacer;
  readonly templates: TemplateBook;
  readonly wait: (ms: number) => Promise<void>;
  readonly now: () => number;
}

export const realWait = async (ms: number): Promise<void> => {
  await delay(ms);
};

/** A later part is tried so often, and waits at most so long in all, before the message is left uncertain. */
const PART_ATTEMPTS = 4;
const PART_WAIT_MS = 45_000;

/** Longest wait for a turn; after it the message goes back to its lane, so that it keeps no worker from others. */
const FIRST_TURN_MS = 20_000;
/** Of a later part, which nothing else can bring: longer than a whole burst is paid for. */
const LATER_TURN_MS = 5 * 60_000;

/** A number, or a business-scoped user id. */
const NUMBER = /^\d{5,15}$/;
const SCOPED_ID = /^[A-Z]{2}\.[A-Za-z0-9.]{1,140}$/;

const unknownChat: Refused = {
  kind: "refused",
  code: "chat-not-found",
  sentence: "This conversation does not belong to a WhatsApp chat.",
};

export async function send(tools: SendTools, account: Account, message: Outgoing, key: string): Promise<SendOutcome> {
  if (!recipientOf(message.chatId)) return unknownChat;
  const refused = checkContent(message.content);
  if (refused) return refused;
  if (message.content.template) return await sendTemplate(tools, account, message, key);
  const files = createFiles(message);
  try {
    const opened = await files.openAll();
    if (!opened) return outcomeOf({ kind: "file-unreadable", reason: "a file could not be opened" });
    const plan = planSteps(message.content, opened);
    if (plan.kind === "refused") return plan;
    const bodies: Body[] = [];
    for (const step of plan.steps) {
      const body = await bodyOf(tools.api, account, step);
      if (!body.ok) return outcomeOf(body.failure);
      bodies.push(body.value);
    }
    return await sendAll(tools, account, message, bodies, key);
  } finally {
    files.close();
  }
}

type Body = Readonly<Record<string, unknown>>;

async function bodyOf(api: GraphApi, account: Account, step: Step): Promise<Called<Body>> {
  if (step.kind === "message") return { ok: true, value: step.body };
  const uploaded = await uploadFile(api, account, step.file);
  return uploaded.ok ? { ok: true, value: fileBody(step.file, uploaded.value) } : uploaded;
}

function fileBody({ attachment, opened, type, caption }: PlannedFile, id: string): Body {
  const filename = type === "document" ? safeFileName(attachment.name ?? opened.name) || "file" : undefined;
  const media = {
    id,
    ...(caption !== undefined && { caption }),
    ...(filename !== undefined && { filename }),
    ...(attachment.kind === "voice" && type === "audio" && { voice: true }),
  };
  return { type, [type]: media };
}

async function sendTemplate(tools: SendTools, account: Account, message: Outgoing, key: string): Promise<SendOutcome> {
  const { template, attachments, place, contacts, buttons } = message.content;
  if (!template) return unknownChat;
  const found = await tools.templates.find(account, template);
  if (found.kind !== "found") return found;
  const { definition } = found;
  const alone = attachments.length === 0 || definition.headerFile !== undefined;
  if (!alone || place || (contacts?.length ?? 0) > 0 || (buttons?.flat().length ?? 0) > 0) {
    return {
      kind: "refused",
      code: "template-alone",
      sentence: "A WhatsApp template goes alone. Send files, places and buttons after the customer has answered.",
    };
  }
  const file = definition.headerFile && (await headerFile(tools, account, message, definition.headerFile));
  if (file && file.kind !== "uploaded") return file;
  // What the customer reads is the template's own text; `content.body` shows it to agents and is not sent.
  const plain = { ...message, content: { body: plainText(""), attachments: [] } };
  return await sendAll(tools, account, plain, [fillTemplate(definition, template, file?.media)], key);
}

const HEADER_WORDS: Readonly<Record<HeaderFile, string>> = {
  image: "picture (JPEG or PNG)",
  video: "video (MP4)",
  document: "document",
};

/** The file for a template's top, uploaded, as the media object that names it. */
async function headerFile(
  tools: SendTools,
  account: Account,
  message: Outgoing,
  wanted: HeaderFile,
): Promise<{ readonly kind: "uploaded"; readonly media: Body } | SendOutcome> {
  const needed: Refused = {
    kind: "refused",
    code: "template-file",
    sentence: `This template needs one ${HEADER_WORDS[wanted]} at its top. Attach it and send again.`,
  };
  const [attachment, more] = message.content.attachments;
  if (!attachment || more) return needed;
  const files = createFiles(message);
  try {
    const [opened] = (await files.openAll()) ?? [];
    if (!opened) return outcomeOf({ kind: "file-unreadable", reason: "a file could not be opened" });
    const file = planFile(attachment, opened);
    if ("kind" in file) return file;
    if (file.type !== wanted) return needed;
    const uploaded = await uploadFile(tools.api, account, file);
    if (!uploaded.ok) return outcomeOf(uploaded.failure);
    const filename = wanted === "document" && { filename: safeFileName(attachment.name ?? opened.name) || "file" };
    return { kind: "uploaded", media: { id: uploaded.value, ...filename } };
  } finally {
    files.close();
  }
}

async function sendAll(
  tools: SendTools,
  account: Account,
  message: Outgoing,
  bodies: readonly Body[],
  key: string,
): Promise<SendOutcome> {
  const sent: string[] = [];
  let waited = 0;
  for (const [at, body] of bodies.entries()) {
    const quoted = at === 0 ? quoteOf(message.content.quote?.externalId) : {};
    const part = { ...quoted, ...body, ...callbackData({ sendKey: key, part: at + 1, of: bodies.length }) };
    const first = at === 0;
    let done = await sendOne(
      tools,
      account,
      message.chatId,
      part,
      first ? FIRST_TURN_MS : LATER_TURN_MS,
      first ? message.leave : undefined,
    );
    for (let attempt = 1; at > 0 && !done.ok && attempt < PART_ATTEMPTS; attempt += 1) {
      const pause = pauseAfter(done.failure);
      if (pause === undefined || waited + pause > PART_WAIT_MS) break;
      waited += pause;
      await tools.wait(pause);
      done = await sendOne(tools, account, message.chatId, part, LATER_TURN_MS);
    }
    if (!done.ok)
      return at === 0 ? outcomeOf(done.failure) : partlySent(outcomeOf(done.failure), sent, at, bodies.length);
    sent.push(done.value);
  }
  return { kind: "sent", externalIds: sent };
}

/** One message, when the limits of the pair and of the number allow it. */
async function sendOne(
  tools: SendTools,
  account: Account,
  chatId: string,
  body: Body,
  mostMs = FIRST_TURN_MS,
  leave: Outgoing["leave"] = undefined,
): Promise<Called<string>> {
  const rules: PaceRule[] = [
    { place: chatId, ...PAIR_PACE },
    { place: "", ...NUMBER_PACE },
  ];
  try {
    await tools.pacer.turn(account.id, rules, AbortSignal.timeout(mostMs));
  } catch {
    // Out of time, or whoever counts the turns is down: nothing was called, which is all that matters to the message.
    return { ok: false, failure: { kind: "no-turn" } };
  }
  if (leave && !(await leave())) return { ok: false, failure: { kind: "no-turn" } };
  const { phoneNumberId } = credentialsOf(account);
  const done = await tools.api.call(account, sentSchema, {
    method: "POST",
    path: `${encodeURIComponent(phoneNumberId)}/messages`,
    json: { messaging_product: "whatsapp", recipient_type: "individual", ...recipientOf(chatId), ...body },
  });
  if (done.ok) return { ok: true, value: done.value.messages[0]?.id ?? "" };
  const pause = done.failure.kind === "refused" ? pauseOf(done.failure) : undefined;
  if (pause !== undefined) {
    const place = isPairLimit(done.failure) ? chatId : "";
    await tools.pacer.pause(account.id, place, new Date(tools.now() + pause));
  }
  return done;
}

/** What comes counts against the number's limit like what goes, however it is told. */
export function countIn(pacer: Pacer, account: Account, events: readonly ChannelEvent[]): void {
  const cost = events.filter(({ kind }) => kind === "message" || kind === "edit" || kind === "reaction").length;
  if (cost > 0) void pacer.spend(account.id, [{ place: "", ...NUMBER_PACE, cost }]);
}

/** Numbers go as `to`, ids of people who hide theirs as `recipient` ("Business-scoped user IDs"). */
function recipientOf(chatId: string): Readonly<Record<string, string>> | undefined {
  if (NUMBER.test(chatId)) return { to: chatId };
  return SCOPED_ID.test(chatId) ? { recipient: chatId } : undefined;
}

/** Other ids than WhatsApp's own are refused by it; a message that is only gone by now costs the quote, not the answer. */
function quoteOf(externalId: string | undefined): Body {
  return externalId !== undefined && /^wamid\.[\w+/=-]{1,500}$/.test(externalId)
    ? { context: { message_id: externalId } }
    : {};
}

/** How long to wait before a part that certainly was not sent is tried again; `undefined` when it must not be. */
function pauseAfter(failure: Failure): number | undefined {
  if (failure.kind === "refused") return pauseOf(failure);
  return failure.kind === "not-connected" ? 1_000 : undefined;
}

/**
 * A reaction replaces the one before and an empty one takes it off, so it may be repeated: where the connection broke in
 * the middle the outcome is `retry`.
 */
export async function react(tools: SendTools, account: Account, reaction: OutgoingReaction): Promise<SendOutcome> {
  const target = quoteOf(reaction.externalId);
  if (!recipientOf(reaction.chatId) || !("context" in target)) return unknownChat;
  const emoji = storableText(reaction.emoji);
  if (emoji !== "" && !isEmoji(emoji)) {
    return { kind: "refused", code: "no-emoji", sentence: "WhatsApp takes one emoji as a reaction. Choose one." };
  }
  const done = await sendOne(tools, account, reaction.chatId, {
    type: "reaction",
    reaction: { message_id: reaction.externalId, emoji },
  });
  if (done.ok) return { kind: "sent", externalIds: [] };
  const outcome = outcomeOf(done.failure);
  if (outcome.kind !== "uncertain") return outcome;
  return {
    kind: "retry",
    afterMs: 5_000,
    sentence: "The reaction may not have arrived at WhatsApp. It will be set again.",
  };
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function isEmoji(text: string): boolean {
  return (
    text.length <= 40 &&
    [...graphemes.segment(text)].length === 1 &&
    /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(text)
  );
}

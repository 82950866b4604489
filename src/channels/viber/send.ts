import { setTimeout as delay } from "node:timers/promises";
import type { Account } from "../../domain/account.ts";
import type { Attachment } from "../../domain/message.ts";
import type { ChannelEvent } from "../contract/events.ts";
import { type PaceRule, type Pacer, TurnTooFar } from "../contract/pacing.ts";
import type { OpenedFile, Outgoing, SendOutcome } from "../contract/sending.ts";
import { partlySent } from "../shared/partly-sent.ts";
import { unclaimedPart } from "../shared/unclaimed.ts";
import { capabilities, senderOf } from "./about.ts";
import type { Called, Failure, ViberApi } from "./api.ts";
import { outcomeOf, RETRY_FLOOD_MS, saysTooMany } from "./outcomes.ts";
import { checkFile, type LinkedFile, type Payload, planPayloads } from "./plan.ts";
import { sentSchema } from "./schemas.ts";

/**
 * Sends one message, which may take several calls.
 *
 * - Crash before the first call: nothing was sent. During or between calls: the relay finds its recorded attempt and
 *   says uncertain; Viber has no key by which a repetition could be recognised.
 * - The first call fails: the outcome is that call's.
 * - A later call fails: parts are out already, so neither "refused" nor "retry" would be honest. What certainly did
 *   not leave is waited out here, within limits; what remains is uncertain, with the ids that went and a sentence that says which part did not.
 * - Viber fetches files itself, from signed links that end: it may do so after its answer, and tells by a "failed"
 *   callback when it could not.
 */

export interface SendTools {
  readonly api: ViberApi;
  readonly wait: (ms: number) => Promise<void>;
  readonly pacer: Pacer;
  readonly now: () => number;
}

export const realWait = async (ms: number): Promise<void> => {
  await delay(ms);
};

/** A later part is tried so often before the message is left uncertain. */
const PART_ATTEMPTS = 4;
const PART_PAUSE_MS = 1_000;
/** Longest wait for a turn; after it the message goes back to its lane. */
const TURN_MS = 20_000;
/**
 * Viber documents no rate of single messages; the one of broadcasts (500 requests in 10 s, "Broadcast message") is kept, with
 * a little left over, because calls that left in time may arrive closer together than they left. "Send message" documents 100
 * messages an hour to one person who does not answer, counted anew with their answer. Two are left over for those under way
 * just then, which Viber counts to the time after it. Nobody waits an hour here: the lane asks again.
 */
const BOT: PaceRule = { place: "", count: 500, perMs: 10_300, window: true };
const unanswered = (place: string): PaceRule => ({
  place,
  count: 98,
  perMs: 3_600_000,
  window: true,
  mostWaitMs: TURN_MS / 2,
});

export async function send(tools: SendTools, account: Account, message: Outgoing): Promise<SendOutcome> {
  if (message.chatId.trim() === "") {
    return { kind: "refused", code: "chat-not-found", sentence: "This conversation does not belong to a Viber chat." };
  }
  const unclaimed = unclaimedPart("Viber", capabilities, message.content);
  if (unclaimed) return unclaimed;
  const { attachments } = message.content;
  const refused = attachments.map((one) => checkFile(one)).find((one) => one !== undefined);
  if (refused) return refused;
  const files: LinkedFile[] = [];
  for (const attachment of attachments) {
    const linked = await linkOne(message, attachment);
    if ("kind" in linked) return linked;
    files.push(linked);
  }
  const plan = planPayloads(message.content, files);
  if (plan.kind === "refused") return plan;
  return await run(tools, account, message, plan.payloads);
}

/** The file's real facts and the address where Viber can fetch it. Its bytes are not read here. */
async function linkOne(message: Outgoing, attachment: Attachment): Promise<LinkedFile | SendOutcome> {
  let opened: OpenedFile;
  try {
    opened = await message.openFile(attachment);
  } catch {
    // Whatever the store of files throws (gone, no rights, disk error): the message cannot be sent now.
    return {
      kind: "retry",
      afterMs: 5_000,
      sentence: "The attached file could not be read. The message has not left and will be tried again.",
    };
  }
  const { stream, name, mime, size } = opened;
  stream.on("error", () => undefined);
  if ("destroy" in stream && typeof stream.destroy === "function") stream.destroy();
  const link = message.linkFile?.(attachment);
  if (link === undefined) {
    return {
      kind: "refused",
      code: "no-link",
      sentence:
        "Viber fetches files from this server, and there is no address for this one. Send a link to it instead.",
    };
  }
  return { attachment, facts: { name, mime, size }, link };
}

async function run(
  tools: SendTools,
  account: Account,
  { chatId: receiver, leave }: Outgoing,
  payloads: readonly Payload[],
): Promise<SendOutcome> {
  const sent: string[] = [];
  for (const [at, payload] of payloads.entries()) {
    let done = await callOnce(tools, account, receiver, payload, at === 0 ? leave : undefined);
    for (let attempt = 1; at > 0 && !done.ok && isUnsent(done.failure) && attempt < PART_ATTEMPTS; attempt += 1) {
      await tools.wait(PART_PAUSE_MS);
      done = await callOnce(tools, account, receiver, payload);
    }
    if (!done.ok)
      return at === 0 ? outcomeOf(done.failure) : partlySent(outcomeOf(done.failure), sent, at, payloads.length);
    sent.push(done.value);
  }
  return { kind: "sent", externalIds: sent };
}

async function callOnce(
  { api, pacer, now }: SendTools,
  account: Account,
  receiver: string,
  payload: Payload,
  leave: Outgoing["leave"] = undefined,
): Promise<Called<string>> {
  try {
    await pacer.turn(account.id, [BOT, unanswered(receiver)], AbortSignal.timeout(TURN_MS));
  } catch (error) {
    if (error instanceof TurnTooFar && error.places.includes(receiver))
      return { ok: false, failure: { kind: "unanswered" } };
    // Out of time, or whoever counts the turns is down: nothing was called, which is all that matters to the message.
    return { ok: false, failure: { kind: "no-turn" } };
  }
  if (leave && !(await leave())) return { ok: false, failure: { kind: "no-turn" } };
  const body = { receiver, min_api_version: 1, sender: senderOf(account), ...payload };
  const done = await api.call(account, "send_message", body, sentSchema);
  if (done.ok) return { ok: true, value: done.value.message_token };
  if (saysTooMany(done.failure)) await pacer.pause(account.id, receiver, new Date(now() + RETRY_FLOOD_MS));
  return done;
}

/** Who wrote has answered: Viber counts their hour anew. */
export function countAnew(pacer: Pacer, account: Account, events: readonly ChannelEvent[]): void {
  const chats = new Set(events.flatMap((event) => (event.kind === "message" ? [event.chatId] : [])));
  for (const chatId of chats) void pacer.renew(account.id, [unanswered(chatId)]);
}

function isUnsent(failure: Failure): boolean {
  return ["not-connected", "no-turn", "unanswered"].includes(failure.kind) || saysTooMany(failure);
}

import { setTimeout as delay } from "node:timers/promises";
import type { Account } from "../../domain/account.ts";
import type { Outgoing, SendOutcome } from "../contract/sending.ts";
import { partlySent } from "../shared/partly-sent.ts";
import { checkFile, type PlannedFile } from "../shared/telegram-files.ts";
import { unclaimedPart } from "../shared/unclaimed.ts";
import { capabilities } from "./about.ts";
import type { Called, Failure, TelegramApi } from "./api.ts";
import { type Markup, markupOf } from "./buttons.ts";
import { chatRefOf } from "./chat-ref.ts";
import { outcomeOf, retryMs, saysBadPicture } from "./outcomes.ts";
import { inTurn, type Pace } from "./pace.ts";
import { planSteps, type Step, TAKERS } from "./plan.ts";
import { callStep, type StepTarget } from "./step-calls.ts";
import { createFiles } from "./upload-files.ts";

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

/** A later part is tried so often, and waits at most so long in all, before the message is left uncertain. */
const PART_ATTEMPTS = 4;
const PART_WAIT_MS = 45_000;
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
  const tooBig = message.content.attachments
    .map((one) => checkFile(one, capabilities.attachments, TAKERS))
    .find((one) => one !== undefined);
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
      leave: message.leave,
    });
  } finally {
    files.close();
  }
}

interface Run extends StepTarget {
  /** Buttons of the message, which stand under its last step. */
  readonly buttons: Markup | undefined;
  /** Asked before the first step leaves. */
  readonly leave: Outgoing["leave"];
}

async function runSteps(tools: SendTools, account: Account, steps: readonly Step[], run: Run): Promise<SendOutcome> {
  const sent: string[] = [];
  let waited = 0;
  for (const [at, step] of steps.entries()) {
    const quoted = at === 0 ? run.quoted : undefined;
    const leave = at === 0 ? run.leave : undefined;
    const own = { ...run, quoted, leave, markup: at === steps.length - 1 ? run.buttons : undefined };
    let done = await runStep(tools, account, step, own);
    for (let attempt = 1; at > 0 && !done.ok && attempt < PART_ATTEMPTS; attempt += 1) {
      const pause = pauseAfter(done.failure);
      if (pause === undefined || waited + pause > PART_WAIT_MS) break;
      waited += pause;
      await tools.wait(pause);
      done = await runStep(tools, account, step, own);
    }
    if (!done.ok)
      return at === 0 ? outcomeOf(done.failure) : partlySent(outcomeOf(done.failure), sent, at, steps.length);
    sent.push(...done.value);
  }
  return { kind: "sent", externalIds: sent };
}

/** How long to wait before a part that certainly was not sent is tried again; `undefined` when it must not be. */
function pauseAfter(failure: Failure): number | undefined {
  if (failure.kind === "refused" && failure.code === 429) return retryMs(failure);
  return failure.kind === "not-connected" || failure.kind === "file-unreadable" ? 1_000 : undefined;
}

/** One step in its turn; a picture that Telegram cannot make a photo of goes as a document. */
async function runStep(tools: SendTools, account: Account, step: Step, run: Run): Promise<Called<string[]>> {
  const messages = step.kind === "group" ? step.files.length : 1;
  const work = async () => {
    const done = await callStep(tools.api, account, step, run);
    // Telegram says so before it sends anything.
    const asDocuments = !done.ok && saysBadPicture(done.failure) ? withoutPhotos(step) : undefined;
    return asDocuments ? await callStep(tools.api, account, asDocuments, run) : done;
  };
  return await inTurn(tools.pace, account, run.chat, messages, work, run.leave);
}

function withoutPhotos(step: Step): Step | undefined {
  const asDocument = (file: PlannedFile): PlannedFile => ({ ...file, method: "document" });
  if (step.kind === "file")
    return step.file.method === "document" ? undefined : { ...step, file: asDocument(step.file) };
  if (step.kind === "group") return { ...step, files: step.files.map(asDocument) };
  return undefined;
}

import { z } from "zod";
import type { Outgoing, SendOutcome } from "../contract/sending.ts";
import type { CallClock } from "../contract/sessions.ts";
import { isGroup } from "./directory.ts";
import { outcomeOf, RETRY_MS } from "./failures.ts";
import { CALL_MS, CLOSING, idsOf, inPace, notYet, type OutboundTools, STORE_AWAY } from "./outbound-tools.ts";
import { check, discard, plan, refused } from "./plan.ts";
import type { WireStep } from "./protocol.ts";
import { keySchema, messageSchema } from "./schemas.ts";

/**
 * Messages that go out, at the pace of a person.
 *
 * - Crash before a call: nothing was sent, and nothing is on record (`Outgoing.leave`). During one: uncertain; the attempt is remembered, so that the message, found
 *   later in the chat, is known as ours and not shown as written on the phone.
 * - The worker dies or does not answer in time: uncertain. WhatsApp's page has no connection: certainly not sent, retry.
 * - A later part fails: parts are out, so the outcome is uncertain with the ids that went.
 * - The store is down: before a call nothing was sent, retry; after one uncertain, unless its answer told all we need.
 * - Too many wait before it: it steps out of the line as certainly not sent.
 */

/** Slowest upload that is waited for, bytes a second. */
const SLOWEST = 128 * 1024;

const LOST_SIGHT =
  "This server's own store failed while the message was being sent. Look at the phone before you send it again.";

const NOT_OURS: SendOutcome = {
  kind: "retry",
  afterMs: RETRY_MS,
  sentence: "The message did not get its turn. It has not left and will be tried again.",
};

/** One message on its way. */
interface Going {
  /** What has gone so far, by WhatsApp's ids. */
  readonly ids: string[];
  readonly clock: CallClock | undefined;
  /** From now on something of it may be at WhatsApp. */
  leaves(): void;
}

export type Send = (message: Outgoing, clock?: CallClock) => Promise<SendOutcome>;

export function createSend(tools: OutboundTools): Send {
  const { call, directory, memory } = tools;
  let serial = 0;

  async function isWarm(chatId: string): Promise<boolean> {
    if (isGroup(chatId) || (await memory.get(`warm/${chatId}`))) return true;
    const asked = await call({ method: "history", chatId, limit: 30 }, CALL_MS);
    const messages = asked.ok ? z.array(z.unknown()).catch([]).parse(asked.value) : [];
    const wrote = messages.some((one) => messageSchema.safeParse(one).data?.id.fromMe === false);
    if (wrote) await memory.set(`warm/${chatId}`, Buffer.from("1"));
    return wrote;
  }

  async function sendNow(message: Outgoing, clock: CallClock | undefined): Promise<SendOutcome> {
    const down = tools.down();
    if (down) return down;
    serial += 1;
    const planned = await plan(message, tools.folder, String(serial));
    if (planned.kind === "refused") return planned;
    if (planned.kind === "unreadable")
      return {
        kind: "retry",
        afterMs: RETRY_MS,
        sentence: "A file of this message cannot be read now. It will be tried again.",
      };
    const ids: string[] = [];
    let left = false;
    try {
      if (!(await isWarm(message.chatId)) && !(await tools.budget.takeCold())) {
        return refused(
          "cold-budget",
          `This number has written first to ${await tools.budget.limit()} people today, and more would risk a ban. Try tomorrow, or let the customer write first.`,
        );
      }
      return await runSteps(message, planned.steps, { ids, clock, leaves: () => (left = true) });
    } catch {
      return left ? { kind: "uncertain", externalIds: ids, sentence: LOST_SIGHT } : STORE_AWAY;
    } finally {
      await discard(planned.steps);
    }
  }

  async function runSteps(
    message: Outgoing,
    steps: readonly WireStep[],
    { ids, clock, leaves }: Going,
  ): Promise<SendOutcome> {
    const quote = message.content.quote?.externalId;
    for (const [at, step] of steps.entries()) {
      // Once a part is out, the others follow: a pause of the pace is short, half a message is for good.
      if (!(await inPace(tools, message.chatId, clock)) && at === 0) return CLOSING;
      await tools.wait(thinking(step));
      const quoted = at === 0 && quote ? await idsOf(directory, quote) : [];
      if (message.leave && !(await message.leave())) return NOT_OURS;
      const attempt = await tools.sent.begin(message.chatId, wordsOf(step), tools.now());
      const extra = step.kind === "file" ? (step.size / SLOWEST) * 1_000 : 0;
      leaves();
      const result = await call({ method: "send", chatId: message.chatId, step, quoted }, CALL_MS + extra);
      const key = result.ok ? keySchema.safeParse(result.value) : undefined;
      if (key?.success) {
        const id = await tools.inbound.externalId(key.data);
        await tools.sent.finish(attempt, id);
        ids.push(id);
        continue;
      }
      const failure = result.ok ? ({ code: "timeout", reason: "no id" } as const) : result.failure;
      const outcome = await outcomeOf(tools, failure, message.chatId);
      if (outcome.kind !== "uncertain") await tools.sent.finish(attempt);
      return at === 0 ? outcome : partly(outcome, ids, at, steps.length);
    }
    return { kind: "sent", externalIds: ids };
  }

  /** As long as a person would need to type some of it. */
  function thinking(step: WireStep): number {
    return Math.round(700 + tools.random() * 1_500 + Math.min(wordsOf(step).length * 12, 3_000));
  }

  return async (message, clock) =>
    check(message) ?? (await tools.line.stand(clock, notYet, () => sendNow(message, clock)));
}

function wordsOf(step: WireStep): string {
  if (step.kind === "text") return step.text;
  return step.kind === "file" ? (step.caption ?? "") : "";
}

function partly(outcome: SendOutcome, externalIds: readonly string[], gone: number, all: number): SendOutcome {
  const why = "sentence" in outcome ? outcome.sentence : "";
  return {
    kind: "uncertain",
    externalIds,
    sentence:
      `${gone} of ${all} parts of this message went out; part ${gone + 1} did not, or may not have arrived. ${why}`.trim(),
  };
}

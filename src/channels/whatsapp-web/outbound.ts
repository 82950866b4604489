import { createReadStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ConnectionState } from "../../domain/account.ts";
import type {
  MediaOutcome,
  Outgoing,
  OutgoingChange,
  OutgoingReaction,
  Pacer,
  PersonOutcome,
  SendOutcome,
  SessionMemory,
  WantedPerson,
} from "../contract.ts";
import { FILE_LIMIT } from "./about.ts";
import type { Budget } from "./budget.ts";
import { type Directory, isGroup } from "./directory.ts";
import type { Inbound } from "./inbound.ts";
import { check, discard, plan, refused, texts } from "./plan.ts";
import type { CallFailure, CallResult, WireStep, WorkerCall } from "./protocol.ts";
import { foundSchema, keySchema, mediaSchema, messageSchema } from "./schemas.ts";
import type { SentLog } from "./sent-log.ts";

/**
 * Everything that goes out: one at a time, at the pace of a person.
 *
 * - Crash before a call: nothing was sent. During one: uncertain; the attempt is remembered, so that the message, found
 *   later in the chat, is known as ours and not shown as written on the phone.
 * - The worker dies or does not answer in time: uncertain. WhatsApp's page has no connection: certainly not sent, retry.
 * - A later part fails: parts are out, so the outcome is uncertain with the ids that went.
 */

export interface OutboundTools {
  /** How the account stands; `undefined` while it can be used. */
  down(): SendOutcome | undefined;
  call(call: WorkerCall, timeoutMs: number): Promise<CallResult>;
  readonly accountId: string;
  readonly folder: string;
  readonly memory: SessionMemory;
  readonly directory: Directory;
  readonly inbound: Inbound;
  readonly sent: SentLog;
  readonly budget: Budget;
  readonly pacer: Pacer | undefined;
  readonly wait: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly now: () => Date;
}

export interface Outbound {
  send(message: Outgoing): Promise<SendOutcome>;
  edit(change: OutgoingChange): Promise<SendOutcome>;
  remove(change: OutgoingChange): Promise<SendOutcome>;
  react(reaction: OutgoingReaction): Promise<SendOutcome>;
  openMedia(ref: string, signal: AbortSignal): Promise<MediaOutcome>;
  findPerson(wanted: WantedPerson): Promise<PersonOutcome>;
}

const CALL_MS = 60_000;
/** Slowest upload that is waited for, bytes a second. */
const SLOWEST = 128 * 1024;
const RETRY_MS = 10_000;
const BUSY_MS = 60_000;

/** Far below what people do with their thumbs: our own caution, WhatsApp publishes no figure. */
const pace = (chatId: string) => [
  { place: "", count: 20, perMs: 60_000 },
  { place: chatId, count: 5, perMs: 15_000 },
];

const AGAIN = "WhatsApp is not connected at the moment. The message waits and will be tried again.";

export function createOutbound(tools: OutboundTools): Outbound {
  const { call, directory, memory } = tools;
  let serial = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time, in the order they came. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work, work);
    last = result.catch(() => undefined);
    return result;
  }

  async function candidates(externalId: string): Promise<readonly string[]> {
    const [, fromMe, chat, rest] = /^(true|false)_([^_]+)_(.+)$/.exec(externalId) ?? [];
    if (fromMe === undefined || chat === undefined || rest === undefined) return [];
    return (await directory.aliasesOf(chat)).map((alias) => `${fromMe}_${alias}_${rest}`);
  }

  async function isWarm(chatId: string): Promise<boolean> {
    if (isGroup(chatId) || (await memory.get(`warm/${chatId}`))) return true;
    const asked = await call({ method: "history", chatId, limit: 30 }, CALL_MS);
    const messages = asked.ok ? z.array(z.unknown()).catch([]).parse(asked.value) : [];
    const wrote = messages.some((one) => messageSchema.safeParse(one).data?.id.fromMe === false);
    if (wrote) await memory.set(`warm/${chatId}`, Buffer.from("1"));
    return wrote;
  }

  async function sendInTurn(message: Outgoing): Promise<SendOutcome> {
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
    try {
      if (!(await isWarm(message.chatId)) && !(await tools.budget.takeCold())) {
        return refused(
          "cold-budget",
          `This number has written first to ${await tools.budget.limit()} people today, and more would risk a ban. Try tomorrow, or let the customer write first.`,
        );
      }
      return await runSteps(message, planned.steps);
    } finally {
      await discard(planned.steps);
    }
  }

  async function runSteps(message: Outgoing, steps: readonly WireStep[]): Promise<SendOutcome> {
    const ids: string[] = [];
    for (const [at, step] of steps.entries()) {
      await tools.pacer?.turn(tools.accountId, pace(message.chatId));
      await tools.wait(thinking(step));
      const quoted =
        at === 0 && message.content.quote?.externalId ? await candidates(message.content.quote.externalId) : [];
      const attempt = await tools.sent.begin(message.chatId, wordsOf(step), tools.now());
      const extra = step.kind === "file" ? (step.size / SLOWEST) * 1_000 : 0;
      const result = await call({ method: "send", chatId: message.chatId, step, quoted }, CALL_MS + extra);
      const key = result.ok ? keySchema.safeParse(result.value) : undefined;
      if (key?.success) {
        const id = await tools.inbound.externalId(key.data);
        await tools.sent.finish(attempt, id);
        ids.push(id);
        continue;
      }
      const outcome = await failure(result.ok ? { code: "timeout", reason: "no id" } : result.failure, message.chatId);
      if (outcome.kind !== "uncertain") await tools.sent.finish(attempt);
      return at === 0 ? outcome : partly(outcome, ids, at, steps.length);
    }
    return { kind: "sent", externalIds: ids };
  }

  /** As long as a person would need to type some of it. */
  function thinking(step: WireStep): number {
    return Math.round(700 + tools.random() * 1_500 + Math.min(wordsOf(step).length * 12, 3_000));
  }

  async function failure({ code, reason }: CallFailure, chatId: string): Promise<SendOutcome> {
    if (code === "not-connected") return { kind: "retry", afterMs: RETRY_MS, sentence: AGAIN };
    if (code === "not-found")
      return refused("chat-not-found", "WhatsApp does not know this chat. Check the number on the phone.");
    if (code !== "failed")
      return {
        kind: "uncertain",
        sentence:
          "The connection to WhatsApp broke while the message was being sent. Look at the phone before you send it again.",
      };
    if (/rate-overlimit|\b429\b/i.test(reason)) {
      // Said by the server when it is asked about the recipient, before anything is sent.
      await tools.pacer?.pause(tools.accountId, "", new Date(tools.now().getTime() + BUSY_MS));
      return {
        kind: "retry",
        afterMs: BUSY_MS,
        sentence: `WhatsApp asks for a pause (chat ${chatId.split("@")[0]}). The message waits and will be tried again.`,
      };
    }
    if (/No LID for user|invalid wid|wid error/i.test(reason))
      return refused("not-on-whatsapp", "This number is not on WhatsApp, or WhatsApp does not let it be written to.");
    if (/media-fault|upload failed|Invalid media|MediaPrep/i.test(reason))
      return refused("file-not-taken", "WhatsApp could not take this file. Send it in another format, or as a link.");
    return {
      kind: "uncertain",
      sentence: "WhatsApp's page failed while the message was being sent. Look at the phone before you send it again.",
    };
  }

  async function change(chatId: string, make: () => Promise<SendOutcome>): Promise<SendOutcome> {
    return await inTurn(async () => {
      const down = tools.down();
      if (down) return down;
      await tools.pacer?.turn(tools.accountId, pace(chatId));
      return await make();
    });
  }

  async function act(chatId: string, wanted: WorkerCall, gone: string): Promise<SendOutcome | undefined> {
    const result = await call(wanted, CALL_MS);
    if (result.ok) return undefined;
    return result.failure.code === "not-found" ? refused("not-possible", gone) : await failure(result.failure, chatId);
  }

  return {
    async send(message) {
      const wrong = check(message);
      return wrong ?? (await inTurn(() => sendInTurn(message)));
    },

    async edit({ chatId, externalIds, content }) {
      const parts = texts({ content }).flatMap((step) => (step.kind === "text" ? [step.text] : []));
      if (parts.length === 0) return refused("empty", "The new text is empty. Delete the message instead.");
      if (parts.length !== externalIds.length)
        return refused(
          "other-length",
          "The message went out in another number of parts than the new text needs. Send a correction as a new message.",
        );
      return await change(chatId, async () => {
        for (const [at, text] of parts.entries()) {
          const messages = await candidates(externalIds[at] ?? "");
          const late = "WhatsApp lets a message be changed for 15 minutes only. Send a correction as a new message.";
          const wrong = await act(chatId, { method: "edit", messages, text }, late);
          if (wrong) return wrong;
        }
        return { kind: "sent", externalIds };
      });
    },

    async remove({ chatId, externalIds }) {
      return await change(chatId, async () => {
        for (const id of externalIds) {
          const late = "WhatsApp lets a message be deleted for everyone for about two days only.";
          const wrong = await act(chatId, { method: "remove", messages: await candidates(id) }, late);
          if (wrong) return wrong;
        }
        return { kind: "sent", externalIds };
      });
    },

    async react({ chatId, externalId, emoji }) {
      if (emoji !== "" && !/^\p{RGI_Emoji}$/v.test(emoji))
        return refused("not-an-emoji", "A reaction is one emoji. Choose one.");
      return await change(chatId, async () => {
        const messages = await candidates(externalId);
        const wrong = await act(
          chatId,
          { method: "react", messages, emoji },
          "WhatsApp does not have this message any more.",
        );
        return wrong ?? { kind: "sent", externalIds: [externalId] };
      });
    },

    async openMedia(ref, signal) {
      const messages = await candidates(ref);
      const lost = {
        kind: "gone",
        sentence: "WhatsApp no longer has this file. Ask the customer to send it again.",
      } as const;
      if (messages.length === 0) return lost;
      const later = {
        kind: "retry",
        afterMs: RETRY_MS,
        sentence: "WhatsApp is not connected. The file will be asked for again.",
      } as const;
      if (tools.down() || signal.aborted) return later;
      serial += 1;
      const into = join(tools.folder, `in-${serial}`);
      const result = await call({ method: "download", messages, into, maxBytes: FILE_LIMIT }, 5 * CALL_MS);
      if (!result.ok) {
        await rm(into, { force: true });
        if (result.failure.code !== "not-found") return later;
        return result.failure.reason === "too large"
          ? { kind: "gone", sentence: "The file is larger than 100 MB. Open it on the phone." }
          : lost;
      }
      const size = (await stat(into).catch(() => undefined))?.size;
      if (size === undefined) return later;
      const stream = createReadStream(into, { signal });
      stream.once("close", () => void rm(into, { force: true }));
      const name = mediaSchema.safeParse(result.value).data?.name;
      return { kind: "opened", stream, size, ...(name && { name }) };
    },

    async findPerson({ phone }) {
      const digits = phone?.replace(/\D/g, "") ?? "";
      if (digits.length < 6 || digits.length > 15)
        return {
          kind: "unknown",
          sentence: "WhatsApp finds people by a full phone number with its country code only.",
        };
      return await inTurn(async (): Promise<PersonOutcome> => {
        const unsure = (why: string): PersonOutcome => ({
          kind: "unknown",
          sentence: `Whether this number is on WhatsApp could not be checked: ${why}.`,
        });
        if (tools.down()) return unsure("the account is not connected");
        if (!(await tools.budget.takeLookup())) return unsure("this number has looked up enough people for today");
        await tools.pacer?.turn(tools.accountId, pace("lookup"));
        const asked = await call({ method: "find", digits }, CALL_MS);
        if (!asked.ok) return unsure("WhatsApp gave no answer");
        const id = foundSchema.safeParse(asked.value).data?.id;
        if (id === undefined) return { kind: "nobody", sentence: `Nobody is on WhatsApp with the number +${digits}.` };
        const chatId = await directory.chatIdOf(id);
        return {
          kind: "found",
          chatId,
          customer: { externalId: chatId, phone: `+${digits}`, url: `https://wa.me/${digits}` },
        };
      });
    },
  };
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

export const downAs = (connection: ConnectionState): SendOutcome | undefined => {
  if (connection.kind === "connected") return undefined;
  if (connection.kind === "starting" || connection.kind === "transient-disconnect")
    return { kind: "retry", afterMs: RETRY_MS, sentence: AGAIN };
  return { kind: "account-down", connection };
};

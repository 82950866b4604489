/**
 * Sends what a portal's CRM gives to a message provider of ours, and tells the portal what became of it.
 *
 * Every step finds what the one before did: the person is written to under the portal's own id of the message, so a second
 * time sends nothing; then it stands in its conversation, and a status is told whenever the message has changed.
 *
 * - Killed anywhere: taken again after a minute. Before the message was accepted nothing was sent, after it the second
 *   accept is none.
 * - Asked twice by the portal: one row (`provider_messages`).
 * - Out of order: messages to one number wait for one another; a status never goes back (`statuses.ts`).
 * - The portal slow or away: tried again, less and less often, for a day; a status that it refuses is told to the log.
 * - The messenger cannot be asked about a number: tried again for an hour, then said to be so.
 *
 * A status has no words, so why something was not sent is told to its author by a notice, and of what an automation sends
 * in the card that it was sent from. What fails after it stood in the conversation is told to its author as any reply is
 * (`report-deliveries.ts`).
 */
import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { PortalId } from "../../domain/ids.ts";
import type { Message } from "../../domain/message.ts";
import type { ProviderStatus, ProviderTask } from "../../domain/provider-message.ts";
import { plainText, type RichText } from "../../domain/rich-text.ts";
import type { Logger } from "../../log/log.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { PortalOutcome } from "../../portal/contract.ts";
import type { ProviderProgress } from "../../store/contract/providers.ts";
import type { Store } from "../../store/contract.ts";
import { backoff, isTooOld } from "../backoff.ts";
import type { Identify } from "../crm/identify.ts";
import type { Rules } from "../crm/rulesets.ts";
import type { FirstContact } from "../first-contact.ts";
import { createRounds } from "../rounds.ts";
import { type Speech, sayIn } from "../speech.ts";
import type { ProviderRegister } from "./register.ts";
import { statusToTell } from "./statuses.ts";

export interface ProviderDeskDeps {
  readonly store: Pick<Store, "accounts" | "conversations" | "messages" | "people" | "providers">;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly portals: Pick<PortalDirectory, "crm" | "lines" | "messageProviders">;
  readonly firstContact: Pick<FirstContact, "begin">;
  readonly identify: Identify;
  readonly rules: Rules;
  readonly register: Pick<ProviderRegister, "ensureOutdated">;
  readonly speech: Speech;
  readonly toBBCode: (text: RichText) => string;
  /** Work inside counts as that portal's. */
  readonly inTurn: <T>(portal: PortalId, work: () => T) => T;
  readonly log: Pick<Logger, "info" | "warn">;
  readonly now: () => Date;
}

export interface ProviderDesk {
  start(): void;
  /** One look; what `start` does again and again. Resolves when all that it took is done. */
  run(): Promise<number>;
  close(): Promise<void>;
}

const EVERY_MS = 1_000;
/** Worked on at a time: most of it waits for portals and messengers. */
const AT_ONCE = 100;
const REGISTER_EVERY_MS = 2_000;
/** Nobody asks twice after so long. */
const KEPT_MS = 90 * 86_400_000;
/** A message that has not left by then is said to be queued. */
const QUEUED_AFTER_MS = 60_000;
const UNSURE_FOR_MS = 3_600_000;
/** An SMS of the CRM is short; what is longer than this is a mistake, and would arrive as a heap of messages. */
const LONGEST = 10_000;

type Outcome = { readonly kind: "handed"; readonly message: Message["id"] } | Trouble | { readonly kind: "later" };
interface Trouble {
  readonly kind: "trouble";
  readonly sentence: string;
}

export function createProviderDesk(deps: ProviderDeskDeps): ProviderDesk {
  const { providers } = deps.store;
  const working = new Set<Promise<void>>();
  let registerAt = 0;

  async function look(): Promise<number> {
    const now = deps.now();
    const taken = await providers.take(now, AT_ONCE - working.size);
    for (const task of taken) {
      const work = deps.inTurn(task.portal, () => carryOut(task)).finally(() => working.delete(work));
      working.add(work);
    }
    if (now.getTime() >= registerAt) {
      registerAt = now.getTime() + REGISTER_EVERY_MS;
      await deps.register.ensureOutdated();
      await providers.forget(new Date(now.getTime() - KEPT_MS), 500);
    }
    return taken.length;
  }

  /** Never throws: what broke is taken again after a minute. */
  async function carryOut(task: ProviderTask): Promise<void> {
    try {
      const isNew = task.message === undefined && task.trouble === undefined;
      await providers.progress(task, isNew ? await hand(task) : await report(task));
    } catch (error) {
      deps.log.warn({ err: error, portal: task.portal }, "A message of the CRM could not be worked on; tried again");
    }
  }

  async function hand(task: ProviderTask): Promise<ProviderProgress> {
    const outcome = await send(task);
    const now = deps.now().getTime();
    if (outcome.kind === "later")
      return { attempts: task.attempts + 1, nextAt: new Date(now + backoff(task.attempts + 3)) };
    if (outcome.kind === "trouble") {
      deps.log.info({ portal: task.portal, account: task.account }, "A message of the CRM could not be sent");
      return { trouble: outcome.sentence, attempts: 0, nextAt: new Date(now) };
    }
    const message = await deps.store.messages.find(task.portal, outcome.message);
    const waits = message?.state === "stored" || message?.state === "sending";
    return { message: outcome.message, attempts: 0, nextAt: new Date(waits ? now + QUEUED_AFTER_MS : now) };
  }

  async function send(task: ProviderTask): Promise<Outcome> {
    const { portal, key, account: id, phone, text, authorId, card } = task;
    const account = await deps.store.accounts.find(portal, id);
    if (!account) return failed(GONE);
    if (!account.enabled) return failed(switchedOff(account.name));
    if (text.length > LONGEST) return failed(tooLong(LONGEST));
    const { ruleset } = await deps.rules.of(portal);
    const begun = await deps.firstContact.begin(portal, id, {
      to: { phone, defaultCountry: ruleset.identity.defaultCountry ?? undefined },
      content: { body: plainText(text), attachments: [] },
      by: { by: "provider", key: `provider:${key}`, ...(authorId !== undefined && { authorId }) },
      // The portal has let its employee write to this customer.
      mayJoin: async () => true,
    });
    switch (begun.kind) {
      case "begun":
      case "known": {
        const conversation = await deps.store.conversations.find(portal, begun.conversation);
        if (card && conversation) await bind(task, conversation);
        return { kind: "handed", message: begun.message };
      }
      case "unknown":
        if (deps.now().getTime() - task.askedAt.getTime() < UNSURE_FOR_MS) return { kind: "later" };
        return failed(begun.sentence);
      case "unknown-account":
        return failed(GONE);
      case "invalid":
      case "nobody":
      case "refused":
        return failed(begun.sentence);
    }
  }

  /** The conversation belongs to the card that it was written from; a lead or deal takes what follows, where a person wrote. */
  async function bind(task: ProviderTask, conversation: Conversation): Promise<void> {
    const { portal, card, authorId } = task;
    const account = await deps.store.accounts.find(portal, task.account);
    if (!card || !account) return;
    const { ruleset } = await deps.rules.of(portal);
    const sender = await deps.identify(account, conversation, [], ruleset);
    if (!sender) return;
    // How it looks is read before the next decision.
    const linked = { ...card, why: "portal" as const, title: "", open: true, lastActiveAt: deps.now() };
    await deps.store.people.saveEntities(portal, sender.person, [linked]);
    if (authorId !== undefined && (card.type === "lead" || card.type === "deal"))
      await deps.store.people.chooseCard(portal, authorId, sender.person, linked);
  }

  /** Tells the portal how it stands now: by a status, and where that is not enough in words. */
  async function report(task: ProviderTask): Promise<ProviderProgress> {
    const { portal, code, key } = task;
    const message = task.message && (await deps.store.messages.find(portal, task.message));
    const state = message?.state;
    const trouble = task.trouble ?? (isBad(state) ? message?.error : undefined);
    const status = nextStatus(task, state);
    if (status !== undefined) {
      const outcome = await deps.portals.messageProviders(portal).tell(code, key, status);
      const again = pause(task, outcome);
      if (again) return again;
      if (outcome.kind === "refused")
        deps.log.warn({ portal, code: outcome.code, status }, "The portal refused the status of a message of its CRM");
    }
    const done = { ...(status !== undefined && { told: status }), attempts: 0, nextAt: undefined };
    if (trouble === undefined || task.toldWords) return done;
    const outcome = await tellWords(task, trouble);
    const again = outcome && pause(task, outcome);
    return again ? { ...again, ...(status !== undefined && { told: status }) } : { ...done, toldWords: true };
  }

  /** `undefined`: there is nobody to tell, or they are told otherwise. */
  async function tellWords(task: ProviderTask, trouble: string): Promise<PortalOutcome<unknown> | undefined> {
    const { portal, authorId, card, key } = task;
    const say = await sayIn(deps.speech, portal);
    const words = deps.toBBCode(plainText(`${say(NOT_SENT)} ${say(trouble)}`));
    if (authorId !== undefined) {
      if (task.message !== undefined) return undefined;
      return deps.portals.lines(portal).notify(authorId, words, `threadline-provider-${key}`);
    }
    if (!card) return undefined;
    const crm = deps.portals.crm(portal);
    const found = await crm.findComment(card, words);
    if (found.kind !== "ok" || found.value !== undefined) return found;
    return crm.comment(card, words, async () => true);
  }

  function pause(task: ProviderTask, outcome: PortalOutcome<unknown>): ProviderProgress | undefined {
    if (outcome.kind === "ok" || outcome.kind === "refused" || outcome.kind === "uncertain") return undefined;
    const now = deps.now();
    if (isTooOld(task.askedAt, now)) return { nextAt: undefined };
    return { attempts: task.attempts + 1, nextAt: new Date(now.getTime() + backoff(task.attempts + 3)) };
  }

  const rounds = createRounds(EVERY_MS, look, (error) =>
    deps.log.warn({ err: error }, "Messages of CRMs could not be looked for"),
  );

  return {
    start: rounds.start,
    async run() {
      const taken = await look();
      await Promise.all(working);
      return taken;
    },
    async close() {
      await rounds.close();
      await Promise.all(working);
    },
  };
}

function nextStatus({ trouble, told }: ProviderTask, state: Message["state"] | undefined): ProviderStatus | undefined {
  if (trouble !== undefined) return told === "failed" ? undefined : "failed";
  return state && statusToTell(state, told);
}

const isBad = (state: Message["state"] | undefined): boolean =>
  state === "refused" || state === "failed" || state === "uncertain";

const failed = (sentence: string): Trouble => ({ kind: "trouble", sentence });

const NOT_SENT = "The message from the CRM was not delivered.";
const GONE = "The account that this was to be sent through is no longer connected.";
const switchedOff = (name: string): string =>
  `The account "${name}" is switched off. Ask an administrator to switch it on, then send the message again.`;
const tooLong = (most: number): string => `The text is longer than ${most} characters. Send it in several parts.`;

/**
 * What was said in a conversation, by e-mail to the customer, in their language: through a mailbox of the portal, and only where
 * an address of theirs is known.
 *
 * Twice: one letter, for as long as nothing more was said; its client id is a print of the conversation and of what was said last.
 * Crash before or after it is accepted: the same. The mailbox is off, or is taken away meanwhile: said in words, nothing is kept.
 */
import { createHash } from "node:crypto";
import type { ChannelAdapter } from "../channels/contract.ts";
import type { Account } from "../domain/account.ts";
import type { Conversation } from "../domain/conversation.ts";
import { LANGUAGES, type Language, type Localised, type Translate } from "../domain/localised.ts";
import { plainText } from "../domain/rich-text.ts";
import type { Store } from "../store/contract.ts";
import { wholeTranscript } from "./crm/transcript.ts";
import type { FirstContact } from "./first-contact.ts";

export interface TranscriptsDeps {
  readonly store: Pick<Store, "accounts" | "health" | "messages" | "people">;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly firstContact: Pick<FirstContact, "begin">;
  readonly languageOf: (portal: Conversation["portal"]) => Promise<Language>;
  readonly translate: Translate;
  readonly now: () => Date;
}

/** Where it would go; `null`: no address is known, or there is no mailbox to send it from. */
export interface TranscriptWay {
  readonly to: string;
  readonly through: Account;
  /** It was sent, and nothing was said since. */
  readonly isSent: boolean;
}

export type TranscriptOutcome =
  | { readonly kind: "sent" | "known" | "no-way" | "empty" }
  | { readonly kind: "refused"; readonly sentence: string };

export interface Transcripts {
  way(conversation: Conversation, userId: string): Promise<TranscriptWay | null>;
  send(conversation: Conversation, account: Account, userId: string): Promise<TranscriptOutcome>;
}

export function createTranscripts(deps: TranscriptsDeps): Transcripts {
  const { store } = deps;

  return {
    async way(conversation, userId) {
      const [to, through] = [await addressOf(conversation), await mailboxFor(conversation, userId)];
      if (to === undefined || !through) return null;
      const clientId = await clientIdOf(conversation);
      const sent = await store.messages.findByOrigin(conversation.portal, `surface:${clientId}`);
      return { to, through, isSent: sent !== undefined };
    },

    async send(conversation, account, userId) {
      const { portal, customer } = conversation;
      const [email, through] = [await addressOf(conversation), await mailboxFor(conversation, userId)];
      if (email === undefined || !through) return { kind: "no-way" };
      const language = await languageFor(conversation);
      const zones = await store.health.timeZones([portal]);
      const made = await wholeTranscript(store.messages, {
        ...{ conversation, account, language, until: deps.now(), timeZone: zones.get(portal) },
        channel: deps.channels.get(account.channel)?.title ?? account.channel,
        say: (sentence) => deps.translate(sentence, language),
        ours: account.name,
      });
      if (made.kind === "empty") return { kind: "empty" };
      const begun = await deps.firstContact.begin(portal, through.id, {
        to: { email },
        content: { body: plainText(made.text), attachments: [] },
        draft: {
          to: [{ address: email, ...(customer.name !== undefined && { name: customer.name }) }],
          ...{ subject: SUBJECT[language].replace("{account}", account.name), quote: false, track: false },
        },
        by: { clientId: await clientIdOf(conversation), authorId: userId },
        // Whoever reads the chat sends it to its customer: nothing of the mailbox's own thread is shown by that.
        mayJoin: async () => true,
      });
      switch (begun.kind) {
        case "begun":
          return { kind: "sent" };
        case "known":
          return { kind: "known" };
        case "unknown-account":
          return { kind: "no-way" };
        default:
          return { kind: "refused", sentence: begun.sentence };
      }
    },
  };

  /** Their own words' address first, or one that we know them by. */
  async function addressOf({ portal, id, customer, group }: Conversation): Promise<string | undefined> {
    if (group === true) return undefined;
    if (customer.email !== undefined) return customer.email;
    const person = await store.people.ofConversation(portal, id);
    return person?.points.find(({ kind }) => kind === "email")?.key;
  }

  /** A shared mailbox before the viewer's own one; never a colleague's. */
  async function mailboxFor({ portal }: Conversation, userId: string): Promise<Account | undefined> {
    const boxes = (await store.accounts.list(portal)).filter(({ enabled, channel }) => {
      const { letters, mayWriteFirst } = deps.channels.get(channel)?.capabilities ?? {};
      return enabled && letters === true && mayWriteFirst === true;
    });
    const shared = boxes.find(({ settings }) => settings.box !== "personal");
    return shared ?? boxes.find(({ settings }) => settings.owner === userId);
  }

  async function languageFor({ portal, customer }: Conversation): Promise<Language> {
    const theirs = customer.language?.slice(0, 2).toLowerCase();
    return LANGUAGES.find((language) => language === theirs) ?? (await deps.languageOf(portal));
  }

  /** The same until something more is said. */
  async function clientIdOf({ portal, id }: Conversation): Promise<string> {
    const [last] = await store.messages.journal(portal, {
      ...{ conversation: id, before: Number.MAX_SAFE_INTEGER, limit: 1 },
    });
    const print = createHash("sha256")
      .update(`transcript\n${id}\n${last?.seq ?? 0}`)
      .digest("hex");
    return print.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
  }
}

const SUBJECT: Localised = {
  en: "Our conversation: {account}",
  ru: "Наша переписка: {account}",
  es: "Nuestra conversación: {account}",
};

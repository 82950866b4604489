/**
 * Leaving: who wants no letters made of templates, and what becomes of such letters then.
 *
 * A letter to many carries an address of ours (RFC 8058: a POST to it is the wish, a GET only shows a page) and one to write
 * to. Both name the letter by a number with our signature, compared in constant time; whom it is about stands in the store,
 * so that nobody else can be signed off with it. What a provider reports of a letter of ours that was called spam counts the same
 * (`complaints.ts`). An address leaves for the whole portal; letters that a person writes to it go all the same.
 *
 * Crash before the wish is noted: nothing happened, and the mail program or the person asks again. After it: the line in the
 * conversation is told with the next request, by a key of its own. Twice: one wish and one line. Out of order: a letter that is
 * on its way when the wish comes has left; what waits is refused when its turn comes. The store away: nothing is answered as
 * done.
 */
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { LetterComplaint } from "../../channels/contract/letters.ts";
import type { Dispatcher } from "../../dispatch/contract.ts";
import type { Account } from "../../domain/account.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { AccountId, ConversationId, PortalId } from "../../domain/ids.ts";
import type { Letter, LetterSending } from "../../domain/letter.ts";
import type { Content } from "../../domain/message.ts";
import { plainText } from "../../domain/rich-text.ts";
import type { LeavingLink, LeavingWay, Unsubscription } from "../../domain/unsubscription.ts";
import { leaverKey } from "../../rules/contacts/leaver-key.ts";
import type { Store } from "../../store/contract.ts";
import type { News } from "../news.ts";
import { asksForNoMore, complainerOf } from "./complaints.ts";
import { originOf } from "./tracking.ts";

export interface Unsubscribing {
  /** Where the reader of a letter says that they want no more of them. The same letter twice: the same addresses. */
  begin(letter: LetterToMany): Promise<NonNullable<LetterSending["unsubscribe"]>>;
  /** What stands behind an address of ours. `undefined`: it is none. */
  look(token: string): Promise<LeavingView | undefined>;
  /** @returns `undefined`: no address of ours, or of a letter to several, where nobody knows who asks */
  leave(token: string, how: Extract<LeavingWay, "one-click" | "page">): Promise<LeavingView | undefined>;
  /** They are written to again, as they say themselves. */
  stay(token: string): Promise<LeavingView | undefined>;
  /** A letter that came: whether it asks for this, by a token of ours. Then it was noted. */
  byMail(portal: PortalId, came: { readonly subject: string; readonly from: string | undefined }): Promise<boolean>;
  /**
   * A report that somebody called a letter spam. Whether one of ours is meant, and who: then it was noted (`complaints.ts` says
   * what is believed). @param apart the box that shares no mails with the others
   */
  byComplaint(portal: PortalId, report: LetterComplaint, apart?: AccountId): Promise<boolean>;
  /** What a customer told an employee. */
  note(portal: PortalId, by: string, told: ToldByHand): Promise<Unsubscription>;
  /** They may be written to again, as a customer told an employee. `false`: they were. */
  end(portal: PortalId, by: string, told: ToldByHand): Promise<boolean>;
}

export interface ToldByHand {
  readonly address: string;
  /** Where it is shown that it was noted. */
  readonly conversation?: Conversation | undefined;
}

export interface LetterToMany {
  readonly account: Account;
  readonly originKey: string;
  readonly from: Letter["from"];
  readonly recipients: readonly string[];
}

/** What a reader is shown. */
export interface LeavingView {
  readonly sender: string;
  /** Whom it is about. */
  readonly address: string;
  /** They want no more letters. */
  readonly hasLeft: boolean;
}

export interface UnsubscribingDeps {
  readonly store: {
    readonly unsubscriptions: Store["unsubscriptions"];
    readonly accounts: Pick<Store["accounts"], "find">;
    readonly conversations: Pick<Store["conversations"], "find">;
    readonly mails: Pick<Store["mails"], "withMessageId">;
    readonly messages: Pick<Store["messages"], "acceptInbound" | "findByOrigin" | "sentAs">;
  };
  readonly secretKey: string;
  /** Origin that readers reach us at, where the box has none of its own. */
  readonly publicUrl: string;
  readonly news: Pick<News, "ofConversation">;
  readonly dispatcher: Pick<Dispatcher, "wake">;
  readonly now: () => Date;
}

const SIGNATURE_BYTES = 16;
/** In the subject of the letter that a mail program writes for whoever leaves. */
const IN_SUBJECT = /^\s*(?:re:\s*)?unsubscribe\s+([\w-]{43})\s*$/i;

export function createUnsubscribing(deps: UnsubscribingDeps): Unsubscribing {
  const signingKey = Buffer.from(hkdfSync("sha256", deps.secretKey, "", "threadline unsubscribe links", 32));
  const sign = (id: Buffer) => createHmac("sha256", signingKey).update(id).digest().subarray(0, SIGNATURE_BYTES);
  const { unsubscriptions, messages } = deps.store;

  return {
    async begin({ account, originKey, from, recipients }) {
      const name = from.name ?? "";
      const sender = name === "" || name === from.address ? from.address : `${name} (${from.address})`;
      const distinct = [...new Map(recipients.map((one) => [leaverKey(one), one])).values()];
      const link = await unsubscriptions.begin({ portal: account.portal, originKey, sender, recipients: distinct });
      const id = Buffer.from(link.id.replaceAll("-", ""), "hex");
      const token = Buffer.concat([id, sign(id)]).toString("base64url");
      const url = `${originOf(account, deps.publicUrl)}/u/${token}`;
      return {
        mailto: `${from.address}?subject=unsubscribe%20${token}`,
        // Of several readers of one letter a request tells nobody apart, and mail programs promise https alone (RFC 8058, 3.1).
        ...(distinct.length === 1 && url.startsWith("https:") && { url }),
      };
    },

    async look(token) {
      const link = await linkOf(token);
      return link && viewOf(link);
    },

    async leave(token, how) {
      const link = await linkOf(token);
      const address = link && soleOf(link);
      if (!link || address === undefined) return undefined;
      await noted(link, address, how);
      return viewOf(link);
    },

    async stay(token) {
      const link = await linkOf(token);
      const address = link && soleOf(link);
      if (!link || address === undefined) return undefined;
      const at = deps.now();
      if (await unsubscriptions.end(link.portal, leaverKey(address), at))
        await tell(await conversationOf(link), `stayed:${leaverKey(address)}:${at.getTime()}`, at, cameBack(address));
      return viewOf(link);
    },

    async byMail(portal, { subject, from }) {
      const token = IN_SUBJECT.exec(subject)?.[1];
      const link = token === undefined ? undefined : await linkOf(token);
      if (link?.portal !== portal) return false;
      const sender = from === undefined ? undefined : leaverKey(from);
      const address = soleOf(link) ?? link.recipients.find((one) => leaverKey(one) === sender);
      if (address === undefined) return false;
      await noted(link, address, "mail");
      return true;
    },

    async byComplaint(portal, report, apart) {
      if (!asksForNoMore(report)) return false;
      const about = await lettersNamed(portal, report.of ?? "", apart);
      for (const { content, conversation, sentAt } of about) {
        const address = content.letter && complainerOf(report, content.letter);
        if (address === undefined) continue;
        const leaving = { key: leaverKey(address), address, at: deps.now(), how: "complaint" as const, about: sentAt };
        const left = await unsubscriptions.leave(portal, leaving);
        if (left.isBack) continue;
        await tell(await nowOf(portal, conversation), keyFor(left), left.at, sentenceFor(left));
        return true;
      }
      return false;
    },

    async note(portal, by, { address, conversation }) {
      const left = await unsubscriptions.leave(portal, {
        ...{ key: leaverKey(address), address: address.trim(), at: deps.now(), how: "agent", by },
      });
      await tell(conversation, keyFor(left), left.at, sentenceFor(left));
      return left;
    },

    async end(portal, by, { address, conversation }) {
      const at = deps.now();
      if (!(await unsubscriptions.end(portal, leaverKey(address), at, by))) return false;
      await tell(conversation, `stayed:${leaverKey(address)}:${at.getTime()}`, at, cameBack(address.trim()));
      return true;
    },
  };

  async function linkOf(token: string): Promise<LeavingLink | undefined> {
    const bytes = Buffer.from(token, "base64url");
    const [id, given] = [bytes.subarray(0, 16), bytes.subarray(16)];
    if (id.length !== 16 || given.length !== SIGNATURE_BYTES || !timingSafeEqual(given, sign(id))) return undefined;
    const found = id.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    return unsubscriptions.link(found);
  }

  async function viewOf(link: LeavingLink): Promise<LeavingView | undefined> {
    const address = soleOf(link);
    if (address === undefined) return undefined;
    const left = await unsubscriptions.among(link.portal, [leaverKey(address)]);
    return { sender: link.sender, address, hasLeft: left.length > 0 };
  }

  async function noted(link: LeavingLink, address: string, how: LeavingWay): Promise<void> {
    const leaving = { key: leaverKey(address), address, at: deps.now(), how };
    const left = await unsubscriptions.leave(link.portal, leaving);
    await tell(await conversationOf(link), keyFor(left), left.at, sentenceFor(left));
  }

  async function conversationOf({ portal, originKey }: LeavingLink): Promise<Conversation | undefined> {
    const message = await messages.findByOrigin(portal, originKey);
    return message && nowOf(portal, message.conversation);
  }

  async function nowOf(portal: PortalId, conversation: ConversationId): Promise<Conversation | undefined> {
    const found = await deps.store.conversations.find(portal, conversation);
    return found?.movedTo === undefined ? found : deps.store.conversations.find(portal, found.movedTo);
  }

  /** Letters with this name that really went out: sent from here, or met in a Sent folder; capitals count for nothing. */
  async function lettersNamed(portal: PortalId, messageId: string, apart: AccountId | undefined) {
    const seen = await deps.store.mails.withMessageId(portal, messageId, apart);
    const ids = seen.flatMap((mail) => [`<${mail.messageId}>`, `letter:${mail.id}`]);
    const sent = await messages.sentAs(portal, [...new Set([messageId, ...ids])]);
    return sent.filter(({ content }) => content.letter !== undefined);
  }

  /** A line in the conversation, once by its key. Where it has none (it was deleted by its age) nothing is shown. */
  async function tell(conversation: Conversation | undefined, key: string, at: Date, words: string): Promise<void> {
    if (!conversation) return;
    const { portal, id, account, externalChatId, customer } = conversation;
    const [told] = await messages.acceptInbound([
      {
        ...{ portal, account, kind: "message", chatId: externalChatId, customer, key, externalId: key },
        content: { body: plainText(words), attachments: [], notice: "unsubscribed" },
        ...{ sentAt: at, notBefore: deps.now() },
      },
    ]);
    if (told?.kind !== "stored") return;
    if (told.due) deps.dispatcher.wake(told.lane);
    deps.news.ofConversation(portal, id);
  }
}

const keyFor = ({ address, at }: Unsubscription): string => `left:${leaverKey(address)}:${at.getTime()}`;
const soleOf = ({ recipients }: LeavingLink): string | undefined =>
  recipients.length === 1 ? recipients[0] : undefined;

const sentenceFor = ({ address, how }: Unsubscription): string =>
  how === "complaint"
    ? `${address} called a letter of ours spam, as their provider reports: no more letters made of templates go there.`
    : `${address} wants no more letters made of templates.`;
const cameBack = (address: string): string => `${address} may be sent letters made of templates again.`;

/** Whether a letter goes to many, so that its readers may ask for no more of them. */
const isToMany = ({ letter }: Pick<Content, "letter">): boolean => letter?.sending?.unsubscribe !== undefined;

/** Why a letter to many does not go to whom it names. `undefined`: nobody of them has left, or a person wrote it to them. */
export async function leftRefusal(
  { unsubscriptions }: { readonly unsubscriptions: Pick<Store["unsubscriptions"], "among"> },
  portal: PortalId,
  { letter }: Pick<Content, "letter">,
): Promise<string | undefined> {
  if (!letter || !isToMany({ letter })) return undefined;
  const everybody = [...letter.to, ...letter.cc, ...(letter.bcc ?? [])];
  const keys = everybody.map(({ address }) => leaverKey(address));
  const [first, ...others] = await unsubscriptions.among(portal, keys);
  if (!first) return undefined;
  const who = [first, ...others].map(({ address }) => address).join(", ");
  if (others.length === 0 && first.how === "complaint")
    return `The customer complained to their provider on ${dayOf(first.at)}: ${who} called a letter of ours spam and is sent no letters made of templates. A personal letter can be written all the same.`;
  return others.length === 0
    ? `The customer unsubscribed on ${dayOf(first.at)}: ${who} wants no letters made of templates. A personal letter can be written all the same.`
    : `Customers unsubscribed: ${who} want no letters made of templates. Take these addresses off, or write a personal letter.`;
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

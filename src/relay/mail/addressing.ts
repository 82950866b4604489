/**
 * Where an agent's answer goes, in a conversation whose messages are letters: what its writer says, and else what the last
 * letter of the conversation tells. Reads only; asked twice, it answers the same while no other letter came.
 *
 * The store away: it throws, and nothing was kept. A conversation without letters (the first one of ours) goes to the
 * customer's own address.
 */
import { createHash } from "node:crypto";
import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Account } from "../../domain/account.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { AccountId, PortalId } from "../../domain/ids.ts";
import type { Letter, LetterSending, MailAddress } from "../../domain/letter.ts";
import type { Language } from "../../domain/localised.ts";
import type { Content, Message } from "../../domain/message.ts";
import { messageIdOf } from "../../mail/writing/references.ts";
import { answerSubject, tidySubject } from "../../mail/writing/subject.ts";
import type { Store } from "../../store/contract.ts";
import { isOurs } from "../crm/letters.ts";
import { withLeavingLink } from "./leaving-link.ts";
import type { Signatures } from "./signatures.ts";
import type { Tracking } from "./tracking.ts";
import type { Unsubscribing } from "./unsubscribing.ts";

/** What a writer says of their letter; the rest is as the last one tells. */
export interface LetterDraft {
  readonly to?: readonly MailAddress[] | undefined;
  readonly cc?: readonly MailAddress[] | undefined;
  readonly bcc?: readonly MailAddress[] | undefined;
  readonly subject?: string | undefined;
  /** The last letter stands below the answer. Default true. */
  readonly quote?: boolean | undefined;
  /** The signature stands below it. Default true. */
  readonly sign?: boolean | undefined;
  /** Its reading is to be seen. Default: as the box is set. */
  readonly track?: boolean | undefined;
  /** The text that it was made of, by its name. */
  readonly template?: string | undefined;
}

export interface LetterDefaults {
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly subject: string;
}

export interface Writing {
  readonly account: Account;
  readonly adapter: Pick<ChannelAdapter, "capabilities">;
  /** Absent: it begins a conversation. */
  readonly conversation?: Conversation | undefined;
  /** Whom it goes to where nothing else says so. */
  readonly customer: Conversation["customer"];
  /** Unique per portal: the letter's Message-ID comes of it. */
  readonly originKey: string;
  readonly authorId?: string | undefined;
  readonly content: Content;
  readonly draft?: LetterDraft | undefined;
  /** No person writes it. */
  readonly automatic?: LetterSending["automatic"];
  /** The same goes to many, also where it is made of no template: its readers can ask for no more. */
  readonly toMany?: boolean | undefined;
}

export interface Addressing {
  /** What an answer goes to when its writer says nothing. `undefined`: nothing is known of any letter. */
  defaults(account: Account, conversation: Conversation): Promise<LetterDefaults | undefined>;
  /** The content with its envelope; as it was where the channel knows no letters. */
  address(writing: Writing): Promise<Content>;
  /** The same for what was written in the line, where nobody can say more than the words. */
  answer(conversation: Conversation, written: Answer): Promise<Content>;
}

type Answer = Pick<Writing, "originKey" | "authorId" | "content" | "automatic" | "draft" | "toMany">;

export interface AddressingDeps {
  readonly store: {
    readonly threads: Pick<Store["threads"], "page">;
    readonly accounts: Pick<Store["accounts"], "find" | "list">;
    readonly health: Pick<Store["health"], "timeZones">;
  };
  readonly channels: ReadonlyMap<string, Pick<ChannelAdapter, "capabilities">>;
  readonly signatures: Pick<Signatures, "below">;
  readonly tracking: Pick<Tracking, "begin">;
  readonly unsubscribing: Pick<Unsubscribing, "begin">;
  readonly languageOf: (portal: PortalId) => Promise<Language>;
}

/** How far back a letter is looked for: between two there are only changes and notices. */
const LOOK_BACK = 30;
/** Of a text that becomes a subject. */
const LONGEST_SUBJECT = 70;
const REMEMBERED = 20_000;

export function createAddressing(deps: AddressingDeps): Addressing {
  /** An account never changes its channel, and nearly all replies are of others. */
  const writesLetters = new Map<AccountId, boolean>();

  return {
    answer,
    address,
    async defaults(account, conversation) {
      const last = answered(await lettersOf(conversation));
      return last && answerTo(last, await ownAddresses(account));
    },
  };

  async function answer(conversation: Conversation, written: Answer): Promise<Content> {
    if (writesLetters.get(conversation.account) === false) return written.content;
    const account = await deps.store.accounts.find(conversation.portal, conversation.account);
    const adapter = account && deps.channels.get(account.channel);
    if (!account || !adapter) return written.content;
    if (writesLetters.size >= REMEMBERED) writesLetters.clear();
    writesLetters.set(account.id, adapter.capabilities.letters === true);
    return address({ ...written, account, adapter, conversation, customer: conversation.customer });
  }

  async function address(writing: Writing): Promise<Content> {
    const { account, adapter, conversation, customer, draft = {} } = writing;
    const from = addressOf(account);
    if (adapter.capabilities.letters !== true || from === undefined) return writing.content;
    const letters = conversation ? await lettersOf(conversation) : [];
    const last = answered(letters);
    const defaults = last && answerTo(last, await ownAddresses(account));
    const { to = defaults?.to ?? addressesOf(customer), cc = defaults?.cc ?? [], bcc = [] } = draft;
    const key = createHash("sha256").update(`${account.portal}\n${writing.originKey}`).digest("hex").slice(0, 32);
    const messageId = messageIdOf(key, from.address);
    const { originKey, automatic } = writing;
    // What answers a letter by itself must not watch who reads it; what a robot was told to send is a letter like others.
    const isTracked = automatic !== "auto-replied" && (draft.track ?? account.settings.tracked === true);
    const recipients = [...to, ...cc, ...bcc].map((one) => one.address);
    const unsubscribe =
      draft.template === undefined && writing.toMany !== true
        ? undefined
        : await deps.unsubscribing.begin({ account, originKey, from, recipients });
    const body = await withLeavingLink(writing.content.body, unsubscribe, () => deps.languageOf(account.portal));
    const content = { ...writing.content, body };
    const letter: Letter = {
      messageId,
      subject: tidySubject(draft.subject ?? defaults?.subject ?? firstLine(content)),
      ...{ from, to, cc, class: classOf(automatic) },
      ...(bcc.length > 0 && { bcc }),
      sending: {
        ...(await belowIt(writing, last)),
        ...placeOf(letters, last),
        ...(automatic !== undefined && { automatic }),
        ...(isTracked && {
          tracked: await deps.tracking.begin({ account, originKey, messageId, body }),
        }),
        ...(draft.template !== undefined && { template: draft.template }),
        // What is written to many tells how to be written to no more (RFC 2369, RFC 8058).
        ...(unsubscribe && { unsubscribe }),
      },
    };
    return { ...content, letter };
  }

  async function belowIt(writing: Writing, last: Message | undefined): Promise<LetterSending> {
    const { account, authorId, draft = {} } = writing;
    const signature = draft.sign === false ? undefined : await deps.signatures.below(account, authorId);
    const { letter, body } = last?.content ?? {};
    if (draft.quote === false || !last || !letter || !body || body.text.trim() === "")
      return signature === undefined ? {} : { signature };
    const zones = await deps.store.health.timeZones([account.portal]);
    return {
      ...(signature !== undefined && { signature }),
      quoted: {
        from: letter.from,
        at: last.sentAt.toISOString(),
        text: letter.folded === undefined ? body.text : `${body.text}\n\n${letter.folded}`,
        language: await deps.languageOf(account.portal),
        zone: zones.get(account.portal) ?? "utc",
      },
    };
  }

  /** The latest ones, oldest first, without those of ours that reached nobody. */
  async function lettersOf({ portal, id }: Conversation): Promise<readonly Message[]> {
    const rows = await deps.store.threads.page(portal, { conversations: [id], limit: LOOK_BACK });
    return rows.filter(
      ({ kind, content, state }) =>
        kind === "message" && content.letter !== undefined && state !== "refused" && state !== "failed",
    );
  }

  /** Of every box of the portal: a copy to ourselves helps nobody. */
  async function ownAddresses(account: Account): Promise<ReadonlySet<string>> {
    const all = await deps.store.accounts.list(account.portal);
    const boxes = [account, ...all.filter(({ channel }) => channel === account.channel)];
    return new Set(boxes.flatMap((one) => addressOf(one)?.address.toLowerCase() ?? []));
  }
}

function classOf(automatic: Writing["automatic"]): Letter["class"] {
  if (automatic === undefined) return "human";
  return automatic === "auto-replied" ? "auto-reply" : "system-notice";
}

/** The newest that a person wrote, or else the newest of all that can be answered. */
function answered(letters: readonly Message[]): Message | undefined {
  const isHuman = ({ content }: Message) => content.letter?.class === "human";
  return letters.findLast(isHuman) ?? letters.findLast(isAnswerable);
}

/** By the names that the letters really have: the index knows them without their capitals, and others go by those. */
function placeOf(letters: readonly Message[], last: Message | undefined): Pick<LetterSending, "place"> {
  const { messageId, references = [] } = last?.content.letter ?? {};
  if (!last || messageId === undefined) return {};
  // Where its program left them out, what we have seen of the thread stands for them.
  const seen = letters.filter(({ seq }) => seq < last.seq).flatMap(({ content }) => content.letter?.messageId ?? []);
  const before = references.length > 0 ? references : seen;
  const isReal = (id: string) => !id.endsWith(".invalid>");
  return isReal(messageId) ? { place: { messageId, references: before.filter(isReal) } } : {};
}

const isAnswerable = ({ content }: Message): boolean =>
  content.letter !== undefined && !["bounce-hard", "bounce-soft", "delay", "complaint"].includes(content.letter.class);

/** The address that a box writes from, under the name that it was given. */
function addressOf({ settings, name }: Account): MailAddress | undefined {
  const { address } = settings;
  return typeof address === "string" && address.includes("@") ? { address, name } : undefined;
}

function answerTo(message: Message, own: ReadonlySet<string>): LetterDefaults | undefined {
  const { letter } = message.content;
  if (!letter) return undefined;
  const isForeign = ({ address }: MailAddress) => !own.has(address.toLowerCase());
  const subject = answerSubject(letter.subject);
  if (isOurs(message)) return { to: letter.to.filter(isForeign), cc: letter.cc.filter(isForeign), subject };
  const to = letter.replyTo && letter.replyTo.length > 0 ? letter.replyTo : [letter.from];
  const named = new Set(to.map(({ address }) => address.toLowerCase()));
  const others = [...letter.to, ...letter.cc].filter(
    (one, at, all) =>
      isForeign(one) &&
      !named.has(one.address.toLowerCase()) &&
      all.findIndex(({ address }) => address.toLowerCase() === one.address.toLowerCase()) === at,
  );
  return { to, cc: others, subject };
}

function addressesOf({ email, name, lastName }: Conversation["customer"]): readonly MailAddress[] {
  if (email === undefined) return [];
  const called = [name, lastName].filter((part) => part !== undefined && part !== email).join(" ");
  return [{ address: email, ...(called !== "" && { name: called }) }];
}

function firstLine({ body }: Content): string {
  const line = body.text.trim().split("\n")[0] ?? "";
  const signs = [...line];
  return signs.length <= LONGEST_SUBJECT ? line : `${signs.slice(0, LONGEST_SUBJECT).join("")}…`;
}

/**
 * Writing to somebody who has not written yet.
 *
 * Finding asks the vendor and stores nothing. Beginning makes the conversation and accepts its first message in one
 * transaction: a crash before it leaves nothing, after it the lane is due and the sweep finds it. Twice with the same
 * client id: the second answers what the first one made. What the channel or the vendor's window would refuse is refused
 * before anything is stored.
 */
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js";
import type { PersonOutcome, WantedPerson } from "../channels/contract/sending.ts";
import type { ChannelAdapter } from "../channels/contract.ts";
import type { Dispatcher } from "../dispatch/contract.ts";
import type { Account } from "../domain/account.ts";
import type { Conversation, Customer } from "../domain/conversation.ts";
import type { AccountId, ConversationId, MessageId, PortalId } from "../domain/ids.ts";
import { authorOf, type Content, isAutomatic, type Origin } from "../domain/message.ts";
import { plainText } from "../domain/rich-text.ts";
import type { Metrics } from "../log/metrics.ts";
import type { VoiceWay } from "../portal/contract.ts";
import type { Store } from "../store/contract.ts";
import { mirrorBy } from "./accept-reply.ts";
import { letterRefusal, refusal, windowRefusal } from "./capability-check.ts";
import type { Addressing, LetterDraft } from "./mail/addressing.ts";
import { leftRefusal } from "./mail/unsubscribing.ts";

export interface FirstContactDeps {
  readonly store: Pick<Store, "accounts" | "conversations" | "messages" | "unsubscriptions">;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly dispatcher: Pick<Dispatcher, "wake">;
  /** How what agents write here gets into the line. */
  readonly voice: VoiceWay;
  readonly addressing: Pick<Addressing, "address">;
  readonly metrics: Pick<Metrics, "accepted">;
  readonly now: () => Date;
}

/** As a person types it. A phone without country needs `defaultCountry` (ISO 3166, two letters). */
export interface Sought {
  readonly phone?: string | undefined;
  readonly username?: string | undefined;
  readonly email?: string | undefined;
  readonly defaultCountry?: string | undefined;
}

export type NotPossible =
  | { readonly kind: "unknown-account" }
  | { readonly kind: "invalid"; readonly field: string; readonly sentence: string }
  | { readonly kind: "refused"; readonly sentence: string };

export interface FirstMessage {
  /** Whom `find` has found, or whom to find now. */
  readonly to: { readonly chatId: string; readonly customer: Customer } | Sought;
  readonly content: Content;
  /** Of a letter: what its writer says of it. */
  readonly draft?: LetterDraft | undefined;
  /** On a page of ours: `clientId` is made by it, and the same one twice is one message. Elsewhere: so is the same key. */
  readonly by:
    | { readonly clientId: string; readonly authorId: string }
    | Extract<Origin, { readonly by: "robot" | "bot" | "provider" }>;
  /** Whether a conversation that is there already may be written in. */
  readonly mayJoin: (known: Conversation) => Promise<boolean>;
}

/** A person who was found, and what may be written to them now. */
export interface Reached {
  readonly person: Extract<PersonOutcome, { readonly kind: "found" }>;
  /** The conversation with them, where there is one. */
  readonly conversation: Conversation | undefined;
  readonly mayWrite: "text" | "template" | "nothing";
  /** Why it is not any text. */
  readonly sentence: string | undefined;
}

export type Begun =
  | {
      readonly kind: "begun" | "known";
      readonly conversation: ConversationId;
      readonly message: MessageId;
    }
  | Exclude<PersonOutcome, { readonly kind: "found" }>
  | NotPossible;

export interface FirstContact {
  find(
    portal: PortalId,
    account: AccountId,
    sought: Sought,
  ): Promise<
    ({ readonly kind: "reached" } & Reached) | Exclude<PersonOutcome, { readonly kind: "found" }> | NotPossible
  >;
  /** Accounts through which somebody can be written to who has not written. */
  accounts(portal: PortalId): Promise<readonly Account[]>;
  begin(portal: PortalId, account: AccountId, first: FirstMessage): Promise<Begun>;
}

export function createFirstContact(deps: FirstContactDeps): FirstContact {
  const found = new Map<string, { readonly person: PersonOutcome; readonly until: number }>();

  return {
    async find(portal, id, sought) {
      const place = await placeOf(portal, id);
      if ("kind" in place) return place;
      const person = await look(place, sought);
      if (person.kind !== "found") return person;
      const conversation = await deps.store.conversations.findByExternalChat(id, person.chatId);
      return { kind: "reached", person, conversation, ...mayWriteNow(place.adapter, conversation) };
    },

    async accounts(portal) {
      const all = await deps.store.accounts.list(portal);
      return all.filter(
        ({ enabled, channel }) => enabled && deps.channels.get(channel)?.capabilities.mayWriteFirst === true,
      );
    },

    async begin(portal, id, first) {
      const place = await placeOf(portal, id);
      if ("kind" in place) return place;
      const { account, adapter } = place;
      const impossible = refusal(adapter, first.content);
      if (impossible !== undefined) return { kind: "refused", sentence: impossible };
      const person = "chatId" in first.to ? { kind: "found" as const, ...first.to } : await look(place, first.to);
      if (person.kind !== "found") return person;
      const known = await deps.store.conversations.findByExternalChat(account.id, person.chatId);
      if (known && !(await first.mayJoin(known))) return { kind: "refused", sentence: NOT_YOURS };
      const closed = windowRefusal(adapter, first.content, known?.lastInboundAt, deps.now());
      if (closed !== undefined) return { kind: "refused", sentence: closed };
      const { by, draft } = first;
      const isWritten = "clientId" in by;
      const originKey = isWritten ? `surface:${by.clientId}` : by.key;
      const { customer } = person;
      const origin: Origin = isWritten ? { by: "surface", ...by } : by;
      const content = await deps.addressing.address({
        ...{ account, adapter, conversation: known, customer, originKey, draft, content: first.content },
        toMany: origin.by === "robot",
        ...(isAutomatic(origin) ? { automatic: "auto-generated" } : { authorId: authorOf(origin) }),
      });
      const unaddressed = letterRefusal(adapter, content) ?? (await leftRefusal(deps.store, portal, content));
      if (unaddressed !== undefined) return { kind: "refused", sentence: unaddressed };
      const accepted = await deps.store.messages.acceptFirst({
        portal,
        account: account.id,
        chatId: person.chatId,
        customer,
        originKey,
        origin,
        content,
        sentAt: deps.now(),
        // What no page wrote has left already as far as its sender knows: it waits for no line.
        mirror: isWritten ? mirrorBy(deps.voice) : "beside",
      });
      deps.metrics.accepted.inc({ direction: "out", outcome: accepted.kind });
      if (accepted.kind === "unknown") return { kind: "unknown-account" };
      if (accepted.kind === "stored" && accepted.due) deps.dispatcher.wake(accepted.lane);
      if (accepted.kind === "stored" && accepted.alsoDue !== undefined) deps.dispatcher.wake(accepted.alsoDue);
      const { conversation, message } = accepted;
      return { kind: accepted.kind === "stored" ? "begun" : "known", conversation, message };
    },
  };

  /** Asked with words that any channel takes: only the window speaks against them. */
  function mayWriteNow(
    adapter: ChannelAdapter,
    known: Conversation | undefined,
  ): Pick<Reached, "mayWrite" | "sentence"> {
    const content: Content = { body: plainText("…"), attachments: [] };
    const sentence = windowRefusal(adapter, content, known?.lastInboundAt, deps.now());
    if (sentence === undefined) return { mayWrite: "text", sentence };
    return { mayWrite: adapter.capabilities.templates ? "template" : "nothing", sentence };
  }

  async function look({ account, adapter }: Place, sought: Sought): Promise<PersonOutcome | NotPossible> {
    const wanted = wantedOf(sought);
    if ("kind" in wanted) return wanted;
    if (!adapter.findPerson)
      return { kind: "unknown", sentence: `${adapter.title} does not tell who can be reached. Try another channel.` };
    const key = `${account.id} ${wanted.phone ?? ""} ${wanted.username ?? ""} ${wanted.email ?? ""}`;
    const before = found.get(key);
    if (before && before.until > deps.now().getTime()) return before.person;
    const person = await adapter.findPerson(account, wanted);
    if (person.kind !== "found") return person;
    if (found.size >= REMEMBERED) found.clear();
    found.set(key, { person, until: deps.now().getTime() + REMEMBER_MS });
    return person;
  }

  async function placeOf(portal: PortalId, id: AccountId): Promise<Place | NotPossible> {
    const account = await deps.store.accounts.find(portal, id);
    const adapter = account && deps.channels.get(account.channel);
    if (!account || !adapter) return { kind: "unknown-account" };
    if (adapter.capabilities.mayWriteFirst) return { account, adapter };
    return {
      kind: "refused",
      sentence: `${adapter.title} does not let a business write first. Wait until the customer writes.`,
    };
  }
}

interface Place {
  readonly account: Account;
  readonly adapter: ChannelAdapter;
}

/** Who was found is found again in a moment, when the message goes: vendors count how often they are asked. */
const REMEMBER_MS = 10 * 60_000;
const REMEMBERED = 5_000;
const NOT_YOURS =
  "A colleague writes with this person already, and you may not read it. Ask an administrator for access.";

function wantedOf({ phone, username, email, defaultCountry }: Sought): WantedPerson | NotPossible {
  if (email !== undefined) return { email: email.trim() };
  if (username !== undefined) {
    const bare = username.trim().replace(/^@/, "");
    if (bare === "") return { kind: "invalid", field: "username", sentence: "Type a name." };
    return { username: bare };
  }
  const number = phone === undefined ? undefined : toE164(phone, defaultCountry);
  if (number !== undefined) return { phone: number };
  return {
    kind: "invalid",
    field: "phone",
    sentence: "This is no phone number that can be called. Write it with the country code, like +44 20 7946 0018.",
  };
}

/** `undefined` for what is no possible number. */
function toE164(phone: string, defaultCountry?: string): string | undefined {
  const country = defaultCountry?.toUpperCase();
  const known: CountryCode | undefined = country !== undefined && isSupportedCountry(country) ? country : undefined;
  const parsed = parsePhoneNumberFromString(phone, known);
  return parsed?.isPossible() === true ? parsed.number : undefined;
}

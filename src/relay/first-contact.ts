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
import type { Customer } from "../domain/conversation.ts";
import type { AccountId, ConversationId, MessageId, PortalId } from "../domain/ids.ts";
import type { Content } from "../domain/message.ts";
import type { Metrics } from "../log/metrics.ts";
import type { VoiceWay } from "../portal/contract.ts";
import type { Store } from "../store/contract.ts";
import { mirrorBy } from "./accept-reply.ts";
import { refusal, windowRefusal } from "./capability-check.ts";

export interface FirstContactDeps {
  readonly store: Pick<Store, "accounts" | "conversations" | "messages">;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly dispatcher: Pick<Dispatcher, "wake">;
  /** How what agents write here gets into the line. */
  readonly voice: VoiceWay;
  readonly metrics: Pick<Metrics, "accepted">;
  readonly now: () => Date;
}

/** As a person types it. A phone without country needs `defaultCountry` (ISO 3166, two letters). */
export interface Sought {
  readonly phone?: string | undefined;
  readonly username?: string | undefined;
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
  /** Made by the page: the same one twice is one message. */
  readonly clientId: string;
  readonly authorId: string;
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
  find(portal: PortalId, account: AccountId, sought: Sought): Promise<PersonOutcome | NotPossible>;
  begin(portal: PortalId, account: AccountId, first: FirstMessage): Promise<Begun>;
}

export function createFirstContact(deps: FirstContactDeps): FirstContact {
  return {
    async find(portal, id, sought) {
      const place = await placeOf(portal, id);
      return "kind" in place ? place : look(place, sought);
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
      const closed = windowRefusal(adapter, first.content, known?.lastInboundAt, deps.now());
      if (closed !== undefined) return { kind: "refused", sentence: closed };
      const { clientId, authorId } = first;
      const accepted = await deps.store.messages.acceptFirst({
        portal,
        account: account.id,
        chatId: person.chatId,
        customer: person.customer,
        originKey: `surface:${clientId}`,
        origin: { by: "surface", clientId, authorId },
        content: first.content,
        sentAt: deps.now(),
        mirror: mirrorBy(deps.voice),
      });
      deps.metrics.accepted.inc({ direction: "out", outcome: accepted.kind });
      if (accepted.kind === "unknown") return { kind: "unknown-account" };
      if (accepted.kind === "stored" && accepted.due) deps.dispatcher.wake(accepted.lane);
      if (accepted.kind === "stored" && accepted.alsoDue !== undefined) deps.dispatcher.wake(accepted.alsoDue);
      const { conversation, message } = accepted;
      return { kind: accepted.kind === "stored" ? "begun" : "known", conversation, message };
    },
  };

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

async function look({ account, adapter }: Place, sought: Sought): Promise<PersonOutcome | NotPossible> {
  const wanted = wantedOf(sought);
  if ("kind" in wanted) return wanted;
  if (!adapter.findPerson)
    return { kind: "unknown", sentence: `${adapter.title} does not tell who can be reached. Try another channel.` };
  return adapter.findPerson(account, wanted);
}

function wantedOf({ phone, username, defaultCountry }: Sought): WantedPerson | NotPossible {
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

import type { Account } from "../../domain/account.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { PersonId } from "../../domain/ids.ts";
import type { Message } from "../../domain/message.ts";
import type { WhyLinked } from "../../domain/person.ts";
import { defaultEmailKeyRules, type EmailKeyRules, emailKey } from "../../rules/contacts/email-key.ts";
import { findContacts } from "../../rules/contacts/find-contacts.ts";
import { isLinkable } from "../../rules/contacts/linkable.ts";
import type { Ruleset } from "../../rules/ruleset.ts";
import type { NewPoint } from "../../store/contract/people.ts";
import type { Store } from "../../store/contract.ts";
import { isAsking } from "./letters.ts";

export interface Sender {
  readonly person: PersonId;
}

export type Identify = (
  account: Account,
  conversation: Conversation,
  rows: readonly Message[],
  ruleset: Ruleset,
) => Promise<Sender | undefined>;

const REMEMBERED = 50_000;

/**
 * Finds out who writes: by the messenger's own id, by what the channel or a form knows of them, and by the phones and
 * e-mails that stand in what they wrote. `undefined` for groups, whose members are not one person.
 *
 * Twice, or in two workers at once: the schema gives one person. Crash after it: the next run brings the same points and
 * changes nothing. What was brought lately is remembered, so that a talkative customer costs one question and not one
 * for each message.
 */
export function createIdentifier(store: Pick<Store, "people">): Identify {
  const seen = new Set<string>();
  const memory = (conversation: Conversation, point: NewPoint) => `${conversation.id} ${point.kind} ${point.key}`;

  return async (account, conversation, rows, ruleset) => {
    if (conversation.group === true) return undefined;
    const points = pointsOf(account, conversation, rows, ruleset);
    const isKnown = points.every((point) => seen.has(memory(conversation, point)));
    if (conversation.person !== undefined && isKnown) return { person: conversation.person };
    const { person } = await store.people.identify(conversation.portal, {
      conversation: conversation.id,
      points,
      sharedByMoreThan: ruleset.identity.sharedByMoreThan,
    });
    if (seen.size >= REMEMBERED) seen.clear();
    for (const point of points) seen.add(memory(conversation, point));
    return { person };
  };
}

/** What counts as one mailbox. */
export const emailRulesOf = ({ identity: { plusTags, gmailDots } }: Pick<Ruleset, "identity">): EmailKeyRules => ({
  ...defaultEmailKeyRules,
  plusTags,
  gmailDots,
});

function pointsOf(
  account: Account,
  conversation: Conversation,
  rows: readonly Message[],
  { identity }: Ruleset,
): readonly NewPoint[] {
  const { customer } = conversation;
  const byChannel: WhyLinked = { by: "channel", conversation: conversation.id };
  const messenger: NewPoint = {
    kind: "messenger",
    key: `${account.id}:${customer.externalId}`,
    shown: customer.username ?? customer.name ?? customer.externalId,
    why: byChannel,
    linkable: true,
  };
  // Where people are known by their e-mail, that is all that is to be said.
  const points: NewPoint[] = customer.externalId === customer.email ? [] : [messenger];
  const options = { defaultCountry: identity.defaultCountry, eightIsSeven: identity.eightIsSeven };
  const emailRules = emailRulesOf({ identity });
  const limits = { own: [...identity.ownPhones, ...identity.ownEmails], shared: [] };
  const take = (text: string, why: WhyLinked) => {
    const { phones, emails } = findContacts(text, options);
    for (const { number, written } of phones)
      points.push({
        kind: "phone",
        key: number,
        shown: written,
        why,
        linkable: isLinkable({ kind: "phone", value: number }, limits),
      });
    for (const { address } of emails) {
      const key = emailKey(address, emailRules);
      if (key === undefined) continue;
      const linkable = isLinkable({ kind: "email", value: address }, limits);
      points.push({ kind: "email", key, shown: address, why, linkable });
    }
  };
  for (const known of [customer.phone, customer.email]) if (known !== undefined) take(known, byChannel);
  if (!identity.tracker || identity.trackerOff.includes(account.id)) return points;
  // What others wrote, and what the messenger says itself, tells nothing about who writes.
  for (const row of rows)
    if (
      row.direction === "in" &&
      row.kind === "message" &&
      row.content.forwarded === undefined &&
      row.content.notice === undefined &&
      (row.content.letter === undefined || isAsking(row))
    )
      take(row.content.body.text, { by: "message", message: row.id });
  return points;
}

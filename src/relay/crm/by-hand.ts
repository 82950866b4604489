/**
 * Cards that an agent makes by hand from a conversation, with their own token: the portal's rights hold.
 *
 * Twice, or repeated by the network: one card, because each carries the page's id (`originId`), the portal is searched for
 * it before anything is made, and one request at a time is at it. Crash, or an answer that never came: how a request ended
 * is not known then, so nothing is made under that id until the portal must be done with it; whoever asks again is told
 * to wait, and finds afterwards what was made. That lock begins when the request leaves, after all waiting for limits.
 * Portal away: nothing was made, and the same request may come again.
 */
import { randomUUID } from "node:crypto";
import type { Account } from "../../domain/account.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { PersonId, PortalId } from "../../domain/ids.ts";
import type { LinkedEntity, Person } from "../../domain/person.ts";
import type { Crm, CrmRef, NewCrmItem } from "../../portal/contract/crm.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { PortalOutcome } from "../../portal/contract.ts";
import type { Store } from "../../store/contract.ts";
import { type Speech, sayIn } from "../speech.ts";
import { asCrmPoint } from "./fill-cards.ts";
import { type Transcribed, wholeTranscript } from "./transcript.ts";

export interface ByHandDeps {
  readonly store: Pick<Store, "locks" | "people" | "messages">;
  readonly portals: Pick<PortalDirectory, "crm" | "crmOf">;
  readonly speech: Speech;
  /** Plain text as the portal's timeline shows it. */
  readonly escape: (text: string) => string;
  readonly now: () => Date;
}

export interface CardWish {
  readonly type: "lead" | "deal" | "contact";
  /** Of a lead or deal; empty: the customer's name. */
  readonly title: string;
  /** Of a deal; absent: the portal's default. */
  readonly pipeline?: string | undefined;
  /** What was said until then goes into the card; absent: nothing does. */
  readonly transcriptUntil?: Date | undefined;
  /** By whose clock that is told; absent: UTC. */
  readonly timeZone?: string | undefined;
  /** Made by the page: the same one twice is one card. */
  readonly clientId: string;
}

export interface Place {
  readonly account: Account;
  readonly conversation: Conversation;
  /** What the channel is called. */
  readonly channel: string;
}

export type MadeByHand =
  | {
      readonly kind: "made";
      readonly card: CrmRef & { readonly title: string };
      /** Takes back that messages go there; absent of a contact, and of what was chosen before. */
      readonly entry: string | undefined;
      readonly transcript: Transcribed["kind"] | "failed" | "none";
    }
  /** The same request is under way, or how it ended is not known yet. */
  | { readonly kind: "unsure" }
  | { readonly kind: "failed"; readonly outcome: Exclude<PortalOutcome<unknown>, { readonly kind: "ok" }> };

export interface ByHand {
  create(place: Place, person: Person, userId: string, wish: CardWish): Promise<MadeByHand>;
}

/** The portal ends a request after 60 s: so long after it left, what is not to be found was not made. */
const TRUST_MS = 75_000;

type Made =
  | { readonly kind: "ok"; readonly id: string; readonly isNew: boolean }
  | { readonly kind: "unsure" }
  | { readonly kind: "failed"; readonly outcome: Exclude<PortalOutcome<unknown>, { readonly kind: "ok" }> };

interface Hand {
  readonly portal: PortalId;
  readonly crm: Crm;
  readonly wish: CardWish;
  readonly person: Person;
  /** Before a request leaves: from then on nobody else is at it until the portal must be done. */
  readonly leave: () => Promise<boolean>;
}

export function createByHand(deps: ByHandDeps): ByHand {
  return {
    async create(place, person, userId, wish) {
      const { portal } = place.conversation;
      const [name, owner] = [`by hand ${portal} ${wish.clientId}`, randomUUID()];
      if (!(await deps.store.locks.acquire(name, owner, TRUST_MS))) return { kind: "unsure" };
      const hand: Hand = {
        ...{ portal, person, wish },
        crm: deps.portals.crmOf(portal, userId),
        leave: () => deps.store.locks.renew(name, owner, TRUST_MS),
      };
      const made = await createAlone(place, userId, hand);
      // Kept until it runs out where the portal may still be at it.
      if (made.kind !== "unsure" && !(made.kind === "made" && made.transcript === "failed"))
        await deps.store.locks.release(name, owner);
      return made;
    },
  };

  async function createAlone(place: Place, userId: string, hand: Hand): Promise<MadeByHand> {
    const { wish, person } = hand;
    const nameOfThem = nameOf(place.conversation, person);
    const title = wish.title.trim() === "" ? nameOfThem : wish.title.trim();
    const contact = wish.type === "deal" ? await contactOf(place, hand) : undefined;
    if (contact && contact.kind !== "ok") return contact;
    const made = await make(hand, {
      ...cardOf(place, hand, wish.type),
      title,
      ...(wish.type === "deal" && wish.pipeline !== undefined && { pipeline: wish.pipeline }),
      ...(contact && { contactId: contact.id }),
    });
    if (made.kind !== "ok") return made;
    const card = { type: wish.type, id: made.id, title: wish.type === "contact" ? nameOfThem : title };
    const entry = await belongs(hand, userId, card);
    const transcript = await transcribe(place, hand, card, made.isNew);
    return { kind: "made", card, entry, transcript };
  }

  /** A deal has no contact data of its own: its contact carries them. */
  async function contactOf(place: Place, hand: Hand): Promise<Made> {
    const known = hand.person.entities.findLast((one) => one.type === "contact");
    if (known) return { kind: "ok", id: known.id, isNew: false };
    const made = await make(hand, cardOf(place, hand, "contact"));
    if (made.kind === "ok")
      await link(hand.portal, hand.person.id, {
        ...{ type: "contact", id: made.id, title: nameOf(place.conversation, hand.person) },
      });
    return made;
  }

  async function make({ portal, crm, leave }: Hand, item: NewCrmItem): Promise<Made> {
    // As the application: whoever made it may be kept from reading it.
    const before = await deps.portals.crm(portal).findByOrigin(item.type, item.originId);
    if (before.kind !== "ok") return { kind: "failed", outcome: before };
    if (before.value !== undefined) return { kind: "ok", id: before.value, isNew: false };
    const outcome = await crm.add(item, leave);
    if (outcome.kind === "ok") return { kind: "ok", id: outcome.value, isNew: true };
    return outcome.kind === "uncertain" || outcome.kind === "withdrawn"
      ? { kind: "unsure" }
      : { kind: "failed", outcome };
  }

  function link(portal: PortalId, person: PersonId, card: CrmRef & { readonly title: string }): Promise<void> {
    return deps.store.people.saveEntities(portal, person, [linked(card, deps.now())]);
  }

  /** It is the person's from now on, and a lead or deal takes what they write. */
  async function belongs(
    { portal, person }: Hand,
    userId: string,
    card: CrmRef & { readonly title: string },
  ): Promise<string | undefined> {
    await link(portal, person.id, card);
    if (card.type === "contact") return undefined;
    const chosen = await deps.store.people.chooseCard(portal, userId, person.id, linked(card, deps.now()));
    return chosen.kind === "done" ? chosen.entry : undefined;
  }

  async function transcribe(
    place: Place,
    { portal, crm, wish, leave }: Hand,
    card: CrmRef,
    isNew: boolean,
  ): Promise<Extract<MadeByHand, { kind: "made" }>["transcript"]> {
    if (wish.transcriptUntil === undefined) return "none";
    const said = await wholeTranscript(deps.store.messages, {
      ...place,
      until: wish.transcriptUntil,
      timeZone: wish.timeZone,
      language: await deps.speech.languageOf(portal),
      say: await sayIn(deps.speech, portal),
    });
    if (said.kind === "empty") return said.kind;
    const text = deps.escape(said.text);
    if (!isNew) {
      const before = await crm.findComment(card, text);
      if (before.kind !== "ok") return "failed";
      if (before.value !== undefined) return said.kind;
    }
    const outcome = await crm.comment(card, text, leave);
    return outcome.kind === "ok" ? said.kind : "failed";
  }
}

const linked = ({ type, id, title }: CrmRef & { readonly title: string }, now: Date): LinkedEntity => ({
  ...{ type, id, title, why: "made", open: true, lastActiveAt: now, freshAt: now },
});

function nameOf({ customer }: Conversation, person: Person): string {
  const shown = [customer.name, customer.lastName].filter(Boolean).join(" ");
  return [shown, person.name, customer.username, person.points[0]?.shown].find((one) => one) ?? customer.externalId;
}

function cardOf(place: Place, { wish, person }: Hand, type: CardWish["type"]): NewCrmItem {
  const { customer } = place.conversation;
  return {
    type,
    originId: `hand:${wish.clientId}:${type}`,
    title: nameOf(place.conversation, person),
    ...(type !== "deal" && { name: customer.name ?? nameOf(place.conversation, person) }),
    ...(type !== "deal" &&
      customer.name !== undefined &&
      customer.lastName !== undefined && { lastName: customer.lastName }),
    points: person.points.filter((point) => point.linkable).flatMap(asCrmPoint),
    fields: {},
  };
}

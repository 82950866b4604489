/** Whose card it is, and where they write: as the tab in the card finds them, with the application's own rights. */
import { z } from "zod";
import type { Account } from "../../domain/account.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { PortalId } from "../../domain/ids.ts";
import type { EntityType, Person } from "../../domain/person.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { PortalOutcome } from "../../portal/contract.ts";
import type { Store } from "../../store/contract.ts";
import { ownerOf } from "../crm/letters.ts";

export interface CardPeopleDeps {
  readonly store: Pick<Store, "accounts" | "conversations" | "people">;
  readonly portals: Pick<PortalDirectory, "caller" | "crm">;
}

export interface CardPerson {
  /** Newest first; groups and personal mailboxes are nobody's business but theirs. */
  readonly conversations: readonly Conversation[];
  readonly accounts: ReadonlyMap<string, Account>;
  /** By which they can be written to first, the best known first. */
  readonly phones: readonly string[];
  readonly emails: readonly string[];
}

const chats = z.array(z.object({ CHAT_ID: z.union([z.string(), z.number()]).transform(String) })).catch([]);
const multiFields = z.object({ fm: z.array(z.object({ typeId: z.string(), value: z.string() })).catch([]) });

/** `undefined`: there is no such card, or the application may not see it. */
export async function personOfCard(
  { store, portals }: CardPeopleDeps,
  portal: PortalId,
  card: { readonly type: EntityType; readonly id: string },
): Promise<PortalOutcome<CardPerson | undefined>> {
  const crm = portals.crm(portal);
  const [bound, listed] = await Promise.all([
    portals.caller(portal).call({
      method: "imopenlines.crm.chat.get",
      params: { CRM_ENTITY_TYPE: card.type, CRM_ENTITY: card.id, ACTIVE_ONLY: "N" },
      effect: "read",
    }),
    crm.list({ type: card.type, ids: [card.id] }),
  ]);
  if (listed.kind !== "ok") return listed;
  const [item] = listed.value;
  if (!item) return { kind: "ok", value: undefined };
  // A card without chats is refused by some editions; the person is known all the same.
  if (bound.kind !== "ok" && bound.kind !== "refused") return bound;
  const chatIds = bound.kind === "ok" ? chats.parse(bound.value).map((chat) => chat.CHAT_ID) : [];
  const holders: { type: EntityType; id: string }[] = [
    { type: card.type, id: card.id },
    ...(item.contactId === undefined ? [] : [{ type: "contact" as const, id: item.contactId }]),
    ...(item.companyId === undefined ? [] : [{ type: "company" as const, id: item.companyId }]),
  ];
  const person = await firstPerson(store, portal, holders);
  const [byChat, theirs, accounts] = await Promise.all([
    Promise.all(chatIds.map((chat) => store.conversations.findByImChat(portal, chat))),
    store.conversations.findMany(portal, person?.conversations ?? []),
    store.accounts.list(portal),
  ]);
  const byId = new Map(accounts.map((account) => [String(account.id), account]));
  const found = new Map([...byChat, ...theirs].flatMap((one) => (one ? [[one.id, one] as const] : [])));
  const told = await pointsOf(crm, holders);
  if (told.kind !== "ok") return told;
  const own = (kind: "phone" | "email") =>
    person?.points.flatMap((point) => (point.kind === kind && point.linkable && !point.shared ? [point.key] : [])) ??
    [];
  return {
    kind: "ok",
    value: {
      conversations: [...found.values()]
        .filter((one) => isUsable(one, byId.get(one.account)))
        .sort((a, b) => b.lastMessageAt.getTime() - a.lastMessageAt.getTime()),
      accounts: byId,
      phones: [...new Set([...told.value.phones, ...own("phone")])],
      emails: [...new Set([...told.value.emails, ...own("email")])],
    },
  };
}

export const isUsable = (conversation: Conversation, account: Account | undefined): boolean =>
  account !== undefined &&
  conversation.movedTo === undefined &&
  conversation.group !== true &&
  ownerOf(account) === null;

async function firstPerson(
  store: Pick<Store, "people">,
  portal: PortalId,
  holders: readonly { readonly type: EntityType; readonly id: string }[],
): Promise<Person | undefined> {
  for (const { type, id } of holders) {
    const person = await store.people.ofEntity(portal, type, id);
    if (person) return person;
  }
  return undefined;
}

/** Numbers and addresses that stand in the card itself, or else in its contact, or its company. */
async function pointsOf(
  crm: ReturnType<PortalDirectory["crm"]>,
  holders: readonly { readonly type: EntityType; readonly id: string }[],
): Promise<PortalOutcome<{ readonly phones: readonly string[]; readonly emails: readonly string[] }>> {
  for (const { type, id } of holders) {
    // A deal has none of its own.
    if (type === "deal") continue;
    const values = await crm.values(type, id);
    if (values.kind === "refused") continue;
    if (values.kind !== "ok") return values;
    const fields = multiFields.parse(values.value).fm;
    const of = (wanted: string) => fields.flatMap(({ typeId, value }) => (typeId === wanted ? [value] : []));
    const found = { phones: of("PHONE"), emails: of("EMAIL") };
    if (found.phones.length + found.emails.length > 0) return { kind: "ok", value: found };
  }
  return { kind: "ok", value: { phones: [], emails: [] } };
}

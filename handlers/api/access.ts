/**
 * What an agent may read. Whoever has a role may read what it says. For all others, we hold conversations and the portal
 * holds rights: before anything of a conversation is shown to somebody who is no administrator, the portal is asked with that
 * viewer's own token. A yes is remembered for a short
 * while in this process only; a portal that cannot be asked means no (503), never yes.
 */
import { z } from "zod";
import type { Conversation } from "../../src/domain/conversation.ts";
import type { AccountId } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import type { PortalDirectory } from "../../src/portal/contract/directory.ts";
import type { PortalCaller } from "../../src/portal/contract.ts";
import type { Viewer } from "../../src/server/session.ts";
import type { Store } from "../../src/store/contract.ts";
import { portalError } from "./answers.ts";
import type { LineCircles } from "./line-circles.ts";
import type { PrivateBoxes } from "./private-boxes.ts";

export type CardType = "lead" | "deal" | "contact" | "company";

/** `each`: only the portal can tell, of one after the other. */
export type ReadScope =
  | { readonly kind: "all" | "each" }
  /** Of these accounts, and everywhere what is nobody's or this person's. */
  | { readonly kind: "own"; readonly operator: string; readonly accounts: readonly AccountId[] };

export interface ChatAccess {
  /**
   * Conversations that belong to a card, newest first: those of the portal's chats that are bound to it, and all of the
   * person whose card it is, where the viewer may see the card.
   * @throws HttpError when the portal refuses or cannot be asked.
   */
  conversationsOfCard(viewer: Viewer, type: CardType, cardId: string): Promise<readonly Conversation[]>;
  mayRead(viewer: Viewer, conversation: Conversation): Promise<boolean>;
  /** Personal mailboxes among the portal's accounts. */
  readonly boxes: PrivateBoxes;
  /** The same as far as it is known without asking the portal. */
  known(viewer: Viewer, conversation: Conversation): boolean | undefined;
  /** What of everything the viewer may read, where that can be told without looking at each one. */
  scope(viewer: Viewer): Promise<ReadScope>;
  /**
   * A conversation that the viewer may read, and all others of the same person that they may read, newest first.
   * @throws HttpError when the portal cannot be asked: a column in which something is missing looks like a whole one.
   */
  together(viewer: Viewer, conversation: Conversation): Promise<readonly Conversation[]>;
}

const REMEMBER_MS = 120_000;
const REMEMBERED = 50_000;
/** Conversations of one person that are looked at together, the newest ones. */
const MOST_TOGETHER = 50;

const chats = z.array(z.object({ CHAT_ID: z.union([z.string(), z.number()]).transform(String) })).catch([]);

export function createChatAccess(
  portals: Pick<PortalDirectory, "crmOf" | "viewer">,
  store: Pick<Store, "conversations" | "messages" | "people">,
  circles: LineCircles,
  boxes: PrivateBoxes,
  now: () => Date,
): ChatAccess {
  /** Key: portal, viewer, chat. Value: until when, and the answer. */
  const known = new Map<string, { readonly may: boolean; readonly until: number }>();
  const keyOf = (viewer: Viewer, chat: string) => `${viewer.portal}|${viewer.userId}|${chat}`;

  function remember(viewer: Viewer, chat: string, may: boolean): void {
    const [oldest] = known.keys();
    if (known.size >= REMEMBERED && oldest !== undefined) known.delete(oldest);
    known.delete(keyOf(viewer, chat));
    known.set(keyOf(viewer, chat), { may, until: now().getTime() + REMEMBER_MS });
  }

  function knownRight(viewer: Viewer, conversation: Conversation): boolean | undefined {
    const personal = boxes.known(viewer.portal);
    if (!personal) return undefined;
    const box = personal.get(conversation.account);
    if (box?.owner === viewer.userId) return true;
    if (box && !box.isInCards) return false;
    if (readsAll(viewer)) return true;
    if (viewer.role === "agent" && !box)
      return isOwn(viewer, conversation, circles.known(viewer.portal, viewer.userId));
    const { id, imChatId } = conversation;
    const kept = known.get(keyOf(viewer, imChatId ?? id));
    return kept && kept.until > now().getTime() ? kept.may : undefined;
  }

  async function chatsOfCard(viewer: Viewer, type: CardType, cardId: string): Promise<ReadonlySet<string>> {
    const outcome = await portals.viewer(viewer.portal, viewer.userId).call({
      method: "imopenlines.crm.chat.get",
      params: { CRM_ENTITY_TYPE: type, CRM_ENTITY: cardId, ACTIVE_ONLY: "N" },
      effect: "read",
    });
    if (outcome.kind !== "ok") throw portalError(outcome);
    const found = chats.parse(outcome.value).map((chat) => chat.CHAT_ID);
    for (const chat of found) remember(viewer, chat, true);
    return new Set(found);
  }

  /** Whose card it is, as far as we know; nobody where the portal does not show the card to the viewer. */
  async function personOfCard(viewer: Viewer, type: CardType, cardId: string): Promise<Person | undefined> {
    const outcome = await portals.crmOf(viewer.portal, viewer.userId).list({ type, ids: [cardId] });
    if (outcome.kind !== "ok") throw portalError(outcome);
    const [card] = outcome.value;
    if (!card) return undefined;
    const person = await store.people.ofEntity(viewer.portal, type, cardId);
    if (person || card.contactId === undefined) return person;
    return store.people.ofEntity(viewer.portal, "contact", card.contactId);
  }

  /** Whoever wrote to somebody first sees what comes of it, also before the portal has a chat to ask about. */
  async function isBegunBy({ portal, userId }: Viewer, { id }: Conversation): Promise<boolean> {
    const [first] = await store.messages.journal(portal, { conversation: id, after: 0, limit: 1 });
    return first?.origin.by === "surface" && first.origin.authorId === userId;
  }

  async function mayRead(viewer: Viewer, conversation: Conversation): Promise<boolean> {
    const isPersonal = (await boxes.of(viewer.portal)).has(conversation.account);
    const before = knownRight(viewer, conversation);
    if (before !== undefined) return before;
    // A personal box is no queue: who sees the card reads what stands in it, whatever their role.
    if (viewer.role === "agent" && !isPersonal)
      return isOwn(viewer, conversation, await circles.of(viewer.portal, viewer.userId)) === true;
    const { id, imChatId: chat, person } = conversation;
    const place = chat ?? id;
    const card = cardOf(viewer);
    if (card && chat !== undefined && (await chatsOfCard(viewer, card.type, card.id)).has(chat)) return true;
    const isTheirs = card && person !== undefined && (await personOfCard(viewer, card.type, card.id))?.id === person;
    const may =
      isTheirs ||
      (await isBegunBy(viewer, conversation)) ||
      (chat !== undefined && (await mayOpen(portals.viewer(viewer.portal, viewer.userId), chat)));
    remember(viewer, place, may);
    return may;
  }

  return {
    async conversationsOfCard(viewer, type, cardId) {
      const [bound, person] = await Promise.all([
        chatsOfCard(viewer, type, cardId),
        personOfCard(viewer, type, cardId),
      ]);
      const [byChat, theirs] = await Promise.all([
        Promise.all([...bound].map((chat) => store.conversations.findByImChat(viewer.portal, chat))),
        store.conversations.findMany(viewer.portal, person?.conversations ?? []),
      ]);
      const personal = await boxes.of(viewer.portal);
      const isShown = (one: Conversation): boolean => {
        const box = personal.get(one.account);
        return box === undefined || box.isInCards || box.owner === viewer.userId;
      };
      const here = cardOf(viewer);
      // They would be asked for one by one otherwise, as soon as they are read.
      if (here?.type === type && here.id === cardId)
        for (const { id, imChatId } of theirs.filter(isShown)) remember(viewer, imChatId ?? id, true);
      const all = [...byChat, ...theirs].flatMap((one) => (one && one.movedTo === undefined ? [one] : []));
      const each = newestFirst([...new Map(all.map((one) => [one.id, one])).values()].filter(isShown));
      if (viewer.role !== "agent") return each;
      const accounts = await circles.of(viewer.portal, viewer.userId);
      return each.filter((one) => personal.has(one.account) || isOwn(viewer, one, accounts) === true);
    },
    boxes,
    known: knownRight,
    async scope(viewer) {
      if (readsAll(viewer)) return { kind: (await boxes.of(viewer.portal)).size > 0 ? "each" : "all" };
      if (viewer.role !== "agent") return { kind: "each" };
      return { kind: "own", operator: viewer.userId, accounts: [...(await circles.of(viewer.portal, viewer.userId))] };
    },
    mayRead,
    async together(viewer, conversation) {
      const { id, person } = conversation;
      if (person === undefined) return [conversation];
      const all = await store.conversations.ofPerson(viewer.portal, person, MOST_TOGETHER);
      const others = all.filter((one) => one.id !== id);
      const readable = await Promise.all(others.map((one) => mayRead(viewer, one)));
      return newestFirst([conversation, ...others.filter((_, at) => readable[at])]);
    },
  };
}

const readsAll = ({ admin, role }: Viewer): boolean => admin || role === "head" || role === "controller";

/** `undefined`: it hangs on the lines, which are not known. */
function isOwn(
  viewer: Viewer,
  { operator, account }: Conversation,
  accounts: ReadonlySet<AccountId> | undefined,
): boolean | undefined {
  if (operator === undefined || operator === viewer.userId) return true;
  return accounts?.has(account);
}

const newestFirst = (all: readonly Conversation[]) =>
  [...all].sort((a, b) => b.lastMessageAt.getTime() - a.lastMessageAt.getTime());

async function mayOpen(caller: PortalCaller, chat: string): Promise<boolean> {
  const outcome = await caller.call({ method: "imopenlines.dialog.get", params: { CHAT_ID: chat }, effect: "read" });
  if (outcome.kind === "ok") return true;
  if (outcome.kind === "refused") return false;
  throw portalError(outcome);
}

/** The card in whose tab the viewer's page stands. The id came through the browser: the portal is asked with the viewer's token. */
export function cardOf(viewer: Viewer): { readonly type: CardType; readonly id: string } | undefined {
  const type = /^CRM_(LEAD|DEAL|CONTACT|COMPANY)_DETAIL_TAB$|^(lead|deal|contact|company)-tab$/.exec(viewer.placement);
  const id = String(viewer.options["ID"] ?? "");
  const name = (type?.[1] ?? type?.[2])?.toLowerCase();
  return name !== undefined && /^\d{1,15}$/.test(id) ? { type: name as CardType, id } : undefined;
}

/**
 * What an agent may read. We hold conversations, the portal holds rights: before anything of a conversation is shown to
 * somebody who is no administrator, the portal is asked with that viewer's own token. A yes is remembered for a short
 * while in this process only; a portal that cannot be asked means no (503), never yes.
 */
import { z } from "zod";
import type { Conversation } from "../../src/domain/conversation.ts";
import type { PortalDirectory } from "../../src/portal/contract/directory.ts";
import type { PortalCaller } from "../../src/portal/contract.ts";
import type { Viewer } from "../../src/server/session.ts";
import { portalError } from "./answers.ts";

export type CardType = "lead" | "deal" | "contact" | "company";

export interface ChatAccess {
  /** Ids of the portal's chats bound to a card that the viewer may see. @throws HttpError when the portal refuses or cannot be asked. */
  chatsOfCard(viewer: Viewer, type: CardType, cardId: string): Promise<ReadonlySet<string>>;
  mayRead(viewer: Viewer, conversation: Conversation): Promise<boolean>;
}

const REMEMBER_MS = 120_000;
const REMEMBERED = 10_000;

const chats = z.array(z.object({ CHAT_ID: z.union([z.string(), z.number()]).transform(String) })).catch([]);

export function createChatAccess(portals: Pick<PortalDirectory, "viewer">, now: () => Date): ChatAccess {
  /** Key: portal, viewer, chat. Value: until when, and the answer. */
  const known = new Map<string, { readonly may: boolean; readonly until: number }>();
  const keyOf = (viewer: Viewer, chat: string) => `${viewer.portal}|${viewer.userId}|${chat}`;

  function remember(viewer: Viewer, chat: string, may: boolean): void {
    if (known.size >= REMEMBERED) known.clear();
    known.set(keyOf(viewer, chat), { may, until: now().getTime() + REMEMBER_MS });
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

  return {
    chatsOfCard,
    async mayRead(viewer, conversation) {
      if (viewer.admin) return true;
      const chat = conversation.imChatId;
      if (chat === undefined) return false;
      const kept = known.get(keyOf(viewer, chat));
      if (kept && kept.until > now().getTime()) return kept.may;
      const card = cardOf(viewer);
      if (card && (await chatsOfCard(viewer, card.type, card.id)).has(chat)) return true;
      const may = await mayOpen(portals.viewer(viewer.portal, viewer.userId), chat);
      remember(viewer, chat, may);
      return may;
    },
  };
}

async function mayOpen(caller: PortalCaller, chat: string): Promise<boolean> {
  const outcome = await caller.call({ method: "imopenlines.dialog.get", params: { CHAT_ID: chat }, effect: "read" });
  if (outcome.kind === "ok") return true;
  if (outcome.kind === "refused") return false;
  throw portalError(outcome);
}

/** The card whose tab the viewer's page is. The id came through the browser, which is why the portal is asked with the viewer's token. */
function cardOf(viewer: Viewer): { readonly type: CardType; readonly id: string } | undefined {
  const type = /^CRM_(LEAD|DEAL|CONTACT|COMPANY)_DETAIL_TAB$|^(lead|deal|contact|company)-tab$/.exec(viewer.placement);
  const id = String(viewer.options["ID"] ?? "");
  const name = (type?.[1] ?? type?.[2])?.toLowerCase();
  return name !== undefined && /^\d{1,15}$/.test(id) ? { type: name as CardType, id } : undefined;
}

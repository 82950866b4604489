/**
 * Accepting, passing on, closing, reopening a chat of a line from a surface of ours, as the person who does it.
 *
 * Two at once: one at a time for each conversation, and what somebody has taken is not taken from them. Twice: the portal
 * finds it done. A crash between the portal's answer and our note, or a lost note: the portal is right, and the next look
 * at the chat tells. The portal's events of the same thing come before or after the note: they carry the session's id, so
 * they neither undo it nor are undone.
 */
import { randomUUID } from "node:crypto";
import type { Conversation } from "../domain/conversation.ts";
import type { Logger } from "../log/log.ts";
import type { PortalDirectory } from "../portal/contract/directory.ts";
import type { ChatAction } from "../portal/contract/line-chats.ts";
import type { PortalOutcome } from "../portal/contract.ts";
import type { Store } from "../store/contract.ts";
import type { ColleagueNames } from "./colleague-names.ts";
import type { News } from "./news.ts";
import { withLock } from "./with-lock.ts";

export type SessionWish =
  | { readonly kind: "accept" | "finish" | "reopen" | "spam" }
  | { readonly kind: "transfer"; readonly to: string };

export type Acted =
  | { readonly kind: "done" }
  /** Not done, and why; for the person. */
  | { readonly kind: "not-done"; readonly sentence: string }
  /** The portal could not be asked, or does not know the person any more. */
  | { readonly kind: "failed"; readonly outcome: Exclude<PortalOutcome<void>, { kind: "ok" | "refused" }> };

export interface LineSessions {
  act(conversation: Conversation, userId: string, wish: SessionWish): Promise<Acted>;
}

export interface LineSessionsDeps {
  readonly store: Pick<Store, "conversations" | "locks">;
  readonly portals: Pick<PortalDirectory, "chatsOf">;
  readonly news: Pick<News, "ofConversation">;
  readonly names: ColleagueNames;
  readonly log: Pick<Logger, "warn">;
}

const LOCK_MS = 30_000;
const BUSY = "A colleague is doing something with this chat at this moment. Look again in a few seconds.";
const NO_CHAT = "This conversation has no chat in an Open Line, so there is nothing to accept, pass on or close.";
const IS_CLOSED = "This chat is closed. Reopen it first.";

export function createLineSessions(deps: LineSessionsDeps): LineSessions {
  return {
    async act(conversation, userId, wish) {
      const locked = await withLock(lockDeps(), `chat ${conversation.id}`, LOCK_MS, () =>
        actAlone(conversation, userId, wish),
      );
      return locked.kind === "done" ? locked.value : { kind: "not-done", sentence: BUSY };
    },
  };

  /** Two people at the same process are two. */
  function lockDeps() {
    return { locks: deps.store.locks, log: deps.log, owner: randomUUID() };
  }

  async function actAlone({ portal, id }: Conversation, userId: string, wish: SessionWish): Promise<Acted> {
    const now = await deps.store.conversations.find(portal, id);
    const chat = now?.imChatId;
    if (!now || chat === undefined) return { kind: "not-done", sentence: NO_CHAT };
    const hindrance = await hindranceOf(now, userId, wish);
    if (hindrance !== undefined) return hindrance === "" ? { kind: "done" } : { kind: "not-done", sentence: hindrance };
    const chats = deps.portals.chatsOf(portal, userId);
    const outcome = await chats.act(chat, await actionOf(now, userId, wish));
    if (outcome.kind === "refused") return { kind: "not-done", sentence: outcome.sentence };
    if (outcome.kind !== "ok") return { kind: "failed", outcome };
    // Whoever passed a chat on may not see it any more; then it is as they wished.
    const look = wish.kind === "finish" || wish.kind === "spam" ? undefined : await chats.look(chat);
    const seen = look?.kind === "ok" ? look.value : {};
    await deps.store.conversations.learn(portal, id, {
      ...(seen.sessionId !== undefined && { sessionId: seen.sessionId }),
      ...outcomeOf(wish, userId, seen.operator),
    });
    deps.news.ofConversation(portal, id);
    return { kind: "done" };
  }

  /** Why it cannot be done; empty: it is so already. */
  async function hindranceOf(now: Conversation, userId: string, wish: SessionWish): Promise<string | undefined> {
    if (wish.kind === "reopen") return now.open ? "" : undefined;
    if (!now.open) return wish.kind === "finish" || wish.kind === "spam" ? "" : IS_CLOSED;
    if (wish.kind !== "accept" || !now.accepted || now.operator === undefined) return undefined;
    if (now.operator === userId) return "";
    const names = await deps.names(now.portal, [now.operator]);
    return `${names.get(now.operator) ?? "A colleague"} answers this chat already. Ask them to pass it on to you.`;
  }

  async function actionOf(now: Conversation, userId: string, wish: SessionWish): Promise<ChatAction> {
    if (wish.kind !== "finish") return wish;
    const look = await deps.portals.chatsOf(now.portal, userId).look(now.imChatId ?? "");
    const operator = look.kind === "ok" ? look.value.operator : now.operator;
    return { kind: operator === undefined || operator === userId ? "finish" : "finish-of-another" };
  }
}

function outcomeOf(wish: SessionWish, userId: string, seen: string | undefined) {
  switch (wish.kind) {
    case "accept":
    case "reopen":
      return { open: true, operator: seen ?? userId, accepted: true };
    case "transfer":
      return { open: true, operator: seen ?? wish.to, accepted: false };
    case "finish":
    case "spam":
      return { open: false, accepted: false };
  }
}

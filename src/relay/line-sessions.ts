/**
 * Accepting, passing on, closing, reopening a chat of a line from a surface of ours, as the person who does it.
 *
 * Two at once: one at a time for each conversation, and what somebody has taken is not taken from them. Twice: the portal
 * finds it done. A crash between the portal's answer and our note, or a lost note: the portal is right, and the next look
 * at the chat tells. The portal's events of the same thing come before or after the note: they carry the session's id, so
 * they neither undo it nor are undone.
 *
 * Whoever accepts what a bot has takes it over. Of the portal's own bot the line gives it to them; the account's bot lets go
 * with the next run of the conversation's lane, which brings all of it into the line and accepts it there in their name.
 *
 * A conversation whose account feeds no line is accepted and closed by us alone, in the same words; nothing of it is told to a
 * portal. When the account goes to a line, the line's next session begins with nobody; when it leaves one, what was closed
 * there stays closed until somebody writes, and whoever had a chat keeps it.
 */
import { randomUUID } from "node:crypto";
import type { Dispatcher } from "../dispatch/contract.ts";
import { type Conversation, type Standing, standingAlone } from "../domain/conversation.ts";
import { laneOf } from "../domain/ids.ts";
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
  /** They have written to the customer: in no line, whoever answers takes what nobody has. A line sees to that by itself. */
  wrote(conversation: Conversation, userId: string): Promise<void>;
}

export interface LineSessionsDeps {
  readonly store: Pick<Store, "accounts" | "conversations" | "desk" | "lanes" | "locks">;
  readonly dispatcher: Pick<Dispatcher, "wake">;
  readonly portals: Pick<PortalDirectory, "chatsOf">;
  readonly news: Pick<News, "ofConversation">;
  readonly names: ColleagueNames;
  readonly log: Pick<Logger, "warn">;
}

const LOCK_MS = 30_000;
const BUSY = "A colleague is doing something with this chat at this moment. Look again in a few seconds.";
const NO_CHAT = "This conversation has no chat in its Open Line yet. Wait until its first message is there.";
const SPAM = "spam";
const IS_CLOSED = "This chat is closed. Reopen it first.";

export function createLineSessions(deps: LineSessionsDeps): LineSessions {
  return {
    async act(conversation, userId, wish) {
      const locked = await withLock(lockDeps(), `chat ${conversation.id}`, LOCK_MS, () =>
        actAlone(conversation, userId, wish),
      );
      return locked.kind === "done" ? locked.value : { kind: "not-done", sentence: BUSY };
    },
    async wrote(conversation, userId) {
      if (!(await isAlone(conversation))) return;
      await withLock(lockDeps(), `chat ${conversation.id}`, LOCK_MS, async () => {
        const now = await deps.store.conversations.find(conversation.portal, conversation.id);
        const standing = now && standingAlone(now);
        if (!standing || (standing.open && standing.operator !== undefined && standing.accepted)) return;
        await note(conversation, { open: true, operator: userId, accepted: true });
      });
    },
  };

  /** Two people at the same process are two. */
  function lockDeps() {
    return { locks: deps.store.locks, log: deps.log, owner: randomUUID() };
  }

  async function actAlone({ portal, id }: Conversation, userId: string, wish: SessionWish): Promise<Acted> {
    const now = await deps.store.conversations.find(portal, id);
    if (now && (await isAlone(now))) return actHere(now, userId, wish);
    if (now?.bot?.by === "account" && wish.kind === "accept") {
      // Its line has nothing of it yet; with the bot's last word all of it goes there, to them.
      await note(now, { open: true, operator: userId, accepted: true });
      return { kind: "done" };
    }
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

  /** In no line. */
  async function actHere(now: Conversation, userId: string, wish: SessionWish): Promise<Acted> {
    const hindrance = await hindranceOf({ portal: now.portal, ...standingAlone(now) }, userId, wish);
    if (hindrance !== undefined) return hindrance === "" ? { kind: "done" } : { kind: "not-done", sentence: hindrance };
    if (wish.kind === "spam") await putAway(now);
    const { open, accepted, operator } = { operator: null, ...outcomeOf(wish, userId, undefined) };
    await note(now, { open, accepted, operator });
    return { kind: "done" };
  }

  /** Nobody waits for an answer to it, and it is out of sight until they write again. */
  async function putAway({ portal, id, tags = [] }: Conversation): Promise<void> {
    const marked = tags.includes(SPAM) ? tags : [...tags, SPAM];
    await deps.store.desk.change(portal, [id], { noReplyNeeded: true, archived: true, tags: marked });
  }

  async function note(
    { portal, id }: Conversation,
    state: { readonly open: boolean; readonly operator: string | null; readonly accepted: boolean },
  ): Promise<void> {
    await deps.store.conversations.learn(portal, id, state);
    deps.news.ofConversation(portal, id);
    // The engine hears of it by the conversation's own lane, now or when somebody sweeps up.
    const lane = laneOf("in", id, portal);
    await deps.store.lanes.makeDue(lane);
    deps.dispatcher.wake(lane);
  }

  async function isAlone({ portal, account }: Conversation): Promise<boolean> {
    const found = await deps.store.accounts.find(portal, account);
    return found !== undefined && found.line === undefined;
  }

  /** Why it cannot be done; empty: it is so already. */
  async function hindranceOf(
    now: Standing & Pick<Conversation, "portal">,
    userId: string,
    wish: SessionWish,
  ): Promise<string | undefined> {
    if (wish.kind === "reopen") return now.open ? "" : undefined;
    if (!now.open) return wish.kind === "finish" || wish.kind === "spam" ? "" : IS_CLOSED;
    if (wish.kind !== "accept" || !now.accepted || now.operator === undefined) return undefined;
    if (now.operator === userId) return "";
    const names = await deps.names(now.portal, [now.operator]);
    return `${names.get(now.operator) ?? "A colleague"} answers this chat already. Ask them to pass it on to you.`;
  }

  async function actionOf(now: Conversation, userId: string, wish: SessionWish): Promise<ChatAction> {
    if (wish.kind === "accept" && now.bot) return { kind: "intercept" };
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

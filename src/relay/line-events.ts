import { accountConnector, isGroupConnector } from "../domain/connector-ids.ts";
import type { Conversation } from "../domain/conversation.ts";
import { conversationId, type PortalId } from "../domain/ids.ts";
import type { Logger } from "../log/log.ts";
import type { Store } from "../store/contract.ts";
import type { News } from "./news.ts";
import { LOOKS_MS } from "./votes/reading.ts";

/** What the portal tells about dialogs and lines, in neutral words. */
export type LineEvent =
  | {
      readonly kind: "dialog-started";
      readonly portal: PortalId;
      readonly chatId: string;
      readonly imChatId?: string | undefined;
      readonly sessionId?: string | undefined;
      readonly portalUserId?: string | undefined;
    }
  | {
      readonly kind: "dialog-finished";
      readonly portal: PortalId;
      readonly chatId: string;
      readonly imChatId?: string | undefined;
      readonly sessionId?: string | undefined;
    }
  /** Somebody disconnected our connector from a line inside the portal. */
  | { readonly kind: "connector-off"; readonly portal: PortalId; readonly connector: string; readonly line: string }
  | { readonly kind: "line-deleted"; readonly portal: PortalId; readonly line: string };

interface LineEventDeps {
  readonly store: Store;
  readonly news: Pick<News, "ofConversation">;
  readonly log: Logger;
}

/** A supervisor votes later, and only on what somebody had. */
async function lookForVote(
  { store }: LineEventDeps,
  { portal, account, id: conversation, operator }: Conversation,
  session: string | undefined,
): Promise<void> {
  const [first] = LOOKS_MS;
  if (session === undefined || operator === undefined || first === undefined) return;
  await store.lineVotes.ended({ portal, account, conversation, session, operator }, first);
}

/**
 * Keeps our picture of the portal's side. Twice: the same state again. Out of order: a late "finished" of an earlier
 * session does not close the current one, because the session ids are compared.
 */
export async function applyLineEvent(deps: LineEventDeps, event: LineEvent): Promise<void> {
  const { store, log } = deps;
  switch (event.kind) {
    case "dialog-started":
    case "dialog-finished": {
      const conversation = await store.conversations.find(event.portal, conversationId(event.chatId));
      if (!conversation) return;
      const started = event.kind === "dialog-started";
      const other =
        event.sessionId !== undefined &&
        conversation.sessionId !== undefined &&
        conversation.sessionId !== event.sessionId;
      if (!started && other) return;
      if (!started) {
        await store.decisions.sessionClosed(event.portal, conversation.id);
        await lookForVote(deps, conversation, event.sessionId ?? conversation.sessionId);
      }
      await store.conversations.learn(event.portal, conversation.id, {
        ...(event.imChatId !== undefined && { imChatId: event.imChatId }),
        ...(event.sessionId !== undefined && { sessionId: event.sessionId }),
        ...(started &&
          event.kind === "dialog-started" &&
          event.portalUserId !== undefined && { portalUserId: event.portalUserId }),
        open: started,
        ...(!started && { accepted: false }),
      });
      deps.news.ofConversation(event.portal, conversation.id);
      return;
    }
    case "connector-off": {
      const account = await store.accounts.findByConnector(event.portal, accountConnector(event.connector), event.line);
      if (!account) return;
      if (isGroupConnector(event.connector)) {
        log.warn(
          { portal: event.portal, account: account.id, line: event.line },
          "the groups' connector was switched off in the portal; messages of groups wait until the account is connected to a line again",
        );
        return;
      }
      await store.accounts.update(event.portal, account.id, { line: null, connector: null });
      log.warn(
        { portal: event.portal, account: account.id, line: event.line },
        "the connector was switched off in the portal; messages wait until the account is connected to a line again",
      );
      return;
    }
    case "line-deleted": {
      await store.lineSaves.forget(event.portal, event.line);
      for (const account of await store.accounts.list(event.portal)) {
        if (account.line !== event.line) continue;
        await store.accounts.update(event.portal, account.id, { line: null, connector: null });
        log.warn(
          { portal: event.portal, account: account.id, line: event.line },
          "the open line was deleted in the portal; messages wait until the account is connected to a line again",
        );
      }
    }
  }
}

import { errorAnswer } from "../../src/api/common.ts";
import { type ElsewhereAnswer, elsewhere } from "../../src/api/elsewhere.ts";
import { messageParams } from "../../src/api/messages.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { conversationId } from "../../src/domain/ids.ts";
import type { Message } from "../../src/domain/message.ts";
import { mayShareThread } from "../../src/relay/crm/letters.ts";
import type { App } from "../../src/server/app.ts";
import { viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { presentConversation } from "./present.ts";

/** A thread of letters that goes on in another mailbox, for whoever may read it there. */
export function registerElsewhereRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store } = deps;

  scope.get(
    "/conversations/:id/elsewhere",
    {
      schema: {
        summary: "The same thread of letters in other mailboxes",
        description:
          "Each mailbox has its own conversation of a thread. Those that the viewer may not read are left out. In the order in which they began.",
        tags: ["messages"],
        security: [{ session: [] }],
        params: messageParams,
        response: { 200: elsewhere, "4xx": errorAnswer, "5xx": errorAnswer },
      },
    },
    async (request): Promise<ElsewhereAnswer> => {
      const viewer = viewerOf(request);
      const { portal } = viewer;
      const here = await store.conversations.find(portal, ourId(request.params.id, conversationId, "conversation"));
      if (!here || !(await access.mayRead(viewer, here))) throw unknown("conversation");
      const accounts = new Map((await store.accounts.list(portal)).map((account) => [account.id, account]));
      const own = accounts.get(here.account);
      if (!own || deps.channels.get(own.channel)?.capabilities.letters !== true) return [];
      const others: { readonly conversation: Conversation; readonly first: Message }[] = [];
      for (const conversation of await store.conversations.elsewhere(here)) {
        const box = accounts.get(conversation.account);
        if (!box || !mayShareThread(own, box) || !(await access.mayRead(viewer, conversation))) continue;
        const first = await firstOf(conversation);
        if (first) others.push({ conversation, first });
      }
      const begun = others.length > 0 ? await firstOf(here) : undefined;
      return others
        .toSorted((one, other) => one.first.sentAt.getTime() - other.first.sentAt.getTime())
        .map(({ conversation, first }) => ({
          conversation: presentConversation(conversation, accounts.get(conversation.account)),
          message: first.id,
          began: begun !== undefined && first.sentAt < begun.sentAt,
        }));
    },
  );

  async function firstOf({ portal, id }: Conversation): Promise<Message | undefined> {
    const [first] = await store.messages.journal(portal, { conversation: id, after: 0, limit: 1 });
    return first;
  }
}

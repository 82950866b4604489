import { errorAnswer } from "../../src/api/common.ts";
import { cardParams, conversation, messageParams } from "../../src/api/messages.ts";
import type { Account } from "../../src/domain/account.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { conversationId, type PortalId } from "../../src/domain/ids.ts";
import type { App } from "../../src/server/app.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { presentConversation } from "./present.ts";

const security = [{ session: [] }];
const tags = ["messages"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
/** Which conversations there are. */
export function registerConversationRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store } = deps;

  scope.get(
    "/cards/:type/:id/conversations",
    {
      schema: {
        summary: "Conversations of a CRM card and of the person whose card it is",
        tags,
        security,
        params: cardParams,
        response: { 200: conversation.array(), ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const rows = await access.conversationsOfCard(viewer, request.params.type, request.params.id);
      return presentAll(viewer.portal, rows);
    },
  );

  scope.get(
    "/conversations/:id",
    {
      schema: {
        summary: "One conversation",
        tags,
        security,
        params: messageParams,
        response: { 200: conversation, ...errors },
      },
    },
    async (request) => {
      const found = await find(viewerOf(request), request.params.id);
      const [one] = await presentAll(found.portal, [found]);
      if (!one) throw unknown("conversation");
      return one;
    },
  );

  scope.get(
    "/conversations/:id/together",
    {
      schema: {
        summary: "All conversations of one person",
        description:
          "The conversation itself and the others of the same person that the viewer may read, newest first.",
        tags,
        security,
        params: messageParams,
        response: { 200: conversation.array(), ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const found = await find(viewer, request.params.id);
      return presentAll(viewer.portal, await access.together(viewer, found));
    },
  );

  /** @throws HttpError 404 when there is none, or none that the viewer may read. */
  async function find(viewer: Viewer, id: string): Promise<Conversation> {
    const found = await store.conversations.find(viewer.portal, ourId(id, conversationId, "conversation"));
    if (!found || !(await access.mayRead(viewer, found))) throw unknown("conversation");
    return found;
  }

  /** One after another: the first questions for a new viewer cost a call each, and the answers are remembered. */
  async function presentAll(portal: PortalId, rows: readonly Conversation[]) {
    const accounts = new Map<string, Account>(
      (await store.accounts.list(portal)).map((account) => [account.id, account]),
    );
    const names = await deps.names(
      portal,
      rows.flatMap(({ operator }) => operator ?? []),
    );
    return rows.map((row) => presentConversation(row, accounts.get(row.account), { names }));
  }
}

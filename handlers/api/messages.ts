import { errorAnswer } from "../../src/api/common.ts";
import { cardParams, conversation, message, messageParams, threadQuery } from "../../src/api/messages.ts";
import type { Account } from "../../src/domain/account.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { conversationId, type PortalId } from "../../src/domain/ids.ts";
import type { App } from "../../src/server/app.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { namesOf } from "./names.ts";
import { presentConversation, presentMessage, reactionsOf } from "./present.ts";

const security = [{ session: [] }];
const tags = ["messages"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
/** Position to page on with: pass it as `before` (or `after`, when that was asked). */
const NEXT = "x-next";

/** Conversations and threads. */
export function registerMessageRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
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
    "/conversations/:id/messages",
    {
      schema: {
        summary: "Messages of one conversation, oldest first",
        description: `The latest ones unless \`after\` or \`before\` is given. The header \`${NEXT}\` holds the position of earlier ones, while there may be more.`,
        tags,
        security,
        params: messageParams,
        querystring: threadQuery,
        response: { 200: message.array(), ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { id } = await find(viewer, request.params.id);
      const { after, before, changes, limit } = request.query;
      const rows = await store.messages.journal(viewer.portal, {
        conversation: id,
        limit,
        ...(changes === "true" && { changes: true }),
        ...paging(after, before),
      });
      const ordered = [...rows].sort((a, b) => a.seq - b.seq);
      const first = ordered[0];
      if (first && after === undefined && rows.length === limit) reply.header(NEXT, String(first.seq));
      const reactions = first ? reactionsOf(await store.messages.reactions(viewer.portal, id, first.seq)) : new Map();
      const names = await namesOf(store, viewer.portal, ordered);
      return ordered.map((row) =>
        presentMessage(row, deps.mediaLink, request.say, {
          names,
          ...(row.kind === "message" && { reactions: reactions.get(row.id) ?? [] }),
        }),
      );
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
    const operators = new Set(rows.flatMap(({ operator }) => operator ?? []));
    const names = await store.users.names(portal, [...operators]);
    return rows.map((row) => presentConversation(row, accounts.get(row.account), { names }));
  }
}

/** Newest first is what people look for; `after` alone reads forwards. */
function paging(after: number | undefined, before: number | undefined) {
  if (after !== undefined && before === undefined) return { after };
  return { before: before ?? Number.MAX_SAFE_INTEGER, ...(after !== undefined && { after }) };
}

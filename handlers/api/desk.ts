import { z } from "zod";
import { errorAnswer } from "../../src/api/common.ts";
import { changedMany, conversationsQuery, deskChange, deskChangeOfMany } from "../../src/api/desk.ts";
import { conversation, messageParams } from "../../src/api/messages.ts";
import type { Account } from "../../src/domain/account.ts";
import { accountId, type ConversationId, conversationId } from "../../src/domain/ids.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import type { OnDesk } from "../../src/store/contract/desk.ts";
import type { ChatAccess } from "./access.ts";
import { isOurId, ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { presentConversation } from "./present.ts";

const security = [{ session: [] }];
const tags = ["conversations"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const NEXT = "x-next";
const FURTHEST_MS = 366 * 24 * 3_600_000;

function operatorOf(wanted: string, viewer: Viewer): string | null {
  if (wanted === "nobody") return null;
  return wanted === "me" ? viewer.userId : wanted;
}

type Change = z.output<typeof deskChange>;

/** What agents work through: who waits, what was put off or away, and the tags. */
export function registerDeskRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store } = deps;

  scope.get(
    "/conversations",
    {
      schema: {
        summary: "Conversations the viewer may read",
        description: `Those that the viewer may not read are left out. The header \`${NEXT}\` holds what to pass as \`after\` for more, while there may be more.`,
        tags,
        security,
        querystring: conversationsQuery,
        response: { 200: conversation.array(), ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { account, channel, open, operator, limit, after, ...filters } = request.query;
      const scope = await access.scope(viewer);
      const found = await store.desk.list(viewer.portal, {
        ...filters,
        ...(scope.kind === "own" && { own: scope }),
        limit,
        offset: after,
        ...((account || channel !== undefined) && { accounts: await accountsOf(viewer, account, channel) }),
        ...(open !== undefined && { open: open === "true" }),
        ...(operator === "bot" && { bot: true as const }),
        ...(operator !== undefined && operator !== "bot" && { operator: operatorOf(operator, viewer) }),
      });
      if (found.length === limit) reply.header(NEXT, String(after + limit));
      return present(viewer, await readable(viewer, found));
    },
  );

  scope.patch(
    "/conversations/:id/desk",
    {
      schema: {
        summary: "Puts a conversation off or away, tags it, or says that it needs no answer",
        tags,
        security,
        params: messageParams,
        body: deskChange,
        response: { 200: conversation, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const id = ourId(request.params.id, conversationId, "conversation");
      const [changed] = await change(viewer, [id], request.body);
      if (!changed) throw unknown("conversation");
      const [answer] = await present(viewer, [changed]);
      if (!answer) throw unknown("conversation");
      return answer;
    },
  );

  scope.post(
    "/conversations/desk",
    {
      schema: {
        summary: "The same for several conversations at once",
        tags,
        security,
        body: deskChangeOfMany,
        response: { 200: changedMany, ...errors },
      },
    },
    async (request) => {
      const ids = request.body.conversations.filter(isOurId).map((one) => conversationId(one.toLowerCase()));
      const changed = await change(viewerOf(request), ids, request.body.change);
      return { changed: changed.map((one) => one.conversation.id) };
    },
  );

  scope.get(
    "/tags",
    {
      schema: {
        summary: "Tags that conversations have, most used first",
        tags,
        security,
        response: { 200: z.array(z.string()), ...errors },
      },
    },
    async (request) => [...(await store.desk.tags(viewerOf(request).portal))],
  );

  async function accountsOf({ portal }: Viewer, wanted: readonly string[] | undefined, channel: string | undefined) {
    const named = wanted?.filter(isOurId).map(accountId);
    if (channel === undefined) return named ?? [];
    const all = await store.accounts.list(portal);
    return all.filter((one) => one.channel === channel && (!named || named.includes(one.id))).map(({ id }) => id);
  }

  async function change(viewer: Viewer, ids: readonly ConversationId[], wanted: Change): Promise<readonly OnDesk[]> {
    const { snoozedUntil, ...rest } = wanted;
    const until = typeof snoozedUntil === "string" ? new Date(snoozedUntil) : snoozedUntil;
    if (until && !(until > deps.now() && until.getTime() - deps.now().getTime() < FURTHEST_MS))
      throw new HttpError(400, "invalid_request", "Choose a time to come, a year ahead at most.", {
        field: "snoozedUntil",
      });
    const allowed = await readable(viewer, await store.desk.find(viewer.portal, ids));
    const changed = await store.desk.change(
      viewer.portal,
      allowed.map((one) => one.conversation.id),
      { ...rest, ...(until !== undefined && { snoozedUntil: until }) },
    );
    for (const id of changed) deps.news.ofConversation(viewer.portal, id);
    return store.desk.find(viewer.portal, changed);
  }

  async function readable(viewer: Viewer, rows: readonly OnDesk[]): Promise<readonly OnDesk[]> {
    if ((await access.scope(viewer)).kind === "all") return rows;
    const judged = await Promise.all(rows.map((row) => access.mayRead(viewer, row.conversation)));
    return rows.filter((_row, index) => judged[index]);
  }

  async function present(viewer: Viewer, rows: readonly OnDesk[]) {
    const accounts = new Map<string, Account>(
      (await store.accounts.list(viewer.portal)).map((account) => [account.id, account]),
    );
    const names = await deps.names(
      viewer.portal,
      rows.flatMap(({ conversation }) => conversation.operator ?? []),
    );
    return rows.map(({ conversation, desk }) =>
      presentConversation(conversation, accounts.get(conversation.account), { desk, names }),
    );
  }
}

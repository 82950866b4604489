import { errorAnswer } from "../../src/api/common.ts";
import {
  firstMessage,
  firstQuery,
  message,
  messageParams,
  threadQuery,
  threadSearchQuery,
} from "../../src/api/messages.ts";
import { type ConversationId, conversationId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { Message } from "../../src/domain/message.ts";
import type { App } from "../../src/server/app.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { authorsOf } from "./names.ts";
import { presentMessage } from "./present.ts";
import { changesByMessage, notInLine, reactionsOf } from "./present-changes.ts";

const security = [{ session: [] }];
const tags = ["messages"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
/** Position to page on with: pass it as `before` (or `after`, when that was asked). */
const NEXT = "x-next";
/** How far back was looked: a page that is not full may have stopped before it found all. */
const LOOKED_TO = "x-looked-to";

/** What was said in a conversation, or in all of one person's as one column. */
export function registerMessageRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store } = deps;

  scope.get(
    "/conversations/:id/messages",
    {
      schema: {
        summary: "Messages of one conversation, or of all conversations of one person, oldest first",
        description: `The latest ones unless \`after\` or \`before\` is given; \`after\` alone reads forwards. The header \`${NEXT}\` holds the position to go on from, while there may be more: of earlier ones, or of later ones where they were read forwards.`,
        tags,
        security,
        params: messageParams,
        querystring: threadQuery,
        response: { 200: message.array(), ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { together, after, before, changes, limit } = request.query;
      const rows = await store.threads.page(viewer.portal, {
        conversations: await read(viewer, request.params.id, together),
        limit,
        ...(changes === "true" && { changes: true }),
        ...(after !== undefined && { after }),
        ...(before !== undefined && { before }),
      });
      const isForwards = after !== undefined && before === undefined;
      const furthest = isForwards ? rows.at(-1) : rows[0];
      if (furthest && rows.length === limit && (isForwards || after === undefined))
        reply.header(NEXT, String(furthest.seq));
      return present(viewer, rows, request.say);
    },
  );

  scope.get(
    "/conversations/:id/messages/first",
    {
      schema: {
        summary: "Where a day begins in a conversation",
        description: "The position to read from: messages before it were not sent since.",
        tags,
        security,
        params: messageParams,
        querystring: firstQuery,
        response: { 200: firstMessage, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { together, since } = request.query;
      const conversations = await read(viewer, request.params.id, together);
      return { seq: (await store.threads.firstSince(viewer.portal, conversations, new Date(since))) ?? null };
    },
  );

  scope.get(
    "/conversations/:id/messages/search",
    {
      schema: {
        summary: "Messages of a conversation in which words stand, newest first",
        description: `The header \`${NEXT}\` holds the position to go on from, while there may be more. A stretch of the conversation is looked through at a time: a page may hold fewer than asked for, or none, and \`${LOOKED_TO}\` tells the time that was looked back to.`,
        tags,
        security,
        params: messageParams,
        querystring: threadSearchQuery,
        response: { 200: message.array(), ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { together, text, before, limit } = request.query;
      const page = await store.journal.search(viewer.portal, {
        conversations: await read(viewer, request.params.id, together),
        said: true,
        text,
        limit,
        ...(before !== undefined && { before }),
      });
      if (page.next !== undefined) reply.header(NEXT, String(page.next));
      if (page.lookedTo) reply.header(LOOKED_TO, page.lookedTo.toISOString());
      const hits = await present(viewer, page.rows, request.say);
      // What was taken back is not shown, so nobody is led there.
      return hits.filter((hit) => hit.changed?.deleted !== true);
    },
  );

  /** @throws HttpError 404 when there is none, or none that the viewer may read. */
  async function read(
    viewer: Viewer,
    id: string,
    together: "true" | "false" | undefined,
  ): Promise<readonly ConversationId[]> {
    const found = await store.conversations.find(viewer.portal, ourId(id, conversationId, "conversation"));
    if (!found || !(await access.mayRead(viewer, found))) throw unknown("conversation");
    if (together !== "true") return [found.id];
    return (await access.together(viewer, found)).map((one) => one.id);
  }

  async function present(viewer: Viewer, rows: readonly Message[], say: Say) {
    const said = rows.filter((row) => row.kind === "message");
    const [changes, names] = await Promise.all([
      store.threads.changesOf(
        viewer.portal,
        said.map((row) => row.id),
      ),
      authorsOf(deps.names, viewer.portal, rows),
    ]);
    const personal = rows.some(({ content }) => content.letter) ? await access.boxes.of(viewer.portal) : undefined;
    const [reactions, changed] = [reactionsOf(changes), changesByMessage(changes, say)];
    const unsaid = notInLine(said, changes, say);
    return rows.map((row) =>
      presentMessage(row, deps.mediaLink, say, {
        names,
        ...(personal?.get(row.account)?.byClick === true && { byClick: true }),
        ...(row.kind === "message" && {
          reactions: reactions.get(row.id) ?? [],
          changed: changed.get(row.id),
          notInLine: unsaid.get(row.id),
        }),
      }),
    );
  }
}

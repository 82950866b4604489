import { z } from "zod";
import { errorAnswer } from "../../src/api/common.ts";
import { messageParams } from "../../src/api/messages.ts";
import { newPlanned, type PlannedAnswer, planned } from "../../src/api/writing.ts";
import { plannedId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { PlannedMessage } from "../../src/domain/planned-message.ts";
import type { App } from "../../src/server/app.ts";
import { viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, sendNothing, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { findPlace } from "./place.ts";
import { presentContent } from "./present.ts";
import { byOf, cannotSend, createWriter, FILE_GONE } from "./written.ts";

const security = [{ session: [] }];
const tags = ["messages"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const LEAST_AHEAD_MS = 60_000;
const MOST_AHEAD_MS = 366 * 86_400_000;

/** What agents write to be sent later. It is no message before its time: nobody's answer waits for it. */
export function registerPlannedRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store } = deps;
  const writer = createWriter(deps);

  scope.post(
    "/conversations/:id/planned",
    {
      schema: {
        summary: "Writes to the customer, to be sent later",
        description:
          "Shown in the list until its time comes; until then it can be taken back. The same `clientId` again answers what the first request made.",
        tags,
        security,
        params: messageParams,
        body: newPlanned,
        response: { 201: planned, ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const place = await findPlace(deps, access, viewer, request.params.id);
      const by = byOf(viewer, request.body);
      const sendAt = new Date(request.body.sendAt);
      const ahead = sendAt.getTime() - deps.now().getTime();
      const known = (await store.planned.list(viewer.portal, place.conversation.id)).find(
        ({ clientId, authorId }) => clientId === by.clientId && authorId === by.authorId,
      );
      if (known) return reply.code(201).send(await presentPlanned(known, request.say));
      if (ahead < LEAST_AHEAD_MS || ahead > MOST_AHEAD_MS)
        throw cannotSend("Choose a time at least a minute and at most a year from now.");
      // Sent under this id already: a page that asks again is told where it is.
      if (await deps.replies.written(by))
        throw cannotSend("This message was sent already. Look into the conversation.");
      const content = await writer.contentOf(viewer, place, request.body);
      const files = content.attachments.flatMap(({ source }) => (source.by === "media" ? [source.id] : []));
      const made = await store.planned.add({ ...by, conversation: place.conversation.id, content, sendAt, files });
      if (made.kind === "no-file") throw cannotSend(FILE_GONE);
      if (made.kind === "foreign") throw unknown("message");
      deps.news.ofConversation(viewer.portal, place.conversation.id);
      return reply.code(201).send(await presentPlanned(made.planned, request.say));
    },
  );

  scope.get(
    "/conversations/:id/planned",
    {
      schema: {
        summary: "What is to be sent to the customer later, the next one first",
        tags,
        security,
        params: messageParams,
        response: { 200: planned.array(), ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { conversation } = await findPlace(deps, access, viewer, request.params.id);
      const rows = await store.planned.list(viewer.portal, conversation.id);
      return Promise.all(rows.map((row) => presentPlanned(row, request.say)));
    },
  );

  scope.delete(
    "/planned/:id",
    {
      schema: {
        summary: "Takes back what was to be sent later",
        description:
          "Only its author may, and administrators. Its files can be put into another message of this conversation from then on. 409: it is being sent.",
        tags,
        security,
        params: messageParams,
        response: { 204: z.null(), ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const row = await store.planned.find(viewer.portal, ourId(request.params.id, plannedId, "message"));
      const conversation = row && (await store.conversations.find(viewer.portal, row.conversation));
      if (!row || !conversation || !(await access.mayRead(viewer, conversation))) throw unknown("message");
      if (row.authorId !== viewer.userId && !viewer.admin)
        throw cannotSend("Only the colleague who wrote it, or an administrator, can take this message back.");
      if (!(await store.planned.cancel(viewer.portal, row.id, viewer.userId)))
        throw cannotSend("This message is being sent just now and cannot be taken back.");
      deps.news.ofConversation(viewer.portal, row.conversation);
      return sendNothing(reply);
    },
  );

  async function presentPlanned(row: PlannedMessage, say: Say): Promise<PlannedAnswer> {
    const { id, conversation, clientId, content, authorId, trouble } = row;
    const name = (await deps.names(row.portal, [authorId])).get(authorId);
    return {
      ...{ id, conversation, clientId, ...presentContent(content, deps.mediaLink) },
      files: content.attachments.flatMap(({ source, kind, name = "", size = 0 }) =>
        source.by === "media" ? [{ id: source.id, kind, name, size }] : [],
      ),
      ...{ sendAt: row.sendAt.toISOString(), createdAt: row.createdAt.toISOString() },
      agent: { id: authorId, ...(name !== undefined && { name }) },
      error: trouble === undefined ? null : say(trouble),
    };
  }
}

import { errorAnswer } from "../../src/api/common.ts";
import { message, messageParams } from "../../src/api/messages.ts";
import { changedMessage, newMessage } from "../../src/api/writing.ts";
import { messageId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import { authorOf, type Message } from "../../src/domain/message.ts";
import type { RichText } from "../../src/domain/rich-text.ts";
import { changeRefusal } from "../../src/relay/capability-check.ts";
import type { App } from "../../src/server/app.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { authorsOf } from "./names.ts";
import { findPlace, type Place, placeOf } from "./place.ts";
import { presentMessage } from "./present.ts";
import { byOf, cannotSend, createWriter, richText } from "./written.ts";

const security = [{ session: [] }];
const tags = ["messages"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };

/** An agent writes on a page of ours. What cannot be sent is refused here, before anything of it is kept. */
export function registerWriteRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store } = deps;
  const writer = createWriter(deps);

  scope.post(
    "/conversations/:id/messages",
    {
      schema: {
        summary: "Writes to the customer",
        description:
          "Answered once it is kept; what becomes of it is told in the thread. The same `clientId` again answers the message that the first request made. 409 says in a sentence for the agent why it cannot be sent, and nothing was kept then.",
        tags,
        security,
        params: messageParams,
        body: newMessage,
        response: { 202: message, ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const place = await findPlace(deps, access, viewer, request.params.id);
      const by = byOf(viewer, request.body);
      // Asked before what may be written now: the first request may have come before the window closed.
      const known = await deps.replies.written(by);
      if (known) return reply.code(202).send(await present(of(place, known), request.say));
      const content = await writer.contentOf(viewer, place, request.body);
      await deps.replies.write({ ...by, conversation: place.conversation.id, content, at: deps.now() });
      await deps.lineSessions.wrote(place.conversation, viewer.userId);
      return reply.code(202).send(await present(of(place, await deps.replies.written(by)), request.say));
    },
  );

  scope.patch(
    "/messages/:id",
    {
      schema: {
        summary: "Changes the text of a message of ours",
        description: "Only its author may, and administrators. Answers the message as it reads from now on.",
        tags,
        security,
        params: messageParams,
        body: changedMessage,
        response: { 202: message, ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { row } = await changeable(viewer, request.params.id, "edit");
      const body = richText(request.body.text, request.body.spans);
      return reply.code(202).send(await change(viewer, row, { kind: "edit", body }, request.say));
    },
  );

  scope.delete(
    "/messages/:id",
    {
      schema: {
        summary: "Takes a message of ours back",
        description: "Only its author may, and administrators. The thread tells what became of it.",
        tags,
        security,
        params: messageParams,
        response: { 202: message, ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { row } = await changeable(viewer, request.params.id, "delete");
      return reply.code(202).send(await change(viewer, row, { kind: "delete" }, request.say));
    },
  );

  async function present(row: Message, say: Say) {
    return presentMessage(row, deps.mediaLink, say, { names: await authorsOf(deps.names, row.portal, [row]) });
  }

  async function change(
    viewer: Viewer,
    target: Message,
    what: { readonly kind: "edit"; readonly body: RichText } | { readonly kind: "delete" },
    say: Say,
  ) {
    const outcome = await deps.replies.change({ ...what, target, authorId: viewer.userId, at: deps.now() });
    const row = await store.messages.find(viewer.portal, target.id);
    if (outcome.kind === "unknown" || !row) throw unknown("message");
    return present(row, say);
  }

  /** @throws HttpError 404 for what is not there or not to be seen, 409 for what cannot be changed. */
  async function changeable(viewer: Viewer, id: string, kind: "edit" | "delete"): Promise<{ readonly row: Message }> {
    const row = await store.messages.find(viewer.portal, ourId(id, messageId, "message"));
    const conversation = row && (await store.conversations.find(viewer.portal, row.conversation));
    if (!row || !conversation || row.kind !== "message" || !(await access.mayRead(viewer, conversation)))
      throw unknown("message");
    if (row.direction === "in") throw cannotSend("Only messages of your own team can be changed here.");
    if (authorOf(row.origin) !== viewer.userId && !viewer.admin)
      throw cannotSend("Only the colleague who wrote it, or an administrator, can change this message.");
    const { adapter } = await placeOf(deps, conversation);
    const refused = changeRefusal(adapter, kind);
    if (refused !== undefined) throw cannotSend(refused);
    if (row.content.template && kind === "edit")
      throw cannotSend("A template's text is the vendor's and cannot be changed. Send a correction as a new message.");
    return { row };
  }
}

/** @throws HttpError 404 when it is gone, or is of another conversation. */
function of({ conversation }: Place, row: Message | undefined): Message {
  if (row?.conversation !== conversation.id) throw unknown("message");
  return row;
}

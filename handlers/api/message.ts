import { z } from "zod";
import { errorAnswer } from "../../src/api/common.ts";
import { message, messageInPlace, messageParams } from "../../src/api/messages.ts";
import { newReaction, retryOfMessage } from "../../src/api/writing.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { type MessageId, messageId } from "../../src/domain/ids.ts";
import type { Message } from "../../src/domain/message.ts";
import { reactedRefusal } from "../../src/relay/answered.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { administratorOf, type Viewer, viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { presentConversation, presentInJournal, presentMessage } from "./present.ts";

const security = [{ session: [] }];
const tags = ["messages"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const accepted = z
  .object({ accepted: z.boolean() })
  .describe("It will be sent; what became of it is told in the thread.");

/** One message: where it stands, sent again by hand, a reaction on it. */
export function registerMessageRoute(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store } = deps;

  scope.get(
    "/messages/:id",
    {
      schema: {
        summary: "One message and the conversation it stands in",
        tags,
        security,
        params: messageParams,
        response: { 200: messageInPlace, ...errors },
      },
    },
    async (request) => {
      const { row, conversation } = await readable(viewerOf(request), ourId(request.params.id, messageId, "message"));
      const account = await store.accounts.find(row.portal, conversation.account);
      const beside = await store.journal.beside(row.portal, [row.id]);
      return {
        message: presentInJournal(row, deps.mediaLink, request.say, beside.get(row.id)),
        conversation: presentConversation(conversation, account),
      };
    },
  );

  scope.post(
    "/messages/:id/retry",
    {
      schema: {
        summary: "Sends a refused, failed or uncertain message again",
        description:
          "Repeating the request sends nothing a second time: it is about the attempts that the page has seen. What came of it meanwhile is the answer.",
        tags,
        security,
        params: messageParams,
        body: retryOfMessage,
        response: { 200: message, ...errors },
      },
    },
    async (request) => {
      const { row } = await readable(viewerOf(request), ourId(request.params.id, messageId, "message"));
      const { state, attempts, anyway } = request.body;
      if (state === "uncertain" && anyway !== true)
        throw new HttpError(
          409,
          "may_have_arrived",
          "The message may have arrived already. Confirm that it shall be sent again all the same.",
        );
      const lane = await store.messages.retry(row.portal, row.id, { state, attempts });
      if (lane !== undefined) {
        deps.dispatcher.wake(lane);
        deps.news.ofConversation(row.portal, row.conversation);
      }
      const now = await store.messages.find(row.portal, row.id);
      if (!now) throw unknown("message");
      return presentMessage(now, deps.mediaLink, request.say);
    },
  );

  scope.post(
    "/journal/:id/retry",
    {
      schema: {
        summary: "Sends a refused, failed or uncertain message again",
        tags,
        security,
        params: messageParams,
        response: { 200: message, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const id = ourId(request.params.id, messageId, "message");
      const lane = await store.messages.retry(viewer.portal, id);
      const row = await store.messages.find(viewer.portal, id);
      if (!row) throw unknown("message");
      if (lane === undefined)
        throw new HttpError(
          409,
          "not_retriable",
          `Only refused, failed and uncertain messages can be sent again; this one is "${row.state}".`,
        );
      deps.dispatcher.wake(lane);
      deps.news.ofConversation(row.portal, row.conversation);
      return presentMessage(row, deps.mediaLink, request.say);
    },
  );

  scope.post(
    "/messages/:id/reaction",
    {
      schema: {
        summary: "Puts an emoji on a message, or takes ours off",
        tags,
        security,
        params: messageParams,
        body: newReaction,
        response: { 202: accepted, ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const target = ourId(request.params.id, messageId, "message");
      const { row } = await readable(viewer, target);
      const { emoji, clientId } = request.body;
      const refused = reactedRefusal(row, true);
      if (refused !== undefined) throw new HttpError(409, "cannot_send", refused, { sentence: refused });
      const outcome = await deps.replies.react({
        portal: viewer.portal,
        conversation: row.conversation,
        target,
        emoji,
        clientId,
        authorId: viewer.userId,
        at: deps.now(),
      });
      if (outcome.kind === "unknown") throw unknown("message");
      return reply.code(202).send({ accepted: true });
    },
  );

  /** @throws HttpError 404 for what is not there and for what the viewer may not read: nobody learns which. */
  async function readable(
    viewer: Viewer,
    id: MessageId,
  ): Promise<{ readonly row: Message; readonly conversation: Conversation }> {
    const row = await store.messages.find(viewer.portal, id);
    const conversation = row && (await store.conversations.find(viewer.portal, row.conversation));
    if (!row || !conversation || !(await access.mayRead(viewer, conversation))) throw unknown("message");
    return { row, conversation };
  }
}

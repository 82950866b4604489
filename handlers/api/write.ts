import { errorAnswer } from "../../src/api/common.ts";
import { changedMessage, message, messageParams, newMessage } from "../../src/api/messages.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { mediaId, messageId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { Attachment, Content, Message, Quote } from "../../src/domain/message.ts";
import { normaliseSpans, type RichText, type Span } from "../../src/domain/rich-text.ts";
import { quoteRefusal } from "../../src/relay/answered.ts";
import { changeRefusal, writeRefusal } from "../../src/relay/capability-check.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { authorsOf } from "./names.ts";
import { findPlace, type Place, placeOf } from "./place.ts";
import { presentMessage } from "./present.ts";

const security = [{ session: [] }];
const tags = ["messages"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };

/** An agent writes on a page of ours. What cannot be sent is refused here, before anything of it is kept. */
export function registerWriteRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store } = deps;

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
      const { clientId, text, spans, attachments, quote, template } = request.body;
      const by = { portal: viewer.portal, clientId: clientId.toLowerCase(), authorId: viewer.userId };
      // Asked before what may be written now: the first request may have come before the window closed.
      const known = await deps.replies.written(by);
      if (known) return reply.code(202).send(await present(of(place, known), request.say));
      const content: Content = {
        body: richText(text, spans),
        attachments: await waitingFiles(viewer, place.conversation, attachments),
        ...(quote !== undefined && { quote: await quoteOf(place.conversation, quote) }),
        ...(template && { template }),
      };
      const refused = writeRefusal(place.adapter, content, { ...place, now: deps.now() });
      if (refused !== undefined) throw cannotSend(refused);
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
    const author = row.origin.by === "surface" || row.origin.by === "open-line" ? row.origin.authorId : undefined;
    if (author !== viewer.userId && !viewer.admin)
      throw cannotSend("Only the colleague who wrote it, or an administrator, can change this message.");
    const { adapter } = await placeOf(deps, conversation);
    const refused = changeRefusal(adapter, kind);
    if (refused !== undefined) throw cannotSend(refused);
    if (row.content.template && kind === "edit")
      throw cannotSend("A template's text is the vendor's and cannot be changed. Send a correction as a new message.");
    return { row };
  }

  async function waitingFiles(
    { portal, userId }: Viewer,
    { id: conversation }: Conversation,
    ids: readonly string[],
  ): Promise<Attachment[]> {
    const wanted = [...new Set(ids)].map(mediaId);
    const found = await store.media.waiting({ portal, conversation, userId }, wanted);
    return wanted.map((id) => {
      const file = found.find((one) => one.id === id);
      if (!file) throw cannotSend("A file of this message is no longer here. Take it off and add it again.");
      const { kind, name, mime, size } = file;
      return { kind, source: { by: "media", id }, name, mime, size };
    });
  }

  /** Names the message by our id; the channel's own is looked up when it goes out. */
  async function quoteOf(conversation: Conversation, id: string): Promise<Quote> {
    const quoted = await store.messages.find(conversation.portal, ourId(id, messageId, "message"));
    if (!quoted || quoted.conversation !== conversation.id || quoted.kind !== "message") throw unknown("message");
    const refused = quoteRefusal(quoted);
    if (refused !== undefined) throw cannotSend(refused);
    const { name } = quoted.content.author ?? conversation.customer;
    return {
      externalId: quoted.id,
      text: quoted.content.body.text,
      ...(quoted.direction === "in" && quoted.origin.by === "channel" && name !== undefined && { author: name }),
    };
  }
}

/** @throws HttpError 404 when it is gone, or is of another conversation. */
function of({ conversation }: Place, row: Message | undefined): Message {
  if (row?.conversation !== conversation.id) throw unknown("message");
  return row;
}

const richText = (text: string, spans: readonly Span[]): RichText => ({ text, spans: normaliseSpans(text, spans) });

const cannotSend = (sentence: string) => new HttpError(409, "cannot_send", sentence, { sentence });

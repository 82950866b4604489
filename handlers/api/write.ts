import { errorAnswer } from "../../src/api/common.ts";
import { message, messageParams, newMessage } from "../../src/api/messages.ts";
import type { ChannelAdapter } from "../../src/channels/contract.ts";
import type { Account } from "../../src/domain/account.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { conversationId, messageId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { Content, Message, Quote } from "../../src/domain/message.ts";
import { normaliseSpans, type RichText, type Span } from "../../src/domain/rich-text.ts";
import { quoteRefusal } from "../../src/relay/answered.ts";
import { writeRefusal } from "../../src/relay/capability-check.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { namesOf } from "./names.ts";
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
      const place = await placeOf(viewer, request.params.id);
      const { clientId, text, spans, quote, template } = request.body;
      const by = { portal: viewer.portal, clientId: clientId.toLowerCase(), authorId: viewer.userId };
      // Asked before what may be written now: the first request may have come before the window closed.
      const known = await deps.replies.written(by);
      if (known) return reply.code(202).send(await present(of(place, known), request.say));
      const content: Content = {
        body: richText(text, spans),
        attachments: [],
        ...(quote !== undefined && { quote: await quoteOf(place.conversation, quote) }),
        ...(template && { template }),
      };
      const refused = writeRefusal(place.adapter, content, { ...place, now: deps.now() });
      if (refused !== undefined) throw cannotSend(refused);
      await deps.replies.write({ ...by, conversation: place.conversation.id, content, at: deps.now() });
      return reply.code(202).send(await present(of(place, await deps.replies.written(by)), request.say));
    },
  );

  async function present(row: Message, say: Say) {
    return presentMessage(row, deps.mediaLink, say, { names: await namesOf(store, row.portal, [row]) });
  }

  /** @throws HttpError 404 when there is none, or none that the viewer may read. */
  async function placeOf(viewer: Viewer, id: string): Promise<Place> {
    const conversation = await store.conversations.find(viewer.portal, ourId(id, conversationId, "conversation"));
    if (!conversation || !(await access.mayRead(viewer, conversation))) throw unknown("conversation");
    const account = await store.accounts.find(viewer.portal, conversation.account);
    const adapter = account && deps.channels.get(account.channel);
    if (!account || !adapter) throw unknown("conversation");
    return { conversation, account, adapter };
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

interface Place {
  readonly conversation: Conversation;
  readonly account: Account;
  readonly adapter: ChannelAdapter;
}

/** @throws HttpError 404 when it is gone, or is of another conversation. */
function of({ conversation }: Place, row: Message | undefined): Message {
  if (row?.conversation !== conversation.id) throw unknown("message");
  return row;
}

const richText = (text: string, spans: readonly Span[]): RichText => ({ text, spans: normaliseSpans(text, spans) });

const cannotSend = (sentence: string) => new HttpError(409, "cannot_send", sentence, { sentence });

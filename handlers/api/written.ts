import type { z } from "zod";
import type { newMessage } from "../../src/api/writing.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { mediaId, messageId } from "../../src/domain/ids.ts";
import type { Attachment, Content, Quote } from "../../src/domain/message.ts";
import { normaliseSpans, type RichText, type Span } from "../../src/domain/rich-text.ts";
import { quoteRefusal } from "../../src/relay/answered.ts";
import { writeRefusal } from "../../src/relay/capability-check.ts";
import { leftRefusal } from "../../src/relay/mail/unsubscribing.ts";
import { HttpError } from "../../src/server/errors.ts";
import type { Viewer } from "../../src/server/session.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import type { Place } from "./place.ts";

/** What an agent wrote on a page of ours, as it will go to the customer. */
export interface Writer {
  /** @throws HttpError 409 with a sentence when it cannot be sent, 404 for a quotation that is not there; nothing is kept then. */
  contentOf(viewer: Viewer, place: Place, written: Written): Promise<Content>;
}

type Written = z.output<typeof newMessage>;

export const FILE_GONE = "A file of this message is no longer here. Take it off and add it again.";

export const byOf = ({ portal, userId }: Viewer, { clientId }: Written) => ({
  ...{ portal, clientId: clientId.toLowerCase(), authorId: userId },
});

export const richText = (text: string, spans: readonly Span[]): RichText => ({
  text,
  spans: normaliseSpans(text, spans),
});

export const cannotSend = (sentence: string) => new HttpError(409, "cannot_send", sentence, { sentence });

export function createWriter(deps: Pick<ApiDeps, "addressing" | "now" | "store">): Writer {
  const { store } = deps;
  return { contentOf };

  async function contentOf(viewer: Viewer, place: Place, written: Written): Promise<Content> {
    const { conversation, adapter } = place;
    const { text, spans, attachments, quote, template, letter: draft } = written;
    if (draft && adapter.capabilities.letters !== true)
      throw cannotSend(`${adapter.title} has no subject and no further recipients. Send the text alone.`);
    const content: Content = {
      body: richText(text, spans),
      attachments: await waitingFiles(viewer, conversation, attachments),
      ...(quote !== undefined && { quote: await quoteOf(conversation, quote) }),
      ...(template && { template }),
    };
    const originKey = `surface:${written.clientId.toLowerCase()}`;
    const { customer } = conversation;
    const addressed = await deps.addressing.address({
      ...{ ...place, customer, originKey, authorId: viewer.userId, content, draft },
    });
    const refused =
      writeRefusal(adapter, addressed, { ...place, now: deps.now() }) ??
      (await leftRefusal(store, viewer.portal, addressed));
    if (refused !== undefined) throw cannotSend(refused);
    return addressed;
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
      if (!file) throw cannotSend(FILE_GONE);
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

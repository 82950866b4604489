import type { Conversation } from "../domain/conversation.ts";
import type { RichText } from "../domain/rich-text.ts";
import type { OpenLines } from "../portal/contract.ts";
import type { Store } from "../store/contract.ts";
import type { ReplyAcceptor } from "./accept-reply.ts";

export interface CompareDeps {
  readonly store: Pick<Store, "messages" | "conversations">;
  readonly replies: ReplyAcceptor;
  readonly fromBBCode: (text: string) => RichText;
  readonly now: () => Date;
}

export type Compared =
  | {
      readonly kind: "done";
      readonly recovered: number;
      /** Replies whose files a history does not give out. */
      readonly withFiles: number;
      /** The portal's ids of what stood in it. */
      readonly read: ReadonlySet<string>;
    }
  /** The portal does not let us read this history; asking again would not help. */
  | { readonly kind: "refused"; readonly sentence: string }
  | { readonly kind: "unavailable"; readonly sentence: string };

/** Whether events of this conversation may have been lost since its history was last looked through. */
export function hasGap(gapAt: Date | undefined, conversation: Conversation): boolean {
  if (gapAt === undefined || conversation.imChatId === undefined) return false;
  return conversation.comparedAt === undefined || conversation.comparedAt < gapAt;
}

/**
 * Reads the line's history of one conversation and accepts the operators' replies that never reached us, like events.
 *
 * Twice, or crossing a late event: the origin key is the portal's message id, so each is taken once; what is older than the
 * portal keeps its messages for is none of them, or what was deleted here would go to the customer again. Killed half-way:
 * the conversation is not marked as compared and the next look begins anew. Texts that were changed meanwhile come as they
 * are now. A reply with nothing but a file cannot be fetched from a history: it is counted, for the report.
 */
export async function compareHistory(
  deps: CompareDeps,
  lines: OpenLines,
  conversation: Conversation,
): Promise<Compared> {
  const { imChatId } = conversation;
  if (imChatId === undefined) return { kind: "done", recovered: 0, withFiles: 0, read: new Set() };
  const began = deps.now();
  const history = await lines.history({ chatId: imChatId });
  if (history.kind === "refused") {
    await deps.store.conversations.learn(conversation.portal, conversation.id, { comparedAt: began });
    return { kind: "refused", sentence: history.sentence };
  }
  if (history.kind !== "ok")
    return {
      kind: "unavailable",
      sentence: "sentence" in history ? history.sentence : "The portal cannot be asked just now.",
    };
  let recovered = 0;
  let withFiles = 0;
  const told = history.value.filter((message) => !message.fromCustomer && !message.system);
  const known = await deps.store.messages.knownByIm(
    conversation.portal,
    told.map((message) => ({ id: message.id, at: message.date })),
  );
  for (const message of told) {
    if (known.has(message.id)) continue;
    if (message.fileCount > 0) withFiles += 1;
    const body = deps.fromBBCode(message.text);
    if (body.text.trim() === "") continue;
    const accepted = await deps.replies.accept({
      kind: "message",
      portal: conversation.portal,
      chatId: conversation.id,
      imChatId: message.chatId === "" ? imChatId : message.chatId,
      imMessageId: message.id,
      authorId: message.authorId,
      externalIds: message.externalIds,
      at: message.date,
      content: { body, attachments: [] },
    });
    if (accepted.kind === "stored") recovered += 1;
  }
  await deps.store.conversations.learn(conversation.portal, conversation.id, { comparedAt: began });
  return { kind: "done", recovered, withFiles, read: new Set(history.value.map(({ id }) => id)) };
}

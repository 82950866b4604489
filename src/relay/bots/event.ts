import type { Account } from "../../domain/account.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { MediaId } from "../../domain/ids.ts";
import type { Language } from "../../domain/localised.ts";
import type { Attachment, Button, Content, Message } from "../../domain/message.ts";
import { plainText } from "../../domain/rich-text.ts";
import type { BotAnswer, BotEvent } from "../../rules/bots/protocol.ts";
import type { BotEnd } from "../../rules/bots/talk.ts";

export interface Told {
  readonly account: Account;
  readonly conversation: Conversation;
  readonly session: number;
  readonly language: Language;
  readonly at: Date;
}

type What =
  | { readonly event: "started" }
  | { readonly event: "message"; readonly message: Message; readonly files: readonly Attachment[] }
  | { readonly event: "closed"; readonly reason: BotEnd };

/** The same event has the same id, whenever it is made. */
export function botEvent(told: Told, what: What, link: (media: MediaId) => string): BotEvent {
  const { account, conversation, session, language, at } = told;
  const { customer } = conversation;
  const name = [customer.name, customer.lastName].filter(Boolean).join(" ");
  return {
    version: 1,
    event: what.event,
    id: what.event === "message" ? what.message.id : `${conversation.id}.${session}.${what.event}`,
    at: at.toISOString(),
    account: { id: account.id, name: account.name, channel: account.channel },
    conversation: { id: conversation.id, session, language },
    person: {
      name: name === "" ? null : name,
      ...(customer.phone !== undefined && { phone: customer.phone }),
      ...(customer.email !== undefined && { email: customer.email }),
    },
    message: what.event === "message" ? messageOf(what, link) : null,
    reason: what.event === "closed" ? what.reason : null,
  };
}

function messageOf(
  { message, files }: Extract<What, { readonly event: "message" }>,
  link: (media: MediaId) => string,
): BotEvent["message"] {
  return {
    ...{ id: message.id, text: message.content.body.text, at: message.sentAt.toISOString() },
    files: files.flatMap(({ kind, name, mime, size, source }) =>
      source.by === "media"
        ? [
            {
              ...{ kind, url: link(source.id) },
              ...(name !== undefined && { name }),
              ...(mime !== undefined && { mime }),
              ...(size !== undefined && { size }),
            },
          ]
        : [],
    ),
  };
}

/** Buttons where the channel has them, one in a row; otherwise what they offer stands below the text. */
export function botContent({ text, buttons = [] }: BotAnswer["messages"][number], withButtons: boolean): Content {
  if (buttons.length === 0) return { body: plainText(text), attachments: [] };
  if (!withButtons) {
    const lines = buttons.map((one) => (typeof one === "string" ? `• ${one}` : `• ${one.text}: ${one.url}`));
    return { body: plainText([text, "", ...lines].join("\n")), attachments: [] };
  }
  const rows = buttons.map((one): readonly Button[] => [
    typeof one === "string" ? { kind: "reply", text: one } : { kind: "link", text: one.text, url: one.url },
  ]);
  return { body: plainText(text), attachments: [], buttons: rows };
}

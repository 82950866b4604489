import { z } from "zod";
import type { Account, ConnectionState } from "../../domain/account.ts";
import type { Outgoing, SendOutcome } from "../contract/sending.ts";
import type { ChannelAdapter, Connected } from "../contract.ts";
import { partsOf } from "../shared/capability-tables.ts";
import type { Hub } from "./hub.ts";
import { webchatSentences } from "./sentences.ts";
import { readSettings, webchatSettings } from "./settings.ts";
import { description, webchatSetup } from "./setup.ts";
import type { Uploads } from "./uploads.ts";
import { VISITOR_ID } from "./visitor.ts";

export interface WebchatAdapterOptions {
  readonly hub: Pick<Hub, "notify">;
  /** Where visitors' files wait for a worker. */
  readonly uploads: Pick<Uploads, "open">;
}

/** What one message of a visitor may hold; our own answers are shown whole, however long. */
const TEXT_LIMIT = 4_000;
const FILE_LIMIT = { maxBytes: 100 * 1024 * 1024 };

/**
 * Web chat: a channel whose vendor is this very server. There is no network in `send`: the message is in the store
 * already, the visitor's history shows it from the moment it is `sent`, and the hub only tells an open page to look.
 *
 * Crash in or after `send`: the row is sent again under the same key, which shows the visitor nothing new, because what
 * the visitor sees is the row and not the call. The visitor's browser away: the message waits in the history, and
 * `delivered` comes when the browser acknowledges it.
 */
export function createWebchatAdapter({ hub, uploads }: WebchatAdapterOptions): ChannelAdapter {
  const show = (account: Account, chatId: string, externalIds: readonly string[]): SendOutcome => {
    if (!VISITOR_ID.test(chatId)) {
      return {
        kind: "refused",
        code: "unknown-visitor",
        sentence: "This conversation does not belong to a visitor of the web chat.",
      };
    }
    hub.notify(account.id, chatId);
    return { kind: "sent", externalIds };
  };

  return {
    id: "webchat",
    title: "Web chat",
    sentences: webchatSentences,
    description,
    icon: { svg: ICON, color: "#2563eb" },
    greets: true,
    capabilities: {
      leaves: true,
      textLimit: TEXT_LIMIT,
      captionLimit: TEXT_LIMIT,
      formatting: true,
      attachments: {
        photo: FILE_LIMIT,
        video: FILE_LIMIT,
        animation: FILE_LIMIT,
        voice: FILE_LIMIT,
        audio: FILE_LIMIT,
        file: FILE_LIMIT,
        sticker: FILE_LIMIT,
      },
      album: false,
      edit: true,
      remove: true,
      quote: true,
      typing: true,
      receipts: "read",
      mayWriteFirst: false,
      reaction: false,
      templates: false,
      groups: false,
      parts: partsOf({
        formatting: { out: "full" },
        photo: "full",
        video: "full",
        voice: { in: { degraded: "as an audio file" }, out: "full" },
        file: "full",
        album: { out: { degraded: "as one message with several files" } },
        sticker: { out: { degraded: "as a picture file" } },
        quote: "full",
        edit: { out: "full" },
        delete: { out: "full" },
        notice: { in: "full" },
      }),
      // What the visitor sees is the row, not the call.
      repeatable: true,
    },
    credentials: z.object({}),
    settings: webchatSettings,
    setup: webchatSetup,
    receive: () => ({ kind: "rejected", status: 403, reason: "web chat has routes of its own" }),
    async send(account: Account, message: Outgoing, key: string) {
      if (message.content.body.text.trim() === "" && message.content.attachments.length === 0) {
        return { kind: "refused", code: "empty", sentence: "The message has neither text nor a file." };
      }
      const { buttons, template, place, contacts } = message.content;
      if ((buttons ?? []).length > 0 || template || place || (contacts ?? []).length > 0) {
        return {
          kind: "refused",
          code: "unsupported",
          sentence: "The web chat shows no buttons, templates, places or cards. Write the same as a text.",
        };
      }
      const trouble = await troubleWithFiles(message);
      return trouble ?? show(account, message.chatId, [key]);
    },
    edit: async (account, change) => show(account, change.chatId, change.externalIds),
    remove: async (account, change) => show(account, change.chatId, change.externalIds),
    async connect(account): Promise<Connected> {
      const { title, origins } = readSettings(account);
      const [site] = origins.filter((origin) => !origin.includes("*"));
      return {
        connection: connectionOf(origins),
        profile: {
          externalId: account.id,
          title: title === "" ? account.name : title,
          ...(site !== undefined && { url: site }),
        },
      };
    },
    openMedia: (_account, ref) => uploads.open(ref),
    // The routes ask the store for the account each time: gone there is gone here.
    // Account ids are UUIDs and the origin is ours: nothing here needs escaping.
    embed: (account, origin) => `<script src="${origin}/widget.js" data-account="${account.id}" async></script>`,
    progressed: (account, chatId) => hub.notify(account.id, chatId),
    disconnect: () => Promise.resolve(),
  };
}

/** The visitor gets files from our shelf: what is not there, or larger than we show, must not be called sent. */
async function troubleWithFiles(message: Outgoing): Promise<SendOutcome | undefined> {
  for (const attachment of message.content.attachments) {
    if ((attachment.size ?? 0) > FILE_LIMIT.maxBytes) {
      return {
        kind: "refused",
        code: "too-large",
        sentence: "The file is larger than the 100 MB that the web chat shows. Send a link instead.",
      };
    }
    try {
      const { stream } = await message.openFile(attachment);
      if ("destroy" in stream && typeof stream.destroy === "function") stream.destroy();
    } catch {
      // Whatever keeps the file from being opened may pass; the relay gives up after its own time.
      return { kind: "retry", afterMs: 5_000, sentence: "A file of this message cannot be opened just now." };
    }
  }
  return undefined;
}

function connectionOf(origins: readonly string[]): ConnectionState {
  if (origins.length === 0) {
    return { kind: "needs-action", sentence: "List the sites that may show this chat: until then it answers nobody." };
  }
  return {
    kind: "connected",
    sentence: `The chat answers on ${origins.length === 1 ? origins[0] : `${origins.length} sites`}.`,
  };
}

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" rx="11" fill="#2563eb"/><path fill="#fff" d="M15 12h18a6 6 0 0 1 6 6v9a6 6 0 0 1-6 6h-9.2l-6.5 5.2A1.4 1.4 0 0 1 15 37.1V33a6 6 0 0 1-6-6v-9a6 6 0 0 1 6-6z"/><g fill="#2563eb"><circle cx="17" cy="22.5" r="2.2"/><circle cx="24" cy="22.5" r="2.2"/><circle cx="31" cy="22.5" r="2.2"/></g></svg>';

import { z } from "zod";
import type { ChannelAdapter, Connected } from "../../../src/channels/contract.ts";
import type { Account } from "../../../src/domain/account.ts";
import { NO_PARTS } from "../../support/parts.ts";
import { everywhere } from "../../support/words.ts";

export interface FakeChannel {
  readonly adapter: ChannelAdapter;
  readonly connected: { readonly account: Account; readonly webhookUrl: string }[];
  readonly disconnected: string[];
}

/** A channel that accepts every token but `bad…`, and remembers what was asked of it. */
export function fakeChannel(id = "telegram", title = "Telegram"): FakeChannel {
  const connected: FakeChannel["connected"] = [];
  const disconnected: string[] = [];
  const adapter: ChannelAdapter = {
    id,
    title,
    sentences: [],
    description: everywhere("A bot that customers write to."),
    icon: {
      svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#fff" d="M3 12 21 4l-4 16-5-6z"/></svg>',
      color: "#2aabee",
    },
    capabilities: {
      textLimit: 4096,
      captionLimit: 1024,
      formatting: true,
      attachments: {},
      album: false,
      edit: true,
      remove: true,
      quote: true,
      typing: false,
      receipts: "none",
      mayWriteFirst: false,
      reaction: false,
      templates: false,
      groups: false,
      parts: NO_PARTS,
    },
    credentials: z.object({ token: z.string().min(10, "must have at least 10 characters") }),
    settings: z.object({ greeting: z.string().max(200).optional() }),
    setup: [
      {
        id: "bot",
        title: everywhere("Make a bot"),
        help: everywhere("Open @BotFather in Telegram, send /newbot and copy the token it answers with."),
        fields: [
          {
            key: "token",
            into: "credentials",
            kind: "secret",
            label: everywhere("Bot token"),
            required: true,
            placeholder: "123456:ABC-DEF…",
          },
        ],
      },
    ],
    receive: () => ({ kind: "rejected", status: 401, reason: "a fake" }),
    send: async () => ({ kind: "sent", externalIds: ["1"] }),
    async connect(account, place): Promise<Connected> {
      const token = String(account.credentials.token ?? "");
      if (token.startsWith("bad")) {
        return {
          connection: {
            kind: "bad-credentials",
            sentence: "Telegram does not know this token. Copy it again from @BotFather.",
          },
          profile: {},
        };
      }
      connected.push({ account, webhookUrl: place.webhookUrl });
      return {
        connection: { kind: "connected", sentence: "Connected." },
        profile: {
          externalId: token.slice(0, 6),
          title: `Bot ${token.slice(0, 6)}`,
          url: `https://t.me/bot_${token.slice(0, 6)}`,
        },
      };
    },
    links: ({ profile: { url } }) => (url === undefined ? [] : [{ id: "chat", title: "Opens the chat", url }]),
    async disconnect(account) {
      disconnected.push(account.id);
    },
  };
  return { adapter, connected, disconnected };
}

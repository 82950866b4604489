import { readFileSync } from "node:fs";
import { channelBattery } from "../../contract/channel.ts";
import type { ChannelFault, DeliveredMessage } from "../../contract/channel-harness.ts";
import type { TelegramEmulator } from "../../emulators/telegram/emulator.ts";
import type { StoredMessage } from "../../emulators/telegram/types.ts";
import { sampleFile, setUp, telegramAccount, webhookRequest } from "./harness.ts";

channelBattery("telegram", async () => {
  const { emulator, adapter, account, chat, chatId, pacing } = await setUp();
  const bytes = Buffer.from("the bytes of a document");
  const [written] = emulator.userWrites(chat, {
    document: { bytes, name: "a.txt", mime: "text/plain" },
    caption: "Please read",
  });
  const message = { update_id: 1, message: written };
  const edited = {
    update_id: 2,
    edited_message: { ...written, caption: "Please read it", edit_date: (written?.date ?? 0) + 5 },
  };
  const bare = { message_id: 77, date: written?.date, chat: written?.chat, from: written?.from };
  const document = written?.["document"] as { file_id: string };
  return {
    adapter,
    account,
    chatId,
    place: { webhookUrl: "https://app.example/channels/telegram/acc-1", https: true },
    genuine: {
      message: () => webhookRequest(message),
      saying: (text) => webhookRequest({ update_id: 5, message: { ...bare, text } }),
      edit: () => webhookRequest(edited),
      ignored: () => [
        webhookRequest({ update_id: 3, poll_answer: { poll_id: "1" } }),
        webhookRequest({ update_id: 4, channel_post: { ...written, chat: { id: -100, type: "channel" } } }),
      ],
      withBody: (body) => webhookRequest(body),
      media: () => ({ ref: document.file_id, bytes }),
    },
    samples: {
      location: () => webhookRequest(fixture("location")),
      contact: () => webhookRequest(fixture("contact")),
      forwarded: () => webhookRequest(fixture("forwarded-user")),
      notice: () => webhookRequest(fixture("left")),
      reaction: () => webhookRequest(fixture("reaction")),
      removal: () => webhookRequest(fixture("business-deleted")),
      group: () => webhookRequest(fixture("group")),
    },
    reactable: {
      externalId: String(written?.message_id),
      emoji: "🔥",
      seen: () => emulator.bot().reactions.get(`${chat}:${written?.message_id}`) ?? "",
    },
    forged: () => [
      webhookRequest(message, ""),
      webhookRequest(message, "s3cret_of-this-accounT"),
      webhookRequest(message, telegramAccount("1:x", "other").webhookSecret),
      { ...webhookRequest(message), headers: {} },
      { ...webhookRequest(message), headers: { "x-telegram-bot-api-secret-token": ["s3cret_of-this-account", "x"] } },
    ],
    calls: () => emulator.calls().length,
    delivered: () => Promise.resolve(emulator.sentTo(chat).map(asDelivered)),
    pacing,
    file: sampleFile,
    fault: (kind) => playFault(emulator, kind),
    close: () => emulator.close(),
  };
});

const fixtures = JSON.parse(
  readFileSync(new URL("../../fixtures/telegram/updates.json", import.meta.url), "utf8"),
) as Readonly<Record<string, unknown>>;
const fixture = (name: string): unknown => fixtures[name];

async function playFault(emulator: TelegramEmulator, kind: ChannelFault): Promise<void> {
  if (kind === "unreachable") await emulator.goDown();
  else if (kind === "bad-credentials") emulator.bot().revoked = true;
  else if (kind === "busy") emulator.fault({ kind: "429", retryAfter: 7 });
  else if (kind === "refused")
    emulator.fault({ kind: "error", code: 403, description: "Forbidden: bot was blocked by the user" });
  else emulator.fault({ kind: kind === "dropped-before" ? "drop-before" : "drop-after" });
}

function asDelivered(message: StoredMessage): DeliveredMessage {
  const text = message.text ?? message.caption ?? "";
  const entities = (message.entities ?? message.caption_entities ?? []) as readonly {
    type: string;
    offset: number;
    length: number;
  }[];
  const photo = message["photo"] as readonly { file_size: number }[] | undefined;
  const kinds = ["video", "animation", "voice", "audio", "document", "sticker"];
  const files = kinds.flatMap((kind) => (message[kind] === undefined ? [] : [message[kind] as { file_size: number }]));
  const location = message["location"] as DeliveredMessage["place"];
  const contact = message["contact"] as { phone_number: string } | undefined;
  const markup = message["reply_markup"] as
    | {
        keyboard?: readonly (readonly { text: string }[])[];
        inline_keyboard?: readonly (readonly { text: string }[])[];
      }
    | undefined;
  const quoted = message.reply_to_message?.["message_id"];
  return {
    externalId: String(message.message_id),
    text,
    spans: entities.map((one) => ({
      kind: one.type === "text_link" ? "link" : one.type,
      text: text.slice(one.offset, one.offset + one.length),
    })),
    files: [...(photo ?? []), ...files].map((file) => file.file_size),
    ...(quoted !== undefined && { quoted: String(quoted) }),
    ...(location && { place: location }),
    ...(contact && { phones: [contact.phone_number] }),
    ...(markup && { buttons: (markup.keyboard ?? markup.inline_keyboard ?? []).flat().map((one) => one.text) }),
  };
}

/** What a customer's phone shows of an emulated Telegram chat. */
import type { EmulatedBot } from "../../emulators/telegram/bot.ts";
import type { Json, Person, StoredMessage } from "../../emulators/telegram/types.ts";

const fileFields = ["photo", "voice", "audio", "video", "animation", "document", "sticker"] as const;

export function phoneView(bot: EmulatedBot, personId: number): Json {
  return {
    bot: bot.firstName,
    person: personId,
    people: [...bot.people.values()].map((person) => ({ id: person.id, name: nameOf(person) })),
    messages: bot.history(personId).map((message) => messageView(bot, message)),
  };
}

function nameOf(person: Person): string {
  return [person.first_name, person.last_name].filter((part) => part !== undefined && part !== "").join(" ");
}

function messageView(bot: EmulatedBot, message: StoredMessage): Json {
  const quote = quoteOf(bot, message);
  return {
    id: message.message_id,
    mine: message.from.id !== bot.id,
    at: message.date * 1000,
    text: message.text ?? message.caption ?? "",
    entities: message.entities ?? message.caption_entities ?? [],
    edited: message.edit_date !== undefined,
    files: fileFields.flatMap((kind) => fileView(bot, kind, message[kind])),
    ...(quote !== undefined && { quote }),
  };
}

function quoteOf(bot: EmulatedBot, message: StoredMessage): Json | undefined {
  const replied = message.reply_to_message;
  if (replied === undefined) return undefined;
  const from = replied["from"] as Json | undefined;
  const picked = message["quote"] as Json | undefined;
  const author = from?.["id"] === bot.id ? bot.firstName : "You";
  const whole = replied["text"] ?? replied["caption"] ?? "File";
  return { author, text: String(picked?.["text"] ?? whole) };
}

/** A picture comes in several sizes, the largest last. */
function fileView(bot: EmulatedBot, kind: string, value: unknown): Json[] {
  const found = (Array.isArray(value) ? value.at(-1) : value) as Json | undefined;
  const id = found?.["file_id"];
  if (typeof id !== "string") return [];
  const stored = bot.files.get(id);
  const name = stored?.name ?? (kind === "voice" ? "Voice message" : "File");
  return [{ kind, url: `/phone/file/${encodeURIComponent(id)}`, name, size: stored?.size ?? 0 }];
}

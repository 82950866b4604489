/** What Telegram posts for a text message of a private chat, field by field as the Bot API documents `Update`. */

export const SECRET_HEADER = "x-telegram-bot-api-secret-token";

export const FIRST_CHAT = 5_100_000_001;

/** The text by which a message is recognised at the other side, unique per chat. */
export const textOf = (conversation: number, number: number): string =>
  `Question ${number} of customer ${conversation}: when will my order arrive, and can I still change the address?`;

/** The same as Open Lines shows it: the first word is bold. */
export const shownOf = (conversation: number, number: number): string =>
  textOf(conversation, number).replace("Question", "[b]Question[/b]");

/** `messageId` must never repeat within a chat: it is the key by which repetitions are recognised. */
export function telegramUpdate(conversation: number, messageId: number, text: string): string {
  const id = FIRST_CHAT + conversation;
  const person = {
    id,
    first_name: "Customer",
    last_name: `Number${lettersOf(conversation)}`,
    username: `customer_${conversation}`,
  };
  return JSON.stringify({
    update_id: 800_000_000 + messageId,
    message: {
      message_id: messageId,
      from: { ...person, is_bot: false, language_code: "en" },
      chat: { ...person, type: "private" },
      date: Math.floor(Date.now() / 1000),
      text,
      entities: [{ offset: 0, length: 8, type: "bold" }],
    },
  });
}

/** Names have letters only; digits would be taken for no name. */
export function lettersOf(number: number): string {
  let rest = number;
  let name = "";
  do {
    name += String.fromCharCode(97 + (rest % 26));
    rest = Math.floor(rest / 26);
  } while (rest > 0);
  return name;
}

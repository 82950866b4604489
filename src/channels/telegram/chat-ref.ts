/**
 * How a Telegram chat is named outside this folder. A chat of the bot's own is its number. A chat of a business account
 * that the bot answers for bears the connection too: Telegram counts it apart from a bot chat of the same number
 * (Bot API, "Message.business_connection_id").
 */
export interface ChatRef {
  readonly chat: number;
  readonly business?: string;
}

export function nameOfChat(chat: number, business: string | undefined): string {
  return business === undefined ? String(chat) : `b:${business}:${chat}`;
}

/** Chat ids have at most 52 significant bits (Bot API, "Chat"), so a number holds them. */
export function chatRefOf(chatId: string): ChatRef | undefined {
  const [, business, number = ""] = /^(?:b:([^\s:]{1,200}):)?(-?[1-9]\d{0,15})$/.exec(chatId) ?? [];
  const chat = Number(number);
  if (number === "" || !Number.isSafeInteger(chat)) return undefined;
  return business === undefined ? { chat } : { chat, business };
}

/** The parameters that say where to, as every sending method takes them. */
export function target({ chat, business }: ChatRef): { chat_id: number; business_connection_id?: string } {
  return { chat_id: chat, ...(business !== undefined && { business_connection_id: business }) };
}

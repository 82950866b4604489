import type { tl } from "@mtcute/core";
import type { Customer } from "../../domain/conversation.ts";
import { realName } from "../shared/clean-text.ts";

/**
 * Chats as one number, as bots and most libraries write them: people positive, basic groups negative, supergroups and
 * channels below -1000000000000 (core.telegram.org/api/bots/ids). Pure.
 */

const CHANNEL_MARK = 1_000_000_000_000;
/** Telegram's own notices (sign-in codes!) come from this user. */
export const TELEGRAM_ITSELF = 777_000;

export function markedOf(peer: tl.TypePeer): number {
  switch (peer._) {
    case "peerUser":
      return peer.userId;
    case "peerChat":
      return -peer.chatId;
    case "peerChannel":
      return channelMark(peer.channelId);
    default:
      return peer satisfies never;
  }
}

export function channelMark(channelId: number): number {
  return -(CHANNEL_MARK + channelId);
}

/** The channel's own number; `undefined` for people and basic groups. */
export function channelOf(chatId: number): number | undefined {
  return chatId < -CHANNEL_MARK ? -chatId - CHANNEL_MARK : undefined;
}

export function chatIdOf(text: string): number | undefined {
  return /^-?[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}

export function customerOf(user: tl.RawUser): Customer {
  const name = realName(user.firstName);
  const lastName = realName(user.lastName);
  const username = user.username ?? user.usernames?.find((one) => one.active)?.username;
  const phone = user.phone?.replace(/\D/g, "");
  return {
    externalId: String(user.id),
    ...(name && { name }),
    ...(lastName && { lastName }),
    ...(username && /^[A-Za-z0-9_]{2,64}$/.test(username) && { username, url: `https://t.me/${username}` }),
    ...(phone && /^\d{6,15}$/.test(phone) && { phone: `+${phone}` }),
    ...(user.langCode && /^[A-Za-z0-9-]{2,35}$/.test(user.langCode) && { language: user.langCode }),
  };
}

/** A group as the customer of its conversation. */
export function groupOf(chatId: number, chat: tl.TypeChat | undefined): Customer {
  const title = chat && "title" in chat ? realName(chat.title) : undefined;
  return { externalId: String(chatId), ...(title && { name: title }) };
}

/** Shown beside a quote or a forwarded message. */
export function shownName(user: tl.RawUser | undefined, chat: tl.TypeChat | undefined): string | undefined {
  if (user) return [realName(user.firstName), realName(user.lastName)].filter(Boolean).join(" ") || user.username;
  return chat && "title" in chat ? realName(chat.title) : undefined;
}

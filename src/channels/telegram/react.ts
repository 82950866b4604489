import type { ReactionTypeEmoji } from "grammy/types";
import { z } from "zod";
import type { Account } from "../../domain/account.ts";
import type { OutgoingReaction, SendOutcome } from "../contract/sending.ts";
import type { ChangeTools } from "./change.ts";
import { chatRefOf } from "./chat-ref.ts";
import { outcomeOf, saysNotModified } from "./outcomes.ts";
import { inTurn } from "./pace.ts";

/**
 * An emoji on a customer's message. Setting states instead of adding to them: repeated after a crash, twice or in doubt,
 * the last one stands, so a broken connection is `retry` and never `uncertain`.
 */

/** What Telegram takes (Bot API, "ReactionTypeEmoji"). */
export const REACTIONS: readonly ReactionTypeEmoji["emoji"][] = [
  "👍",
  "👎",
  "❤",
  "🔥",
  "🥰",
  "👏",
  "😁",
  "🤔",
  "🤯",
  "😱",
  "🤬",
  "😢",
  "🎉",
  "🤩",
  "🤮",
  "💩",
  "🙏",
  "👌",
  "🕊",
  "🤡",
  "🥱",
  "🥴",
  "😍",
  "🐳",
  "❤‍🔥",
  "🌚",
  "🌭",
  "💯",
  "🤣",
  "⚡",
  "🍌",
  "🏆",
  "💔",
  "🤨",
  "😐",
  "🍓",
  "🍾",
  "💋",
  "🖕",
  "😈",
  "😴",
  "😭",
  "🤓",
  "👻",
  "👨‍💻",
  "👀",
  "🎃",
  "🙈",
  "😇",
  "😨",
  "🤝",
  "✍",
  "🤗",
  "🫡",
  "🎅",
  "🎄",
  "☃",
  "💅",
  "🤪",
  "🗿",
  "🆒",
  "💘",
  "🙉",
  "🦄",
  "😘",
  "💊",
  "🙊",
  "😎",
  "👾",
  "🤷‍♂",
  "🤷",
  "🤷‍♀",
  "😡",
];

const RETRY_MS = 5_000;

export async function react(tools: ChangeTools, account: Account, reaction: OutgoingReaction): Promise<SendOutcome> {
  const ref = chatRefOf(reaction.chatId);
  if (!ref || !/^[1-9]\d{0,14}$/.test(reaction.externalId)) return refused("message-gone", UNKNOWN);
  if (ref.business !== undefined) return refused("reaction-not-supported", BUSINESS);
  // Keyboards write some emoji with a mark that asks for colour; Telegram's list is without it.
  const bare = reaction.emoji.replaceAll("\ufe0f", "");
  const emoji = REACTIONS.find((one) => one === bare);
  if (bare !== "" && emoji === undefined) return refused("reaction-not-supported", notTaken());
  const payload = {
    chat_id: ref.chat,
    message_id: Number(reaction.externalId),
    reaction: emoji === undefined ? [] : [{ type: "emoji" as const, emoji }],
  };
  const done = await inTurn(tools.pace, account, ref, 1, () =>
    tools.api.call(account, z.literal(true), (raw, signal) => raw.setMessageReaction(payload, signal)),
  );
  if (done.ok || saysNotModified(done.failure)) return { kind: "sent", externalIds: [reaction.externalId] };
  if (done.failure.kind === "refused" && /reaction.?invalid/i.test(done.failure.description))
    return refused("reaction-not-supported", notTaken());
  const outcome = outcomeOf(done.failure);
  if (outcome.kind !== "uncertain") return outcome;
  return { kind: "retry", afterMs: RETRY_MS, sentence: "Telegram's answer did not arrive. It will be tried again." };
}

const UNKNOWN = "It is not known under which number Telegram keeps this message, so nothing can be put on it.";
const BUSINESS =
  "Telegram lets a bot put no emoji on messages of a business account. Answer with the emoji as a message.";
const notTaken = (): string =>
  `Telegram takes only these emoji on a message: ${REACTIONS.join(" ")}. Choose one of them.`;

function refused(code: string, sentence: string): SendOutcome {
  return { kind: "refused", code, sentence };
}

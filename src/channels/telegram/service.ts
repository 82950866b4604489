import type { NoticeKind } from "../../domain/message.ts";
import { storableText } from "../shared/clean-text.ts";
import { personName } from "./inbound-content.ts";
import type { MemberChangeIn, MessageIn, UserIn } from "./schemas.ts";

/** What the messenger itself tells and people care about, as sentences. Pure. */

export interface Told {
  readonly notice: NoticeKind;
  readonly sentence: string;
  /** The mark of the link that led here. */
  readonly start?: string;
}

/** A message that Telegram wrote, or that its Start button did; `undefined` for a person's own words. */
export function toldBy(message: MessageIn): Told | undefined {
  const newcomers = message.new_chat_members?.filter((user) => !user.is_bot) ?? [];
  if (newcomers.length > 0)
    return { notice: "joined", sentence: `${newcomers.map(nameOf).join(", ")} joined the group.` };
  const gone = message.left_chat_member;
  if (gone && !gone.is_bot) return { notice: "left", sentence: `${nameOf(gone)} left the group.` };
  if (message.migrate_to_chat_id !== undefined)
    return {
      notice: "moved",
      sentence: "The group became a supergroup. Messages from before can be read here and not changed any more.",
    };
  return message.chat.type === "private" && message.text !== undefined ? started(message.text) : undefined;
}

/** A link `t.me/bot?start=…` hands over up to 64 characters of A-Z, a-z, 0-9, _ and - (core.telegram.org/api/links). */
function started(text: string): Told | undefined {
  const [whole, payload] = /^\/start(?:\s+([\w-]{1,64}))?\s*$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const by = payload === undefined ? "" : ` by the link “${payload}”`;
  return {
    notice: "other",
    sentence: `The customer opened the bot${by}.`,
    ...(payload !== undefined && { start: payload }),
  };
}

/** The bot itself was blocked, let in or put out; `undefined` when nothing of that changed. */
export function toldByChange(change: MemberChangeIn): Told | undefined {
  const [before, after] = [isIn(change.old_chat_member.status), isIn(change.new_chat_member.status)];
  if (before === after) return undefined;
  const alone = change.chat.type === "private";
  const who = nameOf(change.from);
  if (after) {
    const sentence = alone
      ? "The customer can be written to again: they unblocked the bot."
      : `${who} added the bot to the group.`;
    return { notice: "joined", sentence };
  }
  const sentence = alone
    ? "The customer blocked the bot: answers do not reach them any more."
    : `${who} removed the bot from the group: answers do not reach it any more.`;
  return { notice: "left", sentence };
}

const isIn = (status: string): boolean => !["left", "kicked"].includes(status);
const nameOf = (user: UserIn): string => storableText(personName(user).full ?? "Somebody");

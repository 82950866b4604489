/** What was said in a conversation as one text for a card, in the portal's language. */
import { DateTime } from "luxon";
import type { Account } from "../../domain/account.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { Language, Localised, Say } from "../../domain/localised.ts";
import type { Message } from "../../domain/message.ts";
import type { MessageRepository } from "../../store/contract/messages.ts";
import { KINDS } from "./wording.ts";

/** A comment longer than that makes a wall of text. */
export const LONGEST_COMMENT = 15_000;
const PAGE = 200;

/** What the lines of a transcript need to know. */
export interface Told {
  readonly conversation: Pick<Conversation, "customer">;
  readonly say: Say;
  /** The customer reads it: who we are to them; what never reached them, and what the chat tells of itself, is left out. */
  readonly ours?: string | undefined;
}

/** Who said what, a line each; what says nothing is left out. */
export function transcriptLines(
  { conversation, say, ours }: Told,
  messages: readonly Message[],
  language: Language,
): readonly string[] {
  const customer = [conversation.customer.name, conversation.customer.lastName].filter(Boolean).join(" ");
  return messages.flatMap((message) => {
    const { body, attachments, notice } = message.content;
    const parts = [body.text, ...attachments.map((file) => `[${file.name ?? KINDS[file.kind][language]}]`)].filter(
      (part) => part !== "",
    );
    if (parts.length === 0) return [];
    const isLost = message.state === "refused" || message.state === "failed";
    if (ours !== undefined && (notice !== undefined || isLost)) return [];
    if (notice !== undefined) return [say(parts.join(" "))];
    const isOurs = message.direction === "out" || message.origin.by === "device";
    const undelivered = isLost ? " (!)" : "";
    return [`${isOurs ? (ours ?? "→") : customer || "←"}${undelivered}: ${parts.join(" ")}`];
  });
}

export type Transcribed =
  | { readonly kind: "whole" | "cut"; readonly text: string }
  /** Nothing was said. */
  | { readonly kind: "empty" };

export interface TranscriptOf extends Told {
  readonly account: Account;
  readonly conversation: Conversation;
  readonly channel: string;
  readonly language: Language;
  /** The same for the same request, however often it comes: so the comment is found again. */
  readonly until: Date;
  /** By this clock its time is told; absent: UTC. */
  readonly timeZone?: string | undefined;
}

/**
 * The whole conversation, or as much of its end as one comment holds: then it says that the beginning is missing. A single
 * message that is longer is cut between words.
 */
export async function wholeTranscript(
  messages: Pick<MessageRepository, "journal">,
  of: TranscriptOf,
): Promise<Transcribed> {
  const taken: string[] = [];
  let size = 0;
  let before: number | undefined;
  for (;;) {
    const page = await messages.journal(of.conversation.portal, {
      conversation: of.conversation.id,
      before: before ?? Number.MAX_SAFE_INTEGER,
      limit: PAGE,
    });
    for (const message of page) {
      if (message.createdAt > of.until) continue;
      const [line] = transcriptLines(of, [message], of.language);
      if (line === undefined) continue;
      if (size + line.length > LONGEST_COMMENT) {
        if (taken.length === 0) taken.push(cutBetweenWords(line));
        return textOf(of, taken, "cut");
      }
      taken.push(line);
      size += line.length + 1;
    }
    before = page.at(-1)?.seq;
    if (page.length < PAGE || before === undefined) break;
  }
  return taken.length === 0 ? { kind: "empty" } : textOf(of, taken, "whole");
}

function textOf(
  { account, channel, language, until, timeZone }: TranscriptOf,
  taken: readonly string[],
  kind: "whole" | "cut",
) {
  const local = DateTime.fromJSDate(until, { zone: timeZone ?? "utc" });
  const at = local.setLocale(language).toLocaleString(DateTime.DATETIME_MED);
  // A card is read by people in other zones too.
  const zone = local.offset === 0 ? "UTC" : `UTC${local.toFormat("Z")}`;
  const head = HEAD[language]
    .replace("{channel}", channel)
    .replace("{account}", account.name)
    .replace("{time}", `${at} ${zone}`);
  const cut = kind === "cut" ? [CUT[language]] : [];
  return { kind, text: [head, ...cut, ...taken.toReversed()].join("\n") };
}

function cutBetweenWords(line: string): string {
  const head = line.slice(0, LONGEST_COMMENT);
  const end = head.search(/\s+\S*$/u);
  return `${head.slice(0, end > LONGEST_COMMENT / 2 ? end : LONGEST_COMMENT)}…`;
}

const HEAD: Localised = {
  en: "Conversation in {channel} ({account}) up to {time}",
  ru: "Переписка в {channel} ({account}) до {time}",
  es: "Conversación en {channel} ({account}) hasta el {time}",
};
const CUT: Localised = {
  en: "[The beginning is longer than a comment holds. All of it stands in the chat.]",
  ru: "[Начало не поместилось в комментарий. Целиком переписка есть в чате.]",
  es: "[El comienzo no cabe en un comentario. Está completo en el chat.]",
};

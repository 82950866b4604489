/**
 * Votes that an open line asks for by itself. No event tells of them, but the customer's pass through us: a line asks in outside
 * channels for 1 or 0, and answers each with a text of its own (`VOTE_MESSAGE_2_*` of `imopenlines.config.get`). So a vote is
 * a word of the customer that begins with that digit, and the line's own text for it right behind. Pure.
 */
import { isOfLine, type Message } from "../../domain/message.ts";

export interface VoteTexts {
  readonly asks: boolean;
  /** As customers get them. */
  readonly liked: string;
  readonly disliked: string;
}

/** Stars as the portal itself counts the two (on-premise source). */
const LIKED = 5;
const DISLIKED = 1;

/**
 * What the customer said before the line's words at `thanks`, if that may be a vote. A person's or a bot's word in between: no. Stars that
 * were given on a surface of ours are no vote of the line.
 *
 * @param latest what was said before, the latest first
 */
export function mayBeVote(thanks: Message, latest: readonly Message[]): Message | undefined {
  if (!isLines(thanks) || plain(thanks) === "") return undefined;
  const said = latest.find((one) => one.kind === "message" && !isLines(one));
  if (said?.direction !== "in" || said.origin.by !== "channel" || said.content.notice !== undefined) return undefined;
  return digitOf(said) === undefined ? undefined : said;
}

/** Stars, if the line took it for a vote. */
export function voteOf(said: Message, thanks: Message, texts: VoteTexts): number | undefined {
  const digit = digitOf(said);
  if (!texts.asks || digit === undefined) return undefined;
  const expected = folded(digit === "1" ? texts.liked : texts.disliked);
  if (expected === "" || folded(plain(thanks)) !== expected) return undefined;
  return digit === "1" ? LIKED : DISLIKED;
}

const isLines = ({ direction, kind, origin }: Message): boolean =>
  direction === "out" && kind === "message" && isOfLine(origin);

const plain = ({ content }: Message): string => content.body.text;

const digitOf = (said: Message): "1" | "0" | undefined => {
  const [first] = plain(said).trimStart();
  return first === "1" || first === "0" ? first : undefined;
};

const folded = (text: string): string => text.normalize("NFKC").replace(/\s+/g, " ").trim();

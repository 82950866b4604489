/**
 * What happened in a conversation that triggers wait for. Pure: the same conversation, messages and mark give the same causes
 * with the same keys, so whoever looks twice finds nothing new.
 */
import type { Conversation } from "../../domain/conversation.ts";
import type { Message } from "../../domain/message.ts";
import type { Cause, Trigger } from "../../domain/trigger.ts";

/** How the conversation stood when it was looked at last. */
export interface Mark {
  readonly seenSeq: number;
  readonly open: boolean;
}

export interface Looked {
  readonly channel: string;
  readonly conversation: Conversation;
  /** It is answered by us alone, in no line. */
  readonly open: boolean;
  /** What was said since the mark, in order. */
  readonly messages: readonly Message[];
  /** The customer has said nothing before them. */
  readonly fromTheBeginning: boolean;
  /** What the engine took as ratings; where it works, stars in a message are among them. `undefined`: it does not work. */
  readonly ratings: readonly { readonly session: number; readonly stars: number; readonly at: Date }[] | undefined;
}

/** Since when the customer waits, and when that is too long for a trigger. */
export interface Waiting {
  readonly since: Date;
  readonly due: readonly { readonly trigger: Trigger; readonly at: Date }[];
}

const FORM = "form";

export function causesOf(mark: Mark | undefined, looked: Looked): readonly Cause[] {
  const { conversation, messages, open, ratings } = looked;
  const said = messages.filter(isSaid);
  let isFirst = looked.fromTheBeginning;
  const causes: Cause[] = [];
  for (const message of said) {
    causes.push(...ofMessage(message, looked.channel, isFirst).filter(({ kind }) => kind !== "rating" || !ratings));
    if (isCustomers(message) && isHuman(message)) isFirst = false;
  }
  for (const { session, stars, at } of ratings ?? [])
    causes.push({ kind: "rating", key: `rating:${conversation.id}:${session}`, stars, at });
  const { stateAt } = conversation;
  // Without a mark nobody knows whether it was open: then its time says that it has just been closed.
  if (!open && stateAt !== undefined && mark?.open !== false)
    causes.push({ kind: "closed", key: `closed:${conversation.id}:${stateAt.getTime()}`, at: stateAt });
  return causes;
}

function ofMessage(message: Message, channel: string, isFirst: boolean): readonly Cause[] {
  const { id, content, createdAt: at } = message;
  if (!isCustomers(message)) return [];
  const rating = content.site?.rating;
  if (rating) {
    const stars = rating.scale === "stars" ? rating.value : 1 + 4 * rating.value;
    return [{ kind: "rating", key: `rating:${id}`, stars: Math.min(5, Math.max(1, Math.round(stars))), at }];
  }
  const { letter } = content;
  if (letter?.class === "bounce-hard" || letter?.class === "bounce-soft")
    return [{ kind: "mail-bounced", key: `bounced:${id}`, text: letter.subject, at }];
  if (!isHuman(message)) return [];
  const text = letter ? `${letter.subject}\n${content.body.text}` : content.body.text;
  return [
    { kind: "message-received", key: `message:${id}`, text, at },
    ...(isFirst ? [{ kind: "first-message", key: `message:${id}`, text, at } as const] : []),
    ...(channel === FORM ? [{ kind: "form-filled", key: `message:${id}`, text, at } as const] : []),
  ];
}

/** Stars that are given beside the chat are told as a notice. */
const isSaid = ({ kind, content }: Message): boolean =>
  kind === "message" && (content.notice === undefined || content.site?.rating !== undefined);
const isCustomers = ({ direction, origin }: Message): boolean => direction === "in" && origin.by === "channel";
/** What a machine says by itself is nobody's message. */
const isHuman = ({ content }: Message): boolean => content.letter === undefined || content.letter.class === "human";

/** Those whose time has come; each once for one wait. */
export function tooLong(conversation: string, { since, due }: Waiting, now: Date): readonly Cause[] {
  return due
    .filter(({ at }) => at <= now)
    .map(({ trigger, at }) => ({
      ...{ kind: "no-answer", key: `no-answer:${conversation}:${since.getTime()}`, at, trigger: trigger.id },
    }));
}

/** Which triggers a cause fires. */
export function fires(
  trigger: Trigger,
  cause: Cause,
  place: { readonly channel: string; readonly account: string },
): boolean {
  const { kind, enabled, since, filter } = trigger;
  if (!enabled || kind !== cause.kind || cause.at < since) return false;
  if (cause.trigger !== undefined && cause.trigger !== trigger.id) return false;
  if (filter.channel !== undefined && filter.channel !== place.channel) return false;
  if (filter.account !== undefined && filter.account !== place.account) return false;
  if (cause.probable === true && filter.probable !== true) return false;
  if (filter.starsUpTo !== undefined && (cause.stars ?? 0) > filter.starsUpTo) return false;
  const words = filter.words ?? [];
  return words.length === 0 || words.some((word) => folded(cause.text ?? "").includes(folded(word)));
}

const folded = (text: string): string => text.toLocaleLowerCase().normalize("NFKC").replace(/\s+/g, " ");

/**
 * Whether the bot has a conversation, and what it is to be asked next. Pure and total: the same talk and view give the same
 * answer, so what was lost before it was kept is decided again.
 *
 * A bot is given a session when it begins, never one that people have. Whoever writes or takes it ends that at once, and the
 * bot does not come back before the next session.
 */
import type { BotSettings } from "./settings.ts";

export interface BotTalk {
  /** `left`: people have the session. */
  readonly phase: "none" | "talking" | "left";
  /** Which session the bot has or had last, from 1. */
  readonly session: number;
  /** Every message up to this position was looked at. */
  readonly seenSeq: number;
  /** The bot knows of this session. */
  readonly started: boolean;
  /** The session has been seen to be open: once it is closed, it is over, and the next one may be the bot's. */
  readonly wasOpen: boolean;
  /** What is still to be told to the bot, best effort. */
  readonly ended: BotEnd | null;
  /** What it closed, up to this position, is for no line. */
  readonly keptUpTo: number;
  /** Who took it over on a page of ours, until the line knows. */
  readonly takenBy?: string;
}

export type BotEnd = "handover" | "closed" | "taken" | "failed" | "off";

export const NO_TALK: BotTalk = {
  phase: "none",
  session: 0,
  seenSeq: 0,
  started: false,
  wasOpen: false,
  ended: null,
  keptUpTo: 0,
};

export interface BotMessage {
  readonly id: string;
  readonly seq: number;
  /** `nobody`: a machine's, or a notice: nothing that anybody answers. */
  readonly by: "customer" | "person" | "nobody";
  /** It would begin a new session. Only of the customer's. */
  readonly begins: boolean;
  /** Nothing was said in the conversation before. */
  readonly isFirst: boolean;
}

export interface BotView {
  /** `undefined`: there is none, or it is off. */
  readonly settings: Pick<BotSettings, "when"> | undefined;
  /** It failed so often that it is left alone for a moment. */
  readonly broken: boolean;
  /** A session is open. */
  readonly open: boolean;
  /** A person has it. */
  readonly taken: boolean;
  /** After `seenSeq`, in their order. */
  readonly messages: readonly BotMessage[];
}

export interface Judged {
  readonly talk: BotTalk;
  /** The next one that the bot is to be asked about; what follows it waits for the answer. */
  readonly ask: BotMessage | undefined;
}

/** Takes in what has happened, up to the first message that the bot has to answer. */
export function judge(before: BotTalk, view: BotView): Judged {
  let talk = leaveWhere(before, view);
  for (const message of view.messages) {
    if (message.by === "person") talk = leave({ ...talk, seenSeq: message.seq }, "taken");
    else if (message.by === "nobody") talk = { ...talk, seenSeq: message.seq };
    else {
      if (talk.phase !== "talking" && mayBegin(talk, view, message)) talk = begin(talk);
      if (talk.phase === "talking") return { talk, ask: message };
      talk = { ...talk, seenSeq: message.seq };
    }
  }
  return { talk, ask: undefined };
}

function leaveWhere(before: BotTalk, { settings, broken, taken, open }: BotView): BotTalk {
  if (before.phase === "none") return before;
  const talk = { ...before, wasOpen: before.wasOpen || open };
  if (talk.phase === "left") return talk;
  if (taken) return leave(talk, "taken");
  if (!settings) return leave(talk, "off");
  return broken ? leave(talk, "failed") : talk;
}

function mayBegin(talk: BotTalk, { settings, broken, taken, open }: BotView, message: BotMessage): boolean {
  if (!settings || broken || taken || open || !message.begins) return false;
  if (talk.phase === "left" && !talk.wasOpen) return false;
  return settings.when === "always" || (message.isFirst && talk.session === 0);
}

const begin = (talk: BotTalk): BotTalk => ({
  ...talk,
  ...{ phase: "talking", session: talk.session + 1, started: false, wasOpen: false, ended: null },
});

/** People have the session from here on. */
export function leave(talk: BotTalk, why: Exclude<BotEnd, "closed">): BotTalk {
  if (talk.phase !== "talking") return talk;
  return { ...talk, phase: "left", ended: talk.started ? why : null };
}

/** It is over: by the bot itself, or because the session ended around it. */
export function finish(talk: BotTalk, why: "closed" | "off", upTo: number): BotTalk {
  if (talk.phase !== "talking") return talk;
  return { ...talk, phase: "none", keptUpTo: upTo, ended: talk.started ? why : null };
}

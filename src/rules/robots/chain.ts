/**
 * "By WhatsApp, else by Telegram, else by e-mail": one message by the first channel that takes it. Pure; what is done between
 * two steps is done by whoever asks, and told here.
 *
 * It goes on to the next channel only when it is certain that the one before did not bring it: refused, given up, not possible
 * at all, or taken back before it left. Where nobody can tell, it stops: a customer who is told twice is worse than an agent
 * who looks. The one exception is asked for by name: with a time for the delivery, what was sent and is not told to have
 * arrived by then is sent by the next channel as well.
 */
import type { MessageState } from "../../domain/message.ts";
import type { RobotResult } from "../../domain/robot.ts";

export interface Chain {
  /** How many channels there are to try. */
  readonly length: number;
  /** What must be delivered within so many milliseconds, or goes by the next channel as well. `null`: sent is enough. */
  readonly deliverWithin: number | null;
}

/** A message that was accepted for a channel. */
export interface Going {
  readonly message: string;
  /** For people: the account's name. */
  readonly by: string;
  readonly channel: string;
  /** Milliseconds. */
  readonly since: number;
  /** The channel tells what was delivered. */
  readonly tells: boolean;
}

export interface ChainState {
  /** Which channel of the chain, from 0. */
  readonly at: number;
  readonly going?: Going;
  readonly uncertainSince?: number;
  /** Since when it was seen as sent, by a channel that may still say no. */
  readonly sentSince?: number;
  /** Sent, and not told to have arrived in time. */
  readonly before?: Going;
  /** Why each channel before did not bring it. */
  readonly why: readonly string[];
}

export const BEGUN: ChainState = { at: 0, why: [] };

export type ChainEvent =
  /** The channel cannot: nothing was kept. */
  | { readonly kind: "impossible"; readonly why: string }
  | ({ readonly kind: "accepted" } & Going)
  | { readonly kind: "seen"; readonly state: MessageState; readonly error?: string | undefined; readonly now: number }
  /** Whether it was taken back before it left. */
  | { readonly kind: "withdrawn"; readonly done: boolean; readonly now: number };

export type ChainMove =
  | { readonly kind: "try"; readonly at: number }
  | { readonly kind: "look"; readonly after: number }
  | { readonly kind: "withdraw" }
  | {
      readonly kind: "over";
      readonly result: Extract<RobotResult, "sent" | "delivered" | "uncertain" | "not_sent">;
      readonly by?: Going;
      readonly why: readonly string[];
    };

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** So long a channel may keep a message waiting (its account is off, its vendor away) before the next one is tried. */
const PATIENCE_MS = 15 * MINUTE_MS;
/** Behind the last channel there is nothing to try: it is waited for as long as messages are tried at all. */
const LAST_PATIENCE_MS = 24 * 60 * MINUTE_MS;
/** The doubt about an attempt may still be settled by whoever sent it. */
const DOUBT_MS = 10 * MINUTE_MS;
/**
 * A channel that tells what arrived also tells later what does not: WhatsApp takes a message to any number, and says after
 * a few seconds that the number has no WhatsApp.
 */
const LATE_REFUSAL_MS = 20 * SECOND_MS;

const NOT_DELIVERED = "It was sent, and is not told to have arrived in time.";
const TOOK_TOO_LONG = "It could not be sent in time, and was taken back.";

export function nextMove(
  state: ChainState,
  event: ChainEvent | undefined,
  chain: Chain,
): { readonly state: ChainState; readonly move: ChainMove } {
  if (event === undefined) return { state, move: state.going ? { kind: "look", after: 0 } : tryOr(state, chain) };
  switch (event.kind) {
    case "impossible":
      return goOn(state, event.why, chain);
    case "accepted": {
      const { kind: _kind, ...going } = event;
      return { state: { ...state, going }, move: { kind: "look", after: SECOND_MS } };
    }
    case "seen":
      return seen(state, event, chain);
    case "withdrawn":
      // It is leaving, or has left: what becomes of it is seen.
      if (event.done) return goOn(state, TOOK_TOO_LONG, chain);
      return { state, move: { kind: "look", after: pauseAfter(event.now - (state.going?.since ?? event.now)) } };
  }
}

function seen(
  state: ChainState,
  { state: now, error, now: at }: Extract<ChainEvent, { kind: "seen" }>,
  chain: Chain,
): { readonly state: ChainState; readonly move: ChainMove } {
  const { going, uncertainSince, sentSince, ...rest } = state;
  if (!going) return { state, move: tryOr(state, chain) };
  const calm: ChainState = { ...rest, going };
  const age = at - going.since;
  const look: ChainMove = { kind: "look", after: pauseAfter(age) };
  switch (now) {
    case "delivered":
    case "read":
      return { state: calm, move: over("delivered", going, state.why) };
    case "refused":
    case "failed":
      return goOn(calm, error ?? "", chain);
    case "uncertain": {
      const since = uncertainSince ?? at;
      if (at - since >= DOUBT_MS) return { state: calm, move: over("uncertain", going, [...state.why, error ?? ""]) };
      return { state: { ...calm, uncertainSince: since }, move: { kind: "look", after: MINUTE_MS } };
    }
    case "sent": {
      const { deliverWithin } = chain;
      if (!going.tells) return { state: calm, move: over("sent", going, state.why) };
      if (deliverWithin === null) {
        const since = sentSince ?? at;
        if (at - since >= LATE_REFUSAL_MS) return { state: calm, move: over("sent", going, state.why) };
        return { state: { ...calm, sentSince: since }, move: look };
      }
      if (age < deliverWithin)
        return { state: calm, move: { kind: "look", after: Math.min(look.after, deliverWithin - age) } };
      return goOn({ ...calm, before: state.before ?? going }, NOT_DELIVERED, chain);
    }
    case "sending":
      return { state: calm, move: look };
    case "stored": {
      const isLast = state.at >= chain.length - 1;
      const patience = isLast ? LAST_PATIENCE_MS : (chain.deliverWithin ?? PATIENCE_MS);
      return { state: calm, move: age >= patience ? { kind: "withdraw" } : look };
    }
  }
}

/** The next channel; behind the last one, the end. */
function goOn(state: ChainState, why: string, chain: Chain): { readonly state: ChainState; readonly move: ChainMove } {
  const { going: _going, uncertainSince: _doubt, sentSince: _sent, ...rest } = state;
  const next: ChainState = { ...rest, at: state.at + 1, why: why === "" ? state.why : [...state.why, why] };
  return { state: next, move: tryOr(next, chain) };
}

function tryOr(state: ChainState, chain: Chain): ChainMove {
  if (state.at < chain.length) return { kind: "try", at: state.at };
  return state.before ? over("sent", state.before, state.why) : { kind: "over", result: "not_sent", why: state.why };
}

const over = (
  result: Extract<ChainMove, { kind: "over" }>["result"],
  by: Going,
  why: readonly string[],
): ChainMove => ({ kind: "over", result, by, why: why.filter((one) => one !== "") });

/** Often at first, when most messages leave; then ever less. */
function pauseAfter(age: number): number {
  if (age < 10 * SECOND_MS) return SECOND_MS;
  if (age < MINUTE_MS) return 5 * SECOND_MS;
  return age < 10 * MINUTE_MS ? 20 * SECOND_MS : 2 * MINUTE_MS;
}

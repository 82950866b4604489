/**
 * What is due when. Timers are not kept but told by the state and the settings: nothing can be lost that the state holds,
 * a change of the settings moves them, and one that has fired is gone because firing it changes what it hangs on.
 */
import { afterOpenTime } from "./open-hours.ts";
import type { OwnLine } from "./own-line.ts";
import type { OwnSession } from "./own-session.ts";

export interface Timer {
  /** Unique in its conversation, for ever: what it hangs on has a number. */
  readonly id: string;
  readonly kind: "look" | "forward" | "late" | "unanswered" | "silence" | "full-close";
  readonly at: number;
}

const MINUTE_MS = 60_000;

/** All that is still to come, in the order in which it is due. */
export function timersOf(state: OwnSession, settings: OwnLine): readonly Timer[] {
  const { phase, look, given, wait, silence, closed, accepted } = state;
  const worked = (since: number, minutes: number) => afterOpenTime(settings.hours, since, minutes * MINUTE_MS);
  const timers: (Timer | undefined)[] = [];
  if (phase === "open") {
    if (look && !accepted) timers.push(timer("look", look.serial, look.at));
    if (given && !accepted) timers.push(timer("forward", given.serial, worked(given.at, settings.forwardMinutes)));
    const target = wait?.first ? settings.kpi.first : settings.kpi.further;
    if (wait && !wait.told && target) timers.push(timer("late", wait.serial, worked(wait.at, target.minutes)));
    if (wait && !state.unanswered && settings.unanswered)
      timers.push(timer("unanswered", wait.serial, worked(wait.at, settings.unanswered.minutes)));
    if (silence && settings.silence)
      timers.push(timer("silence", silence.serial, silence.at + settings.silence.minutes * MINUTE_MS));
  }
  if (phase === "closing" && closed)
    timers.push(timer("full-close", closed.serial, closed.at + settings.closing.fullCloseMinutes * MINUTE_MS));
  // A sort that is stable: what is due at the same instant goes in the order above.
  return timers.filter((one) => one !== undefined).sort((one, other) => one.at - other.at);
}

const timer = (kind: Timer["kind"], serial: number, at: number | undefined): Timer | undefined =>
  at === undefined ? undefined : { id: `${kind}:${serial}`, kind, at };

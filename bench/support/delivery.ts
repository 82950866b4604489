import type { PortalControls } from "../../test/emulators/portal/controls.ts";
import type { RequestLogEntry } from "../../test/emulators/portal/request-log.ts";
import { shownOf } from "./telegram-update.ts";

export interface Flood {
  readonly conversations: number;
  readonly perConversation: number;
  readonly chargeMs: number;
}

export interface FloodResult extends Flood {
  readonly seconds: number;
  readonly delivery: Delivery;
  readonly pause: { readonly seconds: number; readonly before: number };
  readonly how: string;
}

/** What the portal's side shows of a flood, held against what was written. */
export interface Delivery {
  readonly lost: number;
  readonly doubled: number;
  /** Conversations whose messages do not stand in the order in which they were written. */
  readonly outOfOrder: number;
  /** Requests answered 503 and commands answered 429. */
  readonly overRate: number;
  readonly overBudget: number;
  readonly requests: number;
  readonly commands: number;
  readonly messages: number;
}

/** `arrived`: texts by conversation, in the order of the portal's chat. */
export function holdAgainst(
  arrived: ReadonlyMap<number, readonly string[]>,
  conversations: number,
  perConversation: number,
  log: readonly RequestLogEntry[],
): Delivery {
  let lost = 0;
  let doubled = 0;
  let outOfOrder = 0;
  let messages = 0;
  for (let conversation = 0; conversation < conversations; conversation += 1) {
    const texts = arrived.get(conversation) ?? [];
    messages += texts.length;
    const unique = new Set(texts);
    doubled += texts.length - unique.size;
    const said = Array.from({ length: perConversation }, (_one, number) => shownOf(conversation, number));
    lost += said.filter((text) => !unique.has(text)).length;
    if (said.filter((text) => unique.has(text)).join("\n") !== [...unique].join("\n")) outOfOrder += 1;
  }
  const sends = log.filter((entry) => entry.commands.some((command) => command.elements.length > 0));
  return {
    lost,
    doubled,
    outOfOrder,
    overRate: log.filter((entry) => entry.status === 503 || entry.error === "QUERY_LIMIT_EXCEEDED").length,
    overBudget: log
      .flatMap((entry) => [entry.error, ...entry.commands.map((command) => command.error)])
      .filter((error) => error === "OPERATION_TIME_LIMIT").length,
    requests: sends.length,
    commands: sends.reduce((sum, entry) => sum + entry.commands.length, 0),
    messages,
  };
}

export const isClean = (delivery: Delivery): boolean =>
  delivery.lost + delivery.doubled + delivery.outOfOrder + delivery.overRate + delivery.overBudget === 0;

export const describe = (delivery: Delivery): string =>
  `${delivery.overRate} x 503, ${delivery.overBudget} x 429, ${delivery.lost} lost, ${delivery.doubled} doubled, ${delivery.outOfOrder} conversations out of order; ` +
  `${delivery.messages} messages in ${delivery.commands} commands and ${delivery.requests} requests`;

/** When the last of so many messages stood in the portal; unix milliseconds. */
export function lastAt(log: readonly RequestLogEntry[]): number {
  return Math.max(
    ...log.flatMap((entry) =>
      entry.commands.flatMap((command) => command.elements.map((element) => element.finishedAt ?? Number.NaN)),
    ),
  );
}

/** The longest time without a message, and how many had gone before it. */
export function longestPause(log: readonly RequestLogEntry[]): { readonly seconds: number; readonly before: number } {
  const times = log
    .flatMap((entry) => entry.commands.flatMap((command) => command.elements.map((element) => element.startedAt)))
    .sort((a, b) => a - b);
  let longest = { seconds: 0, before: 0 };
  for (const [index, time] of times.entries()) {
    const seconds = (time - (times[index - 1] ?? time)) / 1000;
    if (seconds > longest.seconds) longest = { seconds, before: index };
  }
  return longest;
}

/** Chat messages that the portal holds, cheaply enough to be asked often. */
export const heldBy = (controls: PortalControls): number => controls.portal.messages.size;

import type { ChannelAnswer } from "../../../src/api/channels.ts";

/** Whether a free message may go to a customer now. */
export type ReplyWindow =
  | { readonly kind: "free" }
  /** Until then. */
  | { readonly kind: "open"; readonly until: Date }
  /** Since then; without a time, the customer has not written yet. */
  | { readonly kind: "closed"; readonly since?: Date }
  /** Nothing can be sent at all; the channel says why. */
  | { readonly kind: "never"; readonly sentence: string };

const HOUR_MS = 3_600_000;

/** The vendor decides by its own clock: what goes in the last moment may still be refused there. */
export function replyWindow(
  { oneWay, replyWindowHours }: Pick<ChannelAnswer["capabilities"], "oneWay" | "replyWindowHours">,
  lastCustomerAt: string | null,
  now: Date,
): ReplyWindow {
  if (oneWay !== undefined) return { kind: "never", sentence: oneWay };
  if (replyWindowHours === undefined) return { kind: "free" };
  if (lastCustomerAt === null) return { kind: "closed" };
  const until = new Date(Date.parse(lastCustomerAt) + replyWindowHours * HOUR_MS);
  return now < until ? { kind: "open", until } : { kind: "closed", since: until };
}

/** A conversation as far as it decides where an answer goes. */
interface Answerable {
  readonly id: string;
  readonly channel: string;
  readonly lastCustomerAt: string | null;
}

/**
 * Where an answer goes unless somebody chooses: where the customer wrote last and can be answered freely; else where a
 * template reaches them; else where they wrote last.
 */
export function bestToAnswer<Row extends Answerable>(
  conversations: readonly Row[],
  channels: readonly ChannelAnswer[],
  now: Date,
): Row | undefined {
  const rank = (row: Row): number => {
    const capabilities = channels.find(({ id }) => id === row.channel)?.capabilities;
    if (!capabilities) return 3;
    const { kind } = replyWindow(capabilities, row.lastCustomerAt, now);
    if (kind === "free" || kind === "open") return 0;
    return kind === "closed" && capabilities.templates === true ? 1 : 2;
  };
  const at = (row: Row) => (row.lastCustomerAt === null ? 0 : Date.parse(row.lastCustomerAt));
  return [...conversations].sort((a, b) => rank(a) - rank(b) || at(b) - at(a))[0];
}

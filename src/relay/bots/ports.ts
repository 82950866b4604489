import type { BotAnswer, BotEvent } from "../../rules/bots/protocol.ts";

/** Where a bot is, and how it is asked. */
export interface BotAddress {
  readonly url: string;
  readonly secret: string;
  readonly timeoutMs: number;
}

export type BotReply =
  | { readonly kind: "answer"; readonly answer: BotAnswer }
  /** Slow, gone, or it said something else than the protocol: a sentence for those who take over. */
  | { readonly kind: "failed"; readonly sentence: string };

/** Asks an outside bot. */
export interface BotCaller {
  /** Never throws, and never lasts longer than the time-out. The same event again is a repetition to the bot. */
  ask(bot: BotAddress, event: BotEvent): Promise<BotReply>;
}

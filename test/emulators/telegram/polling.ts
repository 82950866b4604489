import type { IncomingMessage } from "node:http";
import type { EmulatedBot } from "./bot.ts";
import { type CallInput, parameters } from "./parameters.ts";
import { BotApiError, type Update } from "./types.ts";

/** getUpdates: what is asked for with an offset confirms everything before it; a second asker ends the first with 409. */

interface Waiting {
  finish(error?: BotApiError): void;
}

const waiting = new WeakMap<EmulatedBot, Waiting>();

export async function getUpdates(
  bot: EmulatedBot,
  input: CallInput,
  request: IncomingMessage,
): Promise<readonly Update[]> {
  const params = parameters("getUpdates", input);
  if (bot.webhook) {
    throw new BotApiError(
      409,
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
  }
  waiting
    .get(bot)
    ?.finish(
      new BotApiError(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
      ),
    );
  if (params.allowed_updates) bot.allowedUpdates = params.allowed_updates;
  const { offset } = params;
  if (offset !== undefined && offset > 0) bot.updates = bot.updates.filter((update) => update.update_id >= offset);
  if (offset !== undefined && offset < 0) bot.updates = bot.updates.slice(offset);
  const limit = Math.min(Math.max(params.limit ?? 100, 1), 100);
  if (bot.updates.length === 0 && (params.timeout ?? 0) > 0) await news(bot, (params.timeout ?? 0) * 1_000, request);
  return bot.updates.slice(0, limit);
}

function news(bot: EmulatedBot, ms: number, request: IncomingMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    const before = bot.onChange;
    const mine: Waiting = {
      finish(error) {
        clearTimeout(timer);
        request.socket.off("close", gone);
        bot.onChange = before;
        waiting.delete(bot);
        if (error) reject(error);
        else resolve();
      },
    };
    const gone = (): void => mine.finish();
    const timer = setTimeout(() => mine.finish(), ms);
    request.socket.once("close", gone);
    waiting.set(bot, mine);
    bot.onChange = () => {
      before();
      if (bot.webhook) mine.finish(new BotApiError(409, "Conflict: terminated by setWebhook request"));
      else if (bot.updates.length > 0) mine.finish();
    };
  });
}

import { z } from "zod";
import type { Polled, Polling } from "../contract.ts";
import { ALLOWED_UPDATES } from "./about.ts";
import type { Failure, TelegramApi } from "./api.ts";
import { stateOf } from "./connect.ts";
import { retryMs } from "./outcomes.ts";
import { readUpdate } from "./receive.ts";
import { sentMessageSchema, updateSchema } from "./schemas.ts";
import { greetingFor } from "./welcome.ts";

/**
 * Long polling. The cursor is the number of the first update not seen yet; Telegram forgets what lies before it when it
 * is asked with it. A crash after the events were stored and before the cursor was: the same updates again, with the same
 * keys. An update that cannot be read is passed by; it would stop the bot for ever otherwise.
 */

const RETRY_MS = 5_000;
/** Updates per answer; Telegram's most. */
const BATCH = 100;
/** An update without a number cannot be acknowledged, and Telegram sends none; such an element is dropped. */
const updates = z.array(z.unknown()).transform((list) =>
  list.flatMap((one) => {
    const parsed = updateSchema.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  }),
);

export function createPolling(api: TelegramApi): Polling {
  return {
    async poll(account, cursor, waitSeconds, signal) {
      const offset = cursor === undefined || !/^-?\d{1,15}$/.test(cursor) ? undefined : Number(cursor);
      const payload = {
        timeout: Math.max(0, Math.min(Math.round(waitSeconds), 50)),
        limit: BATCH,
        allowed_updates: ALLOWED_UPDATES,
        ...(offset !== undefined && { offset }),
      };
      const options = { extraMs: payload.timeout * 1_000, signal };
      const polled = await api.call(account, updates, (raw, both) => raw.getUpdates(payload, both), options);
      if (!polled.ok) return failed(polled.failure, cursor);
      // Best effort: greeted twice when the same updates come again after a crash, and not at all when Telegram is busy.
      for (const update of polled.value) {
        const greeting = greetingFor(account, update);
        if (greeting)
          await api.call(account, sentMessageSchema, (raw, both) => raw.sendMessage(greeting, both), { signal });
      }
      const last = polled.value.reduce((most, update) => Math.max(most, update.update_id), Number.NEGATIVE_INFINITY);
      return {
        kind: "events",
        events: polled.value.flatMap((update) => readUpdate(update)),
        cursor: Number.isFinite(last) ? String(last + 1) : cursor,
      };
    },
  };
}

function failed(failure: Failure, cursor: string | undefined): Polled {
  if (failure.kind === "aborted") return { kind: "events", events: [], cursor };
  if (failure.kind === "refused" && failure.code === 409) return conflict(failure.description);
  const state = stateOf(failure);
  if (state.kind !== "transient-disconnect") return { kind: "account-down", connection: state };
  const afterMs = failure.kind === "refused" && failure.code === 429 ? retryMs(failure) : RETRY_MS;
  return { kind: "retry", afterMs, sentence: state.sentence };
}

/** Two can ask for one bot's updates only in turns; a webhook somebody set shuts polling out until it is taken away. */
function conflict(description: string): Polled {
  if (/webhook/i.test(description) && !/terminated/i.test(description)) {
    return {
      kind: "account-down",
      connection: {
        kind: "failed",
        sentence:
          "Another program has registered a webhook for this bot and gets its messages. Stop it there, then connect the bot here again.",
      },
    };
  }
  return {
    kind: "retry",
    afterMs: RETRY_MS,
    sentence:
      "Another program asks Telegram for this bot's messages at the same time. Stop it, or take a bot of its own for it.",
  };
}

import { z } from "zod";
import type { Account, AccountProfile, ConnectionState } from "../../domain/account.ts";
import type { Connected, PublicPlace } from "../contract.ts";
import { ALLOWED_UPDATES } from "./about.ts";
import type { Called, Failure, TelegramApi } from "./api.ts";
import { badToken, isBadToken } from "./outcomes.ts";
import { meSchema, webhookInfoSchema } from "./schemas.ts";

/**
 * Points a bot at us and away again. Every step sets a state instead of adding to one, so both may be repeated at any
 * time and after a crash at any place. Waiting updates are never dropped: Telegram keeps them for 24 hours, and they
 * are customers' messages.
 */

/** Connections Telegram may open to us at once, its default; order within a chat it keeps itself. */
const MAX_CONNECTIONS = 40;
const done = z.literal(true);

export async function connect(api: TelegramApi, account: Account, place: PublicPlace): Promise<Connected> {
  const me = await api.call(account, meSchema, (raw, signal) => raw.getMe(signal));
  if (!me.ok) return { connection: stateOf(me.failure), profile: account.profile };
  const profile = profileOf(me.value);
  const pointed = place.https ? await pointWebhook(api, account, place.webhookUrl) : await removeWebhook(api, account);
  if (!pointed.ok) return { connection: stateOf(pointed.failure), profile };
  const bot = profile.url === undefined ? "The bot" : `The bot ${profile.url}`;
  const sentence = place.https
    ? `${bot} receives messages.`
    : `${bot} receives messages by polling, because our address is not https.`;
  return { connection: { kind: "connected", sentence }, profile };
}

function profileOf(me: z.infer<typeof meSchema>): AccountProfile {
  const url = me.username === undefined ? undefined : `https://t.me/${me.username}`;
  return { externalId: String(me.id), title: me.first_name, ...(url !== undefined && { url }) };
}

/**
 * Registers the webhook only where Telegram's own record differs: registering breaks off deliveries under way. The
 * record does not show the secret; that it is not ours any more shows as 401 answers of ours in the last error.
 */
async function pointWebhook(api: TelegramApi, account: Account, url: string): Promise<Called<unknown>> {
  const info = await api.call(account, webhookInfoSchema, (raw, signal) => raw.getWebhookInfo(signal));
  if (!info.ok) return info;
  const { last_error_message: lastError = "", allowed_updates: allowed = [], max_connections: most } = info.value;
  const asWished =
    info.value.url === url && most === MAX_CONNECTIONS && sameKinds(allowed) && !/\b40[13]\b/.test(lastError);
  if (asWished) return { ok: true, value: true };
  const payload = {
    url,
    secret_token: account.webhookSecret,
    allowed_updates: ALLOWED_UPDATES,
    max_connections: MAX_CONNECTIONS,
  };
  return await api.call(account, done, (raw, signal) => raw.setWebhook(payload, signal));
}

function sameKinds(allowed: readonly string[]): boolean {
  return allowed.length === ALLOWED_UPDATES.length && ALLOWED_UPDATES.every((kind) => allowed.includes(kind));
}

async function removeWebhook(api: TelegramApi, account: Account): Promise<Called<unknown>> {
  return await api.call(account, done, (raw, signal) => raw.deleteWebhook({ drop_pending_updates: false }, signal));
}

/**
 * Takes our webhook away. A token that is not valid any more has no webhook of ours left, as good as done. Anything else
 * is given up without a throw too: the account is deleted here, and a webhook left behind only meets 401.
 */
export async function disconnect(api: TelegramApi, account: Account): Promise<void> {
  await removeWebhook(api, account);
}

/** How an account stands after a call of its own, not of a message, failed. */
export function stateOf(failure: Failure): ConnectionState {
  if (failure.kind !== "refused") {
    const reason = "reason" in failure ? ` (${failure.reason})` : "";
    return { kind: "transient-disconnect", sentence: `Telegram cannot be reached${reason}. It will be tried again.` };
  }
  if (isBadToken(failure.code, failure.description)) return badToken;
  if (failure.code === 429 || failure.code >= 500) {
    return {
      kind: "transient-disconnect",
      sentence: `Telegram is busy (error ${failure.code}). It will be tried again.`,
    };
  }
  const reason = failure.description.replace(/^Bad Request:\s*/i, "");
  if (/webhook/i.test(reason)) {
    return {
      kind: "failed",
      sentence: `Telegram does not accept this server's address: ${reason}. Check PUBLIC_URL and its certificate.`,
    };
  }
  return { kind: "failed", sentence: `Telegram refused to connect the bot: ${reason}.` };
}

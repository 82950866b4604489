import { z } from "zod";
import type { Account, AccountProfile, ConnectionState } from "../../domain/account.ts";
import type { Connected, PublicPlace } from "../contract.ts";
import { EVENT_TYPES } from "./about.ts";
import type { ViberApi } from "./api.ts";
import { stateOf } from "./outcomes.ts";
import { accountInfoSchema } from "./schemas.ts";

/**
 * Points a bot at us and away again. Both set a state instead of adding to one, so they may be repeated at any time and
 * after a crash at any place. Setting the webhook makes Viber call us before it answers (event "webhook"): that it
 * succeeds proves that Viber reaches this server and that we accept its signature.
 */

const done = z.object({});

const needsHttps: ConnectionState = {
  kind: "needs-action",
  sentence:
    "Viber sends messages to https addresses only, and this server has none. Set PUBLIC_URL to its https address and press “Reconnect”.",
};

export async function connect(api: ViberApi, account: Account, place: PublicPlace): Promise<Connected> {
  const info = await api.call(account, "get_account_info", {}, accountInfoSchema);
  if (!info.ok) return { connection: stateOf(info.failure), profile: account.profile };
  const profile = profileOf(info.value);
  if (!place.https) return { connection: needsHttps, profile };
  const webhook = { url: place.webhookUrl, event_types: EVENT_TYPES, send_name: true, send_photo: true };
  const set = await api.call(account, "set_webhook", webhook, done);
  if (!set.ok) return { connection: stateOf(set.failure), profile };
  const bot = profile.title === undefined ? "The bot" : `The bot “${profile.title}”`;
  return { connection: { kind: "connected", sentence: `${bot} receives messages.` }, profile };
}

function profileOf(info: z.infer<typeof accountInfoSchema>): AccountProfile {
  const url = info.uri ? `viber://pa?chatURI=${encodeURIComponent(info.uri)}` : undefined;
  return {
    ...(info.id && { externalId: info.id }),
    ...(info.name && { title: info.name }),
    ...(url !== undefined && { url }),
  };
}

/**
 * Takes our webhook away ("Removing your webhook": an empty address). A token that is not valid any more has no webhook
 * of ours left, as good as done. Anything else is given up without a throw too: the account is deleted here, and a
 * webhook left behind only meets 404.
 */
export async function disconnect(api: ViberApi, account: Account): Promise<void> {
  await api.call(account, "set_webhook", { url: "" }, done);
}

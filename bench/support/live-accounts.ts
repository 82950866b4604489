/** The accounts of the webhook channels in a running world: connected once, and written to as their vendors do. */
import type { ApiAccount, World } from "../../test/support/world/world.ts";
import { webhookHead } from "./connection.ts";
import { type SignedWebhook, tokenOf, viberWebhook, wamidOf, whatsappWebhook } from "./signed-webhooks.ts";
import { SECRET_HEADER, telegramUpdate, textOf } from "./telegram-update.ts";

/** Channels whose vendors call us, and how they are called in the table. */
export const channelTitles = { telegram: "Telegram", "whatsapp-cloud": "WhatsApp Cloud API", viber: "Viber" } as const;

export type WebhookChannel = keyof typeof channelTitles;

export interface LiveAccount {
  readonly channel: WebhookChannel;
  /** The webhook of message `id` by that customer, ready for `Connection.post`. */
  webhook(conversation: number, id: number): { readonly head: string; readonly body: string };
  /** Message `id` as the portal is told it. */
  externalId(id: number): string;
}

/** An account that stands. Telegram's secret is known only when all stand: see `readSecrets`. */
export interface StandingAccount {
  readonly id: string;
  complete(webhookSecret: string): LiveAccount;
}

/** Connects the account of one channel that belongs to the portal of that position. */
export async function connectAccount(
  world: World,
  channel: WebhookChannel,
  portal: { readonly id: string; readonly position: number },
): Promise<StandingAccount> {
  const connect = (credentials: object) => world.connect({ channel, credentials }, { portal: portal.id });
  const { telegram, viber, whatsappCloud } = world.vendors;
  const at = <T>(known: ReadonlyMap<string, T>): T => {
    const one = [...known.values()][portal.position];
    if (one === undefined) throw new Error(`no account at ${channelTitles[channel]} for every portal`);
    return one;
  };
  switch (channel) {
    case "telegram": {
      const account = await connect({ token: at(telegram.bots).token });
      return standing(account, channel, String, (conversation, id, secret) => ({
        header: SECRET_HEADER,
        proof: secret,
        body: telegramUpdate(conversation, id, textOf(conversation, id)),
      }));
    }
    case "whatsapp-cloud": {
      const number = at(whatsappCloud.businesses);
      const { phoneNumberId, businessAccountId, accessToken, appSecret } = number;
      const account = await connect({ phoneNumberId, businessAccountId, accessToken, appSecret });
      return standing(account, channel, wamidOf, (conversation, id) =>
        whatsappWebhook(number, conversation, id, textOf(conversation, id)),
      );
    }
    case "viber": {
      const { token } = at(viber.bots);
      const account = await connect({ token });
      return standing(account, channel, tokenOf, (conversation, id) =>
        viberWebhook(token, conversation, id, textOf(conversation, id)),
      );
    }
    default:
      return channel satisfies never;
  }
}

function standing(
  { id: accountId }: ApiAccount,
  channel: WebhookChannel,
  externalId: (id: number) => string,
  sign: (conversation: number, id: number, secret: string) => SignedWebhook,
): StandingAccount {
  return {
    id: accountId,
    complete: (secret) => ({
      channel,
      externalId,
      webhook(conversation, id) {
        const { header, proof, body } = sign(conversation, id, secret);
        return { head: webhookHead(`/channels/${channel}/${accountId}`, header, proof), body };
      },
    }),
  };
}

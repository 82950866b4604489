import type { z } from "zod";
import type { Account, AccountProfile, ConnectionState } from "../../domain/account.ts";
import type { Connected, PublicPlace } from "../contract.ts";
import { type Called, credentialsOf, type Failure, type GraphApi } from "./api.ts";
import { stateOfRefusal } from "./outcomes.ts";
import { doneSchema, numberSchema } from "./schemas.ts";

/**
 * Points a number's webhooks at us and away again. Every step sets a state instead of adding to one, so both may be
 * repeated at any time and after a crash at any place. Webhooks under way wait at Meta for up to seven days.
 *
 * The number itself is pointed here ("Webhook overrides"), not the whole app: one app may serve numbers of several
 * portals. That the app is subscribed to the field `messages` cannot be set with this token; the sentence asks for it.
 */

const FIELDS = "id,display_phone_number,verified_name,quality_rating,webhook_configuration";

export async function connect(api: GraphApi, account: Account, place: PublicPlace): Promise<Connected> {
  const { phoneNumberId, businessAccountId } = credentialsOf(account);
  const found = await api.call(account, numberSchema, {
    method: "GET",
    path: encodeURIComponent(phoneNumberId),
    query: { fields: FIELDS },
  });
  if (!found.ok) return { connection: stateOf(found.failure), profile: account.profile };
  const profile = profileOf(found.value);
  const subscribed = await api.call(account, doneSchema, {
    method: "POST",
    path: `${encodeURIComponent(businessAccountId)}/subscribed_apps`,
  });
  if (!subscribed.ok) return { connection: subscriptionState(subscribed.failure), profile };
  const number = found.value.display_phone_number ?? "This number";
  if (!place.https) {
    return {
      connection: {
        kind: "needs-action",
        sentence: `${number} is found, but WhatsApp delivers to https addresses only, and ${place.webhookUrl} is none. Set PUBLIC_URL to one and connect again.`,
      },
      profile,
    };
  }
  const address = `callback URL ${place.webhookUrl}, verify token ${account.webhookSecret}`;
  if (found.value.webhook_configuration?.phone_number !== place.webhookUrl) {
    const pointed = await point(api, account, place.webhookUrl);
    if (!pointed.ok) return { connection: pointingState(pointed.failure, address), profile };
  }
  const quality = /^(YELLOW|RED)$/.test(found.value.quality_rating ?? "")
    ? ` Its quality is rated ${found.value.quality_rating?.toLowerCase()}: fewer messages that nobody asked for keep it from being limited.`
    : "";
  return {
    connection: {
      kind: "connected",
      sentence: `${number} receives messages, as long as the app is subscribed to the field “messages” (WhatsApp > Configuration: ${address}).${quality}`,
    },
    profile,
  };
}

/** Takes our address away. What goes wrong is given up without a throw: webhooks left behind only meet 404. */
export async function disconnect(api: GraphApi, account: Account): Promise<void> {
  await point(api, account, "");
}

async function point(api: GraphApi, account: Account, url: string): Promise<Called<unknown>> {
  const { phoneNumberId } = credentialsOf(account);
  const verify = url === "" ? {} : { verify_token: account.webhookSecret };
  return await api.call(account, doneSchema, {
    method: "POST",
    path: encodeURIComponent(phoneNumberId),
    json: { webhook_configuration: { override_callback_uri: url, ...verify } },
  });
}

function profileOf(number: z.infer<typeof numberSchema>): AccountProfile {
  const digits = number.display_phone_number?.replace(/\D/g, "") ?? "";
  const title = number.verified_name ?? number.display_phone_number;
  return {
    externalId: number.id,
    ...(title !== undefined && { title }),
    ...(digits !== "" && { url: `https://wa.me/${digits}` }),
  };
}

/** How an account stands after a call of its own, not of a message, failed. */
function stateOf(failure: Failure): ConnectionState {
  if (failure.kind !== "refused") {
    const reason = "reason" in failure ? ` (${failure.reason})` : "";
    return { kind: "transient-disconnect", sentence: `WhatsApp cannot be reached${reason}. It will be tried again.` };
  }
  const known = stateOfRefusal(failure);
  if (known) return known;
  if (isPassing(failure)) {
    const sentence = `WhatsApp is busy (error ${failure.code ?? failure.status}). It will be tried again.`;
    return { kind: "transient-disconnect", sentence };
  }
  return { kind: "failed", sentence: `WhatsApp refused to connect the number: ${words(failure.details)}.` };
}

const isPassing = (failure: Extract<Failure, { kind: "refused" }>): boolean =>
  failure.status === 429 || failure.status >= 500 || [1, 2, 4, 80007, 80008, 131016].includes(failure.code ?? -1);

const words = (details: string): string => details.replace(/[.\s]+$/, "");

function subscriptionState(failure: Failure): ConnectionState {
  const state = stateOf(failure);
  if (state.kind !== "failed") return state;
  return {
    kind: "failed",
    sentence:
      "WhatsApp does not know this WhatsApp Business Account ID, or the token may not use it. Compare it with WhatsApp > API Setup.",
  };
}

/** Meta asks our address before it accepts it; an app without any callback URL accepts none for a number either. */
function pointingState(failure: Failure, address: string): ConnectionState {
  const state = stateOf(failure);
  if (state.kind !== "failed") return state;
  const reason = failure.kind === "refused" ? words(failure.details) : "";
  return {
    kind: "needs-action",
    sentence: `Meta did not take our address by itself (${reason}). In your app open WhatsApp > Configuration, enter the ${address}, subscribe to the field “messages”, then connect again.`,
  };
}

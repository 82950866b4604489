import type { Pacer } from "../contract/pacing.ts";
import type { PersonOutcome, WantedPerson } from "../contract/sending.ts";
import type { ChannelAdapter } from "../contract.ts";
import { capabilities, credentials, icon, settings } from "./about.ts";
import { createGraphApi } from "./api.ts";
import { connect, disconnect } from "./connect.ts";
import { openMedia } from "./media.ts";
import { receive } from "./receive.ts";
import { countIn, react, realWait, type SendTools, send } from "./send.ts";
import { whatsappCloudSentences } from "./sentences.ts";
import { description, setup } from "./setup.ts";
import { createTemplateBook } from "./templates.ts";

export interface WhatsappCloudOptions {
  /** Base of the Graph API, `WHATSAPP_CLOUD_API_URL`; Meta's own is https://graph.facebook.com. */
  readonly apiUrl: string;
  /** Keeps the limits over all processes: one message in six seconds to one customer, 80 a second from one number. */
  readonly pacer: Pacer;
  /** How long an ordinary call may take; uploads get more. Default 30 s. */
  readonly fetchTimeoutMs?: number;
  /** Waits between the parts of one message when WhatsApp asks for a pause. For tests. */
  readonly wait?: (ms: number) => Promise<void>;
  readonly now?: () => number;
}

/**
 * WhatsApp Business numbers at Meta's Cloud API, by webhook. Holds no state but a short-lived list of templates, so any
 * number of processes may share a number.
 *
 * `send` hands its key on as opaque data. The API does not deduplicate by it, so an attempt of unknown outcome is not made
 * again; the statuses bring it back and settle what was sent.
 */
export function createWhatsappCloudAdapter({
  apiUrl,
  pacer,
  fetchTimeoutMs = 30_000,
  wait = realWait,
  now = Date.now,
}: WhatsappCloudOptions): ChannelAdapter {
  const api = createGraphApi({ apiUrl, fetchTimeoutMs });
  const templates = createTemplateBook(api, now);
  const tools: SendTools = { api, pacer, templates, wait, now };
  return {
    id: "whatsapp-cloud",
    title: "WhatsApp Business",
    sentences: whatsappCloudSentences,
    description,
    icon,
    capabilities,
    credentials,
    settings,
    setup,
    receive,
    arrived: (account, events) => countIn(pacer, account, events),
    send: (account, message, key) => send(tools, account, message, key),
    react: (account, reaction) => react(tools, account, reaction),
    connect: (account, place) => connect(api, account, place),
    disconnect: (account) => disconnect(api, account),
    templates: (account) => templates.list(account),
    findPerson: (_account, wanted) => Promise.resolve(findPerson(wanted)),
    openMedia: (account, ref, signal) => openMedia(api, account, ref, signal),
  };
}

/**
 * The Cloud API cannot be asked whether a number has WhatsApp. Any number may be written to with a template; that nobody
 * is there is told by the message's own failure (131026).
 */
function findPerson({ phone }: WantedPerson): PersonOutcome {
  const digits = phone?.replace(/[\s()-]/g, "").replace(/^\+/, "") ?? "";
  if (phone === undefined) {
    return { kind: "unknown", sentence: "WhatsApp finds people by phone number only. Enter the customer's number." };
  }
  if (!/^[1-9]\d{6,14}$/.test(digits)) {
    return { kind: "nobody", sentence: "This is not a full phone number. Enter it with its country code, as in +49…." };
  }
  const customer = { externalId: digits, phone: `+${digits}`, url: `https://wa.me/${digits}` };
  return { kind: "found", chatId: digits, customer };
}

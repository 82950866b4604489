import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Account } from "../../domain/account.ts";
import type { Content } from "../../domain/message.ts";
import { plainText } from "../../domain/rich-text.ts";
import type { SiteFacts } from "../../domain/site-facts.ts";
import type { MessageReceived } from "../contract/events.ts";
import type { ChannelRequest, Received } from "../contract.ts";
import { type ContactDetails, readContact } from "../shared/contact-details.ts";
import { allowsOrigin } from "../shared/site-origins.ts";
import { cleanText, readVisit, visitSentence } from "../shared/site-visit.ts";
import { type FormRequest, readRequest } from "./request.ts";
import { readFormSettings } from "./settings.ts";

/**
 * The key that stands in a site's pages. It is public by nature and keeps strays out, no more: what is trusted is the
 * browser's `Origin`. Made of the account's secret, so that it tells nothing of it.
 */
export const formKey = (account: Account): string =>
  createHmac("sha256", account.webhookSecret).update("threadline form key").digest("base64url").slice(0, 22);

/**
 * Judges one request. Twice: the same key, by the page's id or, for a form without script, by its very words on that
 * day. A machine that fills in the field that people do not see is told that all went well.
 */
export function receiveForm(request: ChannelRequest, account: Account, now: Date): Received {
  if (request.method !== "POST") return refuse(403, "Requests are sent by POST.");
  if (account.webhookSecret === "") return refuse(403, "This form is not set up.");
  const settings = readFormSettings(account);
  const origin = originOf(request);
  if (origin === undefined || !allowsOrigin(settings.origins, origin))
    return refuse(403, "This site is not on the form's list of sites.");
  const form = readRequest(request.rawBody, String(request.headers["content-type"] ?? ""));
  if (!form || !sameKey(form.key, formKey(account))) return refuse(401, "The form's key is missing or wrong.");
  if (form.honeypot !== "") return { kind: "accepted", events: [] };
  const contact = readContact(form, settings);
  if (contact.kind === "wrong") return refuse(400, describe(contact.fields));
  if (settings.consent !== "" && (form.consent ?? "") === "") return refuse(400, "consent: missing");
  const text = cleanText(form.text);
  const site = factsOf(form, settings.consent, (one) => allowsOrigin(settings.origins, one), origin, now);
  if (text === "" && Object.keys(contact.details).length === 0) return refuse(400, "text: missing");
  return { kind: "accepted", events: eventsOf(account, form, text, contact.details, site, now) };
}

function eventsOf(
  account: Account,
  form: FormRequest,
  text: string,
  contact: ContactDetails,
  site: SiteFacts,
  now: Date,
): readonly MessageReceived[] {
  const id = form.id ?? printOf(account, form, text, now);
  const chatId = chatOf(contact) ?? `request:${id}`;
  const event = (externalId: string, content: Content): MessageReceived => ({
    kind: "message",
    key: `f:${externalId}`,
    chatId,
    at: now,
    externalId,
    customer: { externalId: chatId, ...contact },
    byContact: true,
    content,
  });
  const line = visitSentence(site, contact);
  const body = plainText(text === "" ? "Asked to be contacted." : text);
  const message = event(id, { body, attachments: [], site });
  if (line === "") return [message];
  return [event(`about.${id}`, { body: plainText(line), attachments: [], notice: "other" }), message];
}

/** Names a new conversation: by phone, else by e-mail. */
function chatOf({ phone, email }: ContactDetails): string | undefined {
  if (phone !== undefined) return `tel:${phone}`;
  return email === undefined ? undefined : `mail:${email}`;
}

function factsOf(
  form: FormRequest,
  consent: string,
  allows: (origin: string) => boolean,
  origin: string,
  now: Date,
): SiteFacts {
  return {
    form: "request",
    site: new URL(origin).host,
    ...readVisit(form, allows),
    ...(consent !== "" && { consent: { text: consent, at: now.toISOString() } }),
    ...(form.fields.length > 0 && { fields: form.fields }),
  };
}

/** A browser names the site in `Origin` with every POST; some old ones only in `Referer`. */
function originOf({ headers }: ChannelRequest): string | undefined {
  if (typeof headers["origin"] === "string") return headers["origin"];
  if (headers["origin"] !== undefined || typeof headers["referer"] !== "string") return undefined;
  return URL.parse(headers["referer"])?.origin;
}

function sameKey(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** Of a form without script: the same words on the same day are a second click. */
function printOf(account: Account, form: FormRequest, text: string, now: Date): string {
  const parts = [account.id, form.name, form.phone, form.email, text, form.fields, now.toISOString().slice(0, 10)];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}

const describe = (fields: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(fields)
    .map(([name, trouble]) => `${name}: ${trouble}`)
    .join(", ");

const refuse = (status: 400 | 401 | 403, reason: string): Received => ({ kind: "rejected", status, reason });

import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import type { Account } from "../../domain/account.ts";
import type { AccountId } from "../../domain/ids.ts";
import type { Attachment, Content, Quote } from "../../domain/message.ts";
import { plainText } from "../../domain/rich-text.ts";
import type { Rating, SiteFacts } from "../../domain/site-facts.ts";
import type { MessageReceived, ReceiptReceived } from "../contract/events.ts";
import type { ContactDetails } from "../shared/contact-details.ts";
import { allowsOrigin } from "../shared/site-origins.ts";
import { cleanText, visitSentence } from "../shared/site-visit.ts";
import type { Presence } from "../shared/working-hours.ts";
import type { Hub } from "./hub.ts";
import { asksFirst, presenceOf, readSettings, type WebchatSettings } from "./settings.ts";
import { type DetailsGiven, policyFor, type ReadDetails, readDetails } from "./visit.ts";

/**
 * The vendor's side of web chat, which is us: who a visitor is, what a visitor may see, and what a visitor's request
 * means in the channel's neutral words. The HTTP routes stand in front of it and know nothing of tokens or keys.
 */
export interface VisitorDesk {
  readonly hub: Hub;
  settings(account: Account): WebchatSettings;
  presence(account: Account): Presence;
  /** Which fields the widget's form shows; `undefined` when there is none. */
  form(account: Account): WidgetForm | undefined;
  /** Judges what the browser sent beside a message. */
  details(account: Account, given: DetailsGiven, isFirst: boolean): ReadDetails;
  allowsOrigin(account: Account, origin: string): boolean;
  /** 128 random bits. Nothing is stored until the visitor writes. */
  newVisitor(): string;
  issueToken(account: AccountId, visitor: string): Promise<string>;
  /** The visitor, or `undefined` for a token that is forged, expired, or of another account. */
  readToken(account: AccountId, token: string): Promise<string | undefined>;
  /** Query string that opens one file for up to two hours, for `<img>` and `<a>`, which cannot carry a header. */
  fileProof(account: AccountId, file: string): string;
  checkFileProof(account: AccountId, file: string, expires: string, signature: string): boolean;
  /** Id under which a visitor's message is known at the channel. */
  externalId(visitor: string, clientId: string): string;
  /** The id that the visitor's browser gave to it. */
  clientId(visitor: string, externalId: string): string | undefined;
  /** A message, and before it a line of what the page told with it, where that is worth a line. */
  messages(visitor: string, sent: VisitorSent): readonly MessageReceived[];
  /** Unique by session: a second one is dropped. */
  rating(visitor: string, rating: Rating): MessageReceived;
  ratingId(visitor: string, session: string): string;
  /** What is passed on of a text that is being typed; `undefined` where the account does not show it. */
  draft(account: Account, text: string | undefined): string | undefined;
  receipt(visitor: string, externalIds: readonly string[], state: "delivered" | "read"): ReceiptReceived;
}

export interface VisitorSent {
  /** UUID made by the browser: a second POST of it is the same message. */
  readonly clientId: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly quote?: Quote | undefined;
  readonly language?: string | undefined;
  /** Page on which the conversation began. */
  readonly url?: string | undefined;
  readonly contact?: ContactDetails | undefined;
  readonly site?: SiteFacts | undefined;
}

export interface WidgetForm {
  readonly when: "pre-chat" | "offline";
  readonly name: ContactAsked;
  readonly phone: ContactAsked;
  readonly email: ContactAsked;
}

type ContactAsked = WebchatSettings["askName"];

export interface VisitorDeskOptions {
  readonly secretKey: string;
  readonly hub: Hub;
  readonly now: () => Date;
}

export const VISITOR_ID = /^v[A-Za-z0-9_-]{22}$/;

const ISSUER = "threadline-webchat";
/** A returning visitor gets a fresh token with every session, so only a year of absence ends a conversation. */
const TOKEN_LIFE = "365d";
const LINK_STEP_S = 3_600;
/** Between a visitor and the id of the message that a line of ours goes with. */
const NOTICE = "about.";

export function createVisitorDesk(options: VisitorDeskOptions): VisitorDesk {
  const derive = (purpose: string) => new Uint8Array(hkdfSync("sha256", options.secretKey, "", purpose, 32));
  const tokenKey = derive("threadline webchat visitor tokens");
  const linkKey = derive("threadline webchat file links");
  const signLink = (account: string, file: string, expires: string) =>
    createHmac("sha256", linkKey).update(`${account}\n${file}\n${expires}`).digest();
  const external = (visitor: string, clientId: string) => `${visitor}.${clientId}`;
  const ratingId = (visitor: string, session: string) => external(visitor, `rating.${session}`);

  return {
    hub: options.hub,
    settings: readSettings,
    allowsOrigin: (account, origin) => allowsOrigin(readSettings(account).origins, origin),
    newVisitor: () => `v${randomBytes(16).toString("base64url")}`,

    issueToken(account, visitor) {
      const now = options.now();
      return new SignJWT()
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setIssuer(ISSUER)
        .setAudience(account)
        .setSubject(visitor)
        .setIssuedAt(now)
        .setExpirationTime(new Date(now.getTime() + 365 * 86_400_000))
        .sign(tokenKey);
    },

    async readToken(account, token) {
      try {
        const { payload } = await jwtVerify(token, tokenKey, {
          algorithms: ["HS256"],
          issuer: ISSUER,
          audience: account,
          currentDate: options.now(),
          maxTokenAge: TOKEN_LIFE,
          requiredClaims: ["sub", "exp"],
        });
        return payload.sub !== undefined && VISITOR_ID.test(payload.sub) ? payload.sub : undefined;
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
        throw error;
      }
    },

    fileProof(account, file) {
      // Rounded, so that a picture keeps its address (and its place in the browser's cache) within the hour.
      const expires = String((Math.floor(options.now().getTime() / 1000 / LINK_STEP_S) + 2) * LINK_STEP_S);
      return `e=${expires}&s=${signLink(account, file, expires).toString("base64url")}`;
    },

    checkFileProof(account, file, expires, signature) {
      const given = Buffer.from(signature, "base64url");
      const wanted = signLink(account, file, expires);
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
      return Number(expires) * 1000 > options.now().getTime();
    },

    externalId: external,
    clientId: (visitor, externalId) =>
      externalId.startsWith(`${visitor}.`) ? externalId.slice(visitor.length + 1) : undefined,

    presence: (account) => presenceOf(readSettings(account), options.now()),

    form(account) {
      const settings = readSettings(account);
      const isOffline = settings.closed === "form" && presenceOf(settings, options.now()).kind === "closed";
      if (!isOffline && !asksFirst(settings)) return undefined;
      const when = isOffline ? "offline" : "pre-chat";
      const { askName, askPhone, askEmail } = policyFor(settings, when);
      return { when, name: askName, phone: askPhone, email: askEmail };
    },

    details: (account, given, isFirst) => readDetails(account, given, isFirst, options.now()),

    messages(visitor, sent) {
      const site = sent.site !== undefined && Object.keys(sent.site).length > 0 ? sent.site : undefined;
      const line = visitSentence(site ?? {}, sent.contact);
      const customer = {
        externalId: visitor,
        // No name of our own making: the portal matches people by name too, and "Guest" would join strangers.
        ...sent.contact,
        ...(sent.language !== undefined && { language: sent.language }),
        ...(sent.url !== undefined && { url: sent.url }),
      };
      const received = (externalId: string, content: Content): MessageReceived => ({
        kind: "message",
        key: `m:${externalId}`,
        chatId: visitor,
        at: options.now(),
        externalId,
        customer,
        content,
      });
      const message = received(external(visitor, sent.clientId), {
        body: plainText(sent.text),
        attachments: sent.attachments,
        ...(sent.quote !== undefined && { quote: sent.quote }),
        ...(site && { site }),
      });
      if (line === "") return [message];
      // Before the message: the agent reads where somebody is and then what they ask.
      const notice = received(external(visitor, `${NOTICE}${sent.clientId}`), {
        body: plainText(line),
        attachments: [],
        notice: "other",
      });
      return [notice, message];
    },

    ratingId,

    rating(visitor, rating) {
      const externalId = ratingId(visitor, rating.session);
      return {
        kind: "message",
        key: `m:${externalId}`,
        chatId: visitor,
        at: options.now(),
        externalId,
        customer: { externalId: visitor },
        content: { body: plainText(ratingSentence(rating)), attachments: [], notice: "other", site: { rating } },
      };
    },

    draft(account, text) {
      if (text === undefined || !readSettings(account).livePreview) return undefined;
      return cleanText(text);
    },

    receipt(visitor, externalIds, state) {
      const key = `${state}:${externalIds.at(-1) ?? ""}`;
      return { kind: "receipt", key, chatId: visitor, at: options.now(), externalIds, state };
    },
  };
}

function ratingSentence({ scale, value }: Rating): string {
  if (scale === "stars") return `Rated the conversation: ${"★".repeat(value)}${"☆".repeat(5 - value)} (${value} of 5).`;
  return `Rated the conversation: ${value === 1 ? "👍" : "👎"}`;
}

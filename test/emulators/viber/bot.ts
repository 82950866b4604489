import { createHmac } from "node:crypto";
import { checkBytes, checkMessage } from "./check-message.ts";
import { type CallbackAttempt, type Json, type Person, type StoredMessage, ViberError } from "./types.ts";

/** One emulated bot: its people, messages, webhook and callbacks. */

/** What is absent is not limited. */
export interface BotLimits {
  /** Messages an hour to one person who does not answer. */
  readonly perPersonPerHour?: number;
  /** Requests in any ten seconds. */
  readonly perTenSeconds?: number;
}

export interface BotSettings {
  readonly token: string;
  readonly name: string;
  readonly now: () => number;
  /** Public origins that are served elsewhere in this test. */
  readonly origins: ReadonlyMap<string, string>;
  readonly limits: BotLimits;
  readonly httpWebhooks: boolean;
}

const HOUR_MS = 3_600_000;
const OPTIONAL_EVENTS = ["delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started"];

export class EmulatedBot {
  readonly token: string;
  readonly name: string;
  readonly people = new Map<string, Person>();
  readonly subscribed = new Set<string>();
  readonly messages: StoredMessage[] = [];
  readonly attempts: CallbackAttempt[] = [];
  limits: BotLimits;
  revoked = false;
  webhook = "";
  events: readonly string[] = [];
  private readonly settings: BotSettings;
  private readonly sentTimes = new Map<string, number[]>();
  private requestTimes: readonly number[] = [];
  private readonly pending = new Set<Promise<void>>();
  private tokens = 4_912_661_846_655_238_145n;

  constructor(settings: BotSettings) {
    this.settings = settings;
    this.limits = settings.limits;
    this.token = settings.token;
    this.name = settings.name;
  }

  /** Tokens have 64 bits, as Viber's: no double holds them. */
  nextToken(): string {
    this.tokens += 1n;
    return String(this.tokens);
  }

  /** Sets or takes away the webhook; setting proves it by a callback first ("Set webhook callback"). */
  async setWebhook(body: Json): Promise<Json> {
    const { url, event_types: events = OPTIONAL_EVENTS } = body;
    if (typeof url !== "string") throw new ViberError(4, "missing url");
    if (url === "") {
      this.webhook = "";
      this.events = [];
      return {};
    }
    const parsed = URL.parse(url);
    const https = parsed?.protocol === "https:" || (this.settings.httpWebhooks && parsed?.protocol === "http:");
    if (!https) throw new ViberError(1, "invalidUrl");
    if (!Array.isArray(events) || events.some((one) => !OPTIONAL_EVENTS.includes(one)))
      throw new ViberError(3, "badData: event_types");
    const attempt = await this.post(url, { event: "webhook", ...this.stamp() });
    if (attempt.status !== 200) throw new ViberError(1, "invalidUrl");
    this.webhook = url;
    this.events = events;
    return { event_types: ["message", "webhook", ...events] };
  }

  accountInfo(): Json {
    return {
      id: `pa:${this.token.slice(0, 8)}`,
      name: this.name,
      uri: this.name.toLowerCase().replace(/\W/g, ""),
      icon: "https://example.com/icon.jpg",
      category: "Companies, Brands & Products",
      country: "DE",
      webhook: this.webhook,
      event_types: this.events,
      subscribers_count: this.subscribed.size,
    };
  }

  /** Takes a message of the bot's; its file is fetched afterwards, as phones do. */
  send(body: Json): string {
    this.chargeRequest();
    if (this.webhook === "") throw new ViberError(10, "webhookNotSet");
    const { receiver } = body;
    if (typeof receiver !== "string" || receiver === "") throw new ViberError(4, "missing receiver");
    const checked = checkMessage(body);
    const person = this.people.get(receiver);
    if (!person) throw new ViberError(5, "receiverNotRegistered");
    if (!this.subscribed.has(receiver)) throw new ViberError(6, "receiverNotSubscribed");
    if ((checked.min_api_version ?? 1) > person.api_version) throw new ViberError(13, "apiVersionNotSupported");
    this.charge(receiver);
    return this.store("bot", receiver, body).token;
  }

  /** Told of broadcasts only ("500 requests in a 10 seconds window"); held against every message here. */
  private chargeRequest(): void {
    const limit = this.limits.perTenSeconds;
    if (limit === undefined) return;
    const now = this.settings.now();
    this.requestTimes = this.requestTimes.filter((at) => now - at < 10_000);
    if (this.requestTimes.length >= limit) throw new ViberError(12, "Too many requests");
    this.requestTimes = [...this.requestTimes, now];
  }

  private charge(receiver: string): void {
    const limit = this.limits.perPersonPerHour;
    if (limit === undefined) return;
    const now = this.settings.now();
    const recent = (this.sentTimes.get(receiver) ?? []).filter((at) => now - at < HOUR_MS);
    if (recent.length >= limit) throw new ViberError(12, "Too many requests");
    this.sentTimes.set(receiver, [...recent, now]);
  }

  private store(from: StoredMessage["from"], receiver: string, body: Json): StoredMessage {
    const message: StoredMessage = { token: this.nextToken(), from, receiver, body };
    this.messages.push(message);
    if (from !== "person" && typeof body["media"] === "string") this.track(this.fetchMedia(message, body["media"]));
    return message;
  }

  private async fetchMedia(message: StoredMessage, media: string): Promise<void> {
    const url = new URL(media);
    const origin = this.settings.origins.get(url.origin) ?? url.origin;
    try {
      const response = await fetch(origin + url.pathname + url.search, { signal: AbortSignal.timeout(10_000) });
      const bytes = Buffer.from(await response.arrayBuffer());
      if (response.ok) message.bytes = bytes;
      const wrong = response.ok ? checkBytes(message.body, bytes) : `The file's address answered ${response.status}`;
      if (wrong !== undefined) message.failure = wrong;
    } catch {
      message.failure = "The file's address does not answer";
    }
    if (message.failure !== undefined) await this.receipt("failed", message.token, message.failure);
  }

  /** Tells what became of a message of the bot's. */
  async receipt(event: "delivered" | "seen" | "failed", token: string, desc?: string): Promise<void> {
    const message = this.messages.find((one) => one.token === token);
    if (!message) throw new Error("the emulator has no such message");
    const body = { event, ...this.stamp(token), user_id: message.receiver, ...(desc !== undefined && { desc }) };
    await this.callback(body);
  }

  /** A person writes; the callback as Viber makes it, delivered when there is a webhook. */
  async write(personId: string, message: Json): Promise<Json> {
    const sender = this.person(personId);
    this.subscribed.add(personId);
    this.sentTimes.delete(personId);
    const { token } = this.store("person", personId, message);
    const body = {
      event: "message",
      ...this.stamp(token),
      chat_hostname: "SN-CHAT-05_",
      sender,
      message,
      silent: false,
    };
    await this.callback(body);
    return body;
  }

  /** A person opens the bot. What the webhook answers is shown to them as the welcome message. */
  async open(personId: string, context?: string): Promise<StoredMessage | undefined> {
    const subscribed = this.subscribed.has(personId);
    const user = this.person(personId);
    const attempt = await this.callback({
      event: "conversation_started",
      ...this.stamp(),
      type: "open",
      ...(context !== undefined && { context }),
      user,
      subscribed,
    });
    const answer = welcomeIn(attempt?.answer);
    if (!answer) return undefined;
    checkMessage(answer);
    if (answer["receiver"] !== undefined) throw new Error("a welcome message names no receiver");
    return this.store("welcome", personId, answer);
  }

  async subscribe(personId: string): Promise<void> {
    this.subscribed.add(personId);
    await this.callback({ event: "subscribed", ...this.stamp(), user: this.person(personId) });
  }

  async unsubscribe(personId: string): Promise<void> {
    this.subscribed.delete(personId);
    await this.callback({ event: "unsubscribed", ...this.stamp(), user_id: personId });
  }

  /** Resolves when nothing is being fetched or told any more. */
  async settled(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  private person(id: string): Person {
    const person = this.people.get(id);
    if (!person) throw new Error("the emulator has no such person");
    return person;
  }

  private stamp(token = this.nextToken()): Json {
    return { timestamp: this.settings.now(), message_token: token };
  }

  private async callback(body: Json): Promise<CallbackAttempt | undefined> {
    const event = String(body["event"]);
    if (this.webhook === "" || (event !== "message" && !this.events.includes(event))) return undefined;
    return await this.post(this.webhook, body);
  }

  /** Viber repeats a callback until it hears 200; here the second try comes at once, and there are three. */
  private async post(webhook: string, body: Json): Promise<CallbackAttempt> {
    let attempt: CallbackAttempt = { event: String(body["event"]) };
    for (let tries = 0; tries < 3 && attempt.status !== 200; tries += 1) {
      attempt = await this.postOnce(webhook, body);
      this.attempts.push(attempt);
    }
    return attempt;
  }

  private async postOnce(webhook: string, body: Json): Promise<CallbackAttempt> {
    const event = String(body["event"]);
    const url = new URL(webhook);
    const origin = this.settings.origins.get(url.origin) ?? url.origin;
    const { raw, signature } = this.sign(body);
    try {
      const response = await fetch(origin + url.pathname + url.search, {
        method: "POST",
        headers: { "content-type": "application/json", "x-viber-content-signature": signature },
        body: new Uint8Array(raw),
        redirect: "manual",
        signal: AbortSignal.timeout(10_000),
      });
      return { event, status: response.status, answer: await response.text() };
    } catch {
      return { event };
    }
  }

  /** A body as Viber writes and signs it: tokens are bare numbers. */
  sign(body: Json | Buffer): { readonly raw: Buffer; readonly signature: string } {
    const raw = Buffer.isBuffer(body) ? body : Buffer.from(writeJson(body));
    return { raw, signature: createHmac("sha256", this.token).update(raw).digest("hex") };
  }

  private track(work: Promise<void>): void {
    const tracked = work.finally(() => this.pending.delete(tracked));
    this.pending.add(tracked);
  }
}

/** JSON whose `message_token` is a number of all its digits. */
export function writeJson(value: Json): string {
  return JSON.stringify(value).replace(/"message_token":"(\d+)"/g, '"message_token":$1');
}

function welcomeIn(answer: string | undefined): Json | undefined {
  if (!answer) return undefined;
  try {
    const json: unknown = JSON.parse(answer);
    return typeof json === "object" && json !== null && "type" in json ? { ...json } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

import { FaultPlan } from "../shared/faults.ts";
import { VendorServer } from "../shared/vendor-server.ts";
import { EmulatedBot } from "./bot.ts";
import { addControl } from "./control.ts";
import { FloodLimiter } from "./limiter.ts";
import { createServer } from "./server.ts";
import type { BusinessConnection, Fault, Limits, LogEntry, Person, StoredMessage } from "./types.ts";
import {
  businessRemoves,
  businessWrites,
  groupMigrates,
  type UserContent,
  userBlocks,
  userEdits,
  userReacts,
  userStarts,
  userWrites,
  type WriteOptions,
} from "./users.ts";
import { vendorDelay, type WebhookAttempt, WebhookDelivery } from "./webhook-delivery.ts";

/**
 * A Telegram for tests: a real HTTP server that answers as api.telegram.org does, refuses what the documentation does
 * not allow, and plays people who write to bots.
 */

export interface EmulatorOptions {
  readonly host?: string;
  readonly port?: number;
  /** Bots known from the start; default one with a made-up token. */
  readonly bots?: readonly BotOptions[];
  /** Flood limits; `false` turns them off. Default: 30/s per bot, 1/s per chat after a burst of 5, 20 a minute per group. */
  readonly limits?: Partial<Limits> | false;
  readonly now?: () => number;
  /** How long sending takes, in milliseconds; default 0. Telegram's own takes some tens. */
  readonly latencyMs?: number;
  /** Delay before a webhook is tried again, by the number of failures; default as Telegram does. */
  readonly webhookDelay?: (failures: number) => number;
  /** Allows http webhooks and any port, which Telegram refuses. */
  readonly httpWebhooks?: boolean;
  /** Where public https origins are served in this test: `{"https://app.example": "http://127.0.0.1:8080"}`. */
  readonly webhookOrigins?: Readonly<Record<string, string>>;
}

export interface BotOptions {
  readonly token?: string;
  readonly username?: string;
  readonly firstName?: string;
}

const DEFAULT_LIMITS: Limits = { perBotPerSecond: 30, perChatPerSecond: 1, chatBurst: 5, perGroupPerMinute: 20 };

export class TelegramEmulator {
  readonly log: LogEntry[] = [];
  readonly bots = new Map<string, EmulatedBot>();
  readonly webhookOrigins: Map<string, string>;
  readonly limiter: FloodLimiter;
  readonly now: () => number;
  private readonly deliveries = new Map<EmulatedBot, WebhookDelivery>();
  private readonly options: EmulatorOptions;
  private readonly server = new VendorServer();
  private readonly faults = new FaultPlan<Fault>(({ method }, call) => method === undefined || method === call);

  constructor(options: EmulatorOptions = {}) {
    this.options = options;
    this.now = options.now ?? Date.now;
    this.limiter = new FloodLimiter(
      options.limits === false ? undefined : { ...DEFAULT_LIMITS, ...options.limits },
      this.now,
    );
    this.webhookOrigins = new Map(Object.entries(options.webhookOrigins ?? {}));
    for (const bot of options.bots ?? [{}]) this.addBot(bot);
  }

  /** Base address, for `TELEGRAM_API_URL`. */
  get url(): string {
    return this.server.url;
  }

  /** The first bot's token. */
  get token(): string {
    return this.bot().token;
  }

  async start(): Promise<this> {
    const app = await createServer({
      bots: this.bots,
      limiter: this.limiter,
      log: this.log,
      httpWebhooks: this.options.httpWebhooks ?? false,
      now: this.now,
      latencyMs: this.options.latencyMs ?? 0,
      takeFault: (method) => this.faults.take(method),
    });
    addControl(app, this);
    await this.server.listen(app, this.options);
    return this;
  }

  async close(): Promise<void> {
    for (const delivery of this.deliveries.values()) delivery.close();
    await this.server.close();
  }

  /** As a vendor that cannot be reached. */
  goDown(): Promise<void> {
    return this.server.goDown();
  }

  comeUp(): Promise<void> {
    return this.server.comeUp();
  }

  awayFor(ms: number): void {
    this.server.awayFor(ms);
  }

  addBot({ token, username, firstName = "Support" }: BotOptions = {}): EmulatedBot {
    const number = 700_000_001 + this.bots.size;
    const made = token ?? `${number}:AAEmulatedTokenForTests_${String(number).padStart(12, "0")}`;
    const bot = new EmulatedBot({
      token: made,
      username: username ?? `support_${number}_bot`,
      firstName,
      now: this.now,
    });
    const delivery = new WebhookDelivery(bot, {
      origins: this.webhookOrigins,
      delay: this.options.webhookDelay ?? vendorDelay,
      now: this.now,
      timeoutMs: 60_000,
    });
    bot.onChange = () => delivery.pump();
    this.deliveries.set(bot, delivery);
    this.bots.set(made, bot);
    return bot;
  }

  /** A bot by its token; without one, the first. */
  bot(token?: string): EmulatedBot {
    const bot = token === undefined ? [...this.bots.values()][0] : this.bots.get(token);
    if (!bot) throw new Error("the emulator has no such bot");
    return bot;
  }

  /** Webhook deliveries so far, failed ones too. */
  attempts(token?: string): readonly WebhookAttempt[] {
    return this.deliveries.get(this.bot(token))?.attempts ?? [];
  }

  /** Tries waiting webhook deliveries now instead of after their delay. */
  retryWebhooks(token?: string): void {
    this.deliveries.get(this.bot(token))?.retryNow();
  }

  /** A person, known to the bot from now on (they pressed Start). */
  addPerson(person: Partial<Person> = {}, token?: string): Person {
    const bot = this.bot(token);
    const id = person.id ?? 5_000_000_001 + bot.people.size;
    const full: Person = {
      first_name: "Anna",
      last_name: "Weber",
      username: `anna_${id}`,
      language_code: "de",
      ...person,
      id,
    };
    bot.addPerson(full);
    return full;
  }

  /** A person writes; returns the messages as Telegram stores them (an album is several). */
  userWrites(chatId: number, content: UserContent | string, options: WriteOptions = {}): StoredMessage[] {
    return userWrites(
      this.bot(options.bot),
      chatId,
      typeof content === "string" ? { text: content } : content,
      options,
    );
  }

  userEdits(
    chatId: number,
    messageId: number,
    content: UserContent | string,
    options: WriteOptions = {},
  ): StoredMessage {
    return userEdits(
      this.bot(options.bot),
      chatId,
      messageId,
      typeof content === "string" ? { text: content } : content,
    );
  }

  userReacts(chatId: number, messageId: number, emoji: string, old = "", token?: string): void {
    userReacts(this.bot(token), chatId, messageId, emoji, old);
  }

  userStarts(chatId: number, payload = "", token?: string): StoredMessage[] {
    return userStarts(this.bot(token), chatId, payload);
  }

  groupMigrates(chatId: number, newId: number, token?: string): void {
    groupMigrates(this.bot(token), chatId, newId);
  }

  /** Somebody with a business account lets a bot answer for them. */
  addBusiness(owner = 6_000_000_001, token?: string): BusinessConnection {
    const bot = this.bot(token);
    const connection = { id: `bc_${bot.business.size + 1}_AbCd-eF`, owner, enabled: true, canReply: true };
    bot.business.set(connection.id, connection);
    return connection;
  }

  businessWrites(connection: string, chatId: number, content: UserContent | string, byOwner = false): StoredMessage {
    const full = typeof content === "string" ? { text: content } : content;
    return businessWrites(this.botOf(connection), connection, chatId, full, byOwner);
  }

  businessRemoves(connection: string, chatId: number, ids: readonly number[]): void {
    businessRemoves(this.botOf(connection), connection, chatId, ids);
  }

  /** What the account's owner lets the bot do from now on. */
  changeBusiness(connection: string, rights: { readonly enabled?: boolean; readonly canReply?: boolean }): void {
    const known = this.botOf(connection).business.get(connection);
    if (known) Object.assign(known, rights);
  }

  private botOf(connection: string): EmulatedBot {
    const bot = [...this.bots.values()].find((one) => one.business.has(connection));
    if (!bot) throw new Error("there is no such business connection");
    return bot;
  }

  /** Messages the bot sent in a chat of a business account. */
  sentForBusiness(connection: string, chatId: number): StoredMessage[] {
    return this.botOf(connection)
      .history(chatId, connection)
      .filter((message) => message.sender_business_bot !== undefined);
  }

  blockBot(chatId: number, token?: string): void {
    const bot = this.bot(token);
    if (!bot.blockedBy.has(chatId)) userBlocks(bot, chatId, true);
    bot.blockedBy.add(chatId);
  }

  unblockBot(chatId: number, token?: string): void {
    const bot = this.bot(token);
    if (bot.blockedBy.has(chatId)) userBlocks(bot, chatId, false);
    bot.blockedBy.delete(chatId);
  }

  deactivate(chatId: number, token?: string): void {
    this.bot(token).deactivated.add(chatId);
  }

  /** Messages the bot sent to a chat and that are still there, in order. */
  sentTo(chatId: number, token?: string): StoredMessage[] {
    const bot = this.bot(token);
    return bot.history(chatId).filter((message) => message.from.id === bot.id);
  }

  /** Calls so far, those that change something only: what "before the network" is checked against. */
  calls(method?: string): LogEntry[] {
    return this.log.filter((entry) => method === undefined || entry.method === method);
  }

  fault(fault: Fault): void {
    this.faults.add(fault);
  }

  clearFaults(): void {
    this.faults.clear();
  }
}

export async function startTelegramEmulator(options: EmulatorOptions = {}): Promise<TelegramEmulator> {
  return await new TelegramEmulator(options).start();
}

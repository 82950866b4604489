import { FaultPlan } from "../shared/faults.ts";
import { VendorServer } from "../shared/vendor-server.ts";
import { Business, type BusinessOptions } from "./business.ts";
import { addControl } from "./control.ts";
import { SendLimiter } from "./limiter.ts";
import { createServer } from "./server.ts";
import type { Fault, Limits, LogEntry, Operation, Person, SentMessage } from "./types.ts";
import { vendorDelay, type WebhookAttempt, WebhookDelivery } from "./webhooks.ts";

/**
 * Meta's WhatsApp Cloud API for tests: a real HTTP server that answers as graph.facebook.com does, refuses what the
 * documentation does not allow, and plays people who write to business numbers.
 */

export interface EmulatorOptions {
  readonly host?: string;
  readonly port?: number;
  /** Numbers known from the start; default one with a made-up token. */
  readonly businesses?: readonly BusinessOptions[];
  /** Limits on sending; `false` turns them off. Default: 80/s, one in six seconds to one person, bursts of 45. */
  readonly limits?: Partial<Limits> | false;
  readonly now?: () => number;
  /** Delay before a webhook is tried again, by the number of failures. */
  readonly webhookDelay?: (failures: number) => number;
  /** Allows callbacks over http, which Meta refuses. */
  readonly httpCallbacks?: boolean;
  /** Where public https origins are served in this test. */
  readonly webhookOrigins?: Readonly<Record<string, string>>;
}

const DEFAULT_LIMITS: Limits = { perSecond: 80, pairMs: 6_000, pairBurst: 45 };

export class WhatsappCloudEmulator {
  readonly log: LogEntry[] = [];
  readonly businesses = new Map<string, Business>();
  readonly webhookOrigins: Map<string, string>;
  readonly limiter: SendLimiter;
  readonly now: () => number;
  private readonly deliveries = new Map<Business, WebhookDelivery>();
  private readonly options: EmulatorOptions;
  private readonly server = new VendorServer();
  private readonly faults = new FaultPlan<Fault>(
    ({ operation }, call) => operation === undefined || operation === call,
  );

  constructor(options: EmulatorOptions = {}) {
    this.options = options;
    this.now = options.now ?? Date.now;
    const limits = options.limits === false ? undefined : { ...DEFAULT_LIMITS, ...options.limits };
    this.limiter = new SendLimiter(limits, this.now);
    this.webhookOrigins = new Map(Object.entries(options.webhookOrigins ?? {}));
    for (const business of options.businesses ?? [{}]) this.addBusiness(business);
  }

  /** Base address, for `WHATSAPP_CLOUD_API_URL`. */
  get url(): string {
    return this.server.url;
  }

  async start(): Promise<this> {
    const app = await createServer({
      businesses: this.businesses,
      limiter: this.limiter,
      log: this.log,
      now: this.now,
      httpCallbacks: this.options.httpCallbacks ?? false,
      url: () => this.url,
      delivery: (business) => this.delivery(business),
      takeFault: (operation) => this.faults.take(operation),
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

  awayFor(ms: number): void {
    this.server.awayFor(ms);
  }

  comeUp(): Promise<void> {
    return this.server.comeUp();
  }

  addBusiness(options: BusinessOptions = {}): Business {
    const business = new Business(options, this.businesses.size, this.now);
    const delivery = new WebhookDelivery(business, {
      origins: this.webhookOrigins,
      delay: this.options.webhookDelay ?? vendorDelay,
    });
    business.onWebhook = () => delivery.pump();
    business.onReceived = () => this.limiter.count(business.phoneNumberId);
    this.deliveries.set(business, delivery);
    this.businesses.set(business.phoneNumberId, business);
    return business;
  }

  /** A number's business by its id; without one, the first. */
  business(phoneNumberId?: string): Business {
    const found = phoneNumberId === undefined ? [...this.businesses.values()][0] : this.businesses.get(phoneNumberId);
    if (!found) throw new Error("the emulator has no such number");
    return found;
  }

  /** Webhook deliveries so far, failed ones too. */
  attempts(phoneNumberId?: string): readonly WebhookAttempt[] {
    return this.delivery(this.business(phoneNumberId)).attempts;
  }

  addPerson(person: Partial<Person> = {}, phoneNumberId?: string): Person {
    const business = this.business(phoneNumberId);
    const waId = person.waId ?? String(4_915_112_345_600 + business.people.size);
    const full: Person = { userId: `DE.${waId}001`, name: "Anna Weber", ...person, waId };
    business.people.set(waId, full);
    return full;
  }

  /** Messages sent to a person that were not refused afterwards, in order. */
  sentTo(waId: string, phoneNumberId?: string): SentMessage[] {
    return this.business(phoneNumberId).sent.filter((one) => one.to === waId && one.state !== "failed");
  }

  calls(operation?: Operation): LogEntry[] {
    return this.log.filter((entry) => operation === undefined || entry.operation === operation);
  }

  fault(fault: Fault): void {
    this.faults.add(fault);
  }

  clearFaults(): void {
    this.faults.clear();
  }

  private delivery(business: Business): WebhookDelivery {
    const found = this.deliveries.get(business);
    if (!found) throw new Error("the emulator has no such number");
    return found;
  }
}

export async function startWhatsappCloudEmulator(options: EmulatorOptions = {}): Promise<WhatsappCloudEmulator> {
  return await new WhatsappCloudEmulator(options).start();
}

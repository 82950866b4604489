import { createHash, randomBytes } from "node:crypto";
import type { Json, Media, Person, SentMessage, TemplateDefinition } from "./types.ts";

export interface BusinessOptions {
  readonly phoneNumberId?: string;
  readonly businessAccountId?: string;
  readonly accessToken?: string;
  readonly appSecret?: string;
  readonly displayPhoneNumber?: string;
  readonly verifiedName?: string;
  /** What the app's dashboard was given by its admin. */
  readonly callback?: { readonly url: string; readonly verifyToken: string };
  readonly templates?: readonly TemplateDefinition[];
}

export interface Webhook {
  readonly body: Json;
  failures: number;
}

/** One business number with its account, app, customers and files. */
export class Business {
  readonly phoneNumberId: string;
  readonly businessAccountId: string;
  readonly accessToken: string;
  readonly appSecret: string;
  readonly displayPhoneNumber: string;
  readonly verifiedName: string;
  readonly people = new Map<string, Person>();
  readonly media = new Map<string, Media>();
  readonly sent: SentMessage[] = [];
  /** The business's reaction to each message of a person. */
  readonly reactions = new Map<string, string>();
  /** Ids of people's messages, for quotes and reactions. */
  readonly received = new Set<string>();
  templates: TemplateDefinition[];
  /** The app's own callback, used where the number has none of its own. */
  callback: string | undefined;
  override: string | undefined;
  subscribed = false;
  revoked = false;
  quality = "GREEN";
  /** Addresses handed out for files, with the time they end. */
  readonly addresses = new Map<string, { readonly media: string; readonly until: number }>();
  /** Webhooks not taken yet, oldest first. */
  webhooks: Webhook[] = [];
  onWebhook: () => void = () => undefined;
  onReceived: () => void = () => undefined;
  private serial = 0;
  readonly now: () => number;

  constructor(options: BusinessOptions, ordinal: number, now: () => number) {
    this.phoneNumberId = options.phoneNumberId ?? String(106540352242922 + ordinal);
    this.businessAccountId = options.businessAccountId ?? "102290129340398";
    this.accessToken = options.accessToken ?? `EAAEmulatedTokenForTests${String(ordinal).padStart(12, "0")}`;
    this.appSecret = options.appSecret ?? createHash("md5").update(`emulated app ${ordinal}`).digest("hex");
    this.displayPhoneNumber = options.displayPhoneNumber ?? `+1 555-078-${String(3881 + ordinal)}`;
    this.verifiedName = options.verifiedName ?? "Lucky Shrub";
    this.callback = options.callback?.url;
    this.templates = [...(options.templates ?? DEFAULT_TEMPLATES)];
    this.now = now;
  }

  newId(): string {
    this.serial += 1;
    const ordinal = String(this.serial).padStart(6, "0");
    return `wamid.${Buffer.from(`${this.phoneNumberId}:${ordinal}:${randomBytes(4).toString("hex")}`).toString("base64")}`;
  }

  addMedia(bytes: Buffer, mime: string, huge?: Media["huge"]): Media {
    const id = String(4_490_709_327_384_000 + this.media.size + (Number(this.phoneNumberId) % 1_000));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const media: Media = { id, mime, bytes, sha256, ...(huge && { huge }) };
    this.media.set(id, media);
    return media;
  }

  /** A person by number or business-scoped id. */
  person(name: string): Person | undefined {
    const digits = name.replace(/^\+/, "");
    return this.people.get(digits) ?? [...this.people.values()].find((one) => one.userId === name);
  }

  seconds(): string {
    return String(Math.floor(this.now() / 1_000));
  }

  /** Queues a webhook with what happened to this number. */
  tell(value: Json, field = "messages"): Json {
    const body = {
      object: "whatsapp_business_account",
      entry: [{ id: this.businessAccountId, changes: [{ field, value: { ...this.metadata(), ...value } }] }],
    };
    if (this.subscribed) this.webhooks.push({ body, failures: 0 });
    this.onWebhook();
    return body;
  }

  metadata(): Json {
    return {
      messaging_product: "whatsapp",
      metadata: {
        display_phone_number: this.displayPhoneNumber.replace(/\D/g, ""),
        phone_number_id: this.phoneNumberId,
      },
    };
  }
}

const DEFAULT_TEMPLATES: readonly TemplateDefinition[] = [
  {
    name: "order_ready",
    language: "en_US",
    status: "APPROVED",
    components: [
      { type: "BODY", text: "Hello {{1}}, your order {{2}} is ready.", example: { body_text: [["Anna", "A-17"]] } },
      { type: "FOOTER", text: "Lucky Shrub" },
      { type: "BUTTONS", buttons: [{ type: "QUICK_REPLY", text: "Thanks" }] },
    ],
  },
  {
    name: "appointment",
    language: "de",
    status: "APPROVED",
    components: [{ type: "BODY", text: "Hallo {{first_name}}, bis {{day}}!" }],
  },
  {
    name: "catalogue",
    language: "en_US",
    status: "APPROVED",
    components: [
      { type: "HEADER", format: "IMAGE" },
      { type: "BODY", text: "Our new catalogue is here." },
    ],
  },
  {
    name: "tracking",
    language: "en_US",
    status: "APPROVED",
    components: [
      { type: "BODY", text: "Your parcel is on its way." },
      { type: "BUTTONS", buttons: [{ type: "URL", text: "Track", url: "https://example.com/track/{{1}}" }] },
    ],
  },
  {
    name: "sale",
    language: "en_US",
    status: "APPROVED",
    components: [
      { type: "HEADER", format: "TEXT", text: "Our {{1}} is on!" },
      { type: "BODY", text: "Dear {{1}}, use the code until {{2}}." },
      {
        type: "BUTTONS",
        buttons: [
          { type: "QUICK_REPLY", text: "Stop" },
          { type: "URL", text: "Shop", url: "https://example.com/{{1}}" },
          { type: "COPY_CODE", text: "Copy code" },
        ],
      },
    ],
  },
  {
    name: "contract",
    language: "en_US",
    status: "APPROVED",
    components: [
      { type: "HEADER", format: "DOCUMENT" },
      { type: "BODY", text: "Your contract, {{name}}." },
    ],
  },
  {
    name: "find_us",
    language: "en_US",
    status: "APPROVED",
    components: [
      { type: "HEADER", format: "LOCATION" },
      { type: "BODY", text: "Here we are." },
    ],
  },
  {
    name: "disliked",
    language: "en_US",
    status: "PAUSED",
    components: [{ type: "BODY", text: "Buy!" }],
  },
  {
    name: "waiting",
    language: "en_US",
    status: "PENDING",
    components: [{ type: "BODY", text: "Not approved yet." }],
  },
];

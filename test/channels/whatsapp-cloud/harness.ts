import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { ChannelEvent } from "../../../src/channels/contract/events.ts";
import type { Pacer } from "../../../src/channels/contract/pacing.ts";
import type { ChannelAdapter, ChannelRequest } from "../../../src/channels/contract.ts";
import { createWhatsappCloudAdapter } from "../../../src/channels/whatsapp-cloud/adapter.ts";
import type { Account } from "../../../src/domain/account.ts";
import { accountId, portalId } from "../../../src/domain/ids.ts";
import type { AttachmentKind } from "../../../src/domain/message.ts";
import { type RecordedPacing, recordingPacer, type SampleFile } from "../../contract/channel-harness.ts";
import type { Business } from "../../emulators/whatsapp-cloud/business.ts";
import {
  type EmulatorOptions,
  startWhatsappCloudEmulator,
  type WhatsappCloudEmulator,
} from "../../emulators/whatsapp-cloud/emulator.ts";
import { personWrites } from "../../emulators/whatsapp-cloud/people.ts";
import { sampleFile } from "../telegram/harness.ts";

export const WEBHOOK_SECRET = "v3rify_this-account";
export const WEBHOOK_URL = "https://app.example/channels/whatsapp-cloud/acc-1";

/** One adapter, one emulated number that is connected to it by real webhooks, one person who wrote to it. */
export interface Setup {
  readonly emulator: WhatsappCloudEmulator;
  readonly business: Business;
  readonly adapter: ChannelAdapter;
  readonly account: Account;
  readonly chatId: string;
  /** Their message. */
  readonly written: string;
  readonly pacing: RecordedPacing;
  /** Pauses the adapter asked for instead of really waiting. */
  readonly waits: number[];
  /** What came by webhooks. */
  readonly events: ChannelEvent[];
  close(): Promise<void>;
}

export interface SetupOptions extends EmulatorOptions {
  readonly fetchTimeoutMs?: number;
  /** Default: one that lets everything pass. */
  readonly pacer?: Pacer;
}

export async function setUp(options: SetupOptions = {}): Promise<Setup> {
  const emulator = await startWhatsappCloudEmulator({ limits: false, ...options });
  const business = emulator.business();
  const account = cloudAccount(business);
  const { pacer, pacing } = recordingPacer();
  const waits: number[] = [];
  const adapter = createWhatsappCloudAdapter({
    apiUrl: emulator.url,
    pacer: options.pacer ?? pacer,
    fetchTimeoutMs: options.fetchTimeoutMs ?? 5_000,
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
    ...(options.now && { now: options.now }),
  });
  const events: ChannelEvent[] = [];
  const callback = await startCallback(adapter, account, events);
  const { port } = callback.address() as AddressInfo;
  emulator.webhookOrigins.set("https://app.example", `http://127.0.0.1:${port}`);
  const { waId } = emulator.addPerson();
  const { id } = personWrites(business, waId, { text: "Hello" });
  return {
    emulator,
    business,
    adapter,
    account,
    chatId: waId,
    written: id,
    pacing,
    waits,
    events,
    async close() {
      await emulator.close();
      callback.closeAllConnections();
      await new Promise((resolve) => callback.close(resolve));
    },
  };
}

/** Our server as Meta meets it: the adapter judges each request. */
async function startCallback(adapter: ChannelAdapter, account: Account, events: ChannelEvent[]): Promise<Server> {
  const server = createServer((request, response) => {
    void buffer(request).then((rawBody) => {
      const { searchParams } = new URL(request.url ?? "/", "http://callback");
      const query = Object.fromEntries(searchParams);
      const method = request.method ?? "";
      const received = adapter.receive({ method, headers: request.headers, rawBody, query }, account);
      if (received.kind === "accepted") {
        adapter.arrived?.(account, received.events);
        events.push(...received.events);
      }
      response.statusCode = received.kind === "accepted" ? 200 : received.status;
      response.end(received.kind === "challenge" ? received.body : "");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

type Known = Pick<Business, "phoneNumberId" | "businessAccountId" | "accessToken" | "appSecret">;

export function cloudAccount(business: Known, webhookSecret = WEBHOOK_SECRET): Account {
  const { phoneNumberId, businessAccountId, accessToken, appSecret } = business;
  return {
    id: accountId("acc-1"),
    portal: portalId("portal-1"),
    channel: "whatsapp-cloud",
    name: "WhatsApp",
    credentials: { accessToken, appSecret, phoneNumberId, businessAccountId },
    webhookSecret,
    settings: {},
    enabled: true,
    connection: { kind: "starting", sentence: "Not connected yet." },
    profile: {},
    createdAt: new Date(0),
  };
}

/** A webhook as Meta signs it. */
export function webhookRequest(body: unknown, appSecret: string): ChannelRequest {
  const rawBody = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const signature = createHmac("sha256", appSecret).update(rawBody).digest("hex");
  return {
    method: "POST",
    headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` },
    rawBody,
    query: {},
  };
}

/** As `sampleFile`, where WhatsApp takes another type: moving pictures as MP4. */
export function cloudFile(kind: AttachmentKind): SampleFile {
  return sampleFile(kind === "animation" ? "video" : kind);
}

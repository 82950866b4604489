import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ChannelEvent } from "../../../src/channels/contract/events.ts";
import type { Pacer } from "../../../src/channels/contract/pacing.ts";
import type { ChannelAdapter, ChannelRequest } from "../../../src/channels/contract.ts";
import { createViberAdapter } from "../../../src/channels/viber/adapter.ts";
import type { Account } from "../../../src/domain/account.ts";
import { accountId, portalId } from "../../../src/domain/ids.ts";
import { type RecordedPacing, recordingPacer, type SampleFile } from "../../contract/channel-harness.ts";
import { type EmulatorOptions, startViberEmulator, type ViberEmulator } from "../../emulators/viber/emulator.ts";
import type { Json, Person } from "../../emulators/viber/types.ts";

/** One adapter, one emulated Viber, one subscriber, and our side of the internet: the webhook and the kept files. */
export interface Setup {
  readonly emulator: ViberEmulator;
  readonly adapter: ChannelAdapter;
  readonly account: Account;
  readonly person: Person;
  /** Events that came by the webhook. */
  readonly events: ChannelEvent[];
  /** Pauses the adapter asked for instead of really waiting. */
  readonly waits: number[];
  readonly pacing: RecordedPacing;
  /** Public address of a file kept here. */
  link(sample: Pick<SampleFile, "bytes" | "name">): string;
  close(): Promise<void>;
}

const PUBLIC = "https://app.example";
export const WEBHOOK = `${PUBLIC}/channels/viber/acc-1`;

export interface SetupOptions extends EmulatorOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly fetchTimeoutMs?: number;
  readonly pacer?: Pacer;
}

export async function setUp({
  settings = {},
  fetchTimeoutMs = 5_000,
  pacer,
  ...options
}: SetupOptions = {}): Promise<Setup> {
  const emulator = await startViberEmulator(options);
  const waits: number[] = [];
  const recording = recordingPacer();
  const adapter = createViberAdapter({
    apiUrl: emulator.url,
    fetchTimeoutMs,
    pacer: pacer ?? recording.pacer,
    ...(options.now && { now: options.now }),
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  });
  const account = viberAccount(emulator.bot.token, settings);
  const events: ChannelEvent[] = [];
  const kept: Buffer[] = [];
  const server = createServer((request, response) => void serve({ adapter, account, events, kept }, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  emulator.origins.set(PUBLIC, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  emulator.bot.webhook = WEBHOOK;
  emulator.bot.events = ["delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started"];
  return {
    emulator,
    adapter,
    account,
    person: emulator.addPerson(),
    events,
    waits,
    pacing: recording.pacing,
    link: ({ bytes, name }) => `${PUBLIC}/media/${kept.push(bytes) - 1}/${encodeURIComponent(name)}?e=1&s=x`,
    close: async () => {
      await emulator.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface OurSide {
  readonly adapter: ChannelAdapter;
  readonly account: Account;
  readonly events: ChannelEvent[];
  readonly kept: readonly Buffer[];
}

/** Answers as `handlers/channels.ts` and `handlers/media.ts` do. */
async function serve(us: OurSide, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const file = /^\/media\/(\d+)\//.exec(request.url ?? "");
  if (file) {
    const bytes = us.kept[Number(file[1])];
    response.writeHead(bytes ? 200 : 404).end(bytes);
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const received = us.adapter.receive(
    { method: request.method ?? "", headers: request.headers, rawBody: Buffer.concat(chunks), query: {} },
    us.account,
  );
  if (received.kind === "rejected") response.writeHead(received.status).end();
  else if (received.kind === "challenge")
    response.writeHead(received.status, { "content-type": received.contentType }).end(received.body);
  else {
    us.adapter.arrived?.(us.account, received.events);
    us.events.push(...received.events);
    response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
  }
}

export function viberAccount(token: string, settings: Readonly<Record<string, unknown>> = {}): Account {
  return {
    id: accountId("acc-1"),
    portal: portalId("portal-1"),
    channel: "viber",
    name: "Support bot",
    credentials: { token },
    webhookSecret: "not-used-by-viber",
    settings,
    enabled: true,
    connection: { kind: "starting", sentence: "Not connected yet." },
    profile: {},
    createdAt: new Date(0),
  };
}

/** A webhook request as Viber makes it. */
export function signedRequest(emulator: ViberEmulator, body: Json | Buffer): ChannelRequest {
  const { raw, signature } = emulator.bot.sign(body);
  return {
    method: "POST",
    headers: { "content-type": "application/json", "x-viber-content-signature": signature },
    rawBody: raw,
    query: {},
  };
}

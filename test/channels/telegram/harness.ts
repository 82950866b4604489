import type { Pacer } from "../../../src/channels/contract/pacing.ts";
import type { ChannelAdapter, ChannelRequest } from "../../../src/channels/contract.ts";
import { createTelegramAdapter } from "../../../src/channels/telegram/adapter.ts";
import type { Account } from "../../../src/domain/account.ts";
import { accountId, portalId } from "../../../src/domain/ids.ts";
import type { AttachmentKind } from "../../../src/domain/message.ts";
import { type RecordedPacing, recordingPacer, type SampleFile } from "../../contract/channel-harness.ts";
import {
  type EmulatorOptions,
  startTelegramEmulator,
  type TelegramEmulator,
} from "../../emulators/telegram/emulator.ts";

/** One adapter, one emulated Telegram, one person who opened the bot. */
export interface Setup {
  readonly emulator: TelegramEmulator;
  readonly adapter: ChannelAdapter;
  readonly account: Account;
  readonly chat: number;
  readonly chatId: string;
  /** Pauses the adapter asked for instead of really waiting. */
  readonly waits: number[];
  readonly pacing: RecordedPacing;
}

export async function setUp(
  options: EmulatorOptions & { fetchTimeoutMs?: number; pacer?: Pacer } = {},
): Promise<Setup> {
  const emulator = await startTelegramEmulator({ limits: false, ...options });
  const person = emulator.addPerson();
  const waits: number[] = [];
  const { pacer, pacing } = recordingPacer();
  const adapter = createTelegramAdapter({
    apiUrl: emulator.url,
    pacer: options.pacer ?? pacer,
    fetchTimeoutMs: options.fetchTimeoutMs ?? 5_000,
    ...(options.now && { now: options.now }),
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  });
  return {
    emulator,
    adapter,
    account: telegramAccount(emulator.token),
    chat: person.id,
    chatId: String(person.id),
    waits,
    pacing,
  };
}

export function telegramAccount(token: string, webhookSecret = "s3cret_of-this-account"): Account {
  return {
    id: accountId("acc-1"),
    portal: portalId("portal-1"),
    channel: "telegram",
    name: "Support bot",
    credentials: { token },
    webhookSecret,
    settings: {},
    enabled: true,
    connection: { kind: "starting", sentence: "Not connected yet." },
    profile: {},
    createdAt: new Date(0),
  };
}

/** A webhook request as Telegram makes it. */
export function webhookRequest(body: unknown, secret = "s3cret_of-this-account"): ChannelRequest {
  return {
    method: "POST",
    headers: { "content-type": "application/json", "x-telegram-bot-api-secret-token": secret },
    rawBody: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
    query: {},
  };
}

let serial = 0;

/** The least bytes that are sniffed as the type; each call gives another length, so that files are told apart. */
export function sampleFile(kind: AttachmentKind): SampleFile {
  serial += 1;
  const fill = Buffer.alloc(64 + (serial % 50), 0x20);
  const make = (head: readonly (number | string)[], name: string, mime: string): SampleFile => ({
    bytes: Buffer.concat([
      ...head.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from([part]))),
      fill,
    ]),
    name,
    mime,
  });
  switch (kind) {
    case "photo":
      return { ...pngOf(320, 200, fill), name: "photo.png" };
    case "video":
      return make([0, 0, 0, 24, "ftypmp42", 0, 0, 0, 0, "mp42isom"], "clip.mp4", "video/mp4");
    case "animation":
      return make(["GIF89a"], "wave.gif", "image/gif");
    case "voice":
      return make(["OggS", 0, 2, ...new Array<number>(20).fill(0), 1, 19, "OpusHead"], "voice.ogg", "audio/ogg");
    case "audio":
      return make(["ID3", 3, 0, 0, 0, 0, 0, 0], "song.mp3", "audio/mpeg");
    case "sticker":
      return make(["RIFF", 80, 0, 0, 0, "WEBPVP8 "], "sticker.webp", "image/webp");
    case "file":
      return make(["%PDF-1.7\n"], "Договор; «копия» 100%.pdf", "application/pdf");
    default:
      return kind satisfies never;
  }
}

/** A PNG header of a picture of this size; enough for whoever reads sizes only. */
export function pngOf(width: number, height: number, fill: Buffer = Buffer.alloc(32)): SampleFile {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  const head = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
  const bytes = Buffer.concat([
    head,
    Buffer.from("IHDR"),
    size,
    Buffer.from([8, 2, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from([0, 0, 0, 10]),
    Buffer.from("IDAT"),
    fill,
  ]);
  return { bytes, name: "picture.png", mime: "image/png" };
}

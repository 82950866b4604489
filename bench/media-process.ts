/**
 * A process that moves files as the app does, for `media.ts`: the real adapter opens a vendor's file, the real shelf keeps
 * it, the real route serves it, and the real adapter uploads it. Does what its parent tells it and answers; looks at its
 * own resident size all the while.
 */
import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import { registerMedia } from "../handlers/media.ts";
import { createTelegramAdapter } from "../src/channels/telegram/adapter.ts";
import { createViberAdapter } from "../src/channels/viber/adapter.ts";
import type { Account } from "../src/domain/account.ts";
import { accountId, type MediaId, messageId, portalId } from "../src/domain/ids.ts";
import type { Attachment } from "../src/domain/message.ts";
import { plainText } from "../src/domain/rich-text.ts";
import { createMediaShelf } from "../src/media/shelf.ts";
import type { Media } from "../src/store/contract/messages.ts";

export type Order =
  /** Fetches a vendor's file and keeps it. */
  | { readonly kind: "keep"; readonly vendor: string; readonly path: string }
  /** Sends the file kept last. */
  | { readonly kind: "upload"; readonly vendor: string }
  /** Forgets the highest size so far. */
  | { readonly kind: "mark" }
  /** Only tells. */
  | { readonly kind: "look" };

export interface Done {
  /** Address of the file kept last. */
  readonly link: string;
  readonly outcome: string;
  /** Bytes: now, and the highest since the last mark. */
  readonly resident: number;
  readonly highest: number;
}

const SAMPLE_MS = 5;
const [, , dataDir = ""] = process.argv;
const rows = new Map<MediaId, Media>();
const now = (): Date => new Date();
const nothing = () => Promise.resolve();
const pacer = { turn: nothing, pause: nothing, spend: nothing, renew: nothing };
const account: Account = {
  id: accountId("bench"),
  portal: portalId("bench"),
  channel: "telegram",
  name: "Bench",
  credentials: { token: "700000001:AAEmulatedTokenForTests_000700000001" },
  webhookSecret: "bench",
  settings: {},
  enabled: true,
  connection: { kind: "connected", sentence: "Connected." },
  profile: {},
  createdAt: now(),
};

let highest = 0;
setInterval(() => {
  highest = Math.max(highest, process.memoryUsage.rss());
}, SAMPLE_MS);

const app = Fastify();
let publicUrl = "";
let kept: Attachment | undefined;
const media = {
  create: async (row: Omit<Media, "createdAt">) => void rows.set(row.id, { ...row, createdAt: now() }),
  find: async (id: MediaId) => rows.get(id),
};
const shelf = createMediaShelf({ dataDir, publicUrl: "", secretKey: "k".repeat(32), media, now });
registerMedia(app, { shelf });
await app.listen({ host: "127.0.0.1", port: 0 });
publicUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

process.on("message", (order: Order) => {
  void carryOut(order).then((outcome) => {
    const link = kept?.source.by === "media" ? publicUrl + shelf.link(kept.source.id) : "";
    const { rss } = process.memoryUsage();
    process.send?.({ link, outcome, resident: rss, highest: Math.max(highest, rss) } satisfies Done);
    if (order.kind === "mark") highest = 0;
  });
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");

async function carryOut(order: Order): Promise<string> {
  if (order.kind === "mark") return "marked";
  if (order.kind === "look") return "looked";
  return order.kind === "keep" ? await keep(order.vendor, order.path) : await upload(order.vendor);
}

async function keep(vendor: string, path: string): Promise<string> {
  const adapter = createViberAdapter({ apiUrl: vendor, pacer });
  const opened = await adapter.openMedia?.(account, `${vendor}${path}`, AbortSignal.timeout(60_000));
  if (opened?.kind !== "opened") return opened?.kind ?? "no media";
  const one = await shelf.keep({
    portal: account.portal,
    message: messageId("bench"),
    stream: opened.stream,
    name: "film.mp4",
    claimedMime: "video/mp4",
    maxBytes: 100 * 1024 * 1024,
  });
  if (one.kind !== "kept") return one.kind;
  if (kept?.source.by === "media") await shelf.remove([kept.source.id]);
  kept = { kind: "file", source: { by: "media", id: one.id }, name: one.name, mime: one.mime, size: one.size };
  return "kept";
}

async function upload(vendor: string): Promise<string> {
  const file = kept;
  if (file?.source.by !== "media") return "nothing kept";
  const { id } = file.source;
  const adapter = createTelegramAdapter({ apiUrl: vendor, pacer });
  const openFile = async () => {
    const opened = await shelf.open(id);
    if (!opened) throw new Error("the file is gone");
    return opened;
  };
  const content = { body: plainText(""), attachments: [file] };
  return (await adapter.send(account, { chatId: "5000000001", content, openFile }, "bench")).kind;
}

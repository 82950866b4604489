import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MediaId, messageId, portalId } from "../../src/domain/ids.ts";
import { createMediaShelf, safeName } from "../../src/media/shelf.ts";
import type { Media, MediaRepository } from "../../src/store/contract/messages.ts";

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

let dir: string;
let now: Date;
const rows = new Map<MediaId, Media>();
const media: Pick<MediaRepository, "create" | "find"> = {
  create: async (row) => void rows.set(row.id, { ...row, createdAt: now }),
  find: async (id) => rows.get(id),
};
const shelf = () =>
  createMediaShelf({
    dataDir: dir,
    publicUrl: "https://threadline.example",
    secretKey: "k".repeat(32),
    media,
    now: () => now,
  });
const file = (bytes: Buffer | string, extra: object = {}) => ({
  portal: portalId("p"),
  message: messageId("m"),
  stream: Readable.from([Buffer.from(bytes)]),
  maxBytes: 1000,
  ...extra,
});

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "threadline-shelf-"));
  now = new Date("2026-11-21T10:30:00Z");
  rows.clear();
});
afterEach(() => rm(dir, { recursive: true }));

describe("media shelf", () => {
  it("leaves nothing of a large file behind in memory while it comes and goes", async () => {
    const size = 96 * 1024 * 1024;
    const piece = 64 * 1024;
    function* pieces() {
      for (let at = 0; at < size; at += piece) yield Buffer.alloc(piece, at % 251);
    }
    const held = () => process.memoryUsage().arrayBuffers;
    const before = held();
    let most = 0;
    const timer = setInterval(() => (most = Math.max(most, held() - before)), 2);
    const kept = await shelf().keep(file("", { stream: Readable.from(pieces()), maxBytes: size }));
    if (kept.kind !== "kept") throw new Error(kept.kind);
    const opened = await shelf().open(kept.id);
    let read = 0;
    for await (const chunk of opened?.stream ?? []) read += (chunk as Buffer).length;
    clearInterval(timer);
    expect(read).toBe(size);
    expect(most).toBeLessThan(24 * 1024 * 1024);
  }, 30_000);

  it("keeps bytes, believes them and not the claim", async () => {
    const kept = await shelf().keep(file(PNG, { name: "invoice.pdf", claimedMime: "application/pdf" }));
    expect(kept).toMatchObject({ kind: "kept", mime: "image/png", size: PNG.length, name: "invoice.pdf.png" });
  });

  it.each(["text/html", "image/svg+xml", "application/xhtml+xml"])(
    "turns a claimed %s into a plain download",
    async (claimedMime) => {
      const kept = await shelf().keep(file("<svg onload=alert(1)>", { claimedMime, name: "x.svg" }));
      expect(kept).toMatchObject({ kind: "kept" });
      expect(kept.kind === "kept" && !/html|svg/.test(kept.mime)).toBe(true);
    },
  );

  it("stops at the limit and leaves nothing behind", async () => {
    expect(await shelf().keep(file(Buffer.alloc(2000)))).toEqual({ kind: "too-large" });
    const left = await readdir(join(dir, "media"), { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toEqual([]);
  });

  it("answers broken for a stream that breaks off", async () => {
    const stream = new Readable({
      read() {
        this.destroy(new Error("reset"));
      },
    });
    expect(await shelf().keep({ ...file(""), stream })).toMatchObject({ kind: "broken" });
  });

  it("serves by a link that is signed and ends", async () => {
    const place = shelf();
    const kept = await place.keep(file("hello", { name: "a.txt", claimedMime: "text/plain" }));
    if (kept.kind !== "kept") throw new Error("not kept");
    const link = new URL(place.link(kept.id));
    const expires = link.searchParams.get("e") ?? "";
    const signature = link.searchParams.get("s") ?? "";
    expect(link.pathname).toBe(`/media/${kept.id}`);
    expect(place.verify(kept.id, expires, signature)).toBe(true);
    expect(place.verify(kept.id, String(Number(expires) + 1), signature)).toBe(false);
    expect(place.verify("another", expires, signature)).toBe(false);
    expect(place.verify(kept.id, expires, "")).toBe(false);
    const opened = await place.open(kept.id);
    expect(opened && (await text(opened.stream))).toBe("hello");
    now = new Date(now.getTime() + 3 * 3_600_000);
    expect(place.verify(kept.id, expires, signature)).toBe(false);
    await place.remove([kept.id]);
    expect(await place.open(kept.id)).toBeUndefined();
  });

  it("makes names harmless", () => {
    expect(safeName("../../etc/passwd", "text/plain")).toBe("_.._etc_passwd.txt");
    expect(safeName("report\u202Egpj.exe", "application/octet-stream")).toBe("reportgpj.exe");
    expect(safeName("", "image/jpeg")).toMatch(/^file\.jpe?g$/);
    expect(safeName(undefined, "application/octet-stream")).toBe("file");
  });
});

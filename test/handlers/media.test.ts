import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registerMedia } from "../../handlers/media.ts";
import { type MediaId, messageId, portalId } from "../../src/domain/ids.ts";
import type { MediaShelf } from "../../src/media/contract.ts";
import { createMediaShelf } from "../../src/media/shelf.ts";
import type { Media } from "../../src/store/contract/messages.ts";
import { HTML, PNG, PROGRAM, SVG, SVG_WITH_HEAD, ZIP_BOMB, zipOf } from "../support/bad-files.ts";

/** Files of strangers, from the shelf to a browser: what they are called never decides what a browser does with them. */

let dir: string;
let app: FastifyInstance;
let shelf: MediaShelf;
let now: Date;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "threadline-media-"));
  now = new Date("2026-11-21T10:30:00Z");
  const rows = new Map<MediaId, Media>();
  shelf = createMediaShelf({
    dataDir: dir,
    publicUrl: "https://threadline.example",
    secretKey: "k".repeat(32),
    media: {
      create: async (row) => void rows.set(row.id, { ...row, createdAt: now }),
      find: async (id) => rows.get(id),
    },
    now: () => now,
  });
  app = Fastify();
  registerMedia(app, { shelf });
  await app.ready();
});
afterEach(async () => {
  await app.close();
  await rm(dir, { recursive: true });
});

async function keep(bytes: Buffer | string, name: string, claimedMime: string) {
  const stream = Readable.from([Buffer.from(bytes)]);
  const maxBytes = 10_000_000;
  const kept = await shelf.keep({
    portal: portalId("p"),
    message: messageId("m"),
    stream,
    name,
    claimedMime,
    maxBytes,
  });
  if (kept.kind !== "kept") throw new Error(`not kept: ${kept.kind}`);
  return kept;
}

async function get(link: string, method: "GET" | "HEAD" = "GET"): Promise<LightMyRequestResponse> {
  const { pathname, search } = new URL(link);
  return await app.inject({ method, url: pathname + search });
}

describe("what a browser is told of a stranger's file", () => {
  it.each([
    ["an SVG as what it is", SVG, "logo.svg", "image/svg+xml"],
    ["an SVG as a photo", SVG, "photo.png", "image/png"],
    ["an SVG behind an XML head", SVG_WITH_HEAD, "a.jpg", "image/jpeg"],
    ["HTML as what it is", HTML, "page.html", "text/html"],
    ["HTML as a text", HTML, "notes.txt", "text/plain"],
    ["HTML as a picture", HTML, "photo.gif", "image/gif"],
    ["HTML as audio", HTML, "voice.ogg", "audio/ogg"],
    ["XHTML", HTML, "a.xhtml", "application/xhtml+xml"],
    ["a script", "alert(1)", "a.js", "text/javascript"],
    ["HTML behind a picture's name and a NUL", `\u0000${HTML.toString()}`, "photo.png\u0000.html", "image/png"],
  ])("%s: a download that is never run", async (_case, bytes, name, mime) => {
    const kept = await keep(bytes, name, mime);
    const { headers, statusCode } = await get(shelf.link(kept.id));
    expect(statusCode).toBe(200);
    expect(headers["content-disposition"]).toMatch(/^attachment; filename\*=UTF-8''/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["content-security-policy"]).toBe("default-src 'none'; sandbox");
    expect(String(headers["content-type"])).not.toMatch(/html|svg|xml|script|image|audio|video/);
  });

  it("a picture under a false type and name: a picture, shown as one", async () => {
    const kept = await keep(PNG, "invoice.exe", "application/x-msdownload");
    expect(kept).toMatchObject({ mime: "image/png", name: "invoice.exe.png" });
    const { headers, rawPayload } = await get(shelf.link(kept.id));
    expect(headers["content-type"]).toBe("image/png");
    expect(headers["content-disposition"]).toBe("inline; filename*=UTF-8''invoice.exe.png");
    expect(rawPayload.equals(PNG)).toBe(true);
  });

  it("a program under a picture's name: a download under its own type", async () => {
    const kept = await keep(PROGRAM, "photo\u202egnp.exe", "image/png");
    expect(kept.mime).toBe("application/x-msdownload");
    const { headers } = await get(shelf.link(kept.id));
    expect(headers["content-disposition"]).toMatch(/^attachment; filename\*=UTF-8''photognp\.exe/);
  });

  it("a name full of header tricks: one header, percent-encoded", async () => {
    const kept = await keep("x", 'a"\r\nSet-Cookie: x=1;é.txt', "text/plain");
    const { headers } = await get(shelf.link(kept.id));
    expect(headers["set-cookie"]).toBeUndefined();
    expect(headers["content-disposition"]).toMatch(/^attachment; filename\*=UTF-8''[\w%.~!*'()-]+$/);
  });
});

describe("archives", () => {
  it("are kept as they came and never unpacked, also when they would fill the disk", async () => {
    const bomb = ZIP_BOMB;
    expect(bomb.length).toBeLessThan(100_000);
    const kept = await keep(bomb, "photos.zip", "application/zip");
    expect(kept).toMatchObject({ mime: "application/zip", name: "photos.zip", size: bomb.length });
    const { headers, rawPayload } = await get(shelf.link(kept.id));
    expect(headers["content-disposition"]).toBe("attachment; filename*=UTF-8''photos.zip");
    expect(rawPayload.equals(bomb)).toBe(true);
    const files = await readdir(dir, { recursive: true, withFileTypes: true });
    const sizes = await Promise.all(
      files.filter((one) => one.isFile()).map(async (one) => (await stat(join(one.parentPath, one.name))).size),
    );
    expect(sizes).toEqual([bomb.length]);
  });

  it("are office files only when they look like a zip", async () => {
    const docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    expect((await keep(zipOf("a", Buffer.from("b")), "a.docx", docx)).mime).toBe(docx);
    expect((await keep(HTML, "a.docx", docx)).mime).toBe("application/octet-stream");
  });
});

describe("addresses of files", () => {
  it("may end in the file's name, which proves nothing and is not read", async () => {
    const kept = await keep(PNG, "Скан 1.png", "image/png");
    const link = shelf.link(kept.id, kept.name);
    expect(new URL(link).pathname).toBe(`/media/${kept.id}/${encodeURIComponent("Скан 1.png")}`);
    expect((await get(link)).rawPayload.equals(PNG)).toBe(true);
    const renamed = link.replace(/\/[^/]+\?/, "/run.exe?");
    const { headers } = await get(renamed);
    expect(headers["content-disposition"]).toBe(`inline; filename*=UTF-8''${encodeURIComponent("Скан 1.png")}`);
    expect((await get(link, "HEAD")).headers["content-length"]).toBe(String(PNG.length));
  });

  it("are good for this file only, and for their time", async () => {
    const kept = await keep(PNG, "a.png", "image/png");
    const other = await keep("other", "b.txt", "text/plain");
    const link = shelf.link(kept.id, kept.name);
    for (const wrong of [
      link.replace(kept.id, other.id),
      link.replace(/s=.*/, "s="),
      link.replace(/\?.*/, ""),
      `${link}&s=x`,
    ])
      expect((await get(wrong)).statusCode, wrong).toBe(404);
    now = new Date(now.getTime() + 2 * 3_600_000);
    expect((await get(link)).statusCode).toBe(404);
  });
});

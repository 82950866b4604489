import { createHmac, hkdfSync, randomUUID, timingSafeEqual } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { pipeline as pipe, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileTypeFromFile } from "file-type";
import mime from "mime";
import { type MediaId, mediaId } from "../domain/ids.ts";
import type { MediaRepository } from "../store/contract/messages.ts";
import type { IncomingFile, Kept, MediaShelf, ShelvedFile } from "./contract.ts";
import { passSpent } from "./spent-buffers.ts";

export interface ShelfOptions {
  readonly dataDir: string;
  readonly publicUrl: string;
  readonly secretKey: string;
  readonly media: Pick<MediaRepository, "create" | "find">;
  readonly now: () => Date;
}

/** How long a link of ours opens. The portal downloads inside its call, vendors within minutes; an hour covers retries. */
const LINK_LIFE_MS = 3_600_000;

/**
 * Files on disk under `<dataDir>/media`, their facts in the database.
 *
 * Crash while writing: the bytes are in a `.part` file that no row names; it is written again under a new id and the
 * leftover is never served. Crash between rename and row: a file without a row, harmless. Row without file (disk
 * lost): `open` answers `undefined`, and the link says 404.
 */
export function createMediaShelf(options: ShelfOptions): MediaShelf {
  const key = Buffer.from(hkdfSync("sha256", options.secretKey, "", "threadline media links", 32));
  const pathOf = (id: string) => join(options.dataDir, "media", id.slice(0, 2), id);
  const sign = (id: string, expires: string) => createHmac("sha256", key).update(`${id}.${expires}`).digest();

  return {
    async keep(file: IncomingFile): Promise<Kept> {
      const id = mediaId(randomUUID());
      const path = pathOf(id);
      const part = `${path}.part`;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const counter = limitBytes(file.maxBytes);
      try {
        await pipeline(file.stream, counter.stream, passSpent(), createWriteStream(part, { mode: 0o600 }));
      } catch (error) {
        await rm(part, { force: true });
        if (counter.exceeded()) return { kind: "too-large" };
        return { kind: "broken", sentence: `The file broke off while it was fetched (${messageOf(error)}).` };
      }
      const { size } = await stat(part);
      const type = await decideType(part, file.claimedMime);
      const name = safeName(file.name, type);
      const handle = await open(part, "r+");
      await handle.sync();
      await handle.close();
      await rename(part, path);
      if (file.message !== undefined)
        await options.media.create({ id, portal: file.portal, message: file.message, name, mime: type, size });
      return { kind: "kept", id, name, mime: type, size };
    },

    async open(id: MediaId): Promise<ShelvedFile | undefined> {
      const row = await options.media.find(id);
      if (!row) return undefined;
      const path = pathOf(row.id);
      const facts = await stat(path).catch(() => undefined);
      if (!facts) return undefined;
      return { stream: readSpent(path), name: row.name, mime: row.mime, size: facts.size };
    },

    link(id: MediaId, name?: string): string {
      // Rounded, so that a resend within the hour carries the same link and the portal's caches work.
      const expires = String((Math.floor(options.now().getTime() / LINK_LIFE_MS) + 2) * (LINK_LIFE_MS / 1000));
      const tail = name === undefined ? "" : `/${encodeURIComponent(name.toWellFormed())}`;
      return `${options.publicUrl}/media/${id}${tail}?e=${expires}&s=${sign(id, expires).toString("base64url")}`;
    },

    verify(id: string, expires: string, signature: string): boolean {
      const given = Buffer.from(signature, "base64url");
      const wanted = sign(id, expires);
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
      return Number(expires) * 1000 > options.now().getTime();
    },

    async remove(ids: readonly MediaId[]): Promise<void> {
      for (const id of ids) await rm(pathOf(id), { force: true });
    },
  };
}

/** Either end that breaks or is destroyed ends the other; who reads sees the error. */
function readSpent(path: string): NodeJS.ReadableStream {
  return pipe(createReadStream(path), passSpent(), () => undefined);
}

function limitBytes(maxBytes: number) {
  let seen = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > maxBytes) return done(new Error("larger than allowed"));
      done(null, chunk);
    },
  });
  return { stream, exceeded: () => seen > maxBytes };
}

/** Markup can hold scripts: an SVG with an XML head is sniffed as XML. */
const RUN_BY_BROWSERS = /\b(xml|html|xhtml|svg|javascript)\b/;

/**
 * The bytes decide. What has no signature (plain text, CSV) keeps the claim. What a browser would run becomes a plain
 * download, claimed or sniffed.
 */
async function decideType(path: string, claimed: string | undefined): Promise<string> {
  const sniffed = await fileTypeFromFile(path);
  if (sniffed && RUN_BY_BROWSERS.test(sniffed.mime)) return "application/octet-stream";
  if (sniffed) return claimed !== undefined && isSameFamily(sniffed.mime, claimed) ? claimed : sniffed.mime;
  if (claimed && /^text\/(plain|csv|calendar|vcard)\b/.test(claimed)) return claimed;
  return "application/octet-stream";
}

/** Container formats of which the signature tells only the container: office files in zip, voice in ogg. */
function isSameFamily(sniffed: string, claimed: string): boolean {
  if (sniffed === "application/zip") return /^application\/vnd\.(openxmlformats|oasis)/.test(claimed);
  if (sniffed === "application/x-cfb") return /^application\/(msword|vnd\.ms-)/.test(claimed);
  return sniffed === "application/ogg" && claimed === "audio/ogg";
}

/** A file name that is safe in headers and on disks: no path, no control or direction-changing characters, an extension that fits the type. */
export function safeName(name: string | undefined, type: string): string {
  const bare = (name ?? "file")
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, "")
    .replace(/[/\\:*?"<>|]/g, "_")
    .replace(/^\.+/, "")
    .trim()
    .slice(-120);
  const stem = bare === "" ? "file" : bare;
  const extension = mime.getExtension(type);
  if (!extension || type === "application/octet-stream") return stem;
  return mime.getType(stem) === type || extname(stem).toLowerCase() === `.${extension}` ? stem : `${stem}.${extension}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

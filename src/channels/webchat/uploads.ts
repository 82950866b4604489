import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileTypeFromFile } from "file-type";
import { z } from "zod";
import type { MediaOutcome } from "../contract/sending.ts";

/**
 * Where visitors' files wait until a worker fetches them, as it would fetch them from any vendor: we are the vendor, so
 * this is the vendor's file store. Files lie under `<dataDir>/webchat/<day>/`, which web and worker must share.
 *
 * Broken off or too large while it arrives: the part is removed and no message names it. Crash in between: a `.part`
 * nobody asks for, swept with its day. The disk full: the upload is refused, the visitor may try again.
 */
export interface Uploads {
  keep(file: Upload): Promise<KeptUpload>;
  /** For `openMedia`: bytes behind a reference. */
  open(ref: string): Promise<MediaOutcome>;
  /** For the visitor's own view; `undefined` when it is gone. */
  read(
    ref: string,
  ): Promise<
    | { readonly stream: NodeJS.ReadableStream; readonly name: string; readonly mime: string; readonly size: number }
    | undefined
  >;
}

export interface Upload {
  readonly stream: NodeJS.ReadableStream;
  readonly name: string | undefined;
  readonly maxBytes: number;
}

export type KeptUpload =
  | {
      readonly kind: "kept";
      readonly source: { readonly by: "channel"; readonly ref: string };
      readonly name: string;
      readonly mime: string;
      readonly size: number;
    }
  | { readonly kind: "too-large" }
  | { readonly kind: "broken"; readonly sentence: string };

export interface UploadsOptions {
  readonly dataDir: string;
  readonly now: () => Date;
}

/** Long enough for an account that is connected to its line weeks after its first visitor. */
const KEEP_DAYS = 30;
const DAY_MS = 86_400_000;
const REF = /^(\d{4}-\d{2}-\d{2})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

const factsSchema = z.object({ name: z.string(), mime: z.string() });

export function createUploads(options: UploadsOptions): Uploads {
  const root = join(options.dataDir, "webchat");
  const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);
  let sweptOn = "";

  const pathOf = (ref: string) => {
    const match = REF.exec(ref);
    return match ? join(root, match[1] ?? "", match[2] ?? "") : undefined;
  };
  const sweep = async (today: string) => {
    if (sweptOn === today) return;
    sweptOn = today;
    const oldest = dayOf(options.now().getTime() - KEEP_DAYS * DAY_MS);
    for (const day of await readdir(root))
      if (day < oldest) await rm(join(root, day), { recursive: true, force: true });
  };
  const read: Uploads["read"] = async (ref) => {
    const path = pathOf(ref);
    if (path === undefined) return undefined;
    const [facts, size] = await Promise.all([
      unlessMissing(readFile(`${path}.json`, "utf8")),
      unlessMissing(stat(path)),
    ]);
    if (facts === undefined || size === undefined) return undefined;
    return { ...factsSchema.parse(JSON.parse(facts)), size: size.size, stream: createReadStream(path) };
  };

  return {
    read,
    async keep(file) {
      const today = dayOf(options.now().getTime());
      const ref = `${today}.${randomUUID()}`;
      const path = pathOf(ref) ?? "";
      const part = `${path}.part`;
      await mkdir(join(root, today), { recursive: true, mode: 0o700 });
      await sweep(today);
      let size = 0;
      const counter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          size += chunk.length;
          if (size > file.maxBytes) done(new Error("larger than allowed"));
          else done(null, chunk);
        },
      });
      try {
        await pipeline(file.stream, counter, createWriteStream(part, { mode: 0o600, flush: true }));
      } catch (error) {
        await rm(part, { force: true });
        if (size > file.maxBytes) return { kind: "too-large" };
        return {
          kind: "broken",
          sentence: `The file broke off (${error instanceof Error ? error.message : String(error)}).`,
        };
      }
      // What the sender says about the type counts for nothing: a page must never run what a visitor sent.
      const mime = (await fileTypeFromFile(part))?.mime ?? "application/octet-stream";
      const name = cleanName(file.name);
      await writeFile(`${path}.json`, JSON.stringify({ name, mime }), { mode: 0o600, flush: true });
      await rename(part, path);
      return { kind: "kept", source: { by: "channel", ref }, name, mime, size };
    },
    async open(ref) {
      const file = await read(ref);
      if (!file) return { kind: "gone", sentence: "The visitor's file is no longer kept." };
      return { kind: "opened", stream: file.stream, name: file.name, size: file.size };
    },
  };
}

function cleanName(name: string | undefined): string {
  const bare = (name ?? "")
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}]/gu, "")
    .replace(/[/\\]/g, "_")
    .trim()
    .slice(-120);
  return bare === "" || /^\.+$/.test(bare) ? "file" : bare;
}

async function unlessMissing<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

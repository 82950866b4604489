import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import { pipeline, Readable } from "node:stream";
import { createGunzip, createGzip } from "node:zlib";
import { z } from "zod";
import type { SessionMemory } from "../contract/sessions.ts";

/**
 * The signed-in state of a browser profile, kept in the account's memory (encrypted there) in chunks. Kept are the two
 * folders that the library's own remote storage keeps: IndexedDB and Local Storage of the default profile.
 *
 * Two slots take turns, and a small manifest names the good one: a crash while a slot is written leaves the other whole.
 * Restoring checks length and digest; an archive that does not hold is as good as none.
 */

const PARTS = ["Default/IndexedDB", "Default/Local Storage"] as const;
const CHUNK_BYTES = 1024 * 1024;
/** Of all files before packing. A profile that is larger is not kept: it would be as large in every backup of the store. */
const MOST_BYTES = 512 * 1024 * 1024;

const MANIFEST = "profile";
const manifestSchema = z.object({
  slot: z.enum(["a", "b"]),
  chunks: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  sha256: z.string(),
});

type Manifest = z.infer<typeof manifestSchema>;

const chunkKey = (slot: string, at: number): string => `profile/${slot}/${String(at).padStart(5, "0")}`;

async function readManifest(memory: SessionMemory) {
  const stored = await memory.get(MANIFEST);
  try {
    return stored && manifestSchema.parse(JSON.parse(stored.toString()));
  } catch {
    return undefined;
  }
}

export async function hasProfile(memory: SessionMemory): Promise<boolean> {
  return (await readManifest(memory)) !== undefined;
}

export type Saved = { readonly kind: "saved"; readonly bytes: number } | { readonly kind: "nothing" | "too-large" };

/**
 * Packs the profile. The browser may be running: files that vanish meanwhile are left out.
 * @param signal breaks it off; the profile kept before stays the good one
 * @throws what the memory throws, and the signal's reason
 */
export async function saveProfile(memory: SessionMemory, profileDir: string, signal?: AbortSignal): Promise<Saved> {
  const files = (await Promise.all(PARTS.map((part) => listFiles(profileDir, part)))).flat();
  if (files.length === 0) return { kind: "nothing" };
  if (files.reduce((sum, file) => sum + file.size, 0) > MOST_BYTES) return { kind: "too-large" };
  const before = await readManifest(memory);
  const slot = before?.slot === "a" ? "b" : "a";
  const digest = createHash("sha256");
  let chunks = 0;
  let bytes = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;
  const flush = async (): Promise<void> => {
    await memory.set(chunkKey(slot, chunks), Buffer.concat(held));
    chunks += 1;
    held = [];
    heldBytes = 0;
  };
  const packed = createGzip({ level: 6 });
  // What breaks either of them ends the loop below.
  pipeline(Readable.from(entries(profileDir, files)), packed, () => undefined);
  for await (const piece of packed) {
    signal?.throwIfAborted();
    const part: Buffer = piece;
    digest.update(part);
    held.push(part);
    heldBytes += part.length;
    bytes += part.length;
    if (heldBytes >= CHUNK_BYTES) await flush();
  }
  if (heldBytes > 0) await flush();
  const manifest = { slot, chunks, bytes, sha256: digest.digest("hex") };
  signal?.throwIfAborted();
  await memory.set(MANIFEST, Buffer.from(JSON.stringify(manifest)));
  // Kept already: what is left of an older one goes with the next save, if the store fails just now.
  await dropSlot(memory, slot === "a" ? "b" : "a", 0);
  await dropSlot(memory, slot, chunks);
  return { kind: "saved", bytes };
}

/** From its end, so that one that broke off in the middle is found whole by the next. */
async function dropSlot(memory: SessionMemory, slot: string, from: number): Promise<void> {
  let end = from;
  while ((await memory.get(chunkKey(slot, end))) !== undefined) end += 1;
  for (let at = end - 1; at >= from; at -= 1) await memory.delete(chunkKey(slot, at));
}

/**
 * Twice, or after one that broke off: takes the rest away.
 * @throws what the memory throws
 */
export async function forgetProfile(memory: SessionMemory): Promise<void> {
  await memory.delete(MANIFEST);
  await dropSlot(memory, "a", 0);
  await dropSlot(memory, "b", 0);
}

/**
 * @returns false when there is none, or it is damaged; the folder may then hold a part of it
 * @throws what the memory throws: nobody knows then whether there is one
 */
export async function restoreProfile(memory: SessionMemory, profileDir: string): Promise<boolean> {
  const manifest = await readManifest(memory);
  if (!manifest) return false;
  const digest = createHash("sha256");
  const trouble: { memory?: unknown } = {};
  async function* chunks({ slot, chunks: count }: Manifest): AsyncGenerator<Buffer> {
    for (let at = 0; at < count; at += 1) {
      const chunk = await memory.get(chunkKey(slot, at)).catch((error: unknown) => {
        trouble.memory = error;
        throw error;
      });
      if (!chunk) return;
      digest.update(chunk);
      yield chunk;
    }
  }
  try {
    const packed = Readable.from(chunks(manifest));
    const unpacked = createGunzip();
    packed.once("error", (error) => unpacked.destroy(error));
    await writeEntries(profileDir, packed.pipe(unpacked));
  } catch {
    if ("memory" in trouble) throw trouble.memory;
    return false;
  }
  return digest.digest("hex") === manifest.sha256;
}

interface Found {
  readonly path: string;
  readonly size: number;
}

async function listFiles(root: string, folder: string): Promise<Found[]> {
  const inside = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  const lists = await Promise.all(
    inside.map(async (entry): Promise<Found[]> => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return await listFiles(root, path);
      // A lock belongs to the process that held it.
      if (!entry.isFile() || entry.name === "LOCK") return [];
      const size = (await stat(join(root, path)).catch(() => undefined))?.size;
      return size === undefined ? [] : [{ path, size }];
    }),
  );
  return lists.flat();
}

/** Each file as a line of JSON (`path`, `size`), then its bytes. */
async function* entries(root: string, files: readonly Found[]): AsyncGenerator<Buffer> {
  for (const { path } of files) {
    const bytes = await readFile(join(root, path)).catch(() => undefined);
    if (!bytes) continue;
    yield Buffer.from(`${JSON.stringify({ path, size: bytes.length })}\n`);
    if (bytes.length > 0) yield bytes;
  }
}

const entrySchema = z.object({ path: z.string(), size: z.number().int().nonnegative().max(MOST_BYTES) });

async function writeEntries(root: string, stream: AsyncIterable<Buffer>): Promise<void> {
  let held: Buffer = Buffer.alloc(0);
  let entry: z.infer<typeof entrySchema> | undefined;
  for await (const piece of stream) {
    held = Buffer.concat([held, piece]);
    for (;;) {
      if (!entry) {
        const end = held.indexOf(10);
        if (end < 0) break;
        entry = entrySchema.parse(JSON.parse(held.subarray(0, end).toString()));
        held = held.subarray(end + 1);
      }
      if (held.length < entry.size) break;
      await writeOne(root, entry.path, held.subarray(0, entry.size));
      held = held.subarray(entry.size);
      entry = undefined;
    }
  }
  if (entry || held.length > 0) throw new Error("the archive ends inside a file");
}

async function writeOne(root: string, path: string, bytes: Buffer): Promise<void> {
  const target = normalize(join(root, path));
  if (!target.startsWith(normalize(root) + sep)) throw new Error("the archive names a place outside its folder");
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  await writeFile(target, bytes, { mode: 0o600 });
}

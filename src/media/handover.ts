import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { MediaHandover } from "./contract.ts";
import { passSpent } from "./spent-buffers.ts";

const KEEP_MS = 3_600_000;
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Files under `<dataDir>/handover`, for the moment between two processes. A crash of either side leaves a file that
 * nobody asks for; it is swept after an hour, with the next one that is put. Taken twice: the second finds nothing.
 */
export function createMediaHandover(options: { readonly dataDir: string; readonly now: () => Date }): MediaHandover {
  const root = join(options.dataDir, "handover");

  async function sweep(): Promise<void> {
    for (const name of await readdir(root)) {
      const path = join(root, name);
      const facts = await stat(path).catch(() => undefined);
      if (facts && options.now().getTime() - facts.mtimeMs > KEEP_MS) await rm(path, { force: true });
    }
  }

  return {
    async put(stream, maxBytes) {
      await mkdir(root, { recursive: true, mode: 0o700 });
      await sweep();
      const id = randomUUID();
      const path = join(root, id);
      const part = `${path}.part`;
      let size = 0;
      const counter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          size += chunk.length;
          if (size > maxBytes) done(new Error("larger than allowed"));
          else done(null, chunk);
        },
      });
      try {
        await pipeline(stream, counter, passSpent(), createWriteStream(part, { mode: 0o600 }));
      } catch (error) {
        await rm(part, { force: true });
        if (size > maxBytes) return { kind: "too-large" };
        const reason = error instanceof Error ? error.message : String(error);
        return { kind: "broken", sentence: `The file broke off while it was fetched (${reason}).` };
      }
      await rename(part, path);
      return { kind: "kept", id, size };
    },

    async take(id) {
      if (!ID.test(id)) return undefined;
      const path = join(root, id);
      try {
        const file = await open(path, "r");
        // Open files outlive their names: whatever happens to the reader, nothing is left behind.
        await rm(path, { force: true });
        return createReadStream("", { fd: file });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
  };
}

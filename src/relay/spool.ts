import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../log/log.ts";

/** What was received and could not be written to the database. */
export interface Spooled {
  readonly receivedAt: string;
  readonly contentType: string;
  readonly body: string;
}

export type Replayed = "done" | "later";

export interface Spool {
  /** Durable on disk when it resolves; `full` when the bound is reached (the caller answers 503). */
  put(entry: Spooled): Promise<"kept" | "full">;
  /** Whether anything waits: newer events must then queue behind it, or an edit would overtake its message. */
  waiting(): boolean;
  start(replay: (entry: Spooled) => Promise<Replayed>): Promise<void>;
  close(): Promise<void>;
}

const RETRY_MS = 500;

/**
 * A bounded queue of files for seconds of database outage: the portal sends each event once, so a 503 would lose it.
 *
 * Each entry is a file of its own, written aside, synced and renamed: a crash leaves a whole entry or none. Replay is in
 * order of arrival; a crash between replay and removal replays again, which is harmless (unique keys). An entry that is
 * no longer acceptable (bad proof, malformed) is decided by the replay, not here. Unreadable files are put aside, never
 * in the way of the others.
 */
export function createSpool(options: {
  readonly dir: string;
  readonly maxBytes: number;
  readonly log: Logger;
  readonly onDepth: (count: number) => void;
  /** Milliseconds until the first entry is tried again after that many failures of it in a row. Default: always 500. */
  readonly pauseMs?: (failures: number) => number;
}): Spool {
  let names: string[] = [];
  let bytes = 0;
  let counter = 0;
  let failures = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let active: Promise<void> = Promise.resolve();
  let replayOne: ((entry: Spooled) => Promise<Replayed>) | undefined;

  const schedule = (): void => {
    if (closed || timer || names.length === 0) return;
    timer = setTimeout(() => {
      timer = undefined;
      active = drain().finally(schedule);
    }, options.pauseMs?.(failures) ?? RETRY_MS);
  };

  const drain = async (): Promise<void> => {
    while (!closed && replayOne) {
      const [name] = names;
      if (name === undefined) return;
      const path = join(options.dir, name);
      const entry = await readEntry(path);
      if (entry && (await replayOne(entry)) === "later") {
        failures += 1;
        return;
      }
      failures = 0;
      if (!entry)
        await rename(path, `${path}.unreadable`).catch(() =>
          options.log.error({ name }, "a spooled event cannot be read nor put aside"),
        );
      else await rm(path, { force: true });
      names.shift();
      bytes -= entry ? Buffer.byteLength(JSON.stringify(entry)) : 0;
      options.onDepth(names.length);
    }
  };

  return {
    async put(entry) {
      const text = JSON.stringify(entry);
      const size = Buffer.byteLength(text);
      if (bytes + size > options.maxBytes) return "full";
      bytes += size;
      counter += 1;
      const name = `${Date.now().toString().padStart(15, "0")}-${counter.toString().padStart(9, "0")}-${randomUUID().slice(0, 8)}.json`;
      await mkdir(options.dir, { recursive: true, mode: 0o700 });
      const path = join(options.dir, name);
      const file = await open(`${path}.part`, "wx", 0o600);
      await file.writeFile(text);
      await file.sync();
      await file.close();
      await rename(`${path}.part`, path);
      names.push(name);
      names.sort();
      options.onDepth(names.length);
      schedule();
      return "kept";
    },
    waiting: () => names.length > 0,
    async start(replay) {
      replayOne = replay;
      await mkdir(options.dir, { recursive: true, mode: 0o700 });
      names = (await readdir(options.dir)).filter((name) => name.endsWith(".json")).sort();
      for (const name of names) bytes += (await stat(join(options.dir, name))).size;
      options.onDepth(names.length);
      if (names.length > 0) active = drain().finally(schedule);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await active;
    },
  };
}

async function readEntry(path: string): Promise<Spooled | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value !== "object" || value === null) return undefined;
    const { receivedAt, contentType, body } = value as Record<string, unknown>;
    if (typeof receivedAt !== "string" || typeof contentType !== "string" || typeof body !== "string") return undefined;
    return { receivedAt, contentType, body };
  } catch {
    return undefined;
  }
}

/**
 * Stores as they are when nobody has used them yet. Making one takes seconds (a database, and all migrations); so it is made
 * once for these migrations and copied for everybody else, also for later runs. The opening that people go through is tested in
 * `test/store`.
 */
import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { PGlite } from "@electric-sql/pglite";
import type { Store } from "../../../src/store/contract.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { openStore, type StoreOptions } from "../../../src/store/open-store.ts";

const MIGRATIONS = new URL("../../../migrations/", import.meta.url);
const PGLITE = new URL("../../../package-lock.json", import.meta.url);

let made: Promise<string> | undefined;

/** A store in memory, with nothing in it. */
export async function freshStore(options: Pick<StoreOptions, "secretKey" | "log">): Promise<Store> {
  made ??= archive();
  const copyOf = new Blob([await readFile(await made)]);
  return await openStore({ dataDir: "memory://", copyOf, ...options });
}

/** The same in a data folder, for a server that is about to be started on it. */
export async function placeFreshStore(dataDir: string): Promise<void> {
  made ??= archive();
  const folder = join(dataDir, "pglite");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await promisify(execFile)("tar", ["-xf", await made, "-C", folder]);
}

/** Where the copy lies, for whoever opens the database below the store. */
export const freshArchive = (): Promise<string> => {
  made ??= archive();
  return made;
};

/** Made by two processes at once it is made twice: the second one takes the place of an equal one. */
async function archive(): Promise<string> {
  const file = join(tmpdir(), `threadline-fresh-store-${await fingerprint()}.tar`);
  if (existsSync(file)) return file;
  const pglite = await PGlite.create();
  await migrate({
    exclusive: false,
    run: async (text) => void (await pglite.exec(text)),
    query: async (text, parameters) => (await pglite.query<Record<string, unknown>>(text, [...parameters])).rows,
  });
  const dump = await pglite.dumpDataDir("none");
  await pglite.close();
  const writing = `${file}.${randomUUID()}`;
  await writeFile(writing, Buffer.from(await dump.arrayBuffer()));
  await rename(writing, file);
  return file;
}

async function fingerprint(): Promise<string> {
  const hash = createHash("sha256");
  const names = (await readdir(MIGRATIONS)).toSorted();
  const files = [PGLITE, ...names.map((name) => new URL(name, MIGRATIONS))];
  for (const file of files) hash.update(`${file.pathname.split("/").at(-1)}\n`).update(await readFile(file));
  return hash.digest("hex").slice(0, 16);
}

import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, unlink } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join, resolve } from "node:path";

/**
 * One process at a time on a data folder. Two processes on one PGlite folder overwrite each other's rows without any
 * error, and PGlite itself takes no lock.
 *
 * The lock is a listening Unix socket in the folder: the kernel knows whether somebody listens, also after kill -9 and
 * across containers that share the folder. A pid file could name a pid that is somebody else by now.
 *
 * Sockets are numbered, and the highest number counts. Who finds it dead makes the next number, which the file system
 * lets exactly one do; a dead socket is removed only by the holder of a higher one. (Removing a dead one first and then
 * taking its name lets a slow second process remove the living one that the first has put there.)
 * - Holder dies in any way: connecting is refused at once, the next process takes the next number.
 * - Holder is stopped (SIGSTOP) or busy: the kernel still accepts for it; the folder stays taken.
 * - Several start at once: one of them makes the number, the others find it alive.
 * - A process so slow that its number was passed meanwhile: sees the higher one and gives way.
 * - Anything unclear counts as taken.
 */
export interface FolderLock {
  release(): Promise<void>;
}

const NAME = "pglite.lock";
const NUMBERED = /^pglite\.lock\.(\d{1,9})$/;
const NEWCOMER = /^pglite\.lock\.new-/;
/** `sun_path` holds 108 bytes on Linux and 104 on macOS, with the closing NUL. */
const LONGEST_PATH = 103;

/** @throws Error that names the folder and what to do, when another process has it. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const absolute = resolve(folder);
  await mkdir(absolute, { recursive: true });
  const handle = await open(absolute, "r");
  const base = socketFolder(absolute, handle.fd);
  if (base === undefined) {
    await handle.close();
    throw new Error(`The path of the data folder is too long for its lock: choose a shorter DATA_DIR than ${absolute}`);
  }
  // Listening before it has a number: whoever is refused at a numbered socket knows that its holder is dead.
  const own = `${NAME}.new-${randomUUID().slice(0, 8)}`;
  let server: Server | undefined;
  try {
    server = await listen(join(base, own));
    await claim(base, absolute, own);
  } catch (error) {
    await closeServer(server);
    await handle.close();
    throw error;
  }
  const held = server;
  let released = false;
  return {
    async release() {
      if (released) return;
      released = true;
      // The dead socket stays: its number must not be made a second time.
      await closeServer(held);
      await handle.close();
    },
  };
}

/** A path to the folder that is short enough for a socket: its own, or the way through an open handle. */
function socketFolder(absolute: string, fd: number): string | undefined {
  const longest = `/${NAME}.new-12345678`.length;
  if (Buffer.byteLength(absolute) + longest <= LONGEST_PATH) return absolute;
  return process.platform === "linux" ? `/proc/self/fd/${fd}` : undefined;
}

async function claim(base: string, folder: string, own: string): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const highest = Math.max(0, ...(await numbers(folder)));
    if (highest > 0 && (await isAlive(join(base, `${NAME}.${highest}`)))) throw taken(folder);
    const mine = highest + 1;
    const made = await linkIfFree(join(folder, own), join(folder, `${NAME}.${mine}`));
    // A holder that came in this moment took ours for a left-over.
    if (made === "gone") throw taken(folder);
    if (made === "exists") continue;
    const others = await numbers(folder);
    if (others.some((number) => number > mine)) {
      await removeIfThere(join(folder, `${NAME}.${mine}`));
      continue;
    }
    await removeIfThere(join(folder, own));
    for (const number of others) if (number < mine) await removeIfThere(join(folder, `${NAME}.${number}`));
    await removeLeftOvers(base, folder);
    return;
  }
  throw taken(folder);
}

async function numbers(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => {
    const number = NUMBERED.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

/** Of processes that were killed before they had a number. */
async function removeLeftOvers(base: string, folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (NEWCOMER.test(name) && !(await isAlive(join(base, name)))) await removeIfThere(join(folder, name));
  }
}

function taken(folder: string): Error {
  return new Error(
    `The data folder ${folder} is in use by another process. Stop that process, or give this one a DATA_DIR of its own; ` +
      "several processes together need PostgreSQL (DATABASE_URL).",
  );
}

function listen(path: string): Promise<Server> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.on("error", () => socket.destroy()).end());
    server.once("error", fail);
    server.listen(path, () => {
      server.off("error", fail);
      server.unref();
      done(server);
    });
  });
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", (error) => done(!["ECONNREFUSED", "ENOENT"].includes(errorCode(error) ?? "")));
  });
}

function closeServer(server: Server | undefined): Promise<void> {
  return new Promise((done) => {
    if (!server?.listening) return done();
    server.close(() => done());
  });
}

async function linkIfFree(from: string, to: string): Promise<"made" | "exists" | "gone"> {
  try {
    await link(from, to);
    return "made";
  } catch (error) {
    if (errorCode(error) === "EEXIST") return "exists";
    if (errorCode(error) === "ENOENT") return "gone";
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

import { randomUUID } from "node:crypto";
import { link, mkdir, open, rename, unlink } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join, resolve } from "node:path";

/**
 * One process at a time on a data folder. Two processes on one PGlite folder overwrite each other's rows without any
 * error, and PGlite itself takes no lock.
 *
 * The lock is a listening Unix socket in the folder: the kernel knows whether somebody listens, also after kill -9 and
 * across containers that share the folder. A pid file could name a pid that is somebody else by now.
 * - Holder dies in any way: connecting is refused at once, and the next one takes the stale socket away.
 * - Holder is stopped (SIGSTOP) or busy: the kernel still accepts for it; the folder stays taken.
 * - Several start at once on a stale socket: it is renamed before it is removed, and what was renamed is asked again;
 *   a living one taken away by mistake is put back.
 * - Anything unclear counts as taken.
 */
export interface FolderLock {
  release(): Promise<void>;
}

const NAME = "pglite.lock";
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
  // Listening before it has the lock's name: whoever sees the name and is refused knows that its holder is dead.
  const own = `${NAME}.${randomUUID().slice(0, 8)}`;
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
      await removeIfThere(join(absolute, NAME));
      await closeServer(held);
      await handle.close();
    },
  };
}

/** A path to the folder that is short enough for a socket: its own, or the way through an open handle. */
function socketFolder(absolute: string, fd: number): string | undefined {
  const longest = `/${NAME}.12345678`.length;
  if (Buffer.byteLength(absolute) + longest <= LONGEST_PATH) return absolute;
  return process.platform === "linux" ? `/proc/self/fd/${fd}` : undefined;
}

async function claim(base: string, folder: string, own: string): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      await link(join(folder, own), join(folder, NAME));
      await unlink(join(folder, own));
      return;
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
    }
    if (await isAlive(join(base, NAME))) throw taken(folder);
    const aside = `${NAME}.${randomUUID().slice(0, 8)}`;
    if (!(await renameIfThere(join(folder, NAME), join(folder, aside)))) continue;
    if (await isAlive(join(base, aside))) {
      await putBack(join(folder, aside), join(folder, NAME));
      throw taken(folder);
    }
    await removeIfThere(join(folder, aside));
  }
  throw taken(folder);
}

/** A third process may have taken the name in between; then it stays, and the mistake is told by its name in the folder. */
async function putBack(aside: string, name: string): Promise<void> {
  try {
    await link(aside, name);
    await unlink(aside);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
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

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
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

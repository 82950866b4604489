/** A private PostgreSQL server for tests: own data folder, own port, durable as a real one (fsync stays on). */
import { execFile } from "node:child_process";
import { chownSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { freePort, startServer, type UnixUser } from "./child.ts";
import { findProgram, needs } from "./programs.ts";

const execute = promisify(execFile);

export interface StartedService {
  readonly url: string;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root: root hands it to the account that Debian's package made. */
async function serverUser(): Promise<UnixUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => Number((await execute("id", [flag, "postgres"])).stdout)),
  );
  if (uid === undefined || gid === undefined) throw new Error("The account postgres has no id");
  return { uid, gid };
}

/** Starts a server with an empty database; `stop` ends it and removes its data. */
export async function startPostgres(): Promise<StartedService> {
  const program = findProgram(needs.postgres.program);
  if (program === undefined) throw new Error("No postgres program");
  const folder = mkdtempSync(join(tmpdir(), "threadline-postgres-"));
  try {
    const user = await serverUser();
    if (user !== undefined) chownSync(folder, user.uid, user.gid);
    const data = join(folder, "data");
    const initialise = ["--pgdata", data, "--username", "threadline", "--auth", "trust", "--encoding", "UTF8"];
    await execute(join(dirname(realpathSync(program)), "initdb"), [...initialise, "--locale", "C.UTF-8"], {
      cwd: "/",
      ...user,
    });
    const port = await freePort();
    const settings = [`port=${port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`];
    const server = await startServer({
      command: program,
      args: ["-D", data, ...[...settings, "max_connections=200"].flatMap((setting) => ["-c", setting])],
      ready: /ready to accept connections/,
      stopSignal: "SIGINT",
      ...(user !== undefined && { user }),
    });
    return {
      url: `postgres://threadline@127.0.0.1:${port}/postgres`,
      stop: async () => {
        await server.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

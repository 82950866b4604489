/**
 * A server process started for tests: ready when it says so, gone when asked.
 *
 * Dies before it is ready: `startServer` throws with its last words. Stopped twice: the second call waits for the first.
 * Deaf to the polite signal: killed after ten seconds.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

export interface RunningServer {
  stop(): Promise<void>;
}

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** What it prints when it takes connections. */
  readonly ready: RegExp;
  /** How it is asked to end without waiting for its clients. */
  readonly stopSignal: NodeJS.Signals;
  readonly user?: UnixUser;
  /** Beside the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface UnixUser {
  readonly uid: number;
  readonly gid: number;
}

const lastWords = 4_000;
const patienceMs = 10_000;

/** Starts a server and resolves when it takes connections; throws with what it printed when it ends before that. */
export async function startServer(server: ServerCommand): Promise<RunningServer> {
  const child = spawn(server.command, server.args, {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: "/",
    env: { ...process.env, ...server.env },
    ...server.user,
  });
  await untilReady(child, server);
  return { stop: () => stopChild(child, server.stopSignal) };
}

function untilReady(child: ChildProcess, server: ServerCommand): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (chunk: Buffer): void => {
      said = (said + chunk.toString()).slice(-lastWords);
      if (server.ready.test(said)) resolve();
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${server.command} ended with ${code} at its start:\n${said}`)));
  });
}

async function stopChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  const force = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  child.kill(signal);
  await gone;
  clearTimeout(force);
}

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("A TCP port was asked for");
  return address.port;
}

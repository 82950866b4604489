import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./until.ts";

export interface AppOptions {
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  /** Where its log goes; default: kept in memory for `tail`. */
  readonly logFile?: string;
  /** Roles run as processes of their own; default one process that does all. */
  readonly role?: "all" | "web" | "worker";
}

/** Servers of the tests are started by the dozen: each but the first is spared translating the same modules again. */
const COMPILED = join(tmpdir(), "threadline-compiled");
const DIE_WITH_PARENT = new URL("./die-with-parent.ts", import.meta.url).href;

/** The real server as a child process: what a kill test kills and a demo shows. It does not outlive this process. */
export class AppProcess {
  private child: ChildProcess | undefined;
  private readonly options: AppOptions;
  private lines: string[] = [];

  constructor(options: AppOptions) {
    this.options = options;
  }

  get url(): string {
    return `http://127.0.0.1:${this.options.port}`;
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts the process and resolves when it says it is ready. Throws with its last words when it ends before that. */
  async start(): Promise<void> {
    this.spawn();
    await until(
      async () => {
        if (!this.running) throw new Error(`the server ended while starting:\n${this.tail(40)}`);
        return (await statusOf(`${this.url}/readyz`)) === 200;
      },
      60_000,
      "the server to be ready",
    );
  }

  /** Starts it without waiting. */
  spawn(): void {
    const child = spawn(process.execPath, ["--import", DIE_WITH_PARENT, "src/main.ts"], {
      stdio: ["pipe", "pipe", "pipe"],
      env: {
        THREADLINE_TEST_PARENT: String(process.pid),
        PATH: process.env.PATH ?? "",
        HOME: process.env.HOME ?? "/tmp",
        NODE_COMPILE_CACHE: COMPILED,
        PORT: String(this.options.port),
        ROLE: this.options.role ?? "all",
        ...this.options.env,
      },
    });
    const file =
      this.options.logFile === undefined ? undefined : createWriteStream(this.options.logFile, { flags: "a" });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8");
      stream?.on("data", (text: string) => {
        file?.write(text);
        this.lines.push(...text.split("\n").filter((line) => line !== ""));
        if (this.lines.length > 2000) this.lines = this.lines.slice(-1000);
      });
    }
    this.child = child;
  }

  tail(count: number): string {
    return this.lines.slice(-count).join("\n");
  }

  /** `kill -9`, or a polite stop; resolves when the process is gone. */
  async kill(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    const { child } = this;
    if (!child || !this.running) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill(signal);
    await gone;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

async function statusOf(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.status;
  } catch {
    // Not listening yet: that is what the caller waits for.
    return undefined;
  }
}

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { kill, killBrowsers, memoryOfTree } from "./processes.ts";
import type { CallResult, FromWorker, StartOptions, ToWorker, WorkerCall } from "./protocol.ts";

/**
 * One worker process and its browser, watched from outside.
 *
 * - The worker dies at any point: `ended` resolves, calls that wait answer `worker-gone`, its browser is killed.
 * - This process dies: the worker sees its channel close, destroys the browser and ends; a killed worker's browser ends by
 *   its closed pipe. What is left all the same is killed when the account is opened again.
 * - The tree grows over its cap: it is stopped, and the session starts another.
 * - `stop` twice, or after the end: the second does nothing.
 */

export interface Worker {
  call(call: WorkerCall, timeoutMs: number): Promise<CallResult>;
  /** Lets the browser close, kills what does not. Everything is gone when it resolves. */
  stop(): Promise<void>;
  readonly ended: Promise<string>;
  readonly pid: number | undefined;
}

export interface WorkerLimits {
  readonly memoryBytes: number;
  readonly memoryCheckMs: number;
  readonly stopMs: number;
}

export interface WorkerHandlers {
  event(name: string, data: unknown): void;
}

/** The worker's own heap holds a file of 100 MB several times: raw, in base64 and as a message to the browser. */
const HEAP_MB = 768;
const LAST_WORDS = 4_000;

export function startWorker(start: StartOptions, limits: WorkerLimits, handlers: WorkerHandlers): Worker {
  const child = fork(fileURLToPath(new URL("./worker.ts", import.meta.url)), [], {
    execArgv: [`--max-old-space-size=${HEAP_MB}`],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: environment(),
  });
  const waiting = new Map<number, (result: CallResult) => void>();
  let browser: number | undefined;
  let serial = 0;
  let reason = "the worker ended";
  let stopping: Promise<void> | undefined;

  // What a browser that does not start says of it; kept nowhere else.
  let said = "";
  child.stderr?.setEncoding("utf8");
  child.stderr?.on("data", (text: string) => {
    said = (said + text).slice(-LAST_WORDS);
  });

  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error) => {
      reason = `the worker could not run (${error.message})`;
      if (child.pid === undefined) resolve();
    });
  });

  child.on("message", (message: FromWorker) => {
    if (message.kind === "browser") browser = message.pid;
    else if (message.kind === "answer") {
      waiting.get(message.id)?.(message.result);
      waiting.delete(message.id);
    } else handlers.event(message.name, message.name === "start-failed" ? `${message.data}\n${said}` : message.data);
  });

  const watch = setInterval(() => {
    void weigh();
  }, limits.memoryCheckMs);

  async function weigh(): Promise<void> {
    if (child.pid === undefined || stopping !== undefined) return;
    const bytes = await memoryOfTree(child.pid);
    if (bytes <= limits.memoryBytes) return;
    reason = `the browser used ${Math.round(bytes / 1024 / 1024)} MB, more than its limit`;
    await stop();
  }

  async function clearUp(): Promise<void> {
    await exited;
    clearInterval(watch);
    for (const answer of waiting.values())
      answer({ ok: false, failure: { code: "worker-gone", reason: "the worker ended" } });
    waiting.clear();
    if (browser !== undefined) await killBrowsers(start.profileDir);
    await killBrowsers(start.profileDir);
  }

  const ended = clearUp().then(() => reason);

  async function stopOnce(): Promise<void> {
    post(child, { kind: "stop" });
    const late = setTimeout(() => {
      if (child.pid !== undefined) kill(child.pid);
    }, limits.stopMs);
    await ended;
    clearTimeout(late);
  }

  function stop(): Promise<void> {
    stopping ??= stopOnce();
    return stopping;
  }

  post(child, { kind: "start", options: start });

  return {
    pid: child.pid,
    ended,
    stop,
    call(call, timeoutMs) {
      serial += 1;
      const id = serial;
      return new Promise<CallResult>((resolve) => {
        const timer = setTimeout(() => {
          waiting.delete(id);
          resolve({ ok: false, failure: { code: "timeout", reason: `no answer in ${timeoutMs} ms` } });
        }, timeoutMs);
        waiting.set(id, (result) => {
          clearTimeout(timer);
          resolve(result);
        });
        if (post(child, { kind: "call", id, call })) return;
        waiting.get(id)?.({ ok: false, failure: { code: "not-connected", reason: "the worker is gone" } });
        waiting.delete(id);
      });
    },
  };
}

/** @returns false when the channel was closed already, so that nothing left */
function post(child: ChildProcess, message: ToWorker): boolean {
  if (!child.connected) return false;
  child.send(message, () => undefined);
  return true;
}

/** The worker needs none of the server's secrets, and a browser that it starts must not inherit them. */
function environment(): NodeJS.ProcessEnv {
  const kept = [
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "NODE_PATH",
    "DISPLAY",
    "XDG_RUNTIME_DIR",
    "FONTCONFIG_PATH",
  ];
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

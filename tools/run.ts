/** Starting other programs from the tools: our own Node and binaries first on the PATH, no orphans after a signal. */
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";

export const repository = dirname(import.meta.dirname);

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Keep the output and return it, instead of showing it as it comes. */
  readonly quiet?: boolean;
}

export interface RunResult {
  readonly ok: boolean;
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

const running = new Set<ChildProcess>();

/** Runs a program to its end. A program that cannot be started counts as failed; nothing is thrown. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const start = performance.now();
  const path = [join(repository, "node_modules", ".bin"), process.env.PATH ?? ""].join(delimiter);
  const child = spawn(command, args, {
    cwd: options.cwd ?? repository,
    env: { ...process.env, ...options.environment, PATH: path },
    stdio: options.quiet === true ? ["ignore", "pipe", "pipe"] : "inherit",
  });
  running.add(child);
  let output = "";
  const keep = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return new Promise((resolve) => {
    const end = (code: number): void => {
      running.delete(child);
      resolve({ ok: code === 0, code, output, seconds: (performance.now() - start) / 1000 });
    };
    child.once("error", (error) => {
      output += `${command}: ${error.message}\n`;
      end(127);
    });
    child.once("close", (code, signal) => end(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

/** On SIGINT, SIGTERM or SIGHUP: passes it on to what runs, cleans up and ends with the code a shell expects. */
export function onSignal(cleanUp: () => Promise<void> = () => Promise.resolve()): void {
  let ending = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (ending) return;
      ending = true;
      for (const child of running) child.kill(signal);
      void cleanUp()
        .catch((error: unknown) => console.error(error))
        .finally(() => process.exit(128 + constants.signals[signal]));
    });
  }
}

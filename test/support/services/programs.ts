/**
 * Finds the programs that the tests need beside Node and, on Debian as root, installs what is missing. Nothing of it is
 * left running as a system service: private instances are started with data in scratch folders.
 *
 * Another apt at work: waits for its lock for five minutes. No network: apt's own words are thrown.
 */
import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, globSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** A program, the Debian package that has it, and the variable that makes it unnecessary. */
export interface Need {
  readonly program: string;
  readonly package: string;
  readonly variable: string;
}

export const needs = {
  postgres: { program: "postgres", package: "postgresql", variable: "TEST_DATABASE_URL" },
  redis: { program: "redis-server", package: "redis-server", variable: "TEST_REDIS_URL" },
  /** The whole browser, for the channel that runs in one. */
  chromium: { program: "chromium", package: "chromium", variable: "CHROMIUM_PATH" },
  /** The same engine without a window around it, for our pages: they open for half of the processor's time. */
  browser: { program: "chromium-headless-shell", package: "chromium-headless-shell", variable: "TEST_BROWSER_PATH" },
  /** Tests start their own: what is named is the program. */
  dovecot: { program: "dovecot", package: "dovecot-imapd", variable: "DOVECOT_PATH" },
} as const satisfies Record<string, Need>;

/** Debian keeps PostgreSQL's server programs off the PATH, a folder per version; others stand where only root looks. */
function folders(): string[] {
  const postgres = globSync("/usr/lib/postgresql/*/bin").sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  return [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", ...postgres];
}

/** Full path of a program, or undefined. */
export function findProgram(name: string): string | undefined {
  return folders()
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * Makes sure that every needed program is there.
 *
 * @throws with one line that names what is missing and what to do, where it cannot be installed
 */
export async function bringPrograms(wanted: readonly Need[]): Promise<void> {
  const missing = wanted.filter((need) => findProgram(need.program) === undefined);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || findProgram("apt-get") === undefined) throw new Error(whatIsMissing(missing));
  await install(missing.map((need) => need.package));
  const still = wanted.filter((need) => findProgram(need.program) === undefined);
  if (still.length > 0) throw new Error(whatIsMissing(still));
}

function whatIsMissing(missing: readonly Need[]): string {
  const programs = missing.map((need) => need.program).join(", ");
  const variables = missing.map((need) => need.variable).join(", ");
  return `Missing: ${programs}. Install them, set ${variables}, or run as root on Debian.`;
}

async function install(packages: readonly string[]): Promise<void> {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, maxBuffer: 64 * 1024 * 1024 };
  const patience = ["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"];
  await execute("apt-get", [...patience, "-qq", "update"], options);
  await withoutSystemServices(() =>
    execute("apt-get", [...patience, "-qq", "-y", "--no-install-recommends", "install", ...packages], options),
  );
}

/** Debian asks this script before it starts a freshly installed service; 101 means no. */
const policy = "/usr/sbin/policy-rc.d";

async function withoutSystemServices(action: () => Promise<unknown>): Promise<void> {
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await action();
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}

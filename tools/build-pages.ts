/**
 * Builds the pages and the widget into `dist/`: every vite configuration of the repository, one after another. With
 * `--if-stale` only where the result is missing or older than what it is made of (judged by file times: a checkout that
 * moves sources back in time needs `npm run build`), with `--watch` again at every change.
 */
import { existsSync, globSync, statSync } from "node:fs";
import { join } from "node:path";
import { onSignal, repository, run } from "./run.ts";

const configs = ["vite.config.ts", "vite.*.config.ts"];
const sources = ["placements/**/*", "src/api/**/*", "src/domain/**/*", "vite*.config.ts", "package-lock.json"];

function newest(patterns: readonly string[]): number {
  const times = globSync([...patterns], { cwd: repository }).map((path) => statSync(join(repository, path)).mtimeMs);
  return Math.max(0, ...times);
}

function isStale(): boolean {
  return !existsSync(join(repository, "dist")) || newest(["dist/**/*"]) < newest(sources);
}

async function build(): Promise<number> {
  const found = globSync(configs, { cwd: repository }).sort();
  if (found.length === 0) {
    console.error("No vite.config.ts or vite.*.config.ts: there is nothing to build");
    return 1;
  }
  if (process.argv.includes("--watch")) {
    const watchers = found.map((config) => run("vite", ["build", "--watch", "--config", config]));
    return Math.max(...(await Promise.all(watchers)).map(({ code }) => code));
  }
  for (const config of found) {
    const { ok, code } = await run("vite", ["build", "--config", config]);
    if (!ok) return code;
  }
  return 0;
}

onSignal();
if (!process.argv.includes("--if-stale") || isStale()) process.exitCode = await build();

/**
 * Builds the pages into `dist/`; with `--if-stale` only where the result is missing or older than what it is made of.
 * Judged by file times: a checkout that moves sources back in time needs `npm run build`.
 */
import { existsSync, globSync, statSync } from "node:fs";
import { join } from "node:path";
import { repository, run } from "./run.ts";

const sources = ["placements/**/*", "src/api/**/*", "src/domain/**/*", "vite.config.ts", "package-lock.json"];

function newest(patterns: readonly string[]): number {
  const times = globSync([...patterns], { cwd: repository }).map((path) => statSync(join(repository, path)).mtimeMs);
  return Math.max(0, ...times);
}

function isStale(): boolean {
  return !existsSync(join(repository, "dist")) || newest(["dist/**/*"]) < newest(sources);
}

if (!process.argv.includes("--if-stale") || isStale()) {
  const { code } = await run("vite", ["build"]);
  process.exitCode = code;
}

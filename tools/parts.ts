/** The quick checks, each a program with a name, run two at a time and told in one line each. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import pLimit from "p-limit";
import { repository, run } from "./run.ts";

export interface Part {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

export interface PartResult {
  readonly name: string;
  readonly ok: boolean;
  readonly output: string;
}

const folders = ["src", "handlers", "placements", "test", "bench", "tools"];

/** Everything that is judged without running the product. */
export const staticParts: readonly Part[] = [
  { name: "types of the pages", command: "vue-tsc", args: ["--project", "tsconfig.placements.json"] },
  { name: "types", command: "tsc", args: ["--project", "tsconfig.json"] },
  { name: "lint and format", command: "biome", args: ["check", "--error-on-warnings", "--max-diagnostics=50", "."] },
  {
    name: "boundaries",
    command: "depcruise",
    args: ["--output-type", "err-long", ...folders.filter((folder) => existsSync(join(repository, folder)))],
  },
  { name: "dead code", command: "knip", args: ["--no-progress"] },
];

/** One line about a finished step. */
export function tell(name: string, ok: boolean, seconds: number): void {
  console.log(`${ok ? "ok    " : "FAILED"} ${seconds.toFixed(1).padStart(6)} s  ${name}`);
}

/** Runs the parts, two at a time because a usual build machine has two cores; never throws for a failed part. */
export function runParts(parts: readonly Part[]): Promise<PartResult[]> {
  const limit = pLimit(2);
  return limit.map([...parts], async (part) => {
    const { ok, output, seconds } = await run(part.command, part.args, { quiet: true });
    tell(part.name, ok, seconds);
    return { name: part.name, ok, output };
  });
}

/** Prints what the failed parts said, so that it stands last. */
export function showFailures(results: readonly PartResult[]): void {
  for (const result of results.filter((each) => !each.ok)) {
    console.log(`\n--- ${result.name}\n${result.output.trimEnd()}`);
  }
}

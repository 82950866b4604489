/**
 * `npm test`: everything, real services included. While apt and the servers get ready the code is checked and the pages
 * are built; then all tests, the demo's conversation and the kill test run against them. Every step runs even after a
 * failed one, except where it has nothing to run on, and then it counts as failed. The services are stopped whatever
 * happens, also on a signal. The last line is `N passed, N failed`: tests, and every other step as one.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { bringUp, type Services } from "../test/support/services/bring-up.ts";
import { type PartResult, runParts, showFailures, staticParts, tell } from "./parts.ts";
import { onSignal, run } from "./run.ts";

interface Count {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
}

const one = (name: string, ok: boolean): Count => ({ name, passed: ok ? 1 : 0, failed: ok ? 0 : 1 });

const start = performance.now();
const since = (): number => (performance.now() - start) / 1000;

let services: Services | undefined;
let bringing: Promise<Services> | undefined;
const scratch = mkdtempSync(join(tmpdir(), "threadline-test-"));

async function cleanUp(): Promise<void> {
  rmSync(scratch, { recursive: true, force: true });
  await (services ?? (await bringing?.catch(() => undefined)))?.stop();
}

onSignal(cleanUp);

async function bringServices(): Promise<PartResult> {
  const name = "services";
  try {
    bringing = bringUp();
    services = await bringing;
    tell(name, true, since());
    return { name, ok: true, output: "" };
  } catch (error) {
    tell(name, false, since());
    return { name, ok: false, output: error instanceof Error ? error.message : String(error) };
  }
}

/** What is read of vitest's JSON report. */
const Report = z.object({
  success: z.boolean(),
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
});

/** A skipped test counts as failed: there is no silent skip. So does a run that failed without a failed test. */
function countTests(path: string, ok: boolean): Count {
  const report = Report.parse(JSON.parse(readFileSync(path, "utf8")));
  const failed = report.numFailedTests + report.numPendingTests + report.numTodoTests;
  const broken = failed === 0 && !(ok && report.success) ? 1 : 0;
  return { name: "tests", passed: report.numPassedTests, failed: failed + broken };
}

async function runTests(environment: Readonly<Record<string, string>>): Promise<Count> {
  const path = join(scratch, "vitest.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${path}`];
  const { ok, seconds } = await run("vitest", ["run", ...reporters], { environment });
  tell("tests", ok, seconds);
  try {
    return countTests(path, ok);
  } catch (error) {
    console.error("vitest left no readable report:", error);
    return one("tests", false);
  }
}

async function runStep(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Count> {
  console.log(`\n--- ${name}`);
  const { ok, seconds } = await run("node", args, { environment });
  tell(name, ok, seconds);
  return one(name, ok);
}

async function everything(): Promise<Count[]> {
  const pages = { name: "pages", command: "node", args: ["tools/build-pages.ts"] };
  const [brought, parts] = await Promise.all([bringServices(), runParts([pages, ...staticParts])]);
  const prepared = [brought, ...parts];
  const counts: Count[] = prepared.map(({ name, ok }) => one(name, ok));
  showFailures(prepared);
  if (services === undefined) return [...counts, ...["tests", "demo", "kill test"].map((name) => one(name, false))];
  const { environment } = services;
  counts.push(await runTests(environment));
  counts.push(await runStep("demo", ["test/demo/main.ts", "--check"], environment));
  counts.push(await runStep("kill test", ["test/kill/main.ts", "--rounds", "10"], environment));
  return counts;
}

const counts = await everything();
await cleanUp();
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
const broken = counts.filter((count) => count.failed > 0).map((count) => count.name);
console.log(`\n${since().toFixed(0)} s${broken.length > 0 ? `; failed: ${broken.join(", ")}` : ""}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

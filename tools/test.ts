/**
 * `npm test`: everything, real services included. While apt and the servers get ready the code is checked and the pages
 * are built; then all tests, the demo's conversation and the kill test run against them. Every step runs even after a
 * failed one, except where it has nothing to run on, and then it counts as failed. The services are stopped whatever
 * happens, also on a signal. The last line is `N passed, N failed`: tests, and every other step as one.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { bringUp, type Services } from "../test/support/services/bring-up.ts";
import { type PartResult, runParts, showFailures, staticParts, tell } from "./parts.ts";
import { onSignal, repository, run } from "./run.ts";

interface Count {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
}

const one = (name: string, ok: boolean): Count => ({ name, passed: ok ? 1 : 0, failed: ok ? 0 : 1 });

const start = performance.now();
const since = (): number => (performance.now() - start) / 1000;

/** Test files that passed at the second time only. */
const neededTwice: string[] = [];
/** What failed at the first time: said again at the end, where whoever sees only the last lines finds it. */
const failures: string[] = [];

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
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(""),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).default([]) }),
      ),
    }),
  ),
});

/** Files that may be asked a second time: one in fifty. More than these are no accident of a busy machine. */
const SECOND_HEARINGS = 6;
/** Of what a failed test says, so much stands at the end. */
const SAID = 600;

interface Ran extends Count {
  readonly failedFiles: readonly string[];
  /** What failed and what it said, in a few lines each. */
  readonly failures: readonly string[];
}

/** A skipped test counts as failed: there is no silent skip. So does a run that failed without a failed test. */
function countTests(path: string, ok: boolean): Ran {
  const report = Report.parse(JSON.parse(readFileSync(path, "utf8")));
  const failed = report.numFailedTests + report.numPendingTests + report.numTodoTests;
  const broken = failed === 0 && !(ok && report.success) ? 1 : 0;
  const failedFiles = report.testResults.filter(({ status }) => status === "failed").map(({ name }) => name);
  return { name: "tests", passed: report.numPassedTests, failed: failed + broken, failedFiles, failures: told(report) };
}

function told({ testResults }: z.infer<typeof Report>): readonly string[] {
  return testResults
    .filter(({ status }) => status === "failed")
    .flatMap(({ name, message, assertionResults }) => {
      const tests = assertionResults
        .filter(({ status }) => status === "failed")
        .map(({ fullName, failureMessages }) => `  ${fullName}: ${failureMessages.join("\n").slice(0, SAID)}`);
      return [relative(repository, name), ...(tests.length > 0 ? tests : [message.slice(0, SAID)])];
    });
}

async function runVitest(
  name: string,
  files: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Ran> {
  const path = join(scratch, "vitest.json");
  rmSync(path, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${path}`];
  const { ok, seconds } = await run("vitest", ["run", ...reporters, ...files], { environment });
  tell(name, ok, seconds);
  try {
    return countTests(path, ok);
  } catch (error) {
    console.error("vitest left no readable report:", error);
    return { ...one("tests", false), failedFiles: [], failures: [] };
  }
}

/**
 * All tests at once; then the few files that failed once more, with the machine to themselves. Two workers on a machine of
 * two cores, with browsers and databases beside them, can make a person's minute too short; a fault fails twice. What
 * needed the second time is named at the end, to be looked at: it is a race of the test, or of ours.
 */
async function runTests(environment: Readonly<Record<string, string>>): Promise<Count> {
  const first = await runVitest("tests", [], environment);
  const { failedFiles } = first;
  failures.push(...first.failures);
  if (first.failed === 0 || failedFiles.length === 0 || failedFiles.length > SECOND_HEARINGS) return first;
  console.log("\n--- the files that failed, once more, alone");
  const second = await runVitest("tests, second time", ["--no-file-parallelism", ...failedFiles], environment);
  if (second.failed > 0) return { ...first, failed: Math.max(first.failed, second.failed) };
  neededTwice.push(...failedFiles.map((file) => relative(repository, file)));
  return { name: "tests", passed: first.passed + first.failed, failed: 0 };
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
if (failures.length > 0) console.log(stripVTControlCharacters(`\n--- what failed at first\n${failures.join("\n")}`));
if (neededTwice.length > 0) console.log(`\nPassed at the second time only: ${neededTwice.join(", ")}`);
console.log(`\n${since().toFixed(0)} s${broken.length > 0 ? `; failed: ${broken.join(", ")}` : ""}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

import { defineConfig } from "vitest/config";

/**
 * Where the processor has protection keys, V8 keeps books of pages with code and ends the process when it does not find one
 * ("Check failed: jit_page.has_value()"): now and then, where many PGlites are opened and closed (nodejs/node#64500).
 */
const execArgv = ["--no-memory-protection-keys"];

/**
 * Not isolated: loading the product takes seconds, and is done once for each worker instead of for each file. So a file leaves
 * nothing behind in the process.
 *
 * Three projects by what a test needs beside Node. `unit` needs nothing and may reach nothing but loopback; `services`
 * and `browser` refuse to start, with one line, when what they need is not there: no test is ever skipped for it.
 */
export default defineConfig({
  test: {
    passWithNoTests: false,
    allowOnly: false,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    maxWorkers: 2,
    // A machine may be busy with the other tests: what is waited for is given time, and is there at once where it is not.
    expect: { requireAssertions: true, poll: { timeout: 10_000 } },
    projects: [
      {
        test: {
          name: "unit",
          pool: "forks",
          isolate: false,
          execArgv,
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.services.test.ts", "test/**/*.browser.test.ts"],
          setupFiles: ["test/support/no-network.ts"],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "services",
          pool: "forks",
          isolate: false,
          execArgv,
          include: ["test/**/*.services.test.ts"],
          globalSetup: ["test/support/require-services.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "browser",
          pool: "forks",
          isolate: false,
          execArgv,
          include: ["test/**/*.browser.test.ts"],
          globalSetup: ["test/support/require-browser.ts", "test/support/built-pages.ts"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

import { isAlive } from "./is-alive.ts";

/**
 * Loaded before a server that a test starts (`node --import`). Its standard input is a pipe that the test's process holds: when
 * that one is gone, however it ended, the pipe is closed and the server ends too. Processes that the server starts itself are
 * its own to look after.
 */
const parent = Number(process.env["THREADLINE_TEST_PARENT"] ?? Number.NaN);
if (Number.isInteger(parent) && !isAlive(parent)) process.exit(1);
if (process.ppid === parent) {
  process.stdin.resume();
  process.stdin.once("close", () => process.exit(1));
}

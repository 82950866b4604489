/** Stops the `browser` tests with one line when no Chromium was brought: they are never skipped. */
import { requireEnvironment } from "./require-environment.ts";

export function setup(): void {
  requireEnvironment(["CHROMIUM_PATH", "TEST_BROWSER_PATH"]);
}

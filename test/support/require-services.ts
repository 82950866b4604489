/** Stops the `services` tests with one line when PostgreSQL, Redis or the mail server was not brought: they are never skipped. */
import { requireEnvironment } from "./require-environment.ts";

export function setup(): void {
  requireEnvironment(["TEST_DATABASE_URL", "TEST_REDIS_URL", "DOVECOT_PATH"]);
}

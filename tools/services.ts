/**
 * Runs a command with PostgreSQL, Redis and a browser at hand: `node tools/services.ts -- vitest run --project services`.
 * Ends with the command's exit code; the services are stopped before that.
 */
import { bringUp, type Services } from "../test/support/services/bring-up.ts";
import { onSignal, run } from "./run.ts";

const separator = process.argv.indexOf("--");
const [command, ...args] = process.argv.slice(separator === -1 ? 2 : separator + 1);
if (command === undefined) {
  console.error("Usage: node tools/services.ts -- <command> [argument…]");
  process.exit(2);
}

let bringing: Promise<Services> | undefined;
onSignal(async () => (await bringing)?.stop());
try {
  bringing = bringUp();
  const services = await bringing;
  const result = await run(command, args, { environment: services.environment });
  await services.stop();
  process.exitCode = result.code;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

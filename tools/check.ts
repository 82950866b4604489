/** `npm run check`: types, lint, boundaries, dead code and unit tests. No services, seconds; what failed is shown last. */
import { runParts, showFailures, staticParts } from "./parts.ts";
import { onSignal } from "./run.ts";

onSignal();
const unit = { name: "unit tests", command: "vitest", args: ["run", "--project", "unit"] };
const results = await runParts([unit, ...staticParts]);
showFailures(results);
const failed = results.filter((result) => !result.ok).length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

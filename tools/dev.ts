/** `npm run dev`: pages rebuilt and the server restarted when their sources change. */
import { onSignal, run } from "./run.ts";

onSignal();
const first = await run("node", ["tools/build-pages.ts", "--if-stale"]);
if (first.ok)
  await Promise.all([run("node", ["tools/build-pages.ts", "--watch"]), run("node", ["--watch", "src/main.ts"])]);
process.exitCode = first.code;

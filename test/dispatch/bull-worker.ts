import { pino } from "pino";
import { createBullDispatcher } from "../../src/dispatch/bull.ts";

/** A worker process for the tests: says the lane it was given, and never ends with it. */
const [redisUrl = "", prefix = ""] = process.argv.slice(2);

const dispatcher = createBullDispatcher({ redisUrl, prefix, concurrency: 1, log: pino({ level: "silent" }) });
await dispatcher.start((lane) => {
  process.stdout.write(`${lane}\n`);
  return Promise.withResolvers<void>().promise;
});

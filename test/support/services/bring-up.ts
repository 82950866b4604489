/**
 * Everything that the tests need beside Node: PostgreSQL, Redis, a mail server and a browser. What the environment already names is
 * used as it is and left alone; the rest is started here and stopped by `stop`, also after half a start.
 */

import { type StartedService, startPostgres } from "./postgres.ts";
import { bringPrograms, findProgram, type Need, needs } from "./programs.ts";
import { startRedis } from "./redis.ts";

export interface Services {
  /** Variables for the processes that use them. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

function given(need: Need): string | undefined {
  const value = process.env[need.variable];
  if (value !== undefined && value !== "") return value;
  // Who names one Chromium has one for everything.
  return need === needs.browser ? given(needs.chromium) : undefined;
}

/** @throws one line that names what is missing, where it cannot be installed */
export async function bringUp(): Promise<Services> {
  await bringPrograms(Object.values(needs).filter((need) => given(need) === undefined));
  const started: StartedService[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.splice(0).map((service) => service.stop()));
  };
  const url = async (need: Need, start: () => Promise<StartedService>): Promise<string> => {
    const known = given(need);
    if (known !== undefined) return known;
    const service = await start();
    started.push(service);
    return service.url;
  };
  const results = await Promise.allSettled([url(needs.postgres, startPostgres), url(needs.redis, startRedis)]);
  const [database, redis] = results;
  if (database.status === "rejected" || redis.status === "rejected") {
    await stop();
    throw database.status === "rejected" ? database.reason : (redis as PromiseRejectedResult).reason;
  }
  return {
    environment: {
      [needs.postgres.variable]: database.value,
      [needs.redis.variable]: redis.value,
      [needs.chromium.variable]: given(needs.chromium) ?? findProgram(needs.chromium.program) ?? "",
      [needs.browser.variable]: given(needs.browser) ?? findProgram(needs.browser.program) ?? "",
      [needs.dovecot.variable]: given(needs.dovecot) ?? findProgram(needs.dovecot.program) ?? "",
    },
    stop,
  };
}

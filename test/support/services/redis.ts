/** A private Redis server for tests: own port, nothing kept on disk, because losing Redis must lose nothing. */
import { tmpdir } from "node:os";
import { freePort, startServer } from "./child.ts";
import type { StartedService } from "./postgres.ts";
import { findProgram, needs } from "./programs.ts";

/** Starts an empty server; `stop` ends it. */
export async function startRedis(): Promise<StartedService> {
  const program = findProgram(needs.redis.program);
  if (program === undefined) throw new Error("No redis-server program");
  const port = await freePort();
  const server = await startServer({
    command: program,
    args: ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", tmpdir()],
    ready: /Ready to accept connections/,
    stopSignal: "SIGTERM",
  });
  return { url: `redis://127.0.0.1:${port}/0`, stop: () => server.stop() };
}

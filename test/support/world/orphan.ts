import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppProcess, freePort } from "./app-process.ts";

/** For `app-process.test.ts`: starts a server, tells its process id, and waits to be killed. */
const env = {
  DATA_DIR: mkdtempSync(join(tmpdir(), "threadline-orphan-")),
  PUBLIC_URL: "http://127.0.0.1",
  B24_CLIENT_ID: "local.orphan",
  B24_CLIENT_SECRET: "secret",
};
const server = new AppProcess({ port: await freePort(), env });
await server.start();
console.log(JSON.stringify({ pid: server.pid, dataDir: env.DATA_DIR }));
setInterval(() => undefined, 60_000);

/**
 * What a thousand mailboxes into which nothing comes cost one process on PostgreSQL in memory: the resident size of the same
 * process with and without them, each in a process of its own, when all of them listen and it is at rest.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { portalId } from "../src/domain/ids.ts";
import { createLogger } from "../src/log/log.ts";
import { openStore } from "../src/store/open-store.ts";
import { type Dovecot, MAIL_PASSWORD, startDovecot } from "../test/support/services/dovecot.ts";
import { AppProcess, freePort } from "../test/support/world/app-process.ts";
import { until } from "../test/support/world/until.ts";
import { boxSettings } from "./support/mailboxes.ts";
import { type Figure, type Finding, round } from "./support/report.ts";
import { residentMiB } from "./support/resident.ts";
import { type FreshServices, freshServices } from "./support/services.ts";
import { median } from "./support/stats.ts";

const LIMIT_MIB = 1_024;
const SECRET_KEY = "0123456789abcdef0123456789abcdef";
const SAMPLES = 10;
const SAMPLE_MS = 500;

export const idleBoxes: Figure = {
  name: "idle-boxes",
  title: "memory of idle mailboxes",
  async run(size) {
    const boxes = size === "tiny" ? 5 : 1_000;
    const services = await freshServices();
    const server = await startDovecot();
    const dataDir = await mkdtemp(join(tmpdir(), "threadline-bench-"));
    try {
      const without = await restingSize(services, server, dataDir, 0);
      const withThem = await restingSize(services, server, dataDir, boxes);
      return [judgeIdleBoxes(boxes, without, withThem)];
    } finally {
      await server.stop();
      await services.drop();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

export function judgeIdleBoxes(boxes: number, without: number, withThem: number): Finding {
  const rise = withThem - without;
  return {
    figure: `idle: ${boxes.toLocaleString("en")} mailboxes`,
    setting: "PostgreSQL, Dovecot with IDLE",
    measured: `${round(rise)} MiB more`,
    target: `at most ${LIMIT_MIB} MiB more`,
    met: rise <= LIMIT_MIB,
    notes: [`resident size without ${round(without)} MiB, with them ${round(withThem)} MiB`],
    data: { rise, without, withThem },
  };
}

async function restingSize(services: FreshServices, server: Dovecot, dataDir: string, boxes: number): Promise<number> {
  const store = await openStore({
    databaseUrl: services.databaseUrl,
    dataDir: "",
    secretKey: SECRET_KEY,
    log: createLogger("silent"),
    connections: 4,
  });
  const portal = await store.portals.install({
    id: portalId(randomUUID()),
    domain: "portal.example",
    clientEndpoint: "https://portal.example/rest/",
    serverEndpoint: "https://oauth.example/rest/",
    tokens: { accessToken: "a", refreshToken: "r", expiresAt: new Date(Date.now() + 3_600_000) },
    scopes: [],
    language: "en",
  });
  for (let count = 0; count < boxes; count += 1)
    await store.accounts.create(portal.id, {
      channel: "email",
      name: `Box ${count}`,
      credentials: { password: MAIL_PASSWORD },
      settings: boxSettings(server, `box${count}@shop.example`),
      webhookSecret: randomUUID(),
      connection: { kind: "starting", sentence: "Not connected yet." },
    });
  const port = await freePort();
  const app = new AppProcess({
    port,
    env: {
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      DATA_DIR: dataDir,
      DATABASE_URL: services.databaseUrl,
      REDIS_URL: services.redisUrl,
      SECRET_KEY,
      B24_CLIENT_ID: "bench",
      B24_CLIENT_SECRET: "bench",
      B24_OAUTH_URL: "http://127.0.0.1:9",
      B24_ALLOW_HTTP: "1",
      MAIL_PRIVATE_HOSTS: "127.0.0.1",
      LOG_LEVEL: "warn",
    },
  });
  await app.start();
  try {
    const listening = async () =>
      (await store.accounts.list(portal.id)).filter(({ connection }) => connection.kind === "connected").length;
    await until(async () => (await listening()) >= boxes, 600_000, "every box to receive");
    const samples: number[] = [];
    while (samples.length < SAMPLES) {
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
      samples.push(await residentMiB(app.pid));
    }
    return median(samples);
  } finally {
    await app.kill("SIGKILL");
    await store.portals.erase(portal.id);
    await store.close();
  }
}

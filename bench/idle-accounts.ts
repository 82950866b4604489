/**
 * What a thousand Telegram accounts that nobody writes to cost one process on PostgreSQL in memory: the resident size of
 * the same process with and without them, each in a process of its own, when it has found them and is at rest. By webhook,
 * and by long polling (an installation without https), where every account holds a connection.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { portalId } from "../src/domain/ids.ts";
import { createLogger } from "../src/log/log.ts";
import { openStore } from "../src/store/open-store.ts";
import { startTelegramEmulator, type TelegramEmulator } from "../test/emulators/telegram/emulator.ts";
import { AppProcess, freePort } from "../test/support/world/app-process.ts";
import { until } from "../test/support/world/until.ts";
import { type Figure, type Finding, list, round, type Size } from "./support/report.ts";
import { residentMiB } from "./support/resident.ts";
import { type FreshServices, freshServices } from "./support/services.ts";
import { median } from "./support/stats.ts";

const LIMIT_MIB = 300;
const SECRET_KEY = "0123456789abcdef0123456789abcdef";
const SAMPLES = 10;
const SAMPLE_MS = 500;

type Way = "webhook" | "polling";
const settingOf: Readonly<Record<Way, string>> = {
  webhook: "PostgreSQL, by webhook",
  polling: "PostgreSQL, by long polling",
};

export const idleAccounts: Figure = {
  name: "idle-accounts",
  title: "memory of idle Telegram accounts",
  async run(size) {
    return [await measure("webhook", size), await measure("polling", size)];
  },
};

async function measure(way: Way, size: Size): Promise<Finding> {
  const accounts = size === "tiny" ? 5 : 1_000;
  const services = await freshServices();
  const telegram = await startTelegramEmulator({
    limits: false,
    bots: Array.from({ length: accounts }, () => ({})),
  });
  const dataDir = await mkdtemp(join(tmpdir(), "threadline-bench-"));
  try {
    const runs: Memory[] = [];
    for (let run = 0; run < (size === "tiny" ? 1 : 3); run += 1) {
      await fill(services, telegram, 0);
      const without = await restingSize(services, telegram, dataDir, way, 0);
      await fill(services, telegram, accounts);
      const withThem = await restingSize(services, telegram, dataDir, way, accounts);
      runs.push({ without, withThem });
    }
    return judgeIdleAccounts(settingOf[way], accounts, runs);
  } finally {
    await telegram.close();
    await services.drop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** MiB. */
export interface Memory {
  readonly without: number;
  readonly withThem: number;
}

export function judgeIdleAccounts(setting: string, accounts: number, runs: readonly Memory[]): Finding {
  const rises = runs.map((run) => run.withThem - run.without);
  const rise = median(rises);
  return {
    figure: `idle: ${accounts.toLocaleString("en")} Telegram accounts`,
    setting,
    measured: `${round(rise)} MiB more`,
    target: `at most ${LIMIT_MIB} MiB more`,
    met: rise <= LIMIT_MIB,
    notes: [
      `resident size without ${list(runs.map((run) => run.without))} MiB, with them ${list(runs.map((run) => run.withThem))} MiB`,
    ],
    data: { rise, without: runs.map((run) => run.without), withThem: runs.map((run) => run.withThem) },
  };
}

/** Leaves one portal with so many accounts in the database. */
async function fill(services: FreshServices, telegram: TelegramEmulator, accounts: number): Promise<void> {
  const store = await openStore({
    databaseUrl: services.databaseUrl,
    dataDir: "",
    secretKey: SECRET_KEY,
    log: createLogger("silent"),
    connections: 4,
  });
  for (const portal of await store.portals.list()) await store.portals.erase(portal.id);
  const portal = await store.portals.install({
    id: portalId(randomUUID()),
    domain: "portal.example",
    clientEndpoint: "https://portal.example/rest/",
    serverEndpoint: "https://oauth.example/rest/",
    tokens: { accessToken: "a", refreshToken: "r", expiresAt: new Date(Date.now() + 3_600_000) },
    scopes: [],
    language: "en",
  });
  for (const token of [...telegram.bots.keys()].slice(0, accounts)) {
    await store.accounts.create(portal.id, {
      channel: "telegram",
      name: "Idle",
      credentials: { token },
      settings: {},
      webhookSecret: randomUUID(),
      connection: { kind: "connected", sentence: "Connected." },
    });
  }
  await store.close();
}

async function restingSize(
  services: FreshServices,
  telegram: TelegramEmulator,
  dataDir: string,
  way: Way,
  accounts: number,
): Promise<number> {
  const port = await freePort();
  const app = new AppProcess({
    port,
    env: {
      PUBLIC_URL: way === "webhook" ? "https://app.example" : `http://127.0.0.1:${port}`,
      DATA_DIR: dataDir,
      DATABASE_URL: services.databaseUrl,
      REDIS_URL: services.redisUrl,
      SECRET_KEY,
      B24_CLIENT_ID: "bench",
      B24_CLIENT_SECRET: "bench",
      B24_OAUTH_URL: "http://127.0.0.1:9",
      B24_ALLOW_HTTP: "1",
      TELEGRAM_API_URL: telegram.url,
      LOG_LEVEL: "warn",
    },
  });
  telegram.log.length = 0;
  await app.start();
  try {
    const method = way === "webhook" ? "setWebhook" : "getUpdates";
    const found = () => new Set(telegram.log.filter((entry) => entry.method === method).map((entry) => entry.bot));
    await until(
      () => found().size >= accounts,
      180_000,
      `every account's ${method}`,
      () => `${found().size}`,
    );
    const samples: number[] = [];
    while (samples.length < SAMPLES) {
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
      samples.push(await residentMiB(app.pid));
    }
    return median(samples);
  } finally {
    await app.kill("SIGKILL");
  }
}

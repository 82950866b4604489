/**
 * Composition root: with its parts in `main/` the only place that knows every concrete class. Reads the configuration,
 * opens the store, wires channels, portal client, relay and handlers, and starts what the role asks for.
 *
 * ROLE=web takes requests and passes wake-ups on; ROLE=worker drains lanes, polls and sweeps; ROLE=all does both;
 * ROLE=migrate brings the schema up to date and ends.
 *
 * SIGTERM: no new requests, running lanes end, leases are given back, the database is closed. Killed instead: leases
 * run out by themselves (at once with the built-in database, which only one process can open).
 */

import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { type ReadinessCheck, registerOperations } from "../handlers/operations.ts";
import { type Config, ConfigError, readConfig } from "./config/config.ts";
import { loadSecretKey } from "./config/secret-key.ts";
import { createLogger } from "./log/log.ts";
import { createMetrics, showCensus } from "./log/metrics.ts";
import type { Base } from "./main/base.ts";
import { startBcc } from "./main/bcc.ts";
import { wireChannels } from "./main/channels.ts";
import { wireLetters } from "./main/letters.ts";
import { wirePortal } from "./main/portal.ts";
import { connectRedis, createClosers } from "./main/process.ts";
import { wireRelay } from "./main/relay.ts";
import { serveRequests } from "./main/web.ts";
import { startRepair, startWork } from "./main/work.ts";
import { loadManifest } from "./portal/manifest.ts";
import { beginGap } from "./relay/repair.ts";
import { buildApp } from "./server/app.ts";
import { openStore } from "./store/open-store.ts";

const now = () => new Date();
const inRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

try {
  await main(readConfig(process.env));
} catch (error) {
  // Before there is a log, or because there is none: in words, on the error stream, and no stack for a bad variable.
  const words = error instanceof ConfigError ? error.message : inspect(error);
  process.stderr.write(`${words}\n`);
  process.exitCode = 1;
}

async function main(config: Config): Promise<void> {
  const log = createLogger(config.logLevel);
  const metrics = createMetrics();
  const manifest = await loadManifest(inRoot("app-manifest.json"));
  const secretKey = await loadSecretKey(config.secretKey, config.dataDir);
  const store = await openStore({ databaseUrl: config.databaseUrl, dataDir: config.dataDir, secretKey, log });
  if (config.role === "migrate") {
    await store.close();
    return;
  }
  const closers = createClosers();
  const { onClose } = closers;
  onClose(() => store.close());
  const redis = config.redisUrl === undefined ? undefined : connectRedis(config.redisUrl, log);
  if (redis) onClose(() => redis.disconnect());
  const base: Base = { config, log, metrics, secretKey, store, owner: randomUUID(), redis, now, inRoot, onClose };

  const portal = wirePortal(base);
  const channels = wireChannels(base);
  const relay = wireRelay(base, portal, channels);

  const app = await buildApp({
    publicUrl: config.publicUrl,
    log,
    pagesDir: inRoot("dist/placements"),
    version: manifest.version,
    translate: channels.translate,
    redis,
  });
  const checks: ReadinessCheck[] = [{ name: "database", check: () => store.ping() }];
  if (redis) checks.push({ name: "redis", check: async () => void (await redis.ping()) });
  registerOperations(app, {
    checks,
    metrics,
    metricsToken: config.metricsToken,
    refresh: async () => {
      metrics.lanesDue.set(await store.lanes.depth(now()));
      showCensus(metrics, await store.health.census());
    },
  });
  if (config.role !== "worker") {
    await beginGap(base);
    await serveRequests(app, base, { portal, channels, relay, manifest });
    await startBcc(base, { portal, channels, relay });
  }
  onClose(() => app.close());
  await app.listen({ host: "0.0.0.0", port: config.port });
  log.info(
    {
      role: config.role,
      port: config.port,
      publicUrl: config.publicUrl,
      store: config.databaseUrl === undefined ? "built-in" : "postgresql",
    },
    "Threadline is listening",
  );

  if (config.role !== "web")
    await startWork(base, { portal, channels, relay, letters: wireLetters(base, portal, relay) });
  if (config.role !== "worker") await startRepair(base, relay);
  closers.stopOnSignals(log);
}

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { registerEvents } from "../../handlers/events.ts";
import { portalId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { createLogger } from "../../src/log/log.ts";
import { createMetrics } from "../../src/log/metrics.ts";
import { fromBbcode, toBbcode } from "../../src/portal/bbcode.ts";
import type { GrantOutcome } from "../../src/portal/oauth.ts";
import { createReplyAcceptor } from "../../src/relay/accept-reply.ts";
import { NO_NEWS } from "../../src/relay/news.ts";
import { type App, buildApp } from "../../src/server/app.ts";
import type { Store } from "../../src/store/contract.ts";
import { noLetters } from "../support/no-letters.ts";
import { freshStore } from "../support/store/fresh-store.ts";
import { openSpool } from "./support/open-spool.ts";

/** An installation that cannot be proved yet, because the authorization server is away. */
const log = createLogger("silent");
let store: Store;
let dir: string;
let app: App;
let tries = 0;
let granted: GrantOutcome;

beforeAll(async () => {
  store = await freshStore({ secretKey: "k".repeat(32), log });
});
afterAll(() => store.close());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "threadline-unproved-"));
  tries = 0;
  granted = { kind: "unreachable", sentence: "The authorization server cannot be reached." };
  app = await start();
});
afterEach(async () => {
  await app.close();
  await rm(dir, { recursive: true, force: true });
});

async function start(): Promise<App> {
  const server = await buildApp({ publicUrl: "http://threadline.test", log, pagesDir: dir, version: "0" });
  const metrics = createMetrics();
  await registerEvents(server, {
    inTurn: (_portal, work) => work(),
    triggers: { watches: async () => false },
    belonging: { writes: async () => false, heardOfChat: async () => [], heardOfCard: async () => [] },
    dispatcher: { wake: () => undefined },
    store,
    news: NO_NEWS,
    replies: createReplyAcceptor({
      addressing: noLetters,
      writers: { whoIs: async () => undefined },
      news: NO_NEWS,
      store,
      dispatcher: { wake: () => undefined, wakeAt: () => undefined },
      voice: "connector",
      toBBCode: toBbcode,
      fromBBCode: fromBbcode,
      metrics,
      log,
    }),
    oauth: {
      proveFirstContact: async () => {
        tries += 1;
        return granted;
      },
    },
    portals: { caller: () => ({ call: async () => ({ kind: "ok", value: {} }) }), forget: () => undefined },
    installer: { run: async () => undefined, running: () => false },
    spool: openSpool(server, { dir, name: "spool", maxBytes: 5_000 }, log),
    unproved: openSpool(server, { dir, name: "unproved", maxBytes: 5_000, pauseMs: 20 }, log),
    shelf: { remove: async () => undefined },
    channels: new Map(),
    fromBBCode: plainText,
    metrics,
    log,
  });
  return server;
}

const install = (member: string) =>
  app.inject({
    method: "POST",
    url: "/events",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams({
      event: "ONAPPINSTALL",
      ts: String(Math.floor(Date.now() / 1000)),
      "data[VERSION]": "1",
      "data[ACTIVE]": "Y",
      "data[INSTALLED]": "Y",
      "data[LANGUAGE_ID]": "de",
      "auth[member_id]": member,
      "auth[application_token]": "secret-token",
      "auth[domain]": "new.example",
      "auth[server_endpoint]": "https://oauth.bitrix.info/rest/",
      "auth[client_endpoint]": "https://new.example/rest/",
      "auth[access_token]": "a",
      "auth[refresh_token]": "r",
      "auth[expires_in]": "3600",
      "auth[scope]": "crm",
    }).toString(),
  });
const kept = async () => (await readdir(join(dir, "unproved"))).filter((name) => name.endsWith(".json")).length;
const grantTo = (memberId: string): GrantOutcome => ({
  kind: "granted",
  grant: {
    memberId,
    domain: "new.example",
    clientEndpoint: "https://new.example/rest/",
    serverEndpoint: "https://oauth.bitrix.info/rest/",
    tokens: { accessToken: "a", refreshToken: "b", expiresAt: new Date(Date.now() + 3_600_000) },
    scopes: ["crm"],
    status: "F",
    userId: "1",
  },
});

it("is kept, tried again, and proved when the server is back, also after a restart", async () => {
  expect((await install("late-1")).statusCode).toBe(200);
  await expect.poll(() => tries, { timeout: 5_000 }).toBeGreaterThan(2);
  expect([await kept(), await store.portals.find(portalId("late-1"))]).toEqual([1, undefined]);
  await app.close();
  app = await start();
  granted = grantTo("late-1");
  await expect
    .poll(() => store.portals.find(portalId("late-1")), { timeout: 5_000 })
    .toMatchObject({ domain: "new.example", applicationToken: "secret-token", language: "de" });
  await expect.poll(kept, { timeout: 5_000 }).toBe(0);
});

it("is dropped when the server does not confirm it, and refused when there is no room to keep it", async () => {
  expect((await install("late-2")).statusCode).toBe(200);
  granted = { kind: "denied", code: "invalid_grant", sentence: "no" };
  await expect.poll(kept, { timeout: 5_000 }).toBe(0);
  expect(await store.portals.find(portalId("late-2"))).toBeUndefined();
  granted = { kind: "unreachable", sentence: "The authorization server cannot be reached." };
  const statuses: number[] = [];
  for (let index = 0; index < 12; index += 1) statuses.push((await install(`flood-${index}`)).statusCode);
  expect([statuses[0], statuses.at(-1)]).toEqual([200, 503]);
});

import { afterEach, describe, expect, test } from "vitest";
import { directoryFor, PORTAL, portalRow } from "./support/directory.ts";
import { type FakePortal, type FakePortalBehaviour, sendJson, startFakePortal } from "./support/fake-portal.ts";
import { createMemoryStore } from "./support/memory-store.ts";

let portal: FakePortal;
let rotation = 1;
/** A portal that accepts only the newest access token and rotates the pair strictly: an old refresh token is dead. */
const start = async (more: FakePortalBehaviour & { readonly delayMs?: number } = {}) => {
  rotation = 1;
  portal = await startFakePortal({
    intercept(request, response) {
      if (request.body["auth"] === `access-${rotation}`) return false;
      sendJson(response, 401, { error: "expired_token", error_description: "The access token provided has expired" });
      return true;
    },
    token(form, response) {
      if (form["refresh_token"] !== `refresh-${rotation}`) return sendJson(response, 400, { error: "invalid_grant" });
      rotation += 1;
      sendJson(response, 200, {
        access_token: `access-${rotation}`,
        refresh_token: `refresh-${rotation}`,
        expires_in: 3600,
        client_endpoint: portal.endpoint,
        server_endpoint: portal.endpoint,
        member_id: PORTAL,
        domain: "oauth.bitrix.info",
        scope: "crm,im",
        user_id: 1,
        status: "P",
      });
    },
    ...more,
  });
  return portal;
};
afterEach(() => portal?.close());

const read = { method: "profile", params: {}, effect: "read" } as const;
const expired = (refreshToken = "refresh-1") => ({
  accessToken: "access-0",
  refreshToken,
  expiresAt: new Date(Date.now() - 1000),
});

test("twenty calls with an expired token cost one refresh, by form POST and never in the address", async () => {
  const { endpoint, refreshes } = await start();
  const store = createMemoryStore([portalRow(endpoint, { tokens: expired() })]);
  const caller = directoryFor(endpoint, store).caller(PORTAL);
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => caller.call(read)));
  expect(new Set(outcomes.map((outcome) => outcome.kind))).toEqual(new Set(["ok"]));
  expect(refreshes).toEqual([
    { client_id: "client-1", client_secret: "very-secret", grant_type: "refresh_token", refresh_token: "refresh-1" },
  ]);
});

test("a token the portal refuses although it looks fresh is renewed once, and the write is made once", async () => {
  const { endpoint, refreshes, seen } = await start();
  const store = createMemoryStore([
    portalRow(endpoint, { tokens: { ...expired(), expiresAt: new Date(Date.now() + 3_600_000) } }),
  ]);
  const left: number[] = [];
  const outcome = await directoryFor(endpoint, store)
    .caller(PORTAL)
    .call({ method: "crm.deal.add", params: {}, effect: "once", leave: async () => left.push(1) > 0 });
  expect(outcome.kind).toBe("ok");
  expect(refreshes).toHaveLength(1);
  expect(seen.map((request) => request.body["auth"])).toEqual(["access-0", "access-2"]);
  expect(left).toHaveLength(1);
});

test("two processes on one store refresh once between them, and both go on with the new pair", async () => {
  const { endpoint, refreshes } = await start();
  const store = createMemoryStore([portalRow(endpoint, { tokens: expired() })]);
  const processes = [directoryFor(endpoint, store), directoryFor(endpoint, store)];
  const outcomes = await Promise.all(processes.map((directory) => directory.caller(PORTAL).call(read)));
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(["ok", "ok"]);
  expect(refreshes).toHaveLength(1);
});

test("the rotated pair is stored before it is used", async () => {
  const { endpoint } = await start();
  const store = createMemoryStore([portalRow(endpoint, { tokens: expired() })]);
  const journal: string[] = store.journal;
  await directoryFor(endpoint, store)
    .caller(PORTAL)
    .call({ ...read, leave: async () => journal.push("left") > 0 });
  expect(journal).toEqual(["saved access-2", "left"]);
});

describe("a dead refresh token", () => {
  test("is told to the admin in words, and heals with the next success", async () => {
    const { endpoint } = await start();
    const store = createMemoryStore([portalRow(endpoint, { tokens: expired("refresh-dead") })]);
    const directory = directoryFor(endpoint, store);
    expect(await directory.caller(PORTAL).call(read)).toMatchObject({ kind: "unauthorised" });
    expect((await store.portals.find(PORTAL))?.trouble).toContain("administrator must open the application");
    await store.portals.update(PORTAL, {});
    await store.portals.saveTokens(PORTAL, "refresh-dead", {
      accessToken: "access-1",
      refreshToken: "refresh-1",
      expiresAt: new Date(Date.now() + 3_600_000),
    });
    directory.forget(PORTAL);
    expect((await directory.caller(PORTAL).call(read)).kind).toBe("ok");
    await expect.poll(async () => (await store.portals.find(PORTAL))?.trouble).toBeUndefined();
  });

  test("is replaced by the pair of the installing administrator's last visit", async () => {
    const { endpoint } = await start();
    const admin = {
      portal: PORTAL,
      userId: "1",
      name: "Ada",
      admin: true,
      tokens: expired("refresh-1"),
      lastSeenAt: new Date(),
    };
    const store = createMemoryStore([portalRow(endpoint, { tokens: expired("refresh-dead") })], [admin]);
    expect((await directoryFor(endpoint, store).caller(PORTAL).call(read)).kind).toBe("ok");
    expect((await store.portals.find(PORTAL))?.tokens?.refreshToken).toBe("refresh-2");
  });
});

test("an unpaid subscription stops the portal with a sentence", async () => {
  const { endpoint } = await start({
    token: (_form, response) => sendJson(response, 402, { error: "PAYMENT_REQUIRED" }),
  });
  const store = createMemoryStore([portalRow(endpoint, { tokens: expired() })]);
  expect(await directoryFor(endpoint, store).caller(PORTAL).call(read)).toMatchObject({ kind: "unauthorised" });
  expect((await store.portals.find(PORTAL))?.trouble).toContain("subscription");
});

test("an answer for another portal is thrown away", async () => {
  const { endpoint } = await start({
    token: (_form, response) =>
      sendJson(response, 200, {
        access_token: "x",
        refresh_token: "y",
        expires_in: 3600,
        client_endpoint: endpoint,
        server_endpoint: endpoint,
        member_id: "someone-else",
      }),
  });
  const store = createMemoryStore([portalRow(endpoint, { tokens: expired() })]);
  expect((await directoryFor(endpoint, store).caller(PORTAL).call(read)).kind).toBe("unreachable");
  expect(store.journal).toEqual([]);
});

test("a portal that moved is found again through the authorization server; its Location is not followed", async () => {
  const trap = await startFakePortal();
  const home = await startFakePortal();
  const { endpoint } = await start({
    intercept: (_request, response) => Boolean(response.writeHead(302, { location: `${trap.endpoint}profile` }).end()),
    token: (_form, response) =>
      sendJson(response, 200, {
        access_token: "access-9",
        refresh_token: "refresh-9",
        expires_in: 3600,
        client_endpoint: home.endpoint,
        server_endpoint: portal.endpoint,
        member_id: PORTAL,
      }),
  });
  const store = createMemoryStore([portalRow(endpoint)]);
  const outcome = await directoryFor(endpoint, store)
    .caller(PORTAL)
    .call({ method: "crm.deal.add", params: {}, effect: "once" });
  expect(outcome.kind).toBe("ok");
  expect(trap.seen).toEqual([]);
  expect(home.seen.map((request) => request.body["auth"])).toEqual(["access-9"]);
  expect(await store.portals.find(PORTAL)).toMatchObject({
    clientEndpoint: home.endpoint,
    domain: new URL(home.endpoint).host,
  });
  await Promise.all([trap.close(), home.close()]);
});

test("a portal that redirects for ever costs one refresh and ends as unreachable", async () => {
  const { endpoint, refreshes } = await start({
    intercept: (_request, response) =>
      Boolean(response.writeHead(302, { location: "https://elsewhere.example/" }).end()),
  });
  const caller = directoryFor(endpoint).caller(PORTAL);
  expect((await caller.call({ method: "crm.deal.add", params: {}, effect: "once" })).kind).toBe("unreachable");
  expect((await caller.call({ method: "crm.deal.add", params: {}, effect: "once" })).kind).toBe("unreachable");
  expect(refreshes).toHaveLength(1);
});

test("a viewer's calls carry the viewer's token, and its end does not touch the portal", async () => {
  const { endpoint, seen } = await start({
    intercept: () => false,
    token: (_form, response) => sendJson(response, 400, { error: "invalid_grant" }),
  });
  const fresh = {
    accessToken: "viewer-access",
    refreshToken: "viewer-refresh",
    expiresAt: new Date(Date.now() + 3_600_000),
  };
  const person = { portal: PORTAL, userId: "5", name: "Anna", admin: false, tokens: fresh, lastSeenAt: new Date() };
  const gone = { ...person, userId: "7", tokens: expired() };
  const store = createMemoryStore([portalRow(endpoint)], [person, gone]);
  const directory = directoryFor(endpoint, store);
  expect((await directory.viewer(PORTAL, "5").call(read)).kind).toBe("ok");
  expect(seen[0]?.body["auth"]).toBe("viewer-access");
  expect((await directory.viewer(PORTAL, "7").call(read)).kind).toBe("unauthorised");
  expect((await store.portals.find(PORTAL))?.trouble).toBeUndefined();
});

test("a pair that an installation stored meanwhile wins over the one just fetched", async () => {
  const installed = {
    accessToken: "access-installed",
    refreshToken: "refresh-installed",
    expiresAt: new Date(Date.now() + 3_600_000),
  };
  const { endpoint, seen } = await start({
    intercept: () => false,
    token(_form, response) {
      void store.portals.saveTokens(PORTAL, "refresh-1", installed);
      sendJson(response, 200, {
        access_token: "access-late",
        refresh_token: "refresh-late",
        expires_in: 3600,
        client_endpoint: endpoint,
        server_endpoint: endpoint,
        member_id: PORTAL,
      });
    },
  });
  const store = createMemoryStore([portalRow(endpoint, { tokens: expired() })]);
  expect((await directoryFor(endpoint, store).caller(PORTAL).call(read)).kind).toBe("ok");
  expect(seen[0]?.body["auth"]).toBe("access-installed");
  expect((await store.portals.find(PORTAL))?.tokens).toEqual(installed);
});

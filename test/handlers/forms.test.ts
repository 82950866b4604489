import { randomUUID } from "node:crypto";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { registerForms } from "../../handlers/forms.ts";
import { createFormAdapter } from "../../src/channels/form/adapter.ts";
import { createFormDesk } from "../../src/channels/form/desk.ts";
import { formKey } from "../../src/channels/form/receive.ts";
import type { Account } from "../../src/domain/account.ts";
import { portalId } from "../../src/domain/ids.ts";
import { createLogger } from "../../src/log/log.ts";
import { createMetrics } from "../../src/log/metrics.ts";
import { createInboundAcceptor } from "../../src/relay/accept-inbound.ts";
import { NO_NEWS } from "../../src/relay/news.ts";
import { createTally } from "../../src/relay/tally.ts";
import { registerRateLimits } from "../../src/server/rate-limits.ts";
import { type Store, StoreUnavailable } from "../../src/store/contract.ts";
import { freshStore } from "../support/store/fresh-store.ts";

const SITE = "https://shop.example";
let store: Store;
let app: FastifyInstance;
let account: Account;
let isDown = false;

beforeAll(async () => {
  const log = createLogger("silent");
  store = await freshStore({ secretKey: "0123456789abcdef0123456789abcdef", log });
});
afterAll(() => store.close());

async function start(settings: Record<string, unknown> = {}, limits = {}) {
  const now = () => new Date();
  const portal = portalId(`portal-${randomUUID()}`);
  await store.portals.install({
    ...{ id: portal, domain: `${randomUUID()}.example`, clientEndpoint: "https://a.example/rest/" },
    ...{ serverEndpoint: "https://oauth.example/rest/", scopes: [], language: "en" },
    tokens: { accessToken: "a", refreshToken: "r", expiresAt: now() },
  });
  account = await store.accounts.create(portal, {
    channel: "form",
    name: "Shop",
    credentials: {},
    webhookSecret: `secret-${randomUUID()}`,
    settings: { origins: [SITE], askPhone: "optional", askEmail: "optional", country: "ES", ...settings },
    connection: { kind: "connected", sentence: "Works." },
  });
  const acceptor = createInboundAcceptor({
    news: NO_NEWS,
    ...{ store, metrics: createMetrics(), tally: createTally(), log: createLogger("silent"), now },
    dispatcher: { wake: () => undefined, wakeAt: () => undefined },
  });
  app = Fastify();
  await registerRateLimits(app);
  await registerForms(app, {
    accounts: { find: (id) => store.accounts.findAnywhere(id) },
    adapter: createFormAdapter({ now }),
    desk: createFormDesk(),
    acceptInbound: (to, events) =>
      isDown ? Promise.reject(new StoreUnavailable("away")) : acceptor.accept(to, events),
    widgetPath: "no such file",
    log: createLogger("silent"),
    limits,
  });
}

beforeEach(() => start());
afterEach(async () => {
  isDown = false;
  await app.close();
});

const send = (body: object, headers: Record<string, string> = {}, id: string = account.id) =>
  app.inject({
    method: "POST",
    url: `/forms/${id}`,
    headers: { origin: SITE, "content-type": "application/json", ...headers },
    payload: JSON.stringify({ key: formKey(account), id: randomUUID(), ...body }),
  });
const sendPlain = (fields: Record<string, string>) =>
  app.inject({
    method: "POST",
    url: `/forms/${account.id}`,
    headers: { origin: SITE, "content-type": "application/x-www-form-urlencoded", accept: "text/html,*/*" },
    payload: new URLSearchParams({ key: formKey(account), ...fields }).toString(),
  });
const conversations = () => store.conversations.list(account.portal, { limit: 10 });
const texts = async () =>
  (await store.messages.journal(account.portal, { direction: "in", after: 0, limit: 100 }))
    .filter((row) => row.content.notice === undefined)
    .map((row) => row.content.body.text);

test("a request is kept before it is answered; the same id again is the same request", async () => {
  const id = randomUUID();
  const answer = await send({ id, email: "ana@example.org", text: "Hello" });
  expect([answer.statusCode, answer.json()]).toEqual([200, { ok: true }]);
  expect(answer.headers["access-control-allow-origin"]).toBe(SITE);
  await send({ id, email: "ana@example.org", text: "Hello" });
  expect(await texts()).toEqual(["Hello"]);
});

test("one person is one conversation, by whichever of phone and e-mail was left", async () => {
  await send({ phone: "600123456", email: "ana@example.org", text: "One" });
  await send({ email: "Ana@example.org", text: "Two" });
  await send({ phone: "+34 600 123 456", text: "Three" });
  await send({ email: "ana@example.org", phone: "600999888", text: "Four" });
  await send({ phone: "600123456", text: "Five" });
  expect(await conversations()).toHaveLength(1);
  await send({ email: "boris@example.org", text: "Six" });
  await send({ text: "Seven" });
  await send({ text: "Eight" });
  expect(await conversations()).toHaveLength(4);
  expect(await texts()).toEqual(["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight"]);
});

test("a plain form ends on the site's page, or on ours", async () => {
  const ours = await sendPlain({ email: "ana@example.org", text: "Hello" });
  expect(ours.statusCode).toBe(200);
  expect(ours.body).toContain("Thank you!");
  const wrong = await sendPlain({ email: "<b>", text: "Hello" });
  expect([wrong.statusCode, wrong.body.includes("email: wrong")]).toEqual([422, true]);
  await app.close();
  await start({ thanksUrl: `${SITE}/thanks` });
  const theirs = await sendPlain({ email: "ana@example.org", text: "Hello" });
  expect([theirs.statusCode, theirs.headers.location]).toEqual([303, `${SITE}/thanks`]);
});

test("other sites, other keys and other accounts get nothing in, and may not read why", async () => {
  const foreign = await send({ text: "x" }, { origin: "https://evil.example" });
  expect(foreign.statusCode).toBe(403);
  expect(foreign.headers["access-control-allow-origin"]).toBeUndefined();
  expect((await send({ text: "x", key: "wrong" })).statusCode).toBe(401);
  expect((await send({ text: "x" }, {}, randomUUID())).statusCode).toBe(404);
  expect((await send({ text: "x" }, {}, "not-an-id")).statusCode).toBe(404);
  const preflight = (origin: string) =>
    app.inject({ method: "OPTIONS", url: `/forms/${account.id}`, headers: { origin } });
  expect((await preflight("https://evil.example")).statusCode).toBe(403);
  expect((await preflight(SITE)).headers["access-control-allow-methods"]).toBe("GET, POST");
  expect(await texts()).toEqual([]);
});

test("wrong fields are named, a machine is told that all went well, too much is refused", async () => {
  const wrong = await send({ phone: "12", email: "x", text: "x" });
  expect(wrong.statusCode).toBe(422);
  expect(wrong.json()).toMatchObject({ error: { fields: { phone: "wrong", email: "wrong" } } });
  expect((await send({ text: "Buy pills", website: "https://pills.example" })).json()).toEqual({ ok: true });
  expect((await send({ text: "x".repeat(70_000) })).statusCode).toBe(413);
  expect(await texts()).toEqual([]);
});

test("the page learns what to ask", async () => {
  const answer = await app.inject({ method: "GET", url: `/forms/${account.id}`, headers: { origin: SITE } });
  expect(answer.json()).toEqual({
    ...{ name: "no", phone: "optional", email: "optional", consent: "" },
    ...{ color: "#0f766e", language: "", title: "", thanks: "" },
  });
});

test("a flood from one address or on one account is slowed down", async () => {
  await app.close();
  await start({}, { perIp: 2 });
  expect((await send({ text: "1" })).statusCode).toBe(200);
  expect((await send({ text: "2" })).statusCode).toBe(200);
  const third = await send({ text: "3" });
  expect([third.statusCode, Number(third.headers["retry-after"]) > 0]).toEqual([429, true]);
  await app.close();
  await start({}, { perAccount: 1 });
  expect((await send({ text: "1" })).statusCode).toBe(200);
  expect((await send({ text: "2" }, { "x-forwarded-for": "9.9.9.9" })).statusCode).toBe(429);
});

test("the database away: told to come back, and nothing is lost or doubled by it", async () => {
  isDown = true;
  const id = randomUUID();
  const refused = await send({ id, text: "Hello" });
  expect([refused.statusCode, refused.headers["retry-after"]]).toEqual([503, "5"]);
  isDown = false;
  expect((await send({ id, text: "Hello" })).statusCode).toBe(200);
  expect(await texts()).toEqual(["Hello"]);
});

import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SessionAnswer } from "../../src/api/webchat.ts";
import { bearer, closeStore, openWebchat, SITE, type WebchatWorld } from "../channels/webchat/harness.ts";

let world: WebchatWorld;
const reopen = async (...given: Parameters<typeof openWebchat>) => {
  await world.close();
  world = await openWebchat(...given);
};

beforeEach(async () => {
  world = await openWebchat();
});
afterEach(() => world.close());
afterAll(closeStore);

const post: WebchatWorld["post"] = (...given) => world.post(...given);
const say = (token: string, text: string, id: string = randomUUID()) => post("messages", token, { id, text });
const history: WebchatWorld["history"] = (...given) => world.history(...given);
const codeOf = (answer: { json(): { error?: { code?: string } } }) => answer.json().error?.code;

describe("the site's door", () => {
  const session = (headers: Record<string, string>) =>
    world.app.inject({ method: "POST", url: world.at("session"), headers, payload: {} });

  test("opens for a listed site, and says exactly its name", async () => {
    const answer = await session({ origin: SITE });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["access-control-allow-origin"]).toBe(SITE);
    expect(answer.headers.vary).toContain("Origin");
    const body = answer.json<SessionAnswer>();
    expect(body.config).toMatchObject({ title: "Shop", color: "#0f766e", textLimit: 4000 });
    expect(body.token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  test.each([
    ["no origin at all", {}],
    ["another site", { origin: "https://evil.example" }],
    ["the site over http", { origin: "http://shop.example" }],
    ["the site as a prefix", { origin: "https://shop.example.evil.example" }],
    ["a subdomain that is not listed", { origin: "https://www.shop.example" }],
    ["another port", { origin: "https://shop.example:8443" }],
    ["an opaque origin", { origin: "null" }],
  ])("stays shut for %s", async (_what, headers) => {
    const answer = await session(headers);
    expect(answer.statusCode).toBe(403);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    expect(answer.json()).not.toHaveProperty("token");
  });

  test("knows no account that is none, or is another channel's", async () => {
    for (const id of ["nothing", randomUUID(), "%00"]) {
      const answer = await world.app.inject({
        method: "POST",
        url: `/webchat/${id}/session`,
        headers: { origin: SITE },
        payload: {},
      });
      expect(answer.statusCode).toBe(404);
    }
    const telegram = await world.store.accounts.create(world.account.portal, {
      channel: "telegram",
      name: "Bot",
      credentials: {},
      settings: { origins: [SITE] },
      webhookSecret: "s",
      connection: { kind: "connected", sentence: "Works." },
    });
    expect(
      (
        await world.app.inject({
          method: "POST",
          url: world.at("session", telegram),
          headers: { origin: SITE },
          payload: {},
        })
      ).statusCode,
    ).toBe(404);
  });

  test("answers the browser's preflight for a listed site only", async () => {
    const ask = (origin: string) =>
      world.app.inject({
        method: "OPTIONS",
        url: world.at("messages"),
        headers: { origin, "access-control-request-method": "POST" },
      });
    const yes = await ask(SITE);
    expect(yes.statusCode).toBe(204);
    expect(yes.headers["access-control-allow-headers"]).toContain("Authorization");
    expect(yes.headers["access-control-allow-origin"]).toBe(SITE);
    const no = await ask("https://evil.example");
    expect(no.statusCode).toBe(403);
    expect(no.headers["access-control-allow-origin"]).toBeUndefined();
  });

  test("gives no id to who only looks, and the same one to who comes back", async () => {
    const looks = await world.app.inject({
      method: "POST",
      url: world.at("session"),
      headers: { origin: SITE },
      payload: { create: false },
    });
    expect(looks.json()).not.toHaveProperty("token");
    const token = await world.visit();
    await say(token, "I was here");
    const again = await world.app.inject({
      method: "POST",
      url: world.at("session"),
      headers: bearer(token),
      payload: { create: false },
    });
    expect((await history(again.json<{ token: string }>().token)).messages.map((message) => message.text)).toEqual([
      "I was here",
    ]);
  });

  test("an account without readable settings lets nobody in", async () => {
    await world.store.accounts.update(world.account.portal, world.account.id, { settings: { origins: ["*"] } });
    expect((await session({ origin: SITE })).statusCode).toBe(403);
  });
});

describe("the visitor's token", () => {
  const get = (token: string, account = world.account) =>
    world.app.inject({ method: "GET", url: world.at("messages", account), headers: bearer(token) });

  test("is needed, and cannot be made up", async () => {
    const good = await world.visit();
    expect((await get(good)).statusCode).toBe(200);
    const none = await world.app.inject({ method: "GET", url: world.at("messages"), headers: { origin: SITE } });
    expect(none.statusCode).toBe(401);
    const [head = "", body = "", signature = ""] = good.split(".");
    const claims = JSON.parse(Buffer.from(body, "base64url").toString());
    const altered = Buffer.from(JSON.stringify({ ...claims, sub: `v${"A".repeat(22)}` })).toString("base64url");
    const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${body}.`;
    const foreign = await new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode("x".repeat(32)));
    for (const forged of [
      "x",
      `${head}.${altered}.${signature}`,
      `${head}.${body}.${signature.slice(0, -4)}AAAA`,
      unsigned,
      foreign,
    ]) {
      const answer = await get(forged);
      expect(answer.statusCode, forged).toBe(401);
      expect(codeOf(answer)).toBe("token-refused");
    }
  });

  test("of one account opens nothing of another", async () => {
    const token = await world.visit(world.account);
    await say(token, "for A only");
    expect((await get(token, world.other)).statusCode).toBe(401);
  });

  test("shows a visitor nothing of another visitor", async () => {
    const [first, second] = [await world.visit(), await world.visit()];
    await say(first, "mine");
    await world.reply("mine", "only for the first");
    expect((await history(second)).messages).toEqual([]);
  });

  test("never stands in a log", async () => {
    const token = await world.visit();
    await say(token, "hello");
    await get(`${token}x`);
    expect(world.logged.length).toBeGreaterThan(0);
    expect(world.logged.filter((line) => line.includes(token.slice(20)))).toEqual([]);
  });
});

describe("floods", () => {
  test("of a visitor end as 429 that says when to come back", async () => {
    await reopen({ limits: { messagesPerVisitor: 3 } });
    const [token, other] = [await world.visit(), await world.visit()];
    const answers = await Promise.all(Array.from({ length: 6 }, (_, at) => say(token, `m${at}`)));
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 200, 200, 429, 429, 429]);
    const refused = answers.find((answer) => answer.statusCode === 429);
    expect(refused?.json()).toMatchObject({ error: { code: "too-many-requests" } });
    expect(Number(refused?.headers["retry-after"])).toBeGreaterThan(0);
    expect(refused?.headers["access-control-allow-origin"]).toBe(SITE);
    expect((await say(other, "another visitor")).statusCode).toBe(200);
    expect((await history(token)).messages).toHaveLength(3);
  });

  test("of an address end before any work", async () => {
    await reopen({ limits: { sessionsPerIp: 2 } });
    const ask = () =>
      world.app.inject({ method: "POST", url: world.at("session"), headers: { origin: SITE }, payload: {} });
    expect([(await ask()).statusCode, (await ask()).statusCode, (await ask()).statusCode]).toEqual([200, 200, 429]);
  });

  test("of typing are capped, and what passes is told", async () => {
    await reopen({ limits: { typingPerVisitor: 2 } });
    const token = await world.visit();
    const statuses = [
      await post("typing", token, {}),
      await post("typing", token, {}),
      await post("typing", token, {}),
    ].map((answer) => answer.statusCode);
    expect(statuses).toEqual([204, 204, 429]);
    expect(world.typing).toHaveLength(2);
  });
});

describe("widget.js", () => {
  test("is public, compressed and asked for again cheaply", async () => {
    const get = (headers: Record<string, string> = {}) =>
      world.app.inject({ method: "GET", url: "/widget.js", headers });
    const plain = await get();
    expect(plain.headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "cross-origin-resource-policy": "cross-origin",
      "access-control-allow-origin": "*",
    });
    const packed = await get({ "accept-encoding": "gzip, deflate, br" });
    expect(packed.headers["content-encoding"]).toBe("br");
    expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
    expect((await get({ "if-none-match": String(plain.headers.etag) })).statusCode).toBe(304);
    expect((await get({ "accept-encoding": "br;q=0, gzip" })).headers["content-encoding"]).toBe("gzip");
  });

  test("that was not built says so", async () => {
    await reopen({ widgetPath: "/nonexistent/widget.js" });
    expect((await world.app.inject({ method: "GET", url: "/widget.js" })).statusCode).toBe(503);
  });
});

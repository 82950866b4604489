import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { signatureOf } from "../../src/bots/http-caller.ts";
import { admin, create, site, useApi } from "./support/api.ts";

useApi();

const put = (id: string, body: object, session = admin) => site.api(session, "PUT", `/accounts/${id}/bot`, body);
const get = (id: string) => site.api(admin, "GET", `/accounts/${id}/bot`);

test("a bot has defaults, is saved whole, and its secret is told once", async () => {
  const { id } = (await create()).json();
  expect((await get(id)).json()).toMatchObject({ enabled: false, name: "Bot", when: "always", changedAt: null });
  const url = "https://bots.example/threadline";
  const saved = await put(id, { enabled: true, url, name: "Robbie" });
  expect(saved.statusCode, saved.body).toBe(200);
  expect(saved.json()).toMatchObject({ enabled: true, url, secret: expect.stringMatching(/^[\w-]{43}$/) });
  expect((await get(id)).json()).not.toHaveProperty("secret");
  const again = await put(id, { enabled: true, url });
  expect(again.json()).toMatchObject({ name: "Bot" });
  expect(again.json()).not.toHaveProperty("secret");
  const rotated = (await site.api(admin, "POST", `/accounts/${id}/bot/secret`)).json();
  expect(rotated.secret).toMatch(/^[\w-]{43}$/);
  expect(rotated.secret).not.toBe(saved.json().secret);
});

test("nobody but an administrator, and no address that leads inside", async () => {
  const { id } = (await create()).json();
  const agent = await site.sessionOf(5);
  expect((await put(id, { enabled: false }, agent)).statusCode).toBe(403);
  expect((await site.api(agent, "GET", `/accounts/${id}/bot`)).statusCode).toBe(403);
  for (const url of [
    "",
    "ftp://bots.example",
    "http://bots.example/",
    "https://10.0.0.1/",
    "https://a:b@bots.example/",
    "https://bots.example/?key=1",
    "no address",
  ]) {
    const refused = await put(id, { enabled: true, url });
    expect([refused.statusCode, refused.json().error?.message], url).toEqual([
      400,
      expect.stringMatching(/begins with https/),
    ]);
  }
  for (const wrong of [{ timeoutSeconds: 31 }, { timeoutSeconds: 0 }, { when: "never" }, { name: "" }])
    expect((await put(id, { url: "https://bots.example/", ...wrong })).statusCode).toBe(400);
  expect((await site.api(admin, "POST", `/accounts/${id}/bot/secret`)).statusCode).toBe(404);
  expect((await site.api(admin, "POST", `/accounts/${id}/bot/try`)).statusCode).toBe(404);
});

test("it can be tried, and what is wrong with it is told in words", async () => {
  const { id } = (await create()).json();
  let status = 200;
  let isSigned = false;
  let secret = "";
  const bot = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      body += part;
    });
    request.on("end", () => {
      const at = String(request.headers["threadline-timestamp"]);
      isSigned =
        request.headers["threadline-signature"] === signatureOf(secret, at, body) && body.includes('"event":"ping"');
      response.writeHead(status, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => bot.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(bot.address() as AddressInfo).port}/`;
    const saved = await put(id, { enabled: true, url });
    secret = saved.json().secret;
    const tried = () => site.api(admin, "POST", `/accounts/${id}/bot/try`);
    expect((await tried()).json()).toEqual({ ok: true, sentence: null });
    expect(isSigned).toBe(true);
    status = 401;
    expect((await tried()).json()).toEqual({ ok: false, sentence: "The bot answered with the status 401." });
  } finally {
    await new Promise((resolve) => bot.close(resolve));
  }
  expect((await site.api(admin, "POST", `/accounts/${id}/bot/try`)).json()).toEqual({
    ok: false,
    sentence: "The bot cannot be reached.",
  });
});

test("what it is asked and may answer stands in the description of the API", async () => {
  const { components } = (await site.app.inject({ method: "GET", url: "/openapi.json" })).json();
  expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(["BotEvent", "BotAnswer"]));
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bootOf, openSite, type Site } from "./support/site.ts";

let site: Site;

beforeAll(async () => {
  site = await openSite();
  await site.install();
});

afterAll(() => site.stop());

interface Started {
  readonly state: string;
  readonly cookie: string;
}

async function start(domain = site.portal.portal.domain): Promise<Started> {
  const answer = await site.app.inject({ url: "/oauth/login", query: { domain } });
  expect(answer.statusCode).toBe(302);
  const target = new URL(String(answer.headers.location));
  expect(target.host).toBe(site.portal.portal.address);
  const cookie = String(answer.headers["set-cookie"]).split(";")[0] ?? "";
  return { state: target.searchParams.get("state") ?? "", cookie };
}

const back = (query: Record<string, string>, cookie = "") =>
  site.app.inject({ url: "/oauth/callback", query, headers: { cookie } });
const code = (userId = 5) => {
  const { portal } = site.portal;
  return portal.services.authorization.issueCode(portal.id, site.emulator.application().clientId, userId);
};

describe("/oauth/login", () => {
  test("leads to the portal's own authorization page, with a state and our id only", async () => {
    const answer = await site.app.inject({
      url: "/oauth/login",
      query: { domain: `http://${site.portal.portal.domain}/` },
    });
    const target = new URL(String(answer.headers.location));
    expect(target.pathname).toBe("/oauth/authorize/");
    expect([...target.searchParams.keys()].sort()).toEqual(["client_id", "response_type", "state"]);
    expect(String(answer.headers["set-cookie"])).toMatch(/HttpOnly/i);
    expect(answer.headers.location).not.toContain(site.emulator.application().clientSecret);
  });

  test.each([
    "evil.example",
    "evil.example/x.bitrix24.com",
    "x@evil.example",
    "portal.bitrix24.evil.example",
    "bitrix24.com.evil.example",
    "//evil.example",
    "127.0.0.1:1",
    "%00",
  ])("sends nobody to %s", async (domain) => {
    const answer = await site.app.inject({ url: "/oauth/login", query: { domain } });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers.location).toBeUndefined();
  });

  test("a cloud portal that we do not know by that name may be one that was renamed", async () => {
    const answer = await site.app.inject({ url: "/oauth/login", query: { domain: "new-name.bitrix24.com" } });
    expect(new URL(String(answer.headers.location)).origin).toBe("https://new-name.bitrix24.com");
  });

  test("without a domain: 400", async () => {
    expect((await site.app.inject({ url: "/oauth/login" })).statusCode).toBe(400);
  });
});

describe("/oauth/callback", () => {
  test("ends in the workplace standing alone, with a session that works", async () => {
    const { state, cookie } = await start();
    const answer = await back({ code: code(), state, member_id: site.memberId }, cookie);
    expect(answer.statusCode).toBe(200);
    const boot = bootOf(answer.body);
    expect(boot).toMatchObject({ placement: "STANDALONE", user: { id: "5", name: "Anna Agent", admin: false } });
    expect(answer.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect((await site.api(boot.session, "GET", "/conversations")).statusCode).toBe(200);
    expect((await site.store.users.find(site.memberId, "5"))?.tokens).toBeDefined();
  });

  test("a state counts once", async () => {
    const { state, cookie } = await start();
    expect((await back({ code: code(), state }, cookie)).statusCode).toBe(200);
    expect((await back({ code: code(), state }, cookie)).statusCode).toBe(400);
  });

  test("another browser's state, an invented one, none: 400", async () => {
    const mine = await start();
    const theirs = await start();
    expect((await back({ code: code(), state: theirs.state }, mine.cookie)).statusCode).toBe(400);
    expect((await back({ code: code(), state: "invented" }, "threadline-login=invented")).statusCode).toBe(400);
    expect((await back({ code: code(), state: mine.state })).statusCode).toBe(400);
    expect((await back({ code: code() })).statusCode).toBe(400);
  });

  test("denied, or a code that is no good: 403", async () => {
    const first = await start();
    expect((await back({ error: "access_denied", state: first.state }, first.cookie)).statusCode).toBe(403);
    const second = await start();
    expect((await back({ code: "invented", state: second.state }, second.cookie)).statusCode).toBe(403);
  });

  test("a code of another portal than the one the login was for: 403", async () => {
    const other = await site.emulator.addPortal({ id: "elsewhere" });
    other.installRequest();
    const foreign = other.portal.services.authorization.issueCode("elsewhere", site.emulator.application().clientId, 1);
    const { state, cookie } = await start();
    const answer = await back({ code: foreign, state }, cookie);
    expect(answer.statusCode).toBe(403);
    expect(answer.body).not.toContain('"session"');
  });

  test("the authorization server is down: 503 in words", async () => {
    site.emulator.faults.add({ kind: "status-502", method: "oauth.token" });
    const { state, cookie } = await start();
    const answer = await back({ code: code(), state }, cookie);
    expect(answer.statusCode).toBe(503);
    expect(answer.headers["content-type"]).toContain("text/html");
  });

  test("a server_domain of the request is never sent our secret", async () => {
    const answer = await site.app.inject({ url: "/oauth/login", query: { domain: "new-name.bitrix24.com" } });
    const state = new URL(String(answer.headers.location)).searchParams.get("state") ?? "";
    const cookie = String(answer.headers["set-cookie"]).split(";")[0] ?? "";
    expect((await back({ code: code(), state, server_domain: "oauth.evil.example" }, cookie)).statusCode).toBe(403);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let now = new Date();

beforeAll(async () => {
  site = await openSite({ now: () => now });
  await site.install();
});

afterAll(() => site.stop());

const HOUR = 3_600_000;
const later = (ms: number) => {
  now = new Date(now.getTime() + ms);
};

describe("sessions", () => {
  test("open the API for an hour", async () => {
    const session = await site.sessionOf(1);
    expect((await site.api(session, "GET", "/portal")).statusCode).toBe(200);
    later(HOUR + 1000);
    const answer = await site.api(session, "GET", "/portal");
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toMatchObject({ error: { code: "no_session" } });
  });

  test("nothing else does", async () => {
    const session = await site.sessionOf(1);
    const [head, body, signature] = session.split(".");
    const claims = JSON.parse(Buffer.from(body ?? "", "base64url").toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, admin: true, sub: "5" })).toString("base64url");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    for (const token of [undefined, "", "x", `${head}.${forged}.${signature}`, `${none}.${body}.`, `${head}.${body}`]) {
      expect((await site.api(token, "GET", "/portal")).statusCode).toBe(401);
    }
  });

  test("end with the portal's installation", async () => {
    const session = await site.sessionOf(1);
    const portal = await site.store.portals.find(site.memberId);
    await site.store.portals.dropTokens(site.memberId);
    later(6000);
    expect((await site.api(session, "GET", "/portal")).statusCode).toBe(401);
    if (!portal?.tokens) throw new Error("no tokens");
    await site.store.portals.install({ ...portal, tokens: portal.tokens });
    later(6000);
    expect((await site.api(session, "GET", "/portal")).statusCode).toBe(200);
  });

  test("an agent's session changes nothing and sees no accounts", async () => {
    const session = await site.sessionOf(5);
    const asked: [method: "GET" | "POST" | "PATCH", path: string, body?: unknown][] = [
      ["GET", "/accounts"],
      ["POST", "/accounts", { channel: "telegram", credentials: { token: "1234567890" } }],
      ["PATCH", "/portal", { active: false }],
      ["GET", "/journal"],
      ["GET", "/lines"],
      ["POST", "/portal/repair"],
    ];
    for (const [method, path, body] of asked)
      expect((await site.api(session, method, path, body)).statusCode, path).toBe(403);
    expect((await site.api(session, "GET", "/channels")).statusCode).toBe(200);
  });
});

describe("POST /api/session", () => {
  const fresh = (userId: number) => {
    const { fields } = site.portal.appRequest({ userId });
    return { accessToken: fields.AUTH_ID, refreshToken: fields.REFRESH_ID, expiresIn: 3600 };
  };

  test("renews a session that has just ended, for the same person and page", async () => {
    const old = await site.sessionOf(1);
    later(HOUR + 60_000);
    const answer = await site.api(old, "POST", "/session", fresh(1));
    expect(answer.statusCode).toBe(200);
    expect((await site.api(answer.json().session, "GET", "/portal")).statusCode).toBe(200);
  });

  test("takes away what the person has lost meanwhile", async () => {
    const old = await site.sessionOf(1);
    const ada = site.portal.portal.users.get(1);
    if (!ada) throw new Error("no user");
    ada.admin = false;
    const renewed = (await site.api(old, "POST", "/session", fresh(1))).json().session;
    ada.admin = true;
    expect((await site.api(renewed, "GET", "/accounts")).statusCode).toBe(403);
  });

  test("is refused to another person, an invented token, no session, and one long gone", async () => {
    const old = await site.sessionOf(1);
    expect((await site.api(old, "POST", "/session", fresh(5))).statusCode).toBe(403);
    expect((await site.api(old, "POST", "/session", { accessToken: "d".repeat(70) })).statusCode).toBe(403);
    expect((await site.api(undefined, "POST", "/session", fresh(1))).statusCode).toBe(401);
    expect((await site.api(old, "POST", "/session", {})).statusCode).toBe(400);
    later(8 * 24 * HOUR);
    expect((await site.api(old, "POST", "/session", fresh(1))).statusCode).toBe(401);
  });
});

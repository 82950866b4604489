import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { portalId } from "../../src/domain/ids.ts";
import { bootOf, openSite, type Site } from "./support/site.ts";

let site: Site;

beforeAll(async () => {
  site = await openSite();
});

afterAll(() => site.stop());

beforeEach(async () => {
  await site.store.portals.erase(site.memberId);
  if (site.portal.portal.applications.size > 0) site.portal.uninstall();
  site.emulator.faults.clear();
  site.installation.runs = 0;
  site.installation.report = { ok: true, problems: [] };
});

const stored = () => site.store.portals.find(site.memberId);

describe("first contact", () => {
  test("is proved by the refresh token, stored as the authorization server says, and set up", async () => {
    const request = site.portal.installRequest();
    const answer = await site.frame(request);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toContain("text/html");
    const portal = await stored();
    expect(portal).toMatchObject({
      clientEndpoint: site.portal.portal.clientEndpoint,
      serverEndpoint: request.fields.SERVER_ENDPOINT,
      applicationToken: request.fields.APPLICATION_TOKEN,
      userId: "1",
    });
    // The request's own pair was exchanged: it is used up.
    expect(portal?.tokens?.refreshToken).not.toBe(request.fields.REFRESH_ID);
    expect(site.installation.runs).toBe(1);
    const boot = bootOf(answer.body);
    expect(boot).toMatchObject({
      portal: { id: site.memberId },
      user: { id: "1", name: "Ada Admin", admin: true },
      placement: "DEFAULT",
      locale: "en",
      installation: { ok: true, running: false },
    });
    expect(boot.session).not.toBe("");
    expect(answer.body).not.toContain(request.fields.AUTH_ID);
  });

  test("the page may be framed by the stored address of the portal only", async () => {
    const request = site.portal.installRequest();
    const answer = await site.frame({ ...request, url: request.url.replace(/DOMAIN=[^&]+/, "DOMAIN=evil.example") });
    const policy = String(answer.headers["content-security-policy"]);
    expect(policy).toContain(`frame-ancestors 'self' http://${site.portal.portal.address}`);
    expect(policy).not.toContain("evil.example");
    expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/);
    expect(answer.headers["x-frame-options"]).toBeUndefined();
  });

  const wrong: [name: string, change: Record<string, string | undefined>, status: number][] = [
    ["no proof at all", { AUTH_ID: undefined, REFRESH_ID: undefined, APPLICATION_TOKEN: undefined }, 401],
    ["no member_id", { member_id: undefined }, 401],
    ["no refresh token", { REFRESH_ID: undefined }, 401],
    ["no authorization server", { SERVER_ENDPOINT: undefined }, 401],
    ["an invented refresh token", { REFRESH_ID: "a".repeat(70) }, 403],
    ["another portal's member_id", { member_id: "0123456789abcdef0123456789abcdef" }, 403],
    ["a foreign authorization server", { SERVER_ENDPOINT: "https://oauth.evil.example/rest/" }, 403],
    ["an address in the cloud's own network", { SERVER_ENDPOINT: "http://169.254.169.254/rest/" }, 403],
    ["a server that only begins like ours", { SERVER_ENDPOINT: "https://oauth.bitrix.info.evil.example/rest/" }, 403],
    ["a server behind credentials", { SERVER_ENDPOINT: "https://oauth.bitrix.info@evil.example/rest/" }, 403],
    ["no address at all", { SERVER_ENDPOINT: "javascript:alert(1)" }, 403],
  ];
  test.each(wrong)("%s: refused and nothing stored", async (_name, change, status) => {
    const answer = await site.frame(site.portal.installRequest(), change);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } });
    expect(await site.store.portals.list()).toEqual([]);
    expect(site.installation.runs).toBe(0);
  });

  test("a portal that asks with another portal's refresh token is refused", async () => {
    const other = await site.emulator.addPortal();
    const theirs = other.installRequest();
    const answer = await site.frame(site.portal.installRequest(), {
      REFRESH_ID: theirs.fields.REFRESH_ID,
      AUTH_ID: theirs.fields.AUTH_ID,
    });
    expect(answer.statusCode).toBe(403);
    expect(await site.store.portals.find(portalId(other.portal.memberId))).toBeUndefined();
    expect(await stored()).toBeUndefined();
  });

  test("somebody who is no administrator reads why, and nothing is stored", async () => {
    const answer = await site.frame(site.portal.installRequest({ userId: 5 }));
    expect(answer.statusCode).toBe(403);
    expect(answer.body).toContain("Only an administrator");
    expect(await stored()).toBeUndefined();
  });

  test("an authorization server that is down is a 503, not a no", async () => {
    site.emulator.faults.add({ kind: "status-502", method: "oauth.token" });
    const answer = await site.frame(site.portal.installRequest());
    expect(answer.statusCode).toBe(503);
    expect(answer.headers["retry-after"]).toBeDefined();
    expect(await stored()).toBeUndefined();
  });
});

describe("a portal that is known", () => {
  test("the same POST twice keeps the pair of the first one and sets up again", async () => {
    const request = site.portal.installRequest();
    await site.frame(request);
    const first = await stored();
    const answer = await site.frame(request);
    expect(answer.statusCode).toBe(200);
    expect((await stored())?.tokens).toEqual(first?.tokens);
    expect(site.installation.runs).toBe(2);
  });

  test("an administrator's fresh visit brings a fresh pair and keeps name and switch", async () => {
    await site.install();
    const first = await stored();
    await site.store.portals.update(site.memberId, { name: "Shop", active: false });
    const answer = await site.frame(site.portal.installRequest());
    expect(answer.statusCode).toBe(200);
    const second = await stored();
    expect(second?.tokens?.refreshToken).not.toBe(first?.tokens?.refreshToken);
    expect(second).toMatchObject({ name: "Shop", active: false });
  });

  const wrong: [name: string, change: Record<string, string | undefined>, status: number][] = [
    ["a wrong APPLICATION_TOKEN", { APPLICATION_TOKEN: "f".repeat(32) }, 403],
    ["no APPLICATION_TOKEN", { APPLICATION_TOKEN: undefined }, 401],
    ["an invented AUTH_ID", { AUTH_ID: "b".repeat(70) }, 403],
  ];
  test.each(wrong)("%s: refused and nothing changed", async (_name, change, status) => {
    await site.install();
    const before = await stored();
    const answer = await site.frame(site.portal.installRequest(), change);
    expect(answer.statusCode).toBe(status);
    expect(await stored()).toEqual(before);
    expect(site.installation.runs).toBe(1);
  });

  test("removed and installed again without our hearing of it: proved like a first contact", async () => {
    await site.install();
    const before = await stored();
    site.portal.uninstall();
    const request = site.portal.installRequest();
    expect(request.fields.APPLICATION_TOKEN).not.toBe(before?.applicationToken);
    const answer = await site.frame(request);
    expect(answer.statusCode).toBe(200);
    expect((await stored())?.applicationToken).toBe(request.fields.APPLICATION_TOKEN);
  });

  test("an update that brings a new APPLICATION_TOKEN waits for the event that tells it", async () => {
    await site.install();
    const request = site.portal.installRequest();
    const opening = site.frame(request, { APPLICATION_TOKEN: "new-application-token" });
    await site.store.portals.update(site.memberId, { applicationToken: "new-application-token" });
    expect((await opening).statusCode).toBe(200);
  });

  test("what is missing is told in sentences", async () => {
    site.installation.report = {
      ok: false,
      problems: ["The permission imopenlines is missing. Add it and install again."],
    };
    const answer = await site.frame(site.portal.installRequest());
    expect(bootOf(answer.body).installation).toEqual({
      running: false,
      ok: false,
      problems: ["The permission imopenlines is missing. Add it and install again."],
    });
  });
});

describe("bad input", () => {
  const post = (payload: string, type: string, url = "/install") =>
    site.app.inject({ method: "POST", url, payload, headers: { "content-type": type } });

  test.each([
    ["malformed JSON", "{", "application/json", 400],
    ["an unknown type", "hello", "text/plain", 415],
    ["lists where texts belong", "member_id[]=a&AUTH_ID[]=b", "application/x-www-form-urlencoded", 400],
    ["too many fields", "a=1&".repeat(6000), "application/x-www-form-urlencoded", 413],
    ["an oversized body", `member_id=${"x".repeat(1_200_000)}`, "application/x-www-form-urlencoded", 413],
    ["deep nesting", `member_id${"[a]".repeat(500)}=1`, "application/x-www-form-urlencoded", 400],
    ["prototype names", "__proto__[member_id]=x&constructor[prototype][a]=1", "application/x-www-form-urlencoded", 401],
    ["broken escapes", "member_id=%ZZ&AUTH_ID=%", "application/x-www-form-urlencoded", 401],
    [
      "zero bytes",
      "member_id=%00&AUTH_ID=a%00&APPLICATION_TOKEN=c%00&SERVER_ENDPOINT=d&REFRESH_ID=e",
      "application/x-www-form-urlencoded",
      401,
    ],
  ])("%s is a clear 4xx", async (_name, payload, type, status) => {
    const answer = await post(payload, type);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } });
  });

  test("a person with a browser reads the refusal as a page", async () => {
    const answer = await site.app.inject({
      method: "POST",
      url: "/install",
      headers: { accept: "text/html,*/*", "content-type": "application/x-www-form-urlencoded" },
      payload: "",
    });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers["content-type"]).toContain("text/html");
  });

  test("GET says where the page lives", async () => {
    const answer = await site.app.inject({ url: "/install" });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain("Open this inside Bitrix24");
  });
});

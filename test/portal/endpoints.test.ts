import type { LookupFunction } from "node:net";
import fc from "fast-check";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { createEndpointPolicy, isPrivateAddress } from "../../src/portal/endpoints.ts";
import { createTransport } from "../../src/portal/transport.ts";
import { PORTAL } from "./support/directory.ts";
import { startFakePortal } from "./support/fake-portal.ts";

const strict = createEndpointPolicy({
  oauthUrl: "https://oauth.example",
  allowHttp: false,
  privateHosts: ["box.intern", "10.0.0.5:8443"],
});
const tests = createEndpointPolicy({ oauthUrl: "http://127.0.0.1:9000", allowHttp: true, privateHosts: [] });

describe("authorization servers", () => {
  test.each([
    "https://oauth.bitrix.info/rest/",
    "https://oauth.bitrix24.tech/rest",
    "https://oauth.bitrix24.info/rest/",
    "https://oauth.example/rest/",
  ])("%s", (url) => {
    expect(strict.serverEndpoint(url)).toMatchObject({ kind: "accepted" });
  });
  test.each([
    "http://oauth.bitrix.info/rest/",
    "https://oauth.bitrix.info.evil.example/rest/",
    "https://oauth.bitrix.info:8443/rest/",
    "https://oauth.bitrix.info@evil.example/rest/",
    "https://oauth.bitrix.info/other/",
    "https://evil.example/rest/",
    "",
    "javascript:alert(1)",
  ])("not %s", (url) => {
    expect(strict.serverEndpoint(url)).toMatchObject({ kind: "refused" });
  });
});

describe("portals", () => {
  test.each([
    "https://p.bitrix24.com/rest/",
    "https://box.example:8443/rest",
    "https://box.intern/rest/",
    "https://10.0.0.5:8443/rest/",
  ])("%s", (url) => {
    expect(strict.clientEndpoint(url)).toMatchObject({ kind: "accepted", url: expect.stringMatching(/\/rest\/$/) });
  });
  test.each([
    "http://p.bitrix24.com/rest/",
    "https://localhost/rest/",
    "https://127.0.0.1/rest/",
    "https://10.0.0.6/rest/",
    "https://169.254.169.254/rest/",
    "https://[::1]/rest/",
    "https://[::ffff:10.0.0.1]/rest/",
    "https://2130706433/rest/",
    "https://user:word@p.bitrix24.com/rest/",
    "https://p.bitrix24.com/rest/?x=1",
    "ftp://p.bitrix24.com/rest/",
  ])("not %s", (url) => {
    expect(strict.clientEndpoint(url)).toMatchObject({ kind: "refused" });
  });
  test("http is for loopback in tests only", () => {
    expect(tests.clientEndpoint("http://127.0.0.1:8001/rest/")).toMatchObject({ kind: "accepted" });
    expect(tests.clientEndpoint("http://p.bitrix24.com/rest/")).toMatchObject({ kind: "refused" });
  });
  test("a domain is a host and nothing else", () => {
    expect(strict.domain("p.bitrix24.com")).toEqual({ kind: "accepted", url: "https://p.bitrix24.com/" });
    expect(tests.domain("127.0.0.1:8001")).toMatchObject({ kind: "accepted" });
    for (const value of ["p.bitrix24.com/x", "a@b", "127.0.0.1", "p b", "", "p?x"])
      expect(strict.domain(value).kind).toBe("refused");
  });
  test("no value makes it throw", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl()), (value) => {
        for (const judge of [strict.clientEndpoint, strict.serverEndpoint, strict.domain])
          expect(judge(value).kind).toBeTypeOf("string");
      }),
    );
  });
});

test.each([
  "10.1.2.3",
  "192.168.0.1",
  "172.16.0.1",
  "127.0.0.1",
  "169.254.1.1",
  "100.64.0.1",
  "0.0.0.0",
  "::1",
  "fe80::1",
  "fc00::1",
  "::ffff:192.168.1.1",
  "no address",
])("%s is private", (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});
test("public addresses are not", () => {
  expect([isPrivateAddress("8.8.8.8"), isPrivateAddress("2606:4700::1111")]).toEqual([false, false]);
});

describe("what a name resolves to is judged for the connection itself", () => {
  const send = async (address: string, privateHosts: readonly string[] = []) => {
    const portal = await startFakePortal();
    const lookup: LookupFunction = (_name, options, callback) =>
      options.all === true ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4);
    // A name that the tests' own guard lets pass; what it means here is decided by the lookup above.
    const clientEndpoint = `http://portal.localhost:${new URL(portal.endpoint).port}/rest/`;
    const policy = createEndpointPolicy({ oauthUrl: "https://oauth.example", allowHttp: true, privateHosts, lookup });
    const credentials = {
      memberId: PORTAL,
      accessToken: "secret",
      expiresAt: Date.now() + 1e6,
      clientEndpoint,
      serverEndpoint: "https://oauth.example/rest/",
    };
    const { whole } = await createTransport({ policy, log: pino({ level: "silent" }) }).send(credentials, [
      { method: "profile", params: {} },
    ]);
    await portal.close();
    return { whole, seen: portal.seen.length };
  };

  test("a private address is not connected to", async () => {
    const { whole } = await send("10.0.0.9");
    expect(whole).toMatchObject({ kind: "unreachable", sentence: expect.stringContaining("private address") });
  });
  test("an allowed one is", async () => {
    expect(await send("127.0.0.1")).toEqual({ whole: undefined, seen: 1 });
  });
});

import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createRemoteImages, type RemoteImages } from "../../src/media/remote-images.ts";
import { createEndpointPolicy } from "../../src/portal/endpoints.ts";

const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
let server: Server;
let base: string;
let answer: RequestListener;
let asked: string[];
let now: Date;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked = [];
  now = new Date("2026-11-29T10:00:00Z");
  answer = (_request, response) => response.setHeader("content-type", "text/html").end(PIXEL);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

function images(allowHttp = true): RemoteImages {
  const policy = createEndpointPolicy({ oauthUrl: "https://oauth.example", allowHttp, privateHosts: [] });
  return createRemoteImages({
    publicUrl: "https://threadline.example",
    secretKey: "k".repeat(32),
    agents: policy.agents(),
    mayReach: (host) => policy.domain(host).kind === "accepted",
    now: () => now,
  });
}

const queryOf = (link: string | undefined) => Object.fromEntries(new URL(link ?? "").searchParams);
const open = (address: string, from = images()) => from.open(queryOf(from.link(address)));

test("a picture comes through our own address, by what its bytes are and not by what it is called", async () => {
  expect(await open(`${base}/logo`)).toEqual({ bytes: PIXEL, mime: "image/png" });
  expect(images().link(`${base}/logo`)).toMatch(/^https:\/\/threadline\.example\/letter-images\?u=/);
});

test("what is no picture is not passed on", async () => {
  answer = (_request, response) => response.setHeader("content-type", "image/svg+xml").end("<svg><script/></svg>");
  expect(await open(`${base}/drawing`)).toBeUndefined();
  answer = (_request, response) => response.setHeader("content-type", "image/png").end("<html>");
  expect(await open(`${base}/lie`)).toBeUndefined();
});

test("a picture that does not end is cut off", async () => {
  answer = (_request, response) => {
    response.write(PIXEL);
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(256 * 1024)));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  };
  expect(await open(`${base}/endless`)).toBeUndefined();
});

test("redirects are followed a little, and judged again", async () => {
  answer = (request, response) => {
    if (request.url === "/two") return response.end(PIXEL);
    if (request.url === "/one") return response.writeHead(302, { location: "/two" }).end();
    return response.writeHead(302, { location: request.url === "/out" ? "file:///etc/passwd" : "/round" }).end();
  };
  expect(await open(`${base}/one`)).toMatchObject({ mime: "image/png" });
  expect(await open(`${base}/out`)).toBeUndefined();
  expect(await open(`${base}/round`)).toBeUndefined();
  expect(asked.filter((url) => url === "/round")).toHaveLength(4);
});

test("nothing in a private network is asked", async () => {
  expect(await open(`http://localhost:${new URL(base).port}/inside`, images(false))).toBeUndefined();
  expect(await open(`${base}/inside`, images(false))).toBeUndefined();
  expect(asked).toEqual([]);
});

test("only what was signed, and only for a while", async () => {
  const from = images();
  const query = queryOf(from.link(`${base}/logo`));
  const other = Buffer.from(`${base}/other`).toString("base64url");
  expect(await from.open({ ...query, u: other })).toBeUndefined();
  expect(await from.open({ ...query, e: String(Number(query.e) + 60) })).toBeUndefined();
  expect(await from.open({ u: query.u, e: query.e })).toBeUndefined();
  now = new Date(now.getTime() + 16 * 60_000);
  expect(await from.open(query)).toBeUndefined();
  expect(asked).toEqual([]);
});

test.each(["javascript:alert(1)", "data:image/png;base64,AA", "cid:logo", "https://a:b@example.com/", "logo.png"])(
  "%s is no picture elsewhere",
  (address) => {
    expect(images().link(address)).toBeUndefined();
  },
);

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { type App, buildApp, parseForm } from "../../src/server/app.ts";
import { jsonForHtml } from "../../src/server/pages.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import { until } from "../support/world/until.ts";

let app: App;
const lines: string[] = [];

beforeAll(async () => {
  const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
  app = await buildApp({ publicUrl: "https://app.example", log, pagesDir: "/nonexistent", version: "1.2.3" });
  app.get("/store-gone", async () => {
    throw new StoreUnavailable("connection refused at 10.0.0.5");
  });
  app.get("/bug", async () => {
    throw new Error("a secret detail");
  });
  app.post("/echo", { schema: { body: z.object({ a: z.string() }) } }, async (request) => request.body);
  app.get("/lies", { schema: { response: { 200: z.object({ a: z.string() }) } } }, async () => ({ a: 5 }) as never);
  await app.ready();
});

afterAll(() => app.close());

describe("errors", () => {
  test("a store that is gone is a 503 that says when to come again", async () => {
    const answer = await app.inject({ url: "/store-gone" });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers["retry-after"]).toBe("5");
    expect(answer.json()).toMatchObject({ error: { code: "unavailable" } });
    expect(answer.body).not.toContain("10.0.0.5");
  });

  test("a bug is a 500 without details, and stands in the log", async () => {
    const answer = await app.inject({ url: "/bug" });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain("secret");
    expect(lines.join("")).toContain("a secret detail");
  });

  test("an answer that is not what was promised is a 500", async () => {
    expect((await app.inject({ url: "/lies" })).statusCode).toBe(500);
  });

  test("nothing there: 404 as JSON", async () => {
    expect((await app.inject({ url: "/nothing" })).json()).toMatchObject({ error: { code: "not_found" } });
    expect((await app.inject({ method: "DELETE", url: "/echo" })).statusCode).toBe(404);
  });

  test("an address that cannot be decoded is a 400 in the same words as all", async () => {
    const answer = await app.inject({ url: "/bug/%ZZ" });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.code).toBe("invalid_request");
  });

  test("a wrong body says where", async () => {
    const answer = await app.inject({ method: "POST", url: "/echo", payload: { a: 5 } });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.message).toContain("a:");
  });

  test.each([
    ["application/json", "{", 400],
    ["application/json", "", 400],
    ["application/json", '{"__proto__":{"a":1}}', 400],
    ["text/plain", "a=1", 415],
    ["application/xml", "<a/>", 415],
    ["application/json", JSON.stringify({ a: "x".repeat(2_000_000) }), 413],
  ])("%s %s is a 4xx", async (type, payload, status) => {
    const answer = await app.inject({ method: "POST", url: "/echo", payload, headers: { "content-type": type } });
    expect(answer.statusCode).toBe(status);
    expect(answer.json().error.code).toBeTruthy();
  });
});

describe("headers and log", () => {
  test("every answer is fenced in", async () => {
    const { headers } = await app.inject({ url: "/nothing" });
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["strict-transport-security"]).toContain("max-age");
    expect(headers["x-frame-options"]).toBeUndefined();
    expect(headers["x-request-id"]).toBeTruthy();
  });

  test("addresses with codes never stand in the log", async () => {
    await app.inject({ url: "/bug?code=oauth-code-1234" });
    await app.inject({ url: "/nothing/signature-5678" });
    expect(lines.join("")).not.toMatch(/oauth-code-1234|signature-5678/);
  });
});

describe("forms", () => {
  test("nest as PHP writes them", () => {
    expect(parseForm("data[MESSAGES][0][im][chat_id]=7&auth[member_id]=a%20b&x=%00y")).toEqual({
      data: { MESSAGES: [{ im: { chat_id: "7" } }] },
      auth: { member_id: "a b" },
      x: "y",
    });
  });

  test("do not reach prototypes", () => {
    parseForm("__proto__[polluted]=1&constructor[prototype][polluted]=1");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test("boot data cannot leave its script element", () => {
  const text = jsonForHtml({ a: "</script><!--\u2028&" });
  expect(text).not.toMatch(/[<>&\u2028]/);
  expect(JSON.parse(text)).toEqual({ a: "</script><!--\u2028&" });
});

describe("connections", () => {
  const UPLOAD = 8 * 1024 * 1024;

  interface Listening {
    readonly own: App;
    readonly socket: Socket;
    readonly heard: () => string;
    /** Requests whose heads were read. */
    readonly arrived: () => number;
  }

  async function listening(): Promise<Listening> {
    const own = await buildApp({
      publicUrl: "https://app.example",
      log: pino({ level: "silent" }),
      pagesDir: "/nonexistent",
      version: "1",
    });
    let arrived = 0;
    own.addHook("onRequest", async () => {
      arrived += 1;
    });
    own.addContentTypeParser("multipart/form-data", (_request, _body, done) => done(null));
    // As a shelf does that has had enough: a beginning is read, the rest is left.
    own.post("/upload", async (request, reply) => {
      await once(request.raw, "readable");
      request.raw.read(1000);
      return reply.code(413).send({ refused: true });
    });
    own.get("/slow", () => new Promise(() => undefined));
    own.get("/next", async () => ({ answered: true }));
    await own.listen({ host: "127.0.0.1", port: 0 });
    const address = own.server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const socket = connect(address.port, "127.0.0.1");
    let heard = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      heard += text;
    });
    await once(socket, "connect");
    return { own, socket, heard: () => heard, arrived: () => arrived };
  }

  test("what follows a half-read upload on its connection is answered", async () => {
    const { own, socket, heard } = await listening();
    const head = `content-type: multipart/form-data; boundary=x\r\ncontent-length: ${UPLOAD}`;
    socket.write(`POST /upload HTTP/1.1\r\nhost: x\r\n${head}\r\n\r\n`);
    socket.write(Buffer.alloc(UPLOAD));
    await until(() => heard().includes('{"refused":true}'), 5_000, "the refusal");
    socket.write("GET /next HTTP/1.1\r\nhost: x\r\n\r\n");
    await until(() => heard().includes('{"answered":true}'), 5_000, "the answer to the next request");
    expect(heard()).toMatch(/^HTTP\/1.1 413 [\s\S]*HTTP\/1.1 200 /);
    socket.destroy();
    await own.close();
  });

  test("a server that stops waits only so long for what is under way", async () => {
    const { own, socket, arrived } = await listening();
    socket.on("error", () => undefined);
    socket.write("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n");
    await until(() => arrived() === 1, 5_000, "the request");
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    try {
      const closed = own.close();
      while (vi.getTimerCount() === 0) await new Promise(setImmediate);
      await vi.advanceTimersByTimeAsync(4_000);
      expect(socket.closed).toBe(false);
      await vi.advanceTimersByTimeAsync(2_000);
      await closed;
    } finally {
      vi.useRealTimers();
    }
    await until(() => socket.closed, 5_000, "the connection to be cut");
  });
});

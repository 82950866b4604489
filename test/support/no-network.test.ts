import { once } from "node:events";
import { createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import nock from "nock";
import { afterEach, beforeEach, expect, test } from "vitest";

let address: string;
const server = createServer((incoming, answer) => {
  if (incoming.url !== "/stream") {
    answer.end("here");
    return;
  }
  answer.writeHead(200, { "content-type": "text/event-stream" });
  answer.write("data: 1\n\n");
});
server.on("upgrade", (_incoming, socket) => {
  socket.end("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n");
});

beforeEach(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

test("a host outside is refused, by name and by address", async () => {
  await expect(fetch("http://bitrix.example/rest")).rejects.toThrow();
  await expect(fetch("http://192.0.2.1/")).rejects.toThrow();
});

test("a plain socket outside is refused at once", async () => {
  const socket = connect(5432, "192.0.2.1");
  const [error] = await once(socket, "error");
  expect(String(error)).toContain("reach only this machine");
  const named = connect({ port: 25, host: "mail.example" });
  expect(String((await once(named, "error"))[0])).toContain("mail.example");
});

test("loopback answers, by address and by name", async () => {
  expect(await (await fetch(address)).text()).toBe("here");
  expect(await (await fetch(address.replace("127.0.0.1", "localhost"))).text()).toBe("here");
});

test("a stream on loopback arrives while it is still open", async () => {
  const stop = new AbortController();
  const answer = await fetch(`${address}/stream`, { signal: stop.signal });
  const first = await answer.body?.getReader().read();
  expect(new TextDecoder().decode(first?.value)).toBe("data: 1\n\n");
  stop.abort();
});

test("a socket on loopback may be upgraded", async () => {
  const call = request(address, { headers: { connection: "upgrade", upgrade: "echo" } }).end();
  const [answer, socket] = await once(call, "upgrade");
  socket.destroy();
  expect(answer.statusCode).toBe(101);
});

test("a mocked host answers, and the call that was not mocked is refused", async () => {
  nock("https://bitrix.example").post("/rest/app.info").reply(200, { result: 1 });
  await expect(fetch("https://oauth.example/")).rejects.toThrow();
  const answer = await fetch("https://bitrix.example/rest/app.info", { method: "POST" });
  expect(await answer.json()).toEqual({ result: 1 });
  await expect(fetch("https://bitrix.example/rest/other")).rejects.toThrow();
});

test("a mocked host may break the connection", async () => {
  nock("http://bitrix.example")
    .get("/")
    .replyWithError(Object.assign(new Error("reset"), { code: "ECONNRESET" }));
  await expect(fetch("http://bitrix.example/")).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
});

test.fails("a mock that nobody calls fails its test", () => {
  nock("https://bitrix.example").post("/rest/never").reply(200);
  expect(true).toBe(true);
});

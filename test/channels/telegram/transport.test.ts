import { createServer, type Server, type Socket } from "node:net";
import { Readable } from "node:stream";
import nock from "nock";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import type { SendOutcome } from "../../../src/channels/contract/sending.ts";
import { createTelegramAdapter } from "../../../src/channels/telegram/adapter.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { attachment, outgoing, recordingPacer } from "../../contract/channel-harness.ts";
import { sampleFile, telegramAccount } from "./harness.ts";

/** How endings of the network are told apart, on real sockets where one can be made to fail and with nock where not. */

const TOKEN = "987654321:AAsecretSecretSecretSecret";
const account = telegramAccount(TOKEN);
const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** A server that does this with every connection. */
async function tcp(behave: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => sockets.delete(socket));
    behave(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}

async function sendTo(apiUrl: string, fetchTimeoutMs = 5_000): Promise<SendOutcome> {
  const adapter = createTelegramAdapter({ pacer: recordingPacer().pacer, apiUrl, fetchTimeoutMs });
  const outcome = await adapter.send(account, outgoing("5", { body: plainText("hello"), attachments: [] }), "key");
  expect(JSON.stringify(outcome)).not.toContain(TOKEN.split(":")[1]);
  return outcome;
}

const answer = (status: string, body: string): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe("telegram's endings: certainly not sent", () => {
  it("nobody listens", async () => {
    const host = await tcp(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await sendTo(`http://${host}`)).toMatchObject({ kind: "retry" });
  });

  it("nobody listens on any of several addresses", async () => {
    const host = await tcp(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await sendTo(`http://localhost:${host.split(":")[1]}`)).toMatchObject({ kind: "retry" });
  });

  it("the connection ends before TLS stands", async () => {
    const host = await tcp((socket) => socket.once("data", () => socket.end()));
    expect(await sendTo(`https://${host}`)).toMatchObject({ kind: "retry" });
  });

  it.each([
    ["ENOTFOUND", "getaddrinfo"],
    ["EAI_AGAIN", "getaddrinfo"],
    ["ECONNREFUSED", "connect"],
    ["ETIMEDOUT", "connect"],
    ["EHOSTUNREACH", "connect"],
    ["ENETUNREACH", "connect"],
    ["UND_ERR_CONNECT_TIMEOUT", undefined],
    ["CERT_HAS_EXPIRED", undefined],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", undefined],
  ])("%s while %s", async (code, syscall) => {
    nock("https://api.telegram.org")
      .post(/.*/)
      .replyWithError(Object.assign(new Error(`failed: bot${TOKEN}`), { code, ...(syscall && { syscall }) }));
    expect(await sendTo("https://api.telegram.org")).toMatchObject({ kind: "retry" });
  });
});

describe("telegram's endings: may have been sent", () => {
  it.each([
    ["reset after the request", (socket: Socket) => socket.once("data", () => socket.resetAndDestroy())],
    ["closed after the request", (socket: Socket) => socket.once("data", () => socket.end())],
    [
      "closed within the answer",
      (socket: Socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{")),
    ],
    ["nonsense instead of HTTP", (socket: Socket) => socket.once("data", () => socket.end("what?\r\n\r\n"))],
    [
      "a page of a proxy",
      (socket: Socket) => socket.once("data", () => socket.end(answer("502 Bad Gateway", "<html></html>"))),
    ],
    ["an empty answer", (socket: Socket) => socket.once("data", () => socket.end(answer("200 OK", "")))],
    [
      "JSON that is no answer",
      (socket: Socket) => socket.once("data", () => socket.end(answer("200 OK", '{"hello":1}'))),
    ],
    [
      "an answer without a message",
      (socket: Socket) => socket.once("data", () => socket.end(answer("200 OK", '{"ok":true,"result":{}}'))),
    ],
    [
      "a redirect",
      (socket: Socket) =>
        socket.once("data", () =>
          socket.end("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:3/\r\ncontent-length: 0\r\n\r\n"),
        ),
    ],
    [
      "error 500",
      (socket: Socket) =>
        socket.once("data", () =>
          socket.end(answer("500 E", '{"ok":false,"error_code":500,"description":"Internal Server Error"}')),
        ),
    ],
  ])("%s", async (_name, behave) => {
    const host = await tcp((socket) => void behave(socket));
    expect(await sendTo(`http://${host}`)).toMatchObject({ kind: "uncertain" });
  });

  it("silence", async () => {
    const host = await tcp(() => undefined);
    const outcome = await sendTo(`http://${host}`, 150);
    expect(outcome).toMatchObject({ kind: "uncertain", sentence: expect.stringContaining("did not answer in time") });
  });

  it.each([
    ["ECONNRESET", "read"],
    ["ETIMEDOUT", "read"],
    ["EHOSTUNREACH", "write"],
    ["EPIPE", "write"],
    ["UND_ERR_SOCKET", undefined],
    ["UND_ERR_HEADERS_TIMEOUT", undefined],
    ["ETIMEDOUT", undefined],
  ])("%s while %s", async (code, syscall) => {
    nock("https://api.telegram.org")
      .post(/.*/)
      .replyWithError(Object.assign(new Error("failed"), { code, ...(syscall && { syscall }) }));
    expect(await sendTo("https://api.telegram.org")).toMatchObject({ kind: "uncertain" });
  });
});

describe("telegram's token", () => {
  it("is struck out of what Telegram says", async () => {
    nock("https://api.telegram.org")
      .post(/.*/)
      .reply(400, { ok: false, error_code: 400, description: `Bad Request: odd bot${TOKEN}` });
    const outcome = await sendTo("https://api.telegram.org");
    expect(outcome).toMatchObject({ kind: "refused", sentence: "Telegram refused the message: odd bot<token>" });
  });

  it("is not in an error of our own either", async () => {
    const adapter = createTelegramAdapter({ pacer: recordingPacer().pacer, apiUrl: "not an address" });
    const failed = adapter.send(account, outgoing("5", { body: plainText("x"), attachments: [] }), "key");
    await expect(failed).rejects.toThrow(/<token>/);
    await expect(failed).rejects.not.toThrow(/AAsecret/);
  });
});

describe("uploading to telegram", () => {
  it("streams: a file is not read faster than it leaves", async () => {
    // nock keeps whole bodies to compare them, also of requests that it lets through.
    nock.restore();
    onTestFinished(() => nock.activate());
    const host = await tcp((socket) => socket.pause());
    const size = 40 * 1024 * 1024;
    let given = 0;
    const file = sampleFile("file");
    async function* endless(): AsyncGenerator<Buffer> {
      for (; given < size; given += 65_536) yield Buffer.alloc(65_536);
    }
    const adapter = createTelegramAdapter({
      pacer: recordingPacer().pacer,
      apiUrl: `http://${host}`,
      fetchTimeoutMs: 600_000,
    });
    const message = outgoing("5", { body: plainText(""), attachments: [attachment("file", file)] }, [file]);
    const stream = Readable.from(endless(), { objectMode: false });
    const sending = adapter.send(
      account,
      { ...message, openFile: () => Promise.resolve({ stream, name: "big", mime: "x/y", size }) },
      "key",
    );
    await expect.poll(() => given).toBeGreaterThan(0);
    let before = -1;
    // The sockets' own buffers fill, then nothing more is read.
    await expect
      .poll(
        () => {
          const still = before === given;
          before = given;
          return still;
        },
        { interval: 100 },
      )
      .toBe(true);
    expect(given).toBeLessThan(size / 2);
    for (const socket of sockets) socket.destroy();
    expect(await sending).toMatchObject({ kind: "uncertain" });
  });
});

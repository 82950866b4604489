import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { download, isRedirect } from "../../../src/channels/shared/download.ts";
import { networkEnding } from "../../../src/channels/shared/network-errors.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const own = createServer(listener);
  server = own;
  await new Promise<void>((resolve) => own.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(own.address() as AddressInfo).port}/file`;
}
const soon = () => AbortSignal.timeout(10_000);

describe("a file at a vendor's address", () => {
  it("comes with its size, and with our headers asked for", async () => {
    const url = await serve((request, response) => response.end(`for ${request.headers.authorization}`));
    const opened = await download(url, soon(), { authorization: "Bearer x" });
    expect(opened).toMatchObject({ status: 200, size: 12 });
    expect((await buffer(opened.stream)).toString()).toBe("for Bearer x");
  });

  it("has no size where it comes otherwise than it is, or nobody tells", async () => {
    const packed = gzipSync("words");
    const url = await serve((request, response) => {
      if (request.url?.endsWith("?packed"))
        response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length }).end(packed);
      else response.writeHead(200).write("a", () => response.end("b"));
    });
    for (const address of [`${url}?packed`, url]) {
      const opened = await download(address, soon());
      expect(opened.size).toBeUndefined();
      opened.stream.resume();
    }
  });

  it("is not looked for elsewhere: a redirect is an answer", async () => {
    const url = await serve((_request, response) => response.writeHead(302, { location: "/other" }).end());
    const opened = await download(url, soon());
    expect(isRedirect(opened)).toBe(true);
    expect(opened.location).toBe("/other");
    opened.stream.resume();
  });

  it("ends in an error that the stream's reader sees, when it breaks off or is given up", async () => {
    const url = await serve((request, response) => {
      response.writeHead(200, { "content-length": 100 }).write("half", () => {
        if (request.url?.endsWith("?breaks")) response.destroy();
      });
    });
    const broken = await download(`${url}?breaks`, soon());
    await expect(buffer(broken.stream)).rejects.toMatchObject({ code: "ECONNRESET" });
    const given = new AbortController();
    const waiting = await download(url, given.signal);
    const read = buffer(waiting.stream);
    given.abort();
    await expect(read).rejects.toThrow();
  });

  it("is given up when the other side says nothing for too long, before its answer and within", async () => {
    const url = await serve((request, response) => {
      if (request.url?.endsWith("?begins")) response.writeHead(200, { "content-length": 100 }).write("half");
    });
    const error: unknown = await download(url, soon(), {}, { silenceMs: 50 }).catch((one: unknown) => one);
    expect(networkEnding(error)).toMatchObject({ kind: "unknown" });
    const begun = await download(`${url}?begins`, soon(), {}, { silenceMs: 50 });
    await expect(buffer(begun.stream)).rejects.toThrow();
  });

  it("was never asked for when no connection stands, and the error proves it", async () => {
    const url = await serve(() => undefined);
    await new Promise((resolve) => server?.close(resolve));
    const error: unknown = await download(url, soon()).catch((one: unknown) => one);
    expect(networkEnding(error)).toMatchObject({ kind: "not-connected" });
  });
});

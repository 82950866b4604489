import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createLogger } from "../../src/log/log.ts";
import { directoryFor, PORTAL, portalRow } from "./support/directory.ts";
import { sendJson, startFakePortal } from "./support/fake-portal.ts";
import { createMemoryStore } from "./support/memory-store.ts";

test("no token, secret or parameter reaches the log, whatever goes wrong", async () => {
  const stream = new PassThrough();
  const lines: string[] = [];
  stream.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
  let count = 0;
  const portal = await startFakePortal({
    intercept(_request, response) {
      count += 1;
      if (count === 1) sendJson(response, 401, { error: "expired_token" });
      else if (count === 2) sendJson(response, 500, { error: "INTERNAL_SERVER_ERROR" });
      else response.socket?.destroy();
      return true;
    },
    token: (_form, response) => {
      const endpoint = portal.endpoint;
      sendJson(response, 200, {
        access_token: "access-2",
        refresh_token: "refresh-2",
        expires_in: 3600,
        client_endpoint: endpoint,
        server_endpoint: endpoint,
        member_id: PORTAL,
      });
    },
  });
  const store = createMemoryStore([portalRow(portal.endpoint)]);
  const caller = directoryFor(portal.endpoint, store, { log: createLogger("trace", stream) }).caller(PORTAL);
  for (const text of ["private words one", "private words two"])
    await caller.call({ method: "im.message.add", params: { MESSAGE: text }, effect: "once" });
  await portal.close();
  const log = lines.join("");
  expect(log).toContain("im.message.add");
  for (const secret of ["access-1", "access-2", "refresh-1", "refresh-2", "very-secret", "private words"])
    expect(log).not.toContain(secret);
});

import { join } from "node:path";
import type { Logger } from "../../../src/log/log.ts";
import { createSpool, type Spool } from "../../../src/relay/spool.ts";
import type { App } from "../../../src/server/app.ts";

/** A spool that closes with the server. `pauseMs`: until the first entry is tried again; default as in earnest. */
export function openSpool(
  server: App,
  at: { readonly dir: string; readonly name: string; readonly maxBytes: number; readonly pauseMs?: number },
  log: Logger,
): Spool {
  const { dir, name, maxBytes, pauseMs } = at;
  const spool = createSpool({
    dir: join(dir, name),
    maxBytes,
    log,
    onDepth: () => undefined,
    ...(pauseMs !== undefined && { pauseMs: () => pauseMs }),
  });
  server.addHook("onClose", () => spool.close());
  return spool;
}

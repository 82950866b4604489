import type { FastifyReply } from "fastify";

const lookEveryMs = 150;

/** Server-sent events: the whole state at once, and again whenever it differs. A slow reader misses states in between, never the last. */
export function streamStates(reply: FastifyReply, read: () => unknown): void {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  let last = "";
  const look = (): void => {
    if (raw.writableNeedDrain) return;
    const state = JSON.stringify(read());
    if (state === last) return;
    last = state;
    raw.write(`data: ${state}\n\n`);
  };
  const timer = setInterval(look, lookEveryMs);
  raw.once("close", () => clearInterval(timer));
  look();
}

import type { FastifyReply } from "fastify";

/** Faults that a test orders from an emulated vendor: each hits so many calls, after so many that pass. */

export interface OrderedFault {
  /** How many calls it hits; default 1. */
  readonly times?: number;
  /** How many matching calls pass before it begins. */
  readonly after?: number;
}

export class FaultPlan<F extends OrderedFault> {
  private readonly hits: (fault: F, call: string) => boolean;
  private planned: { readonly fault: F; left: number; skip: number }[] = [];

  /** @param hits whether a fault is meant for this call (a method's or operation's name) */
  constructor(hits: (fault: F, call: string) => boolean) {
    this.hits = hits;
  }

  add(fault: F): void {
    this.planned.push({ fault, left: fault.times ?? 1, skip: fault.after ?? 0 });
  }

  clear(): void {
    this.planned = [];
  }

  /** The fault that this call meets, which has then hit once more. */
  take(call: string): F | undefined {
    for (const one of this.planned) {
      if (one.left <= 0 || !this.hits(one.fault, call)) continue;
      if (one.skip > 0) {
        one.skip -= 1;
        continue;
      }
      one.left -= 1;
      return one.fault;
    }
    return undefined;
  }
}

/**
 * Plays what every server in the world can do instead of answering; `true` when the caller got its answer, or none.
 * Before the call had its effect: `502-html` (a proxy's page), `drop-before`, `hang`. (A reply is thenable, so it cannot
 * be the result.)
 */
export async function playBefore(kind: string, reply: FastifyReply): Promise<boolean> {
  if (kind === "502-html") proxyPage(reply);
  else if (kind === "drop-before") dropConnection(reply);
  else if (kind === "hang") await hang(reply);
  else return false;
  return true;
}

/** The same after it: `502-html-after`, `drop-after`, `hang-after`, and `garbage-after`, JSON that is no answer. */
export async function playAfter(kind: string, reply: FastifyReply): Promise<boolean> {
  if (kind === "502-html-after") proxyPage(reply);
  else if (kind === "drop-after") dropConnection(reply);
  else if (kind === "garbage-after") reply.send({ hello: "world" });
  else if (kind === "hang-after") await hang(reply);
  else return false;
  return true;
}

function proxyPage(reply: FastifyReply): void {
  reply.code(502).type("text/html").send("<html><head><title>502 Bad Gateway</title></head></html>");
}

/** Breaks the connection without an answer. */
export function dropConnection(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.socket?.resetAndDestroy();
}

/** Keeps the connection open and silent until the other side gives up. */
async function hang(reply: FastifyReply): Promise<void> {
  reply.hijack();
  const { socket } = reply.raw;
  if (socket && !socket.destroyed) await new Promise<void>((resolve) => socket.once("close", () => resolve()));
}

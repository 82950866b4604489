/**
 * What a large file costs a process in memory: its highest resident size while a file of 100 MB comes from a vendor onto the
 * shelf, goes from the shelf to whoever has its link, or (50 MB, the most that Telegram takes) is uploaded, over its resident
 * size at rest before it. Twice: in a process that has moved a few files of 1 MB, so that its code is loaded and its heap has
 * grown as they make it grow, and in one that has just started, to which all of that is added. The mover is a process of its
 * own; the vendor is this one.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import type { Done, Order } from "./media-process.ts";
import { type Figure, type Finding, list, round, type Size } from "./support/report.ts";
import { median } from "./support/stats.ts";

const MIB = 1024 * 1024;
const LIMIT_MIB = 20;
const SMALL_FILES = 6;

type Way = "in" | "link" | "upload";
const LARGE_MIB: Readonly<Record<Way, number>> = { in: 100, link: 100, upload: 50 };
const settingOf: Readonly<Record<Way, string>> = {
  in: "100 MB, kept from a vendor",
  link: "100 MB, kept and fetched by its link",
  upload: "50 MB, kept and uploaded to a vendor",
};

/** `warm`: has moved small files before. `cold`: has just started. */
type Start = "warm" | "cold";
const settingAt: Readonly<Record<Start, string>> = { warm: "after small files", cold: "just started" };

export const media: Figure = {
  name: "media",
  title: "memory while a large file passes through",
  async run(size) {
    const findings: Finding[] = [];
    for (const way of ["in", "link", "upload"] as const)
      for (const start of ["warm", "cold"] as const) findings.push(await measure(way, start, size));
    return findings;
  },
};

async function measure(way: Way, start: Start, size: Size): Promise<Finding> {
  const tiny = size === "tiny";
  const bytes = (tiny ? 2 : LARGE_MIB[way]) * MIB;
  const moves: Move[] = [];
  for (let run = 0; run < (tiny ? 1 : 5); run += 1)
    moves.push(await withMover((mover) => play(mover, way, bytes, start === "warm" ? SMALL_FILES : 0)));
  return judgeMedia(`${settingOf[way]}; ${settingAt[start]}`, moves);
}

/** Bytes: at rest, and the highest while the large file was moved. */
export interface Move {
  readonly rest: number;
  readonly highest: number;
}

export function judgeMedia(setting: string, moves: readonly Move[]): Finding {
  const rises = moves.map(({ rest, highest }) => (highest - rest) / MIB);
  const rise = median(rises);
  return {
    figure: "media: memory of a file that passes through",
    setting,
    measured: `${round(rise, 1)} MiB`,
    target: `at most ${LIMIT_MIB} MiB over the process at rest`,
    met: rise <= LIMIT_MIB,
    notes: [`runs: ${list(rises, 1)} MiB over ${list(moves.map(({ rest }) => rest / MIB))} MiB at rest`],
    data: { rise, runs: rises },
  };
}

async function play(mover: Mover, way: Way, bytes: number, smallFiles: number): Promise<Move> {
  for (let file = 0; file < smallFiles; file += 1) {
    await mover.order({ kind: "keep", vendor: mover.vendor, path: `/file/${MIB}` }, "kept");
    await mover.download();
    await mover.order({ kind: "upload", vendor: mover.vendor }, "sent");
  }
  const { resident: rest } = await mover.order({ kind: "mark" }, "marked");
  await mover.order({ kind: "keep", vendor: mover.vendor, path: `/file/${bytes}` }, "kept");
  if (way === "upload") await mover.order({ kind: "upload", vendor: mover.vendor }, "sent");
  const moved = await movedBy(mover, way);
  if (moved < bytes) throw new Error(`only ${moved} of ${bytes} bytes were moved`);
  const { highest } = await mover.look();
  return { rest, highest };
}

async function movedBy(mover: Mover, way: Way): Promise<number> {
  if (way === "link") return await mover.download();
  return way === "in" ? await mover.sizeOfKept() : mover.taken();
}

interface Mover {
  readonly vendor: string;
  order(order: Order, wanted: string): Promise<Done>;
  /** What the process says of itself, without forgetting. */
  look(): Promise<Done>;
  /** Fetches the kept file by its link; how many bytes came. */
  download(): Promise<number>;
  sizeOfKept(): Promise<number>;
  /** Bytes of the last upload. */
  taken(): number;
}

async function withMover<T>(act: (mover: Mover) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), "threadline-bench-"));
  const taken = { bytes: 0 };
  const server = createServer((request, response) => void serve(request, response, taken));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const child = fork(fileURLToPath(new URL("media-process.ts", import.meta.url)), [dataDir], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  try {
    await once(child, "message");
    return await act(moverOf(child, server, taken));
  } finally {
    child.kill();
    server.closeAllConnections();
    server.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function moverOf(child: ChildProcess, server: Server, taken: { readonly bytes: number }): Mover {
  const vendor = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let last: Done | undefined;
  const ask = async (order: Order): Promise<Done> => {
    const answer = once(child, "message");
    child.send(order);
    const [done] = (await answer) as [Done];
    last = done;
    return done;
  };
  const head = async (method: string): Promise<number> => {
    const response = await fetch(last?.link ?? "", { method });
    if (!response.ok) throw new Error(`the link answered ${response.status}`);
    if (method === "HEAD") return Number(response.headers.get("content-length"));
    let bytes = 0;
    for await (const chunk of response.body ?? []) bytes += chunk.length;
    return bytes;
  };
  return {
    vendor,
    async order(order, wanted) {
      const done = await ask(order);
      if (done.outcome !== wanted) throw new Error(`${order.kind} ended as ${done.outcome}`);
      return done;
    },
    look: () => ask({ kind: "look" }),
    download: () => head("GET"),
    sizeOfKept: () => head("HEAD"),
    taken: () => taken.bytes,
  };
}

/** A vendor with files of every size, who takes whatever is uploaded. */
async function serve(request: IncomingMessage, response: ServerResponse, taken: { bytes: number }): Promise<void> {
  const size = Number(/^\/file\/(\d+)$/.exec(request.url ?? "")?.[1] ?? Number.NaN);
  if (Number.isFinite(size)) {
    response.writeHead(200, { "content-length": size });
    await pipeline(Readable.from(pieces(size)), response).catch(() => undefined);
    return;
  }
  let bytes = 0;
  for await (const chunk of request) bytes += (chunk as Buffer).length;
  taken.bytes = bytes;
  response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true,"result":{"message_id":7}}');
}

function* pieces(size: number): Generator<Buffer> {
  const piece = Buffer.alloc(64 * 1024, 0x20);
  for (let left = size; left > 0; left -= piece.length) yield left >= piece.length ? piece : piece.subarray(0, left);
}

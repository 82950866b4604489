import { Readable } from "node:stream";

const PIECE = Buffer.alloc(1024 * 1024);

/** So many bytes of nothing, made while they are read. */
export function zeros(size: number): Readable {
  return Readable.from(pieces(size), { objectMode: false });
}

function* pieces(size: number): Generator<Buffer> {
  for (let left = size; left > 0; left -= PIECE.length) yield PIECE.subarray(0, Math.min(left, PIECE.length));
}

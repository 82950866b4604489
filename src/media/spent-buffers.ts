import { Transform } from "node:stream";
import v8 from "node:v8";
import vm from "node:vm";

/**
 * A stream that passes everything on and gives back the memory of what has gone through.
 *
 * Every piece that Node reads is a new buffer outside of the JavaScript heap, garbage as soon as it was written on. V8
 * collects when its own small heap fills, or when the buffers have come to about 64 MB: until then a file of 100 MB
 * leaves itself behind in memory piece by piece. So a collection of the young generation is asked for after every few
 * megabytes; it takes about a tenth of a millisecond, because next to nothing in it is alive.
 */
export function passSpent(): Transform {
  let since = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      since += chunk.length;
      if (since >= EVERY_BYTES) {
        since = 0;
        collectYoung();
      }
      done(null, chunk);
    },
  });
}

const EVERY_BYTES = 2 * 1024 * 1024;

type Collect = (options: { readonly type: "minor" }) => void;
let collect: Collect | undefined;

/** Node shows V8's collector only to contexts made after this flag; the process was started without it. */
function collectYoung(): void {
  if (!collect) {
    v8.setFlagsFromString("--expose-gc");
    const found: unknown = vm.runInNewContext("gc");
    v8.setFlagsFromString("--no-expose-gc");
    collect = typeof found === "function" ? (found as Collect) : () => undefined;
  }
  collect({ type: "minor" });
}

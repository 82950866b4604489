import { readFileSync } from "node:fs";

/**
 * Loaded before the real server (`node --import`): its clock is ahead by as many milliseconds as the file in `SHIFTED_CLOCK` says,
 * the built-in database's with it. Timers run as they do; what is due by the clock is found by whoever looks for it.
 */
const file = process.env["SHIFTED_CLOCK"];
if (file === undefined) throw new Error("SHIFTED_CLOCK is missing");
const LOOK_MS = 20;
const RealDate = Date;
const realNow = RealDate.now.bind(RealDate);
let looked = 0;
let shift = 0;

function now(): number {
  const at = realNow();
  if (at - looked >= LOOK_MS) {
    looked = at;
    shift = Number(readFileSync(String(file), "utf8"));
  }
  return at + shift;
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given: unknown[], made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
  apply: (target) => new target(now()).toString(),
  get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
});

import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A clock that a test puts on, for the server alone (`World.start({ env: clock.env })`); emulators keep the real time. */
export interface ShiftedClock {
  readonly env: Readonly<Record<string, string>>;
  /** The server sees it within a moment: wait for what comes of it. */
  advance(ms: number): Promise<void>;
  remove(): Promise<void>;
}

export async function shiftedClock(): Promise<ShiftedClock> {
  const folder = await mkdtemp(join(tmpdir(), "threadline-clock-"));
  const file = join(folder, "shift");
  const preload = new URL("./shifted-clock-preload.ts", import.meta.url);
  let shift = 0;
  const put = async () => {
    // As one: never half a number.
    await writeFile(`${file}.new`, String(shift));
    await rename(`${file}.new`, file);
  };
  await put();
  return {
    env: { NODE_OPTIONS: `--import ${preload.href}`, SHIFTED_CLOCK: file },
    async advance(ms) {
      shift += ms;
      await put();
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { z } from "zod";
import { isAlive } from "./is-alive.ts";
import { until } from "./until.ts";

const told = z.object({ pid: z.number(), dataDir: z.string() });

it("a server of the tests does not outlive who started it, also when that one is killed", async () => {
  const parent = spawn(process.execPath, [fileURLToPath(new URL("orphan.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(parent.stdout), "line")) as [string];
  const { pid, dataDir } = told.parse(JSON.parse(line));
  try {
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await until(() => !isAlive(pid), 10_000, "the server to end");
  } finally {
    parent.kill("SIGKILL");
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
    await rm(dataDir, { recursive: true, force: true });
  }
}, 60_000);

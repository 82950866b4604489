import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createWhatsappWebAdapter } from "../../../src/channels/whatsapp-web/adapter.ts";
import { browsersOf } from "../../../src/channels/whatsapp-web/processes.ts";
import { whatsappAccount } from "./account.ts";
import { testHost } from "./harness.ts";

/**
 * The real library in the real browser, up to its code. WhatsApp's page is one of ours, which the library itself answers
 * the browser with: nothing leaves this machine.
 */

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wa-chromium-"));
  await mkdir(join(folder, "pages"));
  await copyFile(
    fileURLToPath(new URL("../../fixtures/whatsapp-web/page.html", import.meta.url)),
    join(folder, "pages", "2.3000.test.html"),
  );
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it("shows its code, and nothing of the browser is left after closing", async () => {
  const adapter = createWhatsappWebAdapter({
    chromiumPath: process.env["CHROMIUM_PATH"],
    folder: join(folder, "run"),
    parts: { page: { version: "2.3000.test", folder: join(folder, "pages") } },
  });
  const host = testHost();
  const account = whatsappAccount();
  const session = adapter.sessions?.open(account, host);
  await host.reached("needs-action", 45_000);
  expect(host.states.at(-1)?.prompt).toMatchObject({ kind: "qr", data: "reference,AQID,BAUG,secret,1" });
  const profile = join(folder, "run", account.id, "profile");
  expect((await browsersOf(profile)).length).toBeGreaterThan(0);
  await session?.close();
  expect(await browsersOf(profile)).toEqual([]);
  expect(await readdir(join(folder, "run"))).toEqual([]);
});

it("is not survived by its browser when the worker is killed", async () => {
  const adapter = createWhatsappWebAdapter({
    chromiumPath: process.env["CHROMIUM_PATH"],
    folder: join(folder, "run"),
    parts: {
      page: { version: "2.3000.test", folder: join(folder, "pages") },
      limits: { memoryBytes: 8 * 1024 * 1024 * 1024, memoryCheckMs: 60_000, stopMs: 12_000 },
    },
  });
  const host = testHost();
  const account = whatsappAccount();
  const session = adapter.sessions?.open(account, host);
  await host.reached("needs-action", 45_000);
  const profile = join(folder, "run", account.id, "profile");
  const browsers = await browsersOf(profile);
  for (const pid of await parentsOf(browsers)) process.kill(pid, "SIGKILL");
  await host.reached("transient-disconnect", 20_000);
  await vi.waitFor(
    async () => expect(await browsersOf(profile)).not.toEqual(expect.arrayContaining([...browsers])),
    10_000,
  );
  await session?.close();
  expect(await browsersOf(profile)).toEqual([]);
});

it("is not survived by its browser, nor by the profile in clear, when the server is killed", async () => {
  const script = fileURLToPath(new URL("./open-session.ts", import.meta.url));
  const server = spawn(process.execPath, [script, join(folder, "run"), join(folder, "pages")], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const gone = once(server, "exit");
  const [shown] = await Promise.race([once(server.stdout, "data"), gone]);
  expect(String(shown)).toBe("shown\n");
  const profile = join(folder, "run", whatsappAccount().id, "profile");
  expect((await browsersOf(profile)).length).toBeGreaterThan(0);
  server.kill("SIGKILL");
  await gone;
  await vi.waitFor(async () => expect(await browsersOf(profile)).toEqual([]), 15_000);
  await vi.waitFor(async () => expect(await readdir(join(folder, "run"))).toEqual([]), 15_000);
});

/** The workers above these browsers: the parents that are browsers of no profile themselves. */
async function parentsOf(pids: readonly number[]): Promise<readonly number[]> {
  const parents = await Promise.all(
    pids.map(async (pid) => Number(/^PPid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1])),
  );
  return [...new Set(parents)].filter((pid) => !pids.includes(pid) && pid > 1 && pid !== process.pid);
}

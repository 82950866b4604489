import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { lockFolder } from "../../src/store/folder-lock.ts";
import { openStore } from "../../src/store/open-store.ts";
import { accept, inbound, installation, livingOwner, newAccount, place } from "../contract/store-fixtures.ts";

const folders: string[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "threadline-"));
  folders.push(folder);
  return folder;
}

function start(...given: string[]): { child: ChildProcess; lines: Interface; nextLine: () => Promise<string> } {
  const child = spawn(process.execPath, [new URL("folder-worker.ts", import.meta.url).pathname, ...given], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  if (!child.stdout) throw new Error("No output to read");
  const lines = createInterface({ input: child.stdout });
  return { child, lines, nextLine: async () => String((await once(lines, "line"))[0]) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

const open = (dataDir: string) => openStore({ dataDir, secretKey: "k".repeat(32), log: pino({ level: "silent" }) });

describe("the data folder", () => {
  it("is refused to a second process, which says where and what to do, until the first is killed", {
    timeout: 60_000,
  }, async () => {
    const folder = await newFolder();
    const first = start(folder);
    expect(await first.nextLine()).toBe("open");
    const refusal = await start(folder).nextLine();
    expect(refusal).toContain(folder);
    expect(refusal).toMatch(/in use by another process.*DATA_DIR.*DATABASE_URL/);
    await expect(open(folder)).rejects.toThrow("in use by another process");
    // Stopped is not dead: its memory still holds what the folder does not.
    first.child.kill("SIGSTOP");
    await expect(open(folder)).rejects.toThrow("in use by another process");
    await kill(first.child);
    const store = await open(folder);
    await store.close();
  });

  it("loses nothing that was acknowledged when its process is killed in the middle of writing, and frees its lanes", {
    timeout: 120_000,
  }, async () => {
    const folder = await newFolder();
    const before = await open(folder);
    const { portal, account } = await place(before);
    const { lane } = await accept(before, inbound(account, { chatId: "held" }));
    await before.lanes.take(lane, await livingOwner(before), 10);
    await before.close();
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round++) {
      const { child, lines, nextLine } = start(folder, portal, account.id);
      expect(await nextLine()).toBe("open");
      lines.on("line", (key) => acknowledged.push(key));
      const enough = acknowledged.length + 200 + round * 37;
      while (acknowledged.length < enough) await once(lines, "line");
      await kill(child);
    }
    const after = await open(folder);
    const kept = await after.messages.journal(portal, { limit: 100_000 });
    const ids = new Map<string, number>();
    for (const message of kept) for (const id of message.externalIds) ids.set(id, (ids.get(id) ?? 0) + 1);
    expect(acknowledged.length).toBeGreaterThan(600);
    expect(acknowledged.filter((key) => ids.get(key) !== 1)).toEqual([]);
    expect(await after.lanes.due(new Date(), 100)).toContain(lane);
    await after.close();
  });

  it("keeps secrets readable over a restart, and only with the same key", { timeout: 60_000 }, async () => {
    const folder = await newFolder();
    const first = await open(folder);
    const { portal, account } = await place(first);
    await first.close();
    await first.close();
    const second = await open(folder);
    expect((await second.accounts.find(portal, account.id))?.credentials).toEqual({ token: "123:secret" });
    await expect(second.ping()).resolves.toBeUndefined();
    await second.close();
    await expect(second.ping()).rejects.toMatchObject({ name: "StoreUnavailable" });
    const other = await openStore({
      dataDir: folder,
      secretKey: "another key of at least 32 characters",
      log: pino({ level: "silent" }),
    });
    await expect(other.portals.find(portal)).rejects.toThrow("another SECRET_KEY");
    const again = await other.portals.install(installation(portal));
    expect(again.tokens?.accessToken).toBe("access-first");
    await newAccount(other, portal);
    await other.close();
  });
});

describe("the lock of a folder", () => {
  it("is had by one of many that start at once, also over a dead one's socket", { timeout: 60_000 }, async () => {
    const folder = await newFolder();
    const { child, nextLine } = start(folder);
    expect(await nextLine()).toBe("open");
    await kill(child);
    for (let round = 0; round < 100; round++) {
      const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
      const held = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
      expect(held).toHaveLength(1);
      await held[0]?.release();
    }
    expect((await readdir(folder)).filter((name) => name.startsWith("pglite.lock"))).toEqual(["pglite.lock.101"]);
  });

  it("works in a folder whose path is longer than a socket's may be", async () => {
    const folder = join(await newFolder(), "a".repeat(100), "b".repeat(100));
    await mkdir(folder, { recursive: true });
    const lock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow("in use by another process");
    await lock.release();
    await lock.release();
    await (await lockFolder(folder)).release();
  });
});

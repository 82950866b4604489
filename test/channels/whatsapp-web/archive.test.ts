import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { forgetProfile, hasProfile, restoreProfile, saveProfile } from "../../../src/channels/whatsapp-web/archive.ts";
import { memoryOf } from "./account.ts";

describe("a profile kept in the account's memory", () => {
  let folder: string;
  const store = new Map<string, Buffer>();
  const memory = memoryOf(store);
  const place = (name: string): string => join(folder, name);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "wa-archive-"));
    store.clear();
    await mkdir(place("one/Default/IndexedDB/deep"), { recursive: true });
    await mkdir(place("one/Default/Cache"), { recursive: true });
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("comes back whole, in chunks that a store takes, without what is not needed", async () => {
    const big = randomBytes(5 * 1024 * 1024);
    await writeFile(place("one/Default/IndexedDB/deep/big"), big);
    await writeFile(place("one/Default/IndexedDB/empty"), "");
    await writeFile(place("one/Default/IndexedDB/LOCK"), "");
    await writeFile(place("one/Default/Cache/junk"), "junk");
    expect(await saveProfile(memory, place("one"))).toMatchObject({ kind: "saved" });
    for (const [, value] of store) expect(value.length).toBeLessThan(1.2 * 1024 * 1024);
    expect(await restoreProfile(memory, place("two"))).toBe(true);
    expect((await readFile(place("two/Default/IndexedDB/deep/big"))).equals(big)).toBe(true);
    expect(await readFile(place("two/Default/IndexedDB/empty"), "utf8")).toBe("");
    await expect(readFile(place("two/Default/Cache/junk"))).rejects.toThrow("ENOENT");
    await expect(readFile(place("two/Default/IndexedDB/LOCK"))).rejects.toThrow("ENOENT");
  });

  it("keeps the last good one when a save breaks off", async () => {
    await writeFile(place("one/Default/IndexedDB/a"), "first");
    await saveProfile(memory, place("one"));
    await writeFile(place("one/Default/IndexedDB/a"), randomBytes(3 * 1024 * 1024));
    let left = 1;
    const failing = {
      ...memory,
      set: async (key: string, value: Buffer) => {
        if (left === 0) throw new Error("the store is down");
        left -= 1;
        await memory.set(key, value);
      },
    };
    await expect(saveProfile(failing, place("one"))).rejects.toThrow("down");
    expect(await restoreProfile(memory, place("two"))).toBe(true);
    expect(await readFile(place("two/Default/IndexedDB/a"), "utf8")).toBe("first");
  });

  it("leaves one slot, and nothing when forgotten", async () => {
    await writeFile(place("one/Default/IndexedDB/a"), randomBytes(3 * 1024 * 1024));
    await saveProfile(memory, place("one"));
    await writeFile(place("one/Default/IndexedDB/a"), "small");
    await saveProfile(memory, place("one"));
    await saveProfile(memory, place("one"));
    expect([...store.keys()].filter((key) => key.startsWith("profile/"))).toHaveLength(1);
    await forgetProfile(memory);
    expect(store.size).toBe(0);
    expect(await hasProfile(memory)).toBe(false);
  });

  it("is as good as none when it is damaged", async () => {
    await writeFile(place("one/Default/IndexedDB/a"), randomBytes(3 * 1024 * 1024));
    await saveProfile(memory, place("one"));
    const [key] = [...store.keys()].filter((one) => one.startsWith("profile/"));
    store.delete(key ?? "");
    expect(await restoreProfile(memory, place("two"))).toBe(false);
  });

  it("is forgotten whole, also when the first try broke off in the middle", async () => {
    await writeFile(place("one/Default/IndexedDB/a"), randomBytes(4 * 1024 * 1024));
    await saveProfile(memory, place("one"));
    let left = 3;
    const failing = {
      ...memory,
      delete: async (key: string) => {
        if (left === 0) throw new Error("the store is down");
        left -= 1;
        await memory.delete(key);
      },
    };
    await expect(forgetProfile(failing)).rejects.toThrow("down");
    expect(store.size).toBeGreaterThan(0);
    await forgetProfile(memory);
    expect([...store.keys()]).toEqual([]);
  });

  it("is not taken for absent while the store cannot be asked", async () => {
    await writeFile(place("one/Default/IndexedDB/a"), randomBytes(3 * 1024 * 1024));
    await saveProfile(memory, place("one"));
    let left = 2;
    const failing = memoryOf(store, () => {
      left -= 1;
      return left < 0;
    });
    await expect(restoreProfile(failing, place("two"))).rejects.toThrow("down");
  });

  it("stays as it was when a save takes too long", async () => {
    await writeFile(place("one/Default/IndexedDB/a"), "first");
    await saveProfile(memory, place("one"));
    await writeFile(place("one/Default/IndexedDB/a"), randomBytes(3 * 1024 * 1024));
    const late = new AbortController();
    const slow = {
      ...memory,
      set: async (key: string, value: Buffer) => {
        await memory.set(key, value);
        late.abort(new Error("too late"));
      },
    };
    await expect(saveProfile(slow, place("one"), late.signal)).rejects.toThrow("too late");
    expect(await restoreProfile(memory, place("two"))).toBe(true);
    expect(await readFile(place("two/Default/IndexedDB/a"), "utf8")).toBe("first");
  });
});

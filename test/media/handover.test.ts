import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMediaHandover } from "../../src/media/handover.ts";

const HOUR_MS = 3_600_000;

let dataDir: string;
let now: Date;
const handover = () => createMediaHandover({ dataDir, now: () => now });
const left = async () => await readdir(join(dataDir, "handover"));
const bytesOf = (...chunks: readonly string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

async function put(...chunks: readonly string[]): Promise<string> {
  const kept = await handover().put(bytesOf(...chunks), 1_000);
  if (kept.kind !== "kept") throw new Error(kept.kind);
  return kept.id;
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "threadline-handover-"));
  now = new Date();
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

describe("a file from one process of ours to another", () => {
  it("is taken whole by another process with the same data folder, once, and nothing stays", async () => {
    const id = await put("one ", "two");
    const stream = await handover().take(id);
    if (!stream) throw new Error("nothing was there");
    expect(await left()).toEqual([]);
    expect((await buffer(stream)).toString()).toBe("one two");
    expect(await handover().take(id)).toBeUndefined();
  });

  it("is nobody else's to read", async () => {
    const id = await put("secret");
    expect((await stat(join(dataDir, "handover"))).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir, "handover", id))).mode & 0o777).toBe(0o600);
  });

  it("leaves nothing when it is larger than allowed, counted as it flows", async () => {
    expect(await handover().put(bytesOf("x".repeat(600), "x".repeat(401)), 1_000)).toEqual({ kind: "too-large" });
    expect(await left()).toEqual([]);
    expect(await handover().put(bytesOf("x".repeat(1_000)), 1_000)).toMatchObject({ kind: "kept", size: 1_000 });
  });

  it("leaves nothing when its source breaks off, and says so", async () => {
    async function* breaking(): AsyncGenerator<Buffer> {
      yield Buffer.from("half");
      await Promise.resolve();
      throw new Error("connection reset");
    }
    const outcome = await handover().put(Readable.from(breaking()), 1_000);
    expect(outcome).toMatchObject({ kind: "broken", sentence: expect.stringContaining("connection reset") });
    expect(await left()).toEqual([]);
  });

  it("is gone when its reader gives up in the middle", async () => {
    const id = await put("x".repeat(900));
    const stream = await handover().take(id);
    stream?.destroy();
    expect(await handover().take(id)).toBeUndefined();
    expect(await left()).toEqual([]);
  });

  it("is swept after an hour when nobody asked for it, half a file too; a younger one stays", async () => {
    const old = await put("old");
    await writeFile(join(dataDir, "handover", `${old}.part`), "half");
    for (const name of await left()) {
      const longAgo = new Date(now.getTime() - HOUR_MS - 1_000);
      await utimes(join(dataDir, "handover", name), longAgo, longAgo);
    }
    const young = await put("young");
    const next = await put("next");
    expect((await left()).sort()).toEqual([young, next].sort());
    expect(await handover().take(old)).toBeUndefined();
  });

  it.each(["../secret.key", "..%2fsecret.key", "", "a".repeat(36), "00000000-0000-0000-0000-000000000000.part"])(
    "opens nothing by the name %s",
    async (id) => {
      await put("there");
      expect(await handover().take(id)).toBeUndefined();
      expect(await left()).toHaveLength(1);
    },
  );
});

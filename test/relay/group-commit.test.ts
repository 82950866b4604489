import { describe, expect, it } from "vitest";
import { createGroupCommit } from "../../src/relay/group-commit.ts";

describe("group commit", () => {
  it("writes a lonely item at once and groups what arrives meanwhile", async () => {
    const groups: number[][] = [];
    const gates: (() => void)[] = [];
    const commit = createGroupCommit<number, number>(
      async (items) => {
        groups.push([...items]);
        await new Promise<void>((resolve) => gates.push(resolve));
        return items.map((item) => item * 10);
      },
      { maxItems: 100, tenantOf: () => "one", isolate: () => true },
    );
    const first = commit.add(1);
    await expect.poll(() => groups).toEqual([[1]]);
    const others = [commit.add(2), commit.add(3), commit.add(4)];
    gates[0]?.();
    expect(await first).toBe(10);
    await expect.poll(() => groups).toEqual([[1], [2, 3, 4]]);
    gates[1]?.();
    expect(await Promise.all(others)).toEqual([20, 30, 40]);
  });

  it("groups what one turn of the event loop brought, for a database that lets nothing arrive while it writes", async () => {
    const groups: number[][] = [];
    const commit = createGroupCommit<number, number>(
      async (items) => {
        groups.push([...items]);
        return items;
      },
      { maxItems: 3, tenantOf: () => "one", isolate: () => true },
    );
    // Each in a callback of its own, with all promises run between them, as sockets are read.
    await Promise.all([1, 2, 3, 4].map((item) => Promise.resolve().then(() => commit.add(item))));
    expect(groups).toEqual([[1, 2, 3], [4]]);
  });

  it("makes a group up from all tenants in turn, each tenant's items in order", async () => {
    const groups: string[][] = [];
    const commit = createGroupCommit<string, string>(
      async (items) => {
        groups.push([...items]);
        return items;
      },
      { maxItems: 3, tenantOf: (item) => item.slice(0, 1), isolate: () => true },
    );
    await Promise.all(["a1", "a2", "a3", "a4", "a5", "b1", "c1", "c2"].map((item) => commit.add(item)));
    expect(groups).toEqual([
      ["a1", "b1", "c1"],
      ["a2", "c2", "a3"],
      ["a4", "a5"],
    ]);
  });

  it("lets one poisonous item fail alone", async () => {
    const commit = createGroupCommit<string, string>(
      async (items) => {
        if (items.includes("bad")) throw new Error("poison");
        return [...items];
      },
      { maxItems: 10, tenantOf: () => "one", isolate: () => true },
    );
    const results = await Promise.allSettled(["a", "bad", "b", "c"].map((item) => commit.add(item)));
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  });

  it("does not try items one by one when the database is gone", async () => {
    let writes = 0;
    const commit = createGroupCommit<number, number>(
      async () => {
        writes += 1;
        throw new Error("gone");
      },
      { maxItems: 10, tenantOf: () => "one", isolate: () => false },
    );
    const results = await Promise.allSettled([1, 2, 3, 4].map((item) => commit.add(item)));
    expect(results.every((result) => result.status === "rejected")).toBe(true);
    expect(writes).toBe(1);
  });
});

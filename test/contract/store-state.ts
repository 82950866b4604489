import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { accountId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import { newAccount, newPortalId, place } from "./store-fixtures.ts";

/** What standing connections remember. */
export function stateTests(use: () => Store): void {
  describe("channel state", () => {
    it("keeps bytes as they are, megabytes too, and replaces them", async () => {
      const { portal, account } = await place(use());
      const { channelState } = use();
      const large = randomBytes(3 * 1024 * 1024);
      expect(await channelState.get(portal, account.id, "k")).toBeUndefined();
      expect(await channelState.set(portal, account.id, "k", large)).toBe(true);
      expect((await channelState.get(portal, account.id, "k"))?.equals(large)).toBe(true);
      await channelState.set(portal, account.id, "k", Buffer.alloc(0));
      expect(await channelState.get(portal, account.id, "k")).toEqual(Buffer.alloc(0));
    });

    it("lists what begins so, sorted by bytes, and takes no letter of a prefix for a pattern", async () => {
      const { portal, account } = await place(use());
      const { channelState } = use();
      for (const key of ["b", "a/2", "a/1", "a_", "aB", "ab", "а/ü"])
        await channelState.set(portal, account.id, key, Buffer.from(key));
      const listed = async (prefix: string) =>
        (await channelState.list(portal, account.id, prefix)).map(({ key, value }) => [key, value.toString()]);
      expect(await listed("a/")).toEqual([
        ["a/1", "a/1"],
        ["a/2", "a/2"],
      ]);
      expect((await listed("a")).map(([key]) => key)).toEqual(["a/1", "a/2", "aB", "a_", "ab"]);
      expect((await listed("a_")).map(([key]) => key)).toEqual(["a_"]);
      expect(await listed("a%")).toEqual([]);
      expect(await listed("")).toHaveLength(7);
      await channelState.delete(portal, account.id, "a/1");
      await channelState.delete(portal, account.id, "never was");
      expect((await listed("a/")).map(([key]) => key)).toEqual(["a/2"]);
      await channelState.clear(portal, account.id);
      expect(await listed("")).toEqual([]);
    });

    it("belongs to one account of one portal, and goes with it", async () => {
      const { portal, account } = await place(use());
      const sibling = await newAccount(use(), portal);
      const { channelState } = use();
      await channelState.set(portal, account.id, "k", Buffer.from("mine"));
      await channelState.set(portal, sibling.id, "k", Buffer.from("sibling's"));
      expect(await channelState.get(newPortalId(), account.id, "k")).toBeUndefined();
      expect(await channelState.set(newPortalId(), account.id, "k", Buffer.from("foreign"))).toBe(false);
      await channelState.clear(newPortalId(), account.id);
      expect((await channelState.get(portal, account.id, "k"))?.toString()).toBe("mine");
      await use().accounts.delete(portal, account.id);
      expect(await channelState.get(portal, account.id, "k")).toBeUndefined();
      expect(await channelState.set(portal, account.id, "k", Buffer.from("late"))).toBe(false);
      expect((await channelState.get(portal, sibling.id, "k"))?.toString()).toBe("sibling's");
      expect((await use().portals.erase(portal)).rows.channel_state).toBe(1);
      expect(await channelState.get(portal, sibling.id, "k")).toBeUndefined();
    });

    it("takes no key that an index could not hold, and no id that is none", async () => {
      const { portal, account } = await place(use());
      const { channelState } = use();
      await expect(channelState.set(portal, account.id, "k".repeat(501), Buffer.alloc(1))).rejects.toThrow(RangeError);
      expect(await channelState.set(portal, accountId("x"), "k", Buffer.alloc(1))).toBe(false);
      expect(await channelState.get(portal, accountId("x"), "k")).toBeUndefined();
      expect(await channelState.list(portal, accountId("x"), "")).toEqual([]);
    });
  });
}

import { describe, expect, it } from "vitest";
import type { Store } from "../../src/store/contract.ts";
import { place } from "./store-fixtures.ts";

/** Addresses of a portal's own groups. */
export function mailGroupTests(use: () => Store): void {
  describe("a portal's own groups", () => {
    it("are known once each, however often and by however many boxes they are told, and by their own portal alone", async () => {
      const [{ portal }, { portal: other }] = [await place(use()), await place(use())];
      const { mails } = use();
      await mails.addGroups(portal, []);
      expect(await mails.groups(portal)).toEqual([]);
      await Promise.all([
        mails.addGroups(portal, ["team@firm.example", "all@firm.example"]),
        mails.addGroups(portal, ["team@firm.example", "odd\0@firm.example"]),
      ]);
      expect(await mails.groups(portal)).toEqual(["all@firm.example", "odd\uFFFD@firm.example", "team@firm.example"]);
      expect(await mails.groups(other)).toEqual([]);
    });

    it("that an employee took off come back by that employee's word and by no letter", async () => {
      const [{ portal }, { portal: other }] = [await place(use()), await place(use())];
      const { mails } = use();
      const at = new Date("2026-11-29T10:00:00Z");
      expect(await mails.addGroups(portal, ["ann@firm.example"])).toEqual(["ann@firm.example"]);
      expect(await mails.removeGroup(other, "ann@firm.example", at, "7")).toBe(false);
      expect(await mails.removeGroup(portal, "ann@firm.example", at, "7")).toBe(true);
      expect(await mails.removeGroup(portal, "ann@firm.example", new Date(), "8")).toBe(false);
      expect(await mails.addGroups(portal, ["team@firm.example", "ann@firm.example"])).toEqual(["team@firm.example"]);
      expect(await mails.groups(portal)).toEqual(["team@firm.example"]);
      expect(await mails.allGroups(portal)).toEqual([
        { address: "ann@firm.example", since: expect.any(Date), removed: { at, by: "7" } },
        { address: "team@firm.example", since: expect.any(Date) },
      ]);
      const back = await mails.putGroup(portal, "ann@firm.example", "8");
      expect(back).toEqual({ address: "ann@firm.example", since: expect.any(Date) });
      expect(await mails.putGroup(portal, "all@groups.example", "8")).toMatchObject({ addedBy: "8" });
      expect(await mails.groups(portal)).toEqual(["all@groups.example", "ann@firm.example", "team@firm.example"]);
      expect(await mails.allGroups(other)).toEqual([]);
    });
  });
}

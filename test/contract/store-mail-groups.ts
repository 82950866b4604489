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
  });
}

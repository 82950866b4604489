import { describe, expect, it } from "vitest";
import type { Store } from "../../src/store/contract.ts";
import { place } from "./store-fixtures.ts";

/** What was saved of open lines, for taking it back. */
export function lineSaveTests(use: () => Store): void {
  describe("saved settings of open lines", () => {
    it("are taken back step by step, each line's and each portal's own", async () => {
      const { portal } = await place(use());
      const { portal: other } = await place(use());
      const { lineSaves } = use();
      const first = { savedBy: "1", before: { greeting: "Hi\0" }, after: { greeting: "Hello" } };
      const second = {
        savedBy: "5",
        before: { maxChats: 0, holidays: [] },
        after: { maxChats: 3, holidays: ["01.01"] },
      };
      await lineSaves.keep(portal, "1", first);
      await lineSaves.keep(portal, "1", second);
      await lineSaves.keep(portal, "2", { savedBy: "7", before: { consent: null }, after: { consent: "3" } });
      const last = await lineSaves.last(portal, "1");
      expect(last).toEqual({ id: expect.any(String), savedAt: expect.any(Date), ...second });
      expect(await lineSaves.last(other, "1")).toBeUndefined();
      for (const [where, line, id] of [
        [other, "1", last?.id],
        [portal, "2", last?.id],
        [portal, "1", "rubbish"],
      ] as const)
        expect(await lineSaves.drop(where, line, id ?? "")).toBe(false);
      expect(await lineSaves.drop(portal, "1", last?.id ?? "")).toBe(true);
      expect(await lineSaves.drop(portal, "1", last?.id ?? "")).toBe(false);
      expect(await lineSaves.last(portal, "1")).toMatchObject({ savedBy: "1", before: { greeting: "Hi\uFFFD" } });
      await lineSaves.forget(portal, "1");
      expect(await lineSaves.last(portal, "1")).toBeUndefined();
      expect(await lineSaves.last(portal, "2")).toMatchObject({ before: { consent: null } });
    });

    it("are the newest ten of a line, whatever is kept of others", async () => {
      const { portal } = await place(use());
      const { lineSaves } = use();
      await lineSaves.keep(portal, "2", { savedBy: "1", before: { maxChats: 1 }, after: { maxChats: 2 } });
      for (let round = 1; round <= 13; round += 1)
        await lineSaves.keep(portal, "1", {
          savedBy: "1",
          before: { maxChats: round },
          after: { maxChats: round + 1 },
        });
      const seen: unknown[] = [];
      for (let last = await lineSaves.last(portal, "1"); last; last = await lineSaves.last(portal, "1")) {
        seen.push(last.before.maxChats);
        await lineSaves.drop(portal, "1", last.id);
      }
      expect(seen).toEqual([13, 12, 11, 10, 9, 8, 7, 6, 5, 4]);
      expect(await lineSaves.last(portal, "2")).toBeDefined();
    });
  });
}

import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { HitClass, LetterHit } from "../../src/domain/letter-hit.ts";
import type { Store } from "../../src/store/contract.ts";
import { place } from "./store-fixtures.ts";

/** What is seen of letters that were sent. */
export function trackTests(use: () => Store): void {
  const hit = (more: Partial<LetterHit> = {}): LetterHit => ({
    ...{ at: new Date("2026-11-29T10:00:00Z"), method: "GET", agent: "a browser\0", from: "print", ahead: false },
    ...more,
  });
  const begun = async () => {
    const { portal, account } = await place(use());
    const letter = { portal, account: account.id, originKey: `surface:${randomUUID()}`, messageId: "<a@b>" };
    const track = await use().tracks.begin({ ...letter, links: ["https://a.example"] });
    return { portal, account, letter, track };
  };
  const all = (kind: HitClass) => (hits: readonly LetterHit[]) => hits.map(() => kind);

  describe("tracked letters", () => {
    it("are begun once for a message, and found by their number alone", async () => {
      const { portal, letter, track } = await begun();
      expect(await use().tracks.begin({ ...letter, links: ["https://evil.example"] })).toEqual(track);
      expect(await use().tracks.find(track.id)).toEqual({ ...letter, id: track.id, links: ["https://a.example"] });
      expect(await use().tracks.find("rubbish")).toBeUndefined();
      expect(await use().tracks.find(randomUUID())).toBeUndefined();
      expect(await use().tracks.seen(portal, letter.originKey)).toEqual({ hits: [] });
      expect(await use().tracks.seen((await place(use())).portal, letter.originKey)).toBeUndefined();
    });

    it("have all their hits judged together, also when two come at once, and no more than a few hundred are kept", async () => {
      const { portal, letter, track } = await begun();
      const { tracks } = use();
      await Promise.all([
        tracks.hit(track.id, hit({ link: 1 }), all("human")),
        tracks.hit(track.id, hit(), all("human")),
      ]);
      const judged = await tracks.hit(track.id, hit({ method: "HEAD" }), all("scanner"));
      expect(judged.map((one) => one.class)).toEqual(["scanner", "scanner", "scanner"]);
      const seen = await tracks.seen(portal, letter.originKey);
      expect(seen?.hits).toHaveLength(3);
      expect(seen?.hits.every((one) => one.class === "scanner" && one.agent === "a browser\uFFFD")).toBe(true);
      for (let count = 3; count < 205; count += 1) await tracks.hit(track.id, hit(), all("proxy"));
      expect((await tracks.seen(portal, letter.originKey))?.hits).toHaveLength(200);
      expect(await tracks.hit(randomUUID(), hit(), all("human"))).toEqual([]);
    });

    it("are forgotten by their age, a batch at a time, their own portal's alone", async () => {
      const { portal, account, letter, track } = await begun();
      const other = await begun();
      await use().tracks.begin({ ...letter, account: account.id, originKey: "surface:second", links: [] });
      const later = new Date(Date.now() + 60_000);
      expect(await use().tracks.forget(portal, new Date(0), 10)).toBe(0);
      expect(await use().tracks.forget(portal, later, 1)).toBe(1);
      expect(await use().tracks.forget(portal, later, 10)).toBe(1);
      expect(await use().tracks.find(track.id)).toBeUndefined();
      expect(await use().tracks.find(other.track.id)).toBeDefined();
    });
  });
}

/** How much code a page loads before it shows anything, and in all: agents open the tab in a card fifty times a day. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, inject, it } from "vitest";

const folder = inject("builtPages");
const FIRST_PAINT = 200_000;
/**
 * Of the workplace about 50 kB are its reports, and 10 kB the connecting of one's own mailbox, which nobody loads who only talks to
 * customers; of both 70 kB are the emoji, and 15 kB canned replies and who wants no letters, loaded by whoever changes them.
 */
const PAGES = [
  { page: "card-tab", inAll: 390_000 },
  { page: "workplace", inAll: 460_000 },
];

const sizeOf = async (file: string) => gzipSync(await readFile(join(folder, file)), { level: 9 }).length;
const sum = async (files: ReadonlySet<string>) =>
  (await Promise.all([...files].map(sizeOf))).reduce((total, size) => total + size, 0);

/** Chunks by the names under which others load them. */
async function chunks(): Promise<ReadonlyMap<string, string>> {
  const files = (await readdir(join(folder, "assets"))).filter((file) => file.endsWith(".js"));
  return new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(join(folder, "assets", file), "utf8")] as const)),
  );
}

/** What a page's HTML names, what that imports, and so on; `lazily` also what is loaded when it is asked for. */
async function loadedBy(page: string, lazily: boolean): Promise<ReadonlySet<string>> {
  const all = await chunks();
  const html = await readFile(join(folder, page, "index.html"), "utf8");
  const wanted = [...all.keys()].filter((file) => html.includes(`/assets/${file}`));
  const found = new Set<string>();
  for (const file of wanted) {
    if (found.has(file)) continue;
    found.add(file);
    const code = all.get(file) ?? "";
    const named = lazily ? [...all.keys()].filter((other) => code.includes(other)) : statically(code);
    wanted.push(...named.filter((other) => all.has(other)));
  }
  return new Set([...found].map((file) => `assets/${file}`));
}

const statically = (code: string) =>
  [...code.matchAll(/(?:from|import)"\.\/([^"]+\.js)"/g)].map((match) => match[1] ?? "");

describe.each(PAGES)("the code of $page", ({ page, inAll }) => {
  it("is at most 200 kB before anything is shown, and little more in all", async () => {
    const [first, all] = [await loadedBy(page, false), await loadedBy(page, true)];
    expect(first.size).toBeGreaterThan(2);
    expect(all.size).toBeGreaterThan(first.size);
    expect(await sum(first)).toBeLessThan(FIRST_PAINT);
    expect(await sum(all)).toBeLessThan(inAll);
  });
});

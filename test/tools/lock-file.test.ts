/**
 * `npm ci` refuses a lock file that lacks a package which some platform needs, and npm writes such a file without a word
 * where the registry does not have that package. This finds it on the machine that made it.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";

const Lock = z.object({
  packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() })),
});

test("every platform's packages are in the lock file", () => {
  const text = readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8");
  const { packages } = Lock.parse(JSON.parse(text));
  const isReachable = (from: string, name: string): boolean => {
    if (`${from === "" ? "" : `${from}/`}node_modules/${name}` in packages) return true;
    const above = from.lastIndexOf("/node_modules/");
    if (from === "") return false;
    return isReachable(above === -1 ? "" : from.slice(0, above), name);
  };
  const missing = Object.entries(packages).flatMap(([from, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {})
      .filter((name) => !isReachable(from, name))
      .map((name) => `${name} for ${from}`),
  );
  expect(Object.keys(packages).length).toBeGreaterThan(100);
  expect(missing).toEqual([]);
});

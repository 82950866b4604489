import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { z } from "zod";

/**
 * whatsapp-web.js is an optional dependency: a server is installed and runs without it, its accounts say so. The tests are
 * not: without the library they would prove nothing, and so they fail.
 */

const require = createRequire(import.meta.url);
const packageSchema = z.object({ optionalDependencies: z.object({ "whatsapp-web.js": z.string() }) });
const repository = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");

test("the library is installed, in the version that is pinned", () => {
  const pinned = packageSchema.parse(JSON.parse(repository("package.json"))).optionalDependencies["whatsapp-web.js"];
  expect(pinned).toMatch(/^\d+\.\d+\.\d+$/);
  expect(z.object({ version: z.string() }).parse(require("whatsapp-web.js/package.json")).version).toBe(pinned);
});

test("it has what the worker uses", () => {
  const library = z.record(z.string(), z.unknown()).parse(require("whatsapp-web.js"));
  for (const name of ["Client", "MessageMedia", "Location"]) expect(library[name]).toBeTypeOf("function");
});

test("its driver downloads no browser: the system's is used", () => {
  expect(require("../../.puppeteerrc.cjs")).toEqual({ skipDownload: true });
  const driver = z.object({ configuration: z.object({ skipDownload: z.boolean() }) });
  const itsOwn = createRequire(require.resolve("whatsapp-web.js"));
  expect(driver.parse(itsOwn("puppeteer").default).configuration.skipDownload).toBe(true);
});

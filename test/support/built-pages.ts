/** What our pages are built into, once for all `browser` tests. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** The folder with the pages, `widget.js` and `form.js`. */
    builtPages: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const outDir = await mkdtemp(join(tmpdir(), "threadline-pages-"));
  // As `npm run build` does: under the test runner's own environment the pages would carry what is for their developers.
  const environment = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  for (const configFile of ["vite.config.ts", "vite.widget.config.ts", "vite.form.config.ts"])
    await build({ configFile, logLevel: "error", build: { outDir } });
  process.env.NODE_ENV = environment;
  project.provide("builtPages", outDir);
  return () => rm(outDir, { recursive: true, force: true });
}

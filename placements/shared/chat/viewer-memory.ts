import { boot } from "../boot.ts";
import { createPageMemory } from "./page-memory.ts";

/** What this browser remembers of the page's viewer. */
export const viewerMemory = createPageMemory(
  `threadline:${boot.portal.id}:${boot.user.id}:`,
  () => window.localStorage,
);

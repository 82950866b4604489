/** What the portal's page remembers beside the portal itself: options that apps keep in it, and what stands beside it. */
import type { EmulatedPortal } from "../portal.ts";
import type { Fields } from "../values.ts";

/** Another page of the demo, reachable from the portal's top bar. */
export interface Companion {
  readonly title: string;
  readonly url: string;
  /** `phone` opens in a floating panel, `link` in a tab of its own. */
  readonly kind: "phone" | "link";
}

export interface PageMemory {
  /** BX24.appOption, by application. */
  readonly appOptions: Map<string, Fields>;
  /** BX24.userOption, by application and person. */
  readonly userOptions: Map<string, Fields>;
  companions: readonly Companion[];
}

const memories = new WeakMap<EmulatedPortal, PageMemory>();

export function pageMemory(portal: EmulatedPortal): PageMemory {
  const known = memories.get(portal);
  if (known !== undefined) return known;
  const fresh: PageMemory = { appOptions: new Map(), userOptions: new Map(), companions: [] };
  memories.set(portal, fresh);
  return fresh;
}

/** Options under a key, made when there are none yet. */
export function optionsOf(options: Map<string, Fields>, key: string): Fields {
  const known = options.get(key);
  if (known !== undefined) return known;
  const fresh: Fields = {};
  options.set(key, fresh);
  return fresh;
}

/** Shows links to other pages of a demo in this portal's top bar. */
export function showBeside(portal: EmulatedPortal, companions: readonly Companion[]): void {
  pageMemory(portal).companions = companions;
}

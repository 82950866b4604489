import axe from "axe-core";
import type { Frame, Page } from "playwright-core";
import type { PageRequest } from "../emulators/portal/pages.ts";

/** Opens a page of ours the way the portal does: a form posted into a fresh window. */
export async function postPage(
  page: Page,
  base: string,
  request: PageRequest,
  to: { readonly path?: string; readonly fields?: Readonly<Record<string, string>>; readonly language?: string } = {},
): Promise<void> {
  const inputs = Object.entries({ ...request.fields, ...to.fields }).map(
    ([name, value]) => `<input name="${name}" value="${value.replaceAll('"', "&quot;")}">`,
  );
  const url = new URL(`${base}${to.path ?? "/"}${new URL(request.url).search}`);
  if (to.language !== undefined) url.searchParams.set("LANG", to.language);
  await page.setContent(`<form method="post" action="${url.href.replaceAll("&", "&amp;")}">${inputs.join("")}</form>`);
  await page.evaluate("document.forms[0].submit()");
  await page.locator("main").waitFor();
}

/** Serious faults of accessibility, and whether something is cut off sideways; empty = none. */
export async function faultsOf(page: Page | Frame): Promise<string[]> {
  const serious = await inaccessible(page);
  const over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  return [...serious, ...(over === 0 ? [] : [`cut off sideways by ${String(over)} pixels`])];
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Colours halfway through a transition are nobody's: what comes to an end is waited for, what turns for ever is not. */
const AT_REST = `Promise.allSettled(document.getAnimations()
  .filter((one) => one.playState === "running" && one.effect?.getComputedTiming().endTime !== Infinity)
  .map((one) => one.finished)).then(() => undefined)`;

/**
 * Serious faults of accessibility; empty = none.
 * @param element of this element alone, as a site has it that is not ours
 */
export async function inaccessible(page: Page | Frame, element?: string): Promise<string[]> {
  // A megabyte and a half: once for each page.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(`${axe.source};0`);
  const where = element === undefined ? "document" : JSON.stringify({ include: [[element]] });
  const rules = element === undefined ? { region: { enabled: false } } : {};
  const options = JSON.stringify({ resultTypes: ["violations"], rules });
  await page.evaluate(AT_REST);
  const violations = await page.evaluate<readonly Violation[]>(
    `axe.run(${where}, ${options}).then(({ violations }) => violations)`,
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary = "" }) => `${html.slice(0, 200)} ${failureSummary.slice(0, 200)}`).join("; ")}`,
    );
}

/** Takes the pictures of `docs/agents.md`: the tab of a card and the workplace, in every look and every language of ours. */
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { postPage } from "../support/our-page.ts";
import type { Demo } from "./demo.ts";

const ANNA = 5;
const wide = { width: 1280, height: 800 };
const LOOKS = {
  light: { viewport: wide, colorScheme: "light" },
  dark: { viewport: wide, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 800 }, colorScheme: "light" },
} as const satisfies Readonly<Record<string, BrowserContextOptions>>;
const LANGUAGES = ["en", "ru", "es"] as const;

/** English in every look, the other languages in light. */
const SHOTS = LANGUAGES.flatMap((language) =>
  Object.entries(LOOKS)
    .filter(([look]) => language === "en" || look === "light")
    .map(([look, options]) => ({ language, look, options })),
);

export async function showAgents(demo: Demo, folder: string): Promise<void> {
  const browser = await launchBrowser();
  try {
    for (const { language, look, options } of SHOTS) {
      const isWide = look !== "phone";
      const suffix = language === "en" ? look : language;
      const tab = await openAs(demo, browser, options, language, tabOfMaria(demo));
      await shoot(tab, join(folder, `agent-tab-${suffix}.png`), isWide);
      const workplace = await openAs(demo, browser, options, language, { path: "/placements/workplace" });
      await workplace.getByRole("button", { name: /Maria Lopez/ }).click();
      await shoot(workplace, join(folder, `agent-workplace-${suffix}.png`), isWide);
    }
  } finally {
    await browser.close();
  }
}

interface Place {
  readonly path: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/** The deal in which Maria's conversation stands. */
function tabOfMaria({ world }: Demo): Place {
  const deal = [...(world.portal.portal().portal.crm.items.get(2)?.values() ?? [])].find((item) =>
    /Oak table/.test(String(item.fields.title)),
  );
  if (!deal) throw new Error("there is no deal about the oak table");
  return {
    path: "/placements/deal-tab",
    fields: { PLACEMENT: "CRM_DEAL_DETAIL_TAB", PLACEMENT_OPTIONS: JSON.stringify({ ID: String(deal.id) }) },
  };
}

async function openAs(
  { world }: Demo,
  browser: Browser,
  options: BrowserContextOptions,
  language: string,
  place: Place,
): Promise<Page> {
  // A window of its own: no picture depends on what another one left open. Reduced motion: nothing is caught half-way.
  const page = await browser.newPage({ ...options, reducedMotion: "reduce" });
  await postPage(page, world.web.url, world.portal.portal().appRequest({ userId: ANNA }), { ...place, language });
  return page;
}

async function shoot(page: Page, path: string, isWide: boolean): Promise<void> {
  await page.getByText("Perfect, then please go ahead!").first().waitFor();
  // The page is idle then, and what stands beside the conversation is there too.
  if (isWide) await page.getByRole("complementary").getByText("maria_lopez").first().waitFor();
  await page.evaluate("Promise.allSettled([...document.images].map((image) => image.decode())).then(() => undefined)");
  await page.mouse.move(0, 0);
  await page.screenshot({ path });
  await page.close();
}

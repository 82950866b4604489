import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { type Ruleset, rulesetSchema } from "../../../src/rules/ruleset.ts";
import { LOOKS, type Pages } from "./open-pages.ts";

const TAB: Readonly<Record<string, string>> = { en: "Rules", ru: "Правила", la: "Reglas" };

/** The rules' part of the settings page, and what it leaves in the store. */
export class RulesPage {
  readonly pages: Pages;
  private readonly admin: string;

  constructor(pages: Pages, admin: string) {
    this.pages = pages;
    this.admin = admin;
  }

  async current() {
    return (await this.pages.site.api(this.admin, "GET", "/rules")).json();
  }

  /** Saves these rules over whatever there was. */
  async save(ruleset: object): Promise<void> {
    const body = { ruleset, basedOn: (await this.current()).version };
    const answer = await this.pages.site.api(this.admin, "PUT", "/rules", body);
    expect(answer.statusCode, answer.body).toBe(200);
  }

  async stored(): Promise<Ruleset> {
    const { store, memberId } = this.pages.site;
    const found = await store.rulesets.current(memberId);
    return rulesetSchema.parse(found?.content ?? {});
  }

  async open(look: BrowserContextOptions = {}, language = "en"): Promise<Page> {
    const { url, fields } = this.pages.site.portal.appRequest();
    const translated = new URL(url);
    translated.searchParams.set("LANG", language);
    const page = await this.pages.open({ url: translated.href, fields }, "/", { ...LOOKS.light, ...look });
    await showRules(page, language);
    return page;
  }
}

export async function showRules(page: Page, language = "en"): Promise<void> {
  await page.getByRole("tab", { name: TAB[language] ?? "" }).click();
  await page.getByRole("heading", { level: 3 }).waitFor();
}

export const go = (page: Page, section: string): Promise<void> =>
  page.getByRole("navigation").getByRole("button", { name: section, exact: true }).click();

/** `page`: where the list opens, when it is chosen within a part of it. */
export async function choose(
  within: Page | Locator,
  label: string,
  option: string,
  page = within as Page,
): Promise<void> {
  await within.getByRole("combobox", { name: label, exact: true }).first().click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

export async function saveRules(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Save rules" }).click();
  await page.getByText("Saved. These rules count now.").waitFor();
}

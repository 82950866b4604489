import { readFile } from "node:fs/promises";
import { describe, expect, test, vi } from "vitest";
import { conversationId } from "../../src/domain/ids.ts";
import { evaluate } from "../../src/rules/evaluate.ts";
import { factsSchema } from "../../src/rules/facts.ts";
import { defaultRuleset } from "../../src/rules/ruleset.ts";
import { account, ends, furnish, inAllLooks, inspect, receive, settings, site, usePages } from "./support/pages.ts";

usePages();

describe("the journal", () => {
  test("unfolds a message into its way, in light, dark and narrow", async () => {
    await furnish();
    await inAllLooks("settings-journal", settings, async (page) => {
      const row = page.getByRole("button", { name: /The driver will call you/ });
      await row.click();
      expect(await row.getAttribute("aria-expanded")).toBe("true");
      const way = page.getByRole("region", { name: "Its way so far" });
      await way.getByText("Written: your colleague").waitFor();
      const passed = await way.getByRole("listitem").allInnerTexts();
      expect(passed.map((text) => text.split("\n")[0])).toEqual([
        "Written: your colleague",
        "Received and stored",
        "Sent to the channel",
        "May not have arrived",
      ]);
    });
  });

  test("finds messages by words, direction and day, and says when there is none", async () => {
    await furnish();
    const page = await settings();
    const search = page.getByRole("searchbox", { name: "Search messages" });
    await page.getByText("Is anybody there?").waitFor();
    await search.fill("lopez DELIVER");
    await page.getByText("Is anybody there?").waitFor({ state: "hidden" });
    await page.getByText("Do you deliver on Fridays?").waitFor();
    await search.fill("no such words");
    await page.getByText("No such message").waitFor();
    await inspect(page, "settings-journal-nothing");
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("Is anybody there?").waitFor();
    expect(await search.inputValue()).toBe("");
    await page.getByRole("combobox", { name: "Direction" }).click();
    await page.getByRole("option", { name: "To the customer" }).click();
    await page.getByText("Is anybody there?").waitFor({ state: "hidden" });
    await page.getByText("Thank you, we will exchange it.").waitFor();
    await page.getByLabel("To", { exact: true }).fill("2020-01-01");
    await page.getByText("No such message").waitFor();
  });

  test("says how far it looked when it has found nothing so far, and looks further", async () => {
    const shop = await account("Shop", "1112223334:abcdef");
    await receive(shop, "maria", ["Maria", "Lopez"], "needle", 1);
    const { search } = site.store.journal;
    const lookedTo = new Date("2026-03-01T12:00:00Z");
    const looking = vi
      .spyOn(site.store.journal, "search")
      .mockImplementation(async (portal, asked) =>
        asked.before === undefined ? { rows: [], next: Number.MAX_SAFE_INTEGER, lookedTo } : search(portal, asked),
      );
    const page = await settings();
    await page.getByText("Nothing found so far").waitFor();
    await page.getByText(/Looked back to .*2026/).waitFor();
    await page.getByRole("button", { name: "Look further back" }).click();
    await page.getByText("needle").waitFor();
    expect(await page.getByText("Nothing found so far").count()).toBe(0);
    looking.mockRestore();
  });

  test("stays where the reader is while new messages come, with the keyboard alone", async () => {
    const shop = await account("Shop", "1112223334:abcdef");
    await receive(shop, "maria", ["Maria", "Lopez"], "the first one", 3);
    const page = await settings();
    const row = page.getByRole("button", { name: /the first one/ });
    await row.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Its way so far" }).waitFor();
    const later = await receive(shop, "maria", ["Maria", "Lopez"], "one more", 1);
    await page.getByRole("button", { name: /one more/ }).waitFor();
    expect(await row.getAttribute("aria-expanded")).toBe("true");
    expect(await page.evaluate("document.activeElement.textContent")).toContain("the first one");
    await ends(later.message, { state: "refused", error: "The line is off." });
    await page.getByText("The line is off.").waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Its way so far" }).waitFor({ state: "hidden" });
  });

  test("shows why a message is where it is, its conversation, and hands it to the rules", async () => {
    const shop = await account("Shop", "1112223334:abcdef");
    const { message, conversation } = await receive(shop, "maria", ["Maria", "Lopez"], "an offer, please", 3);
    const id = conversationId(conversation);
    const { person } = await site.store.people.identify(site.memberId, {
      conversation: id,
      points: [],
      sharedByMoreThan: 5,
    });
    const facts = factsSchema.parse({});
    const begun = await site.store.decisions.begin(site.memberId, { conversation: id, person, message: message });
    const decision = evaluate(facts, defaultRuleset());
    await site.store.decisions.decide(site.memberId, begun.id, { rulesetVersion: 0, facts, decision });
    await ends(message, { state: "sent" });
    const page = await settings();
    await page.getByRole("button", { name: /an offer, please/ }).click();
    await page.getByText("Decided where it belongs").waitFor();
    const why = page.getByRole("region", { name: "Why it is where it is" });
    await why.getByRole("listitem").first().waitFor();
    expect(await why.getByRole("listitem").count()).toBeGreaterThanOrEqual(decision.reasons.length);
    await inspect(page, "settings-journal-why");
    await page.getByRole("button", { name: "Show the conversation" }).click();
    const dialog = page.getByRole("dialog", { name: "Conversation with Maria Lopez" });
    await dialog.getByRole("log").getByText("an offer, please").waitFor();
    await inspect(page, "journal-conversation");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Try the rules on this message" }).click();
    expect(await page.evaluate("location.hash")).toBe(`#rules?message=${message}`);
    await page.getByRole("region", { name: "Result" }).waitFor();
  });

  test("is exported as it is filtered, and harmless in a spreadsheet", async () => {
    await furnish();
    const shop = await account("Third", "7778889990:abcdef");
    await receive(shop, "eve", ["Eve", "=1+1"], '=HYPERLINK("http://evil.example")', 1);
    const page = await settings();
    await page.getByRole("searchbox", { name: "Search messages" }).fill("eve");
    await page.getByText("Is anybody there?").waitFor({ state: "hidden" });
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export as CSV" }).click();
    const file = await (await download).path();
    const lines = (await readFile(file, "utf8")).trimEnd().split("\r\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('"Received and stored"');
    expect(lines[1]).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
    expect(lines[1]).toContain('"Eve =1+1"');
    await page.getByText("1 message is in the file.").waitFor();
  });
});

describe("how long messages are kept", () => {
  test("is set on the settings page, which asks before any are deleted", async () => {
    const page = await settings();
    const kept = async () => (await site.store.portals.find(site.memberId))?.keepDays;
    const days = page.getByLabel("Delete messages after (days)");
    expect(await days.inputValue()).toBe("90");
    await days.fill("5");
    await page
      .getByText("A whole number from 7 to 3,650.")
      .or(page.getByText("A whole number from 7 to 3650."))
      .waitFor();
    expect(await page.getByRole("button", { name: "Apply" }).isDisabled()).toBe(true);
    await inspect(page, "settings-retention-wrong");
    const counted = vi.spyOn(site.store.journal, "countBefore").mockResolvedValue(1_234);
    await days.fill("30");
    await page.getByRole("button", { name: "Apply" }).click();
    const dialog = page.getByRole("dialog", { name: "Delete older messages?" });
    await dialog.getByText("1,234 messages are older").waitFor();
    // Half faded in, its colours are none of its own.
    await expect.poll(() => page.evaluate("document.getAnimations().length")).toBe(0);
    await inspect(page, "retention-confirm");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "hidden" });
    expect(await kept()).toBe(90);
    await page.getByRole("button", { name: "Apply" }).click();
    await dialog.getByRole("button", { name: "Delete them" }).click();
    await dialog.waitFor({ state: "hidden" });
    expect(await kept()).toBe(30);
    counted.mockRestore();
    await page.getByRole("switch", { name: "Keep messages for ever" }).click();
    await page.getByRole("button", { name: "Apply" }).click();
    await expect.poll(kept).toBeUndefined();
    await site.store.portals.update(site.memberId, { keepDays: 90 });
  });
});

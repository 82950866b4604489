/** Where an employee finds the address for blind copies of their mail. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { inAllLooks, type Look, site, usePages, workplace, workplaceIn } from "./support/pages.ts";

usePages();

const ADMIN = "1";

async function opened(look?: Look): Promise<Page> {
  const page = await workplace(look);
  await page.getByRole("button", { name: "Copy mail to the CRM" }).click();
  await page.getByRole("dialog", { name: "Copy mail to the CRM" }).waitFor();
  return page;
}

test("an employee makes an address, says which letters were theirs, and makes another one after a question", async () => {
  const page = await opened();
  const dialog = page.getByRole("dialog", { name: "Copy mail to the CRM" });
  await dialog.getByText("You have no address yet.").waitFor();
  await dialog.getByRole("button", { name: "Make my address" }).click();
  const shown = dialog.locator("code").first();
  await expect.poll(() => shown.innerText()).toMatch(/^crm-[a-z2-7]{26}@crm\.example$/);
  const first = await shown.innerText();
  await dialog.getByText("Takes letters from: ada@portal.example").waitFor();
  await dialog.getByText("No letter has come yet.").waitFor();

  await site.store.bcc.noteSender(site.memberId, ADMIN, "ada@home.example", "asked", new Date());
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await page.getByRole("button", { name: "Copy mail to the CRM" }).click();
  await dialog.getByText("A letter came from ada@home.example and was refused. Was it yours?").waitFor();
  await dialog.getByRole("button", { name: "It was mine: ada@home.example" }).click();
  await dialog.getByText("Also from ada@home.example, as you have confirmed.").waitFor();
  await dialog.getByText("Send that letter once more").waitFor();

  await dialog.getByRole("button", { name: "New address: Your address" }).click();
  const question = page.getByRole("dialog", { name: "Make a new address?" });
  await question.getByText("The present one ends at once").waitFor();
  await question.getByRole("button", { name: "Cancel" }).click();
  expect(await shown.innerText()).toBe(first);
  await dialog.getByRole("button", { name: "New address: Your address" }).click();
  await question.getByRole("button", { name: "New address" }).click();
  await expect.poll(() => shown.innerText()).not.toBe(first);
  await question.waitFor({ state: "detached" });

  await dialog.getByRole("button", { name: "Make an address for all" }).click();
  await expect.poll(() => dialog.locator("code").count()).toBe(2);
});

test("it looks well in every look", async () => {
  await site.store.bcc.put(site.memberId, ADMIN, "abcdefghijklmnopqrstuvwxyz");
  await site.store.bcc.noteSender(site.memberId, ADMIN, "ada.personal@mail.example", "asked", new Date());
  await site.store.bcc.used(site.memberId, ADMIN, new Date());
  await inAllLooks("bcc", opened, async (page) => {
    await page.getByText("A letter came from ada.personal@mail.example").waitFor();
  });
});

test.each([
  ["ru", "Копии писем в CRM", /^Письмо с адреса ada\.personal@mail\.example отклонено/],
  ["es", "Copiar correo al CRM", /^Llegó un correo de ada\.personal@mail\.example/],
])("it looks well in %s", async (language, title, asked) => {
  await site.store.bcc.put(site.memberId, ADMIN, "abcdefghijklmnopqrstuvwxyz");
  await site.store.bcc.noteSender(site.memberId, ADMIN, "ada.personal@mail.example", "asked", new Date());
  await site.store.bcc.used(site.memberId, ADMIN, new Date());
  const shown = async (look: Look) => {
    const page = await workplaceIn(language, look);
    await page.getByRole("button", { name: title }).click();
    return page;
  };
  await inAllLooks(`bcc-${language}`, shown, (page) =>
    page.getByRole("dialog", { name: title }).getByText(asked).waitFor(),
  );
});

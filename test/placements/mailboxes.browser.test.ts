/** Mailboxes on the settings page: what is said when one is connected, the company's lists, and who wants no more letters. */
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { createEmailAdapter } from "../../src/channels/email/adapter.ts";
import { LOOKS } from "./support/open-pages.ts";
import { inAllLooks, inspect, type Look, settingsIn, site, usePages } from "./support/pages.ts";

// As the real one is filled in; nobody is at the other end.
const connect = async () => ({
  ...{ connection: { kind: "starting", sentence: "Signing in to the mailbox." } as const, profile: {} },
});
usePages([{ ...createEmailAdapter(), connect }], ({ emulator, portal }) => {
  emulator.configureApplication({ scope: [...emulator.application().scope, "mail"] });
  portal.portal.mailboxes.push({ userId: 1, email: "sales@ellis.example" });
});

async function box(address: string): Promise<void> {
  const body = { channel: "email", name: address, credentials: { password: "secret" }, settings: { address } };
  expect((await site.api(await site.sessionOf(1), "POST", "/accounts", body)).statusCode).toBe(201);
}

describe("a mailbox that the portal's own mail reads, too", () => {
  const WORDS = {
    en: ["Add channel", "E-mail", "E-mail address", /Bitrix24's own mail reads sales@ellis\.example as well\./],
    ru: ["Добавить канал", "Почта", "Адрес почты", /Ящик sales@ellis\.example уже читает почта Битрикс24/],
    es: ["Añadir canal", "Correo", "Dirección de correo", /El correo de Bitrix24 ya lee sales@ellis\.example/],
  } as const;

  async function typed(language: keyof typeof WORDS, look?: Look): Promise<Page> {
    const [add, channel, address, warning] = WORDS[language];
    const page = await settingsIn(language, look);
    await page.getByRole("button", { name: add }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: channel }).click();
    await dialog.getByLabel(address).fill("sales@ellis.example");
    await dialog.getByRole("status").getByText(warning).waitFor();
    return page;
  }

  test("is told while its address is typed, and once more when it was connected all the same", async () => {
    const page = await typed("en");
    const dialog = page.getByRole("dialog");
    const warning = dialog.getByText(/Bitrix24's own mail/);
    await dialog.getByLabel("E-mail address").fill("help@ellis.example");
    await warning.waitFor({ state: "detached" });
    await dialog.getByLabel("E-mail address").fill("sales@ellis.example");
    await warning.waitFor();
    await dialog.getByLabel("Password").fill("secret");
    await dialog.locator("button[form=account-form]").click();
    const signIn = page.getByRole("dialog", { name: /^Sign in/ });
    await signIn.getByText("The connection is being opened.").waitFor();
    await signIn.getByRole("button", { name: "Close" }).last().click();
    await page
      .getByRole("alert")
      .getByText(/sales@ellis\.example as well, so its letters would stand/)
      .waitFor();
    await inspect(page, "doubled-told");
    expect(await site.store.accounts.list(site.memberId)).toHaveLength(1);
  });

  test.each(["en", "ru", "es"] as const)("is told in %s, in every look", async (language) => {
    await inAllLooks(
      `doubled-${language}`,
      (look) => typed(language, look),
      async () => undefined,
    );
  });
});

describe("the company's distribution lists", () => {
  test("are seen, taken off where one is a person, put back and added", async () => {
    await box("sales@ellis.example");
    await site.store.mails.addGroups(site.memberId, ["anna@ellis.example", "team@ellis.example"]);
    const page = await settingsIn("en");
    const card = page.getByRole("region", { name: "Distribution lists" });
    const lists = card.getByRole("list", { name: "Distribution lists" });
    await lists.getByText("anna@ellis.example").waitFor();
    expect(await lists.getByText(/^Recognised by a letter on /).count()).toBe(2);
    await card.getByRole("button", { name: "Not a list: anna@ellis.example" }).click();
    await card.getByRole("status").getByText("anna@ellis.example counts as a person's address").waitFor();
    const off = card.getByRole("region", { name: "Not lists" });
    await off.getByText(/^Taken off by Ada Admin on /).waitFor();
    expect(await lists.getByText("anna@ellis.example").count()).toBe(0);
    expect(await site.store.mails.groups(site.memberId)).toEqual(["team@ellis.example"]);

    await off.getByRole("button", { name: "Put back: anna@ellis.example" }).click();
    await lists.getByText("anna@ellis.example").waitFor();
    await off.waitFor({ state: "detached" });

    await card.getByRole("button", { name: "Add a list" }).click();
    await card.getByLabel("The list's address").fill("everybody");
    await card.getByRole("button", { name: "Add", exact: true }).click();
    await card.getByText("This is no e-mail address.").waitFor();
    await card.getByLabel("The list's address").fill("sales@ellis.example");
    await card.getByRole("button", { name: "Add", exact: true }).click();
    await card.getByText("This is a mailbox that is connected here").waitFor();
    await inspect(page, "lists-own-box");
    await card.getByLabel("The list's address").fill("Everybody@groups.example");
    await card.getByRole("button", { name: "Add", exact: true }).click();
    await lists.getByText("everybody@groups.example").waitFor();
    await lists.getByText(/^Added by Ada Admin on /).waitFor();
  });

  test.each([
    ["en", "Distribution lists", "Add a list", /^Not a list: team@/],
    ["ru", "Группы рассылки", "Добавить группу", /^Это не группа: team@/],
    ["es", "Listas de distribución", "Añadir una lista", /^No es una lista: team@/],
  ])("look well in %s", async (language, title, add, remove) => {
    await box("sales@ellis.example");
    const names = ["team", "everybody.of.the.whole.company.and.its.partners", "anna"];
    for (const name of names) await site.store.mails.putGroup(site.memberId, `${name}@ellis.example`, "1");
    await site.store.mails.removeGroup(site.memberId, "anna@ellis.example", new Date(), "1");
    await inAllLooks(
      `lists-${language}`,
      (look) => settingsIn(language, look),
      async (page) => {
        const card = page.getByRole("region", { name: title, exact: true });
        await card.getByRole("button", { name: add }).click();
        await card.getByRole("button", { name: remove }).click();
        await card.getByRole("status").waitFor();
        await site.store.mails.putGroup(site.memberId, "team@ellis.example", "1");
      },
    );
  });
});

test("who called a letter spam stands among those who unsubscribed, with that reason", async () => {
  await box("sales@ellis.example");
  const address = "maria@example.com";
  await site.store.unsubscriptions.leave(site.memberId, {
    ...{ key: address, address, at: new Date(), how: "complaint" },
  });
  const SAID = {
    en: ["Unsubscribed", /, by reporting a letter as spam to their provider$/],
    ru: ["Отписавшиеся", /, жалобой на спам своему провайдеру$/],
    es: ["Suscripciones canceladas", /, con una queja por spam a su proveedor$/],
  } as const;
  for (const [language, [title, how]] of Object.entries(SAID)) {
    const page = await settingsIn(language, LOOKS.narrow);
    const card = page.getByRole("region", { name: title });
    await card.getByText(how).waitFor();
    await inspect(page, `complained-${language}`);
  }
});

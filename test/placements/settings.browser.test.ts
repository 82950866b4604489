import { describe, expect, test } from "vitest";
import { accountId } from "../../src/domain/ids.ts";
import {
  account,
  base,
  connectorSetup,
  freshContext,
  furnish,
  inAllLooks,
  inspect,
  type Look,
  open,
  receive,
  settings,
  site,
  usePages,
} from "./support/pages.ts";

usePages();

describe("settings", () => {
  test("show channels, switch and journal, in light, dark and narrow", async () => {
    await furnish();
    await inAllLooks("settings", settings, async (page) => {
      await page.getByText("Ellis & Sons shop", { exact: true }).first().waitFor();
      await page.getByText("Is anybody there?").waitFor();
    });
  });

  test("say what to do first when there is nothing yet", async () => {
    await inAllLooks("settings-empty", settings, (page) => page.getByText("No channel yet").waitFor());
  });

  test("tell what is missing, and repair it", async () => {
    site.installation.report = {
      ok: false,
      problems: [
        "The permission imopenlines is missing. Open the application's card in Bitrix24 Market and install it again.",
      ],
    };
    await site.store.portals.update(site.memberId, { installation: site.installation.report });
    const page = await settings();
    await page.getByText("The permission imopenlines is missing").waitFor();
    await inspect(page, "settings-problems");
    site.installation.report = { ok: true, problems: [] };
    await page.getByRole("button", { name: "Repair" }).click();
    await page.getByText("Everything is in place.").waitFor();
    expect(await page.getByText("The permission imopenlines is missing").count()).toBe(0);
  });

  test("add an account step by step, keeping what was typed when the vendor says no", async () => {
    const page = await settings();
    await page.getByRole("button", { name: "Add channel" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Connect" }).click();
    await dialog.getByText("This is needed.").waitFor();
    await dialog.getByLabel("Bot token").fill("bad-token-00000");
    await dialog.getByLabel("Name").fill("My bot");
    await dialog.getByRole("button", { name: "Connect" }).click();
    await dialog.getByText("Telegram does not know this token").waitFor();
    expect(await dialog.getByLabel("Name").inputValue()).toBe("My bot");
    await inspect(page, "settings-dialog");
    await dialog.getByLabel("Bot token").fill("1234567890:abcdef");
    await dialog.getByRole("button", { name: "Connect" }).click();
    await page.getByRole("region", { name: "Channels" }).getByText("My bot").waitFor();
    expect(await site.store.accounts.list(site.memberId)).toMatchObject([
      { name: "My bot", connection: { kind: "connected" } },
    ]);
  });

  test("connect an account to a line, switch it off, ask about the backlog, delete it", async () => {
    const id = await account("Shop bot", "1112223334:abcdef");
    const page = await settings();
    await page.getByRole("combobox", { name: "Open Channel: Shop bot" }).click();
    await page.getByRole("option", { name: "Support" }).click();
    await expect.poll(async () => (await site.store.accounts.find(site.memberId, accountId(id)))?.line).toBe("2");
    const toggle = page.getByRole("switch", { name: "Deliver messages of Shop bot" });
    await toggle.click();
    await page.getByText("Off: messages are kept").waitFor();
    await receive(id, "c", ["Maria", "Lopez"], "hello", 1);
    await toggle.click();
    await page.getByText("1 message came in").waitFor();
    await inspect(page, "settings-backlog");
    await page.getByRole("button", { name: "Leave undelivered" }).click();
    await expect.poll(async () => (await site.store.accounts.find(site.memberId, accountId(id)))?.enabled).toBe(true);
    await page.getByText("Given up").waitFor();
    await page.getByRole("button", { name: "Send again" }).click();
    await page.getByRole("region", { name: "Recent messages" }).getByText("Waiting").waitFor();
    await page.getByRole("button", { name: "Actions for Shop bot" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("No channel yet").waitFor();
    expect(await site.store.accounts.list(site.memberId)).toEqual([]);
  });

  test("filter the journal by state and channel, and ask before an uncertain message goes again", async () => {
    await furnish();
    const page = await settings();
    await page.getByText("Is anybody there?").waitFor();
    await page.getByRole("combobox", { name: "State" }).click();
    await page.getByRole("option", { name: "With trouble" }).click();
    await page.getByText("Is anybody there?").waitFor({ state: "hidden" });
    await page.getByText("Thank you, we will exchange it.").waitFor();
    const doubtful = page.getByRole("listitem").filter({ hasText: "The driver will call you" });
    await doubtful.getByRole("button", { name: "Send again" }).click();
    await page.getByText("It may have arrived already.").waitFor();
    expect(site.woken.filter((lane) => lane.startsWith("out:"))).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: "Send again" }).click();
    await doubtful.waitFor({ state: "hidden" });
    // The journal may be read again between what is stored and the wake that follows.
    await expect.poll(() => site.woken.filter((lane) => lane.startsWith("out:"))).toHaveLength(1);
    await page.getByRole("combobox", { name: "State" }).click();
    await page.getByRole("option", { name: "All states" }).click();
    await page.getByRole("combobox", { name: "Channel", exact: true }).click();
    await page.getByRole("option", { name: "Service desk" }).click();
    await page.getByText("Is anybody there?").waitFor();
    // Both may have stood there before.
    await page.getByText("The driver will call you").waitFor({ state: "hidden" });
    await page.getByRole("combobox", { name: "State" }).click();
    await page.getByRole("option", { name: "Refused" }).click();
    await page.getByText("No such message").waitFor();
  });

  test("are kept up to date without overwriting what is being typed", async () => {
    const page = await settings();
    const name = page.getByLabel("Name", { exact: true });
    await name.fill("Half a na");
    await site.store.portals.update(site.memberId, { name: "From elsewhere" });
    await page.getByText("Not saved yet").waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    expect((await site.store.portals.find(site.memberId))?.name).toBe("Half a na");
  });

  test("work with the keyboard alone", async () => {
    await account("Shop bot", "1112223334:abcdef");
    const page = await settings();
    await page.getByRole("region", { name: "Channels" }).getByText("Shop bot").waitFor();
    const add = page.getByRole("button", { name: "Add channel" });
    await add.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await expect.poll(() => page.evaluate("document.activeElement.textContent")).toContain("Add channel");
  });

  test("say so when the server is away, and go on when it is back", async () => {
    const page = await open(site.portal.appRequest(), "/");
    await page.getByText("No channel yet").waitFor();
    await page.context().setOffline(true);
    await page.getByLabel("Name", { exact: true }).fill("Renamed");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The server cannot be reached").waitFor();
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    expect((await site.store.portals.find(site.memberId))?.name).toBe("Renamed");
  });

  test("speak Russian", async () => {
    await furnish();
    const request = site.portal.appRequest();
    const page = await open({ ...request, url: request.url.replace("LANG=en", "LANG=ru") }, "/");
    await page.getByRole("heading", { name: "Последние сообщения" }).waitFor();
    await page.getByText("Is anybody there?").waitFor();
    await inspect(page, "settings-russian");
  });
});

describe("connector's settings", () => {
  test("pick an account, connect, show the state, disconnect", async () => {
    const id = await account("Shop bot", "1112223334:abcdef");
    await account("Service desk", "4445556667:abcdef", "2");
    await inAllLooks("connector-choose", connectorSetup, (page) =>
      page.getByText("Now connected to Support").waitFor(),
    );
    const page = await connectorSetup();
    await page.getByRole("radio", { name: /Shop bot/ }).click();
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await page.getByText("Shop bot is connected to this Open Channel").waitFor();
    expect(site.portal.portal.isLineActive("threadline_telegram", 1)).toBe(true);
    await inspect(page, "connector-connected");
    await page.getByRole("button", { name: "Disconnect" }).click();
    await page.getByText("Which account shall be connected?").waitFor();
    expect((await site.store.accounts.find(site.memberId, accountId(id)))?.line).toBeUndefined();
  });

  test("make the first account inline, connected at once", async () => {
    const page = await connectorSetup();
    await page.getByText("There is no account of this channel yet").waitFor();
    await page.getByRole("button", { name: "Add an account" }).click();
    await page.getByRole("dialog").getByLabel("Bot token").fill("1234567890:abcdef");
    await page.getByRole("dialog").getByRole("button", { name: "Connect" }).click();
    await page.getByText("is connected to this Open Channel").waitFor();
    expect(site.portal.portal.isLineActive("threadline_telegram", 1)).toBe(true);
  });
});

describe("installation", () => {
  const install = (look?: Look) => open(site.portal.installRequest(), "/install", {}, look);

  test("shows that it is done, or what is missing, and tries again", async () => {
    await inAllLooks("install-done", install, (page) => page.getByText("Threadline is ready").waitFor());
    site.installation.report = {
      ok: false,
      problems: [
        "The permission imopenlines is missing. Add it to the application and install it again.",
        "The tab in leads could not be added: the portal works without leads.",
      ],
    };
    const page = await install();
    await page.getByText("Not everything could be set up").waitFor();
    await inspect(page, "install-problems");
    site.installation.report = { ok: true, problems: [] };
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Threadline is ready").waitFor();
  });

  test("tells the portal, and says so with a way out when the portal did not hear it", async () => {
    const { url, fields } = site.portal.installRequest();
    const sid = "a".repeat(32);
    const page = await (await freshContext()).newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
    const address = site.portal.portal.address;
    await page.goto(`http://${address}/no-such-page`);
    // A portal whose answer to the first installFinish is garbled.
    await page.setContent(
      `<iframe name="${address}|0|${sid}" width="800" height="600"></iframe>
          <form method="post" target="${address}|0|${sid}" action="${base}/install${new URL(url).search}">${inputs.join("")}</form>
          <script>
            window.finishes = 0;
            window.addEventListener("message", ({ data, source, origin }) => {
              const [command, ...rest] = data.split(":");
              const key = rest.at(-2);
              const garbled = command === "setInstallFinish" && ++window.finishes === 1;
              const init = { MEMBER_ID: "${site.memberId}", LANG: "en", INSTALL: true, FIRST_RUN: false, AUTH_EXPIRES: "3600" };
              const answer = command === "getInitData" ? init : true;
              source.postMessage(key + ":" + (garbled ? "{" : JSON.stringify(answer)), origin);
            });
            document.forms[0].submit();
          </script>`,
    );
    const frame = page.frameLocator("iframe");
    await frame.getByText("Bitrix24 has not heard it yet").waitFor();
    expect(errors).toEqual([expect.stringContaining("installFinish")]);
    await frame.getByRole("button", { name: "Finish the installation" }).click();
    await frame.getByText("Threadline is ready").waitFor();
    expect(await page.evaluate("window.finishes")).toBe(2);
    expect(errors).toHaveLength(1);
  });
});

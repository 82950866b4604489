/**
 * An agent's whole day, through the browser: Open Lines as the portal has it, our tab in the card and our workplace, all in
 * the portal's frames, and the customer's and the shop's own phones. After every step all of them show the same.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { faultsOf } from "../support/our-page.ts";
import type { DeskFrame } from "./desk-frame.ts";
import { Keyboard } from "./keyboard.ts";
import { type Customer, Office } from "./office.ts";

let office: Office;
beforeAll(async () => {
  office = await Office.open();
});
afterAll(() => office?.close());
afterEach(async ({ task }) => {
  await office.photograph(task.name.slice(0, 30));
  office.front.mend();
  await office.goHome();
  expect(office.complaints.splice(0)).toEqual([]);
});

/** On every page and in the line: the same messages, once, in one order. */
async function expectEverywhere(customer: Customer, texts: readonly string[], pages: readonly DeskFrame[]) {
  await expect.poll(() => customer.line(), { timeout: 10_000 }).toEqual(texts);
  for (const page of pages)
    await expect
      .poll(() => page.shown(), { timeout: 15_000 })
      .toEqual(texts.map((text) => expect.stringContaining(text)));
}

test("new customer, accept, answer, transfer, phone, finish, and once more", { timeout: 120_000 }, async () => {
  const maria = office.customer("Maria Lopez");
  const said = ["Is the oak table still there?"];
  const adds = (text: string) => {
    said.push(text);
    return text;
  };
  maria.says("Is the oak table still there?");
  await office.settled(maria, 1, 0);

  const anna = await office.sitDown("Anna");
  const line = await anna.openLine("Maria Lopez");
  await line.getByRole("button", { name: "Accept" }).click();
  await line.getByText("Anna").first().waitFor();

  const tab = await anna.openTab("Leads", /Maria Lopez/);
  await tab.standing("You have it").waitFor();
  const boris = await office.sitDown("Boris");
  const desk = await boris.openWorkplace();
  await desk.choose("Maria Lopez");
  await desk.standing("Anna Agent has it").waitFor();

  await tab.write(adds("One is left."));
  await expect.poll(() => maria.received()).toEqual(["One is left."]);
  await expectEverywhere(maria, said, [tab, desk]);

  expect([await faultsOf(tab.frame), await faultsOf(desk.frame)]).toEqual([[], []]);

  await tab.transferTo("Boris");
  await desk.standing("It waits for you").waitFor();
  await desk.act("Accept");
  await desk.standing("You have it").waitFor();
  await tab.standing("Boris Berg has it").waitFor();

  maria.answeredFromPhone(adds("It can be seen until six."));
  await expectEverywhere(maria, said, [tab, desk]);
  expect(maria.received()).toEqual(["One is left."]);

  await desk.finish();
  await desk.standing("Closed").waitFor();
  await tab.standing("Closed").waitFor();
  await expect.poll(() => office.sessionOf(maria)?.state).toBe("closed");

  maria.says(adds("I am on my way."));
  await expectEverywhere(maria, said, [tab, desk]);
  await tab.standing("Closed").waitFor({ state: "detached" });
  expect(maria.chats()).toHaveLength(1);
});

test("two agents at once: one has it, both are heard once, and closing is closing", { timeout: 120_000 }, async () => {
  const tom = office.customer("Tom Weber");
  tom.says("Do you have it in blue?");
  await office.settled(tom, 1, 0);
  const [anna, boris] = await Promise.all([office.sitDown("Anna"), office.sitDown("Boris")]);
  const [tab, desk] = await Promise.all([anna.openTab("Leads", /Tom Weber/), boris.openWorkplace()]);
  await desk.choose("Tom Weber");

  await Promise.all([tab.aimAt("Accept"), desk.aimAt("Accept")]);
  await Promise.all([tab.press(), desk.press()]);
  const hasIt = () => office.sessionOf(tom)?.operatorId;
  await expect.poll(hasIt).toSatisfy((id) => id === 5 || id === 7);
  const [winner, loser, name] = hasIt() === 5 ? [tab, desk, "Anna Agent"] : [desk, tab, "Boris Berg"];
  await winner.standing("You have it").waitFor();
  await loser.standing(`${name} has it`).waitFor();

  const answers = ["In blue,", "and in grey."];
  await Promise.all([tab.write("In blue,"), desk.write("and in grey.")]);
  await expect.poll(() => tom.received().toSorted()).toEqual(answers.toSorted());
  const order = tom.received();
  tom.says("Blue, please.");
  const said = ["Do you have it in blue?", ...order, "Blue, please."];
  await expectEverywhere(tom, said, [tab, desk]);

  // Both are asked before one answers: what is closed elsewhere can no longer be finished here.
  await Promise.all([tab.act("Finish"), desk.act("Finish")]);
  await Promise.all([tab.sayYesToFinish(), desk.sayYesToFinish()]);
  await tab.standing("Closed").waitFor();
  await desk.standing("Closed").waitFor();
  tom.says("One more thing");
  await expectEverywhere(tom, [...said, "One more thing"], [tab, desk]);
  expect(tom.chats()).toHaveLength(1);
  expect(tom.received()).toEqual(order);
});

/** Presses the button the moment that it says something else. Written as text: it runs in the page. */
const PRESS_WHEN_CHANGED = `(() => {
  const button = [...document.querySelectorAll("article button")].find((one) => one.textContent.trim() === "Accept");
  new MutationObserver((_changes, observer) => {
    const now = button.textContent.trim();
    if (now === "Accept") return;
    observer.disconnect();
    button.click();
    window.pressed = now;
  }).observe(button, { subtree: true, childList: true, characterData: true });
})()`;
const PAINTED = "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))";

test("a colleague was quicker: what the button has become under the pointer is not pressed", {
  timeout: 120_000,
}, async () => {
  const ida = office.customer("Ida Moreno");
  ida.says("Is it made of oak?");
  await office.settled(ida, 1, 0);
  const [anna, boris] = await Promise.all([office.sitDown("Anna"), office.sitDown("Boris")]);
  const [line, desk] = await Promise.all([anna.openLine("Ida Moreno"), boris.openWorkplace()]);
  await desk.choose("Ida Moreno");
  const dialog = desk.frame.getByRole("dialog");
  await desk.act("Transfer");
  // Its first field is the one that is wanted.
  await expect.poll(() => desk.frame.evaluate("document.activeElement.type")).toBe("search");
  await boris.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });

  await desk.frame.evaluate(PRESS_WHEN_CHANGED);
  await line.getByRole("button", { name: "Accept" }).click();
  await desk.standing("Anna Agent has it").waitFor();
  await expect.poll(() => desk.frame.evaluate("window.pressed")).toBe("Transfer");
  await desk.frame.evaluate(PAINTED);
  expect(await dialog.count()).toBe(0);
  // Whoever has read what it says now is heard.
  await desk.act("Transfer");
  await dialog.waitFor();
});

test("cut off for half a minute: what was missed is there, what was written goes once", {
  timeout: 180_000,
}, async () => {
  const eva = office.customer("Eva Stein");
  eva.says("Where is my order?");
  await office.settled(eva, 1, 0);
  const [anna, boris] = await Promise.all([office.sitDown("Anna"), office.sitDown("Boris")]);
  const desk = await boris.openWorkplace();
  await desk.choose("Eva Stein");
  await desk.bubble("Where is my order?").waitFor();
  const line = await anna.openLine("Eva Stein");

  const back = Date.now() + 30_000;
  office.front.cut();
  eva.says("It is late.");
  await line.getByText("It is late.").waitFor();
  await line.getByRole("button", { name: "Accept" }).click();
  await line.getByRole("textbox", { name: "Message" }).fill("I look it up.");
  await anna.page.keyboard.press("Enter");
  await desk.write("Is it the lamp?");
  await desk.waiting("Is it the lamp?").getByText("Not confirmed yet").waitFor();
  await expect.poll(() => eva.received()).toEqual(["I look it up."]);
  await expect.poll(() => Date.now(), { timeout: 40_000, interval: 250 }).toBeGreaterThan(back);
  expect(await desk.bubble("It is late.").count()).toBe(0);
  office.front.mend();

  const said = ["Where is my order?", "It is late.", "I look it up.", "Is it the lamp?"];
  await expect.poll(() => eva.received(), { timeout: 30_000 }).toEqual(["I look it up.", "Is it the lamp?"]);
  await expectEverywhere(eva, said, [desk]);
  eva.says("The lamp, yes.");
  await expectEverywhere(eva, [...said, "The lamp, yes."], [desk]);
});

test("with a keyboard alone", { timeout: 120_000 }, async () => {
  const lena = office.customer("Lena Fischer");
  lena.says("May I return it?");
  await office.settled(lena, 1, 0);
  const boris = await office.sitDown("Boris");
  const keys = new Keyboard(boris.page);
  await keys.goTo(/^Threadline chats$/);
  await keys.press("Enter");
  const desk = await boris.workplace();
  await desk.frame.getByRole("button", { name: /Lena Fischer/ }).waitFor();
  await keys.goTo(/^Lena Fischer/);
  await keys.press("Enter");
  await desk.bubble("May I return it?").waitFor();

  await keys.goTo(/^Accept$/);
  await keys.press("Enter");
  await desk.standing("You have it").waitFor();
  await keys.goTo(/^Message$/);
  await keys.type("Within thirty days.");
  await keys.press("Enter");
  await expect.poll(() => lena.received()).toEqual(["Within thirty days."]);
  const choose = async (action: string) => {
    await keys.goTo(/^More actions$/, true);
    await keys.press("Enter");
    await desk.frame.getByRole("menuitem", { name: action }).waitFor();
    await keys.type(action);
    await keys.press("Enter");
    await desk.frame.getByRole("dialog").waitFor();
  };
  await choose("Transfer");
  await keys.type("Anna");
  await desk.frame.getByRole("dialog").getByRole("button", { name: /Anna/ }).waitFor();
  await keys.goTo(/^Anna/);
  await keys.press("Enter");
  await desk.standing("Anna Agent has it").waitFor();
  await choose("Finish");
  await keys.goTo(/^Finish$/);
  await keys.press("Enter");
  await desk.standing("Closed").waitFor();
  expect(office.sessionOf(lena)?.state).toBe("closed");
});

/** Triggers made on our page fire in the emulated portal, whose automation moves the card; each cause once. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { cardsWith } from "../relay/crm/cards.ts";
import { until } from "../support/world/until.ts";
import { type ApiAccount, World } from "../support/world/world.ts";
import { journalOf } from "./support.ts";

const PATIENCE_MS = 20_000;
const TIMEOUT_MS = 60_000;
const EXECUTE = "crm.automation.trigger.execute";
interface Trigger {
  readonly id: string;
  readonly registered: boolean;
  readonly problem: string | null;
  readonly fired: number;
  readonly lastFiredAt: string | null;
}
let world: World;
let telegram: ApiAccount;
let phone: string;
let customer: number;
let people = 0;

beforeAll(async () => {
  world = await World.start({ unpaced: true });
  await world.install();
  telegram = await world.connectTelegram();
  await world.api("/api/rules", { method: "PUT", body: { ruleset: { owner: { who: "rules" } }, basedOn: 0 } });
}, TIMEOUT_MS);
afterAll(() => world?.stop());
beforeEach(() => {
  people += 1;
  phone = `+7908${String(5_400_000 + people)}`;
  customer = world.telegram.addPerson().id;
});

const automation = () => world.portal.portal().portal.automation;
const make = (body: object) => world.api<Trigger>("/api/automation/triggers", { method: "POST", body });
const all = () => world.api<readonly Trigger[]>("/api/automation/triggers");
const fired = async (id: string) => (await all()).find((one) => one.id === id)?.fired ?? 0;
const executions = (id: string) => automation().executions.filter(({ code }) => code === `threadline-${id}`);
const lead = () => cardsWith(world.portal, "lead", phone)[0];
/** Others may wait as well. */
const executionsHere = (id: string) => executions(id).filter((one) => one.id === lead()?.id);
const arrives = (text: string) =>
  until(
    async () => (await journalOf(world)).some((one) => one.text === text && one.state === "sent"),
    PATIENCE_MS,
    `“${text}” to be done with`,
  );
const hasFired = (id: string, times: number) =>
  until(
    async () => (await fired(id)) === times,
    PATIENCE_MS,
    `the trigger to fire ${times} times`,
    async () => JSON.stringify([await all(), automation().executions]),
  );

test(
  "a message that says so moves the lead, once, and another one does not",
  async () => {
    const price = await make({
      ...{ kind: "message-received", name: "Asked for the price" },
      filter: { channel: "telegram", words: ["PRICE", "how much"] },
    });
    expect(price).toMatchObject({ registered: true, problem: null, fired: 0, lastFiredAt: null });
    expect([...automation().triggers.values()].map(({ name }) => name)).toContain("Asked for the price");
    automation().stageRules.push({ code: `threadline-${price.id}`, typeId: 1, stageId: "IN_PROCESS" });
    world.telegram.userWrites(customer, `hello, ${phone}`);
    await arrives(`hello, ${phone}`);
    world.telegram.userWrites(customer, "What is the price?");
    await hasFired(price.id, 1);
    expect(lead()?.fields.stageId).toBe("IN_PROCESS");
    expect(executions(price.id)).toMatchObject([{ typeId: 1, id: lead()?.id, moved: "IN_PROCESS" }]);
    const [firing] = await world.api<readonly object[]>(`/api/automation/firings?trigger=${price.id}`);
    expect(firing).toMatchObject({ state: "done", cards: [{ type: "lead", id: String(lead()?.id), state: "fired" }] });
  },
  TIMEOUT_MS,
);

test(
  "an answer of the portal that got lost is not asked for again: a card is not moved twice",
  async () => {
    const any = await make({ kind: "message-received", name: "Any message", filter: { account: telegram.id } });
    world.portal.faults.add({ kind: "drop-after", method: EXECUTE, times: 1 });
    world.telegram.userWrites(customer, `call ${phone}`);
    await hasFired(any.id, 1);
    expect(executions(any.id)).toMatchObject([{ id: lead()?.id }]);
    const [firing] = await world.api<readonly object[]>(`/api/automation/firings?trigger=${any.id}`);
    expect(firing).toMatchObject({ cards: [{ state: "uncertain", why: expect.stringContaining("not fired again") }] });
    // A portal that certainly did not do it is asked again.
    world.portal.faults.add({ kind: "status-503", method: EXECUTE, times: 1 });
    world.telegram.userWrites(customer, "and again");
    await until(() => executions(any.id).length === 2, PATIENCE_MS * 2, "the second message to fire");
    await world.api(`/api/automation/triggers/${any.id}`, { method: "DELETE" });
    expect([...automation().triggers.values()].map(({ name }) => name)).not.toContain("Any message");
  },
  TIMEOUT_MS * 2,
);

describe("conversations", () => {
  test(
    "their first message and their end",
    async () => {
      const first = await make({ kind: "first-message", name: "First" });
      const closed = await make({ kind: "closed", name: "Closed" });
      world.telegram.userWrites(customer, `one ${phone}`);
      await arrives(`one ${phone}`);
      await hasFired(first.id, 1);
      world.telegram.userWrites(customer, "two");
      await arrives("two");
      const chat = [...world.portal.portal().portal.chats.values()].find(
        (one) => one.externalUserId === String(customer),
      );
      world.portal.portal().finishDialog(chat?.id ?? 0);
      await until(() => executionsHere(closed.id).length === 1, PATIENCE_MS, "the end to be told");
      // Once for one end, whatever is looked at again.
      world.telegram.userWrites(customer, "three");
      await arrives("three");
      expect([first, closed].map(({ id }) => executionsHere(id).length)).toEqual([1, 1]);
    },
    TIMEOUT_MS,
  );

  test(
    "a form that was filled in, with its own filter",
    async () => {
      const settings = { origins: ["https://shop.example"], askName: "optional", askPhone: "optional" };
      const { id } = await world.connect({ channel: "form", credentials: {}, settings });
      const { embed = "" } = await world.api<{ embed?: string }>(`/api/accounts/${id}`);
      const cake = await make({ kind: "form-filled", name: "Cake form", filter: { account: id, words: ["cake"] } });
      const fill = async (text: string) => {
        const key = /data-key="([^"]+)"/.exec(embed)?.[1];
        const body = JSON.stringify({ key, id: randomUUID(), name: "Ana", phone, text });
        const headers = { origin: "https://shop.example", "content-type": "application/json" };
        const answer = await fetch(`${world.web.url}/forms/${id}`, { method: "POST", headers, body });
        expect(answer.status).toBe(200);
      };
      await fill("a cake, please");
      await fill("a bread, please");
      await hasFired(cake.id, 1);
      await arrives("a bread, please");
      expect(await fired(cake.id)).toBe(1);
    },
    TIMEOUT_MS,
  );
});

test("a trigger that the portal does not take stands there with why, and is registered by the button", async () => {
  const error = { status: 400, code: "ACCESS_DENIED", description: "Access denied! Admin permissions required" };
  world.portal.faults.add({ kind: "command-error", method: "crm.automation.trigger.add", times: 1, error });
  const bounced = await make({ kind: "mail-bounced", name: "Bounced" });
  expect(bounced).toMatchObject({ registered: false, problem: expect.stringContaining("Admin permissions") });
  const again = await world.api<Trigger>(`/api/automation/triggers/${bounced.id}/register`, { method: "POST" });
  expect(again).toMatchObject({ registered: true, problem: null });
  const renamed = await world.api<Trigger>(`/api/automation/triggers/${bounced.id}`, {
    method: "PUT",
    body: { kind: "mail-bounced", name: "Mail came back" },
  });
  expect(renamed.registered).toBe(true);
  expect([...automation().triggers.values()].map(({ name }) => name)).toContain("Mail came back");
  await expect(make({ kind: "no-answer", name: "Without a time" })).rejects.toThrow("400");
});

describe("in an account without a line", () => {
  test(
    "a rating that is low enough fires for the lead, and a better one does not",
    async () => {
      const { token } = world.telegram.addBot();
      const { id } = await world.api<ApiAccount>("/api/accounts", {
        method: "POST",
        body: { channel: "telegram", name: "Own bot", credentials: { token } },
      });
      const rating = { ask: "How was it?", thanks: "Thank you", closes: true };
      await world.api(`/api/accounts/${id}/own-line`, {
        method: "PUT",
        body: { enabled: true, queue: [{ kind: "person", id: "1" }], rating },
      });
      const low = await make({ kind: "rating", name: "Not happy", filter: { account: id, starsUpTo: 2 } });
      automation().stageRules.push({ code: `threadline-${low.id}`, typeId: 1, stageId: "PROCESSED" });
      const rates = async (stars: string, number: string) => {
        const person = world.telegram.addPerson({}, token).id;
        const got = () => world.telegram.sentTo(person, token).map(({ text }) => text);
        world.telegram.userWrites(person, `hello ${number}`, { bot: token });
        await until(() => cardsWith(world.portal, "lead", number).length > 0, PATIENCE_MS, "the lead");
        const conversation =
          (await journalOf(world)).find(({ text }) => text === `hello ${number}`)?.conversation ?? "";
        const act = (action: string) =>
          world.api(`/api/conversations/${conversation}/session`, { method: "POST", body: { action } });
        await act("accept");
        // Whom nobody has answered is not asked.
        await world.api(`/api/conversations/${conversation}/messages`, {
          method: "POST",
          body: { clientId: randomUUID(), text: "Here you are" },
        });
        const hasAnswer = () => got().some((text) => text?.includes("Here you are"));
        await until(hasAnswer, PATIENCE_MS, "the answer", () => JSON.stringify(got()));
        await act("finish");
        await until(
          () => got().includes("How was it?"),
          PATIENCE_MS,
          "the question",
          () => JSON.stringify(got()),
        );
        world.telegram.userWrites(person, stars, { bot: token });
        await until(
          () => got().includes("Thank you"),
          PATIENCE_MS,
          "the thanks",
          () => JSON.stringify(got()),
        );
        return cardsWith(world.portal, "lead", number)[0]?.id ?? 0;
      };
      await rates("5", `${phone.slice(0, -3)}771`);
      const lead = await rates("2", `${phone.slice(0, -3)}772`);
      await hasFired(low.id, 1);
      expect(executions(low.id)).toMatchObject([{ typeId: 1, id: lead, moved: "PROCESSED" }]);
    },
    TIMEOUT_MS,
  );
});

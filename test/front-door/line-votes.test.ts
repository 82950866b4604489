/** What an open line asks a customer by itself: their 1 or 0 passes through us, fires its trigger and is in the reports. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { cardsWith } from "../relay/crm/cards.ts";
import { until } from "../support/world/until.ts";
import { World } from "../support/world/world.ts";
import { chatOf, journalOf } from "./support.ts";

const PATIENCE_MS = 30_000;
const TIMEOUT_MS = 120_000;
const PHONE = "+79085557711";
let world: World;

beforeAll(async () => {
  world = await World.start({ unpaced: true });
  await world.install();
}, TIMEOUT_MS);
afterAll(() => world?.stop());

interface Report {
  readonly total: {
    readonly asked: number;
    readonly customerStars: { readonly count: number; readonly average?: number };
  };
}

test(
  "a dislike fires the trigger for low ratings, once, and counts; nobody waits because of it",
  async () => {
    const { portal } = world.portal.portal();
    Object.assign(portal.line(1)?.config ?? {}, { VOTE_MESSAGE: "Y" });
    await world.connectTelegram();
    await world.api("/api/rules", { method: "PUT", body: { ruleset: { owner: { who: "rules" } }, basedOn: 0 } });
    const low = await world.api<{ id: string }>("/api/automation/triggers", {
      method: "POST",
      body: { kind: "rating", name: "Not happy", filter: { starsUpTo: 2 } },
    });
    portal.automation.stageRules.push({ code: `threadline-${low.id}`, typeId: 1, stageId: "PROCESSED" });
    const customer = world.telegram.addPerson().id;
    const got = () => world.telegram.sentTo(customer).map(({ text }) => text);
    const hears = (text: string) =>
      until(
        () => got().includes(text),
        PATIENCE_MS,
        text,
        () => JSON.stringify(got()),
      );
    world.telegram.userWrites(customer, `hello ${PHONE}`);
    await until(() => cardsWith(world.portal, "lead", PHONE).length > 0, PATIENCE_MS, "the lead");
    await until(
      async () => (await journalOf(world)).some(({ text, state }) => text === `hello ${PHONE}` && state === "sent"),
      PATIENCE_MS,
      "the message in the line",
    );
    const chat = chatOf(world, String(customer));
    const controls = world.portal.portal();
    controls.operatorWrites(chat, { text: "Here you are" });
    await until(() => got().some((text) => text?.includes("Here you are")), PATIENCE_MS, "the answer");
    const { VOTE_MESSAGE_2_TEXT: question, VOTE_MESSAGE_2_DISLIKE: sorry } = portal.line(1)?.config ?? {};
    controls.systemWrites(chat, String(question));
    await until(() => got().some((text) => text?.includes("Send 1 for good")), PATIENCE_MS, "the question");
    world.telegram.userWrites(customer, "0");
    await until(
      async () => (await journalOf(world)).some(({ text, state }) => text === "0" && state === "sent"),
      PATIENCE_MS,
      "the vote in the line",
    );
    controls.systemWrites(chat, String(sorry));
    await hears(String(sorry));
    const executions = () => portal.automation.executions.filter(({ code }) => code === `threadline-${low.id}`);
    await until(() => executions().length > 0, PATIENCE_MS, "the trigger");
    expect(executions()).toMatchObject([{ typeId: 1, id: cardsWith(world.portal, "lead", PHONE)[0]?.id }]);
    const report = () => world.api<Report>(`/api/reports?period=7d`);
    // The stars are there at once, and that nobody waits any more with the next count. A report may be asked for once a second.
    await expect
      .poll(async () => (await report()).total, { timeout: PATIENCE_MS, interval: 1_000 })
      .toMatchObject({ asked: 1, customerStars: { count: 1 } });
    expect((await report()).total).toMatchObject({ customerStars: { average: 1 } });
    // A person's thanks behind a 1 is no vote.
    world.telegram.userWrites(customer, "1 more thing");
    controls.operatorWrites(chat, { text: "Thank you!" });
    await until(() => got().some((text) => text?.includes("Thank you!")), PATIENCE_MS, "the colleague's thanks");
    expect(executions()).toHaveLength(1);
    expect((await report()).total.customerStars.count).toBe(1);
  },
  TIMEOUT_MS,
);

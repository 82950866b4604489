/** Robots write to people who have not written yet, or not for long: by a template, and are answered. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RobotRun } from "../emulators/portal/automation.ts";
import { runRobot } from "../emulators/portal/run-robot.ts";
import { personWrites } from "../emulators/whatsapp-cloud/people.ts";
import { cardExists, commandsTo, phoneField } from "../relay/crm/cards.ts";
import { until } from "../support/world/until.ts";
import { type ApiAccount, World } from "../support/world/world.ts";
import { journalOf, shownOf } from "./support.ts";

const PATIENCE_MS = 15_000;
const HOUR_MS = 3_600_000;
const TEMPLATE = { template: "order_ready/en_US", variables: ["Dora", "A-17"] };
const FILLED = "Hello Dora, your order A-17 is ready.";
let world: World;
let whatsapp: ApiAccount;
let ago = 0;
let phone: string;
let lead: number;
let people = 0;
const cloud = () => world.vendors.whatsappCloud;

beforeAll(async () => {
  world = await World.start({
    publicUrl: "https://threadline.example",
    unpaced: true,
    whatsappCloud: { now: () => Date.now() - ago },
  });
  await world.install();
  const { phoneNumberId, businessAccountId, accessToken, appSecret } = cloud().business();
  whatsapp = await world.connect({
    ...{ channel: "whatsapp-cloud", credentials: { phoneNumberId, businessAccountId, accessToken, appSecret } },
  });
  await world.api("/api/rules", { method: "PUT", body: { ruleset: { owner: { who: "rules" } }, basedOn: 0 } });
}, 60_000);
afterAll(() => world?.stop());

/** A lead that somebody made by hand: nobody has written. */
beforeEach(() => {
  people += 1;
  ago = 0;
  phone = `+4915112346${String(100 + people)}`;
  lead = cardExists(world.portal, "lead", phoneField(phone)).id;
});

const run = (code: string, properties: Record<string, unknown>, more: { workflow?: string; again?: RobotRun } = {}) =>
  runRobot(world.portal.portal().portal, {
    ...{ code: `threadline_${code}`, document: ["crm", "CCrmDocumentLead", `LEAD_${lead}`], properties, ...more },
  });

async function returned(one: RobotRun): Promise<Record<string, unknown>> {
  await until(
    () => one.state === "closed",
    PATIENCE_MS,
    `${one.code} to return`,
    async () =>
      `${JSON.stringify(one)}\n${JSON.stringify((await journalOf(world)).slice(0, 3))}\n${world.web.tail(20)}`,
  );
  return one.returned ?? {};
}

const waId = () => phone.slice(1);
const hasWhatsapp = () => cloud().addPerson({ waId: waId(), userId: `DE.${waId()}`, name: "Dora" });
const got = () =>
  cloud()
    .sentTo(waId())
    .map(({ type, text }) => [type, text]);

describe("an approved template", () => {
  test("goes to somebody who never wrote, once, and what they answer is what the workflow waits for", async () => {
    hasWhatsapp();
    const asked = { channel: "whatsapp-cloud", text: "Your order is ready", ...TEMPLATE };
    const one = run("send", asked);
    expect(await returned(one)).toMatchObject({
      ...{ result: expect.stringMatching(/^(sent|delivered)$/), reason: "", account: whatsapp.name },
    });
    run("send", {}, { again: one });
    await world.portal.events.settled();
    expect(got()).toEqual([["template", FILLED]]);
    const [row] = (await world.api<{ text: string; automatic?: object }[]>("/api/journal?direction=out")).filter(
      ({ text }) => text === FILLED,
    );
    expect(row?.automatic).toEqual({ by: "robot" });

    const { workflow } = one;
    const looks = () => commandsTo(world.portal).filter((method) => method === "imopenlines.crm.chat.get").length;
    const before = looks();
    const waits = run("wait", { minutes: "60" }, { workflow });
    await world.portal.events.settled();
    // It has looked already, and found nothing.
    await until(() => looks() > before, PATIENCE_MS, "the wait to begin");
    personWrites(cloud().business(), waId(), { text: "I come at five" });
    expect(await returned(waits)).toMatchObject({ result: "answered", text: "I come at five" });
    await until(() => shownOf(world, waId()).some(({ text }) => text === "I come at five"), PATIENCE_MS, "the line");
  });

  test("goes where the window is closed, and the text itself where it is open", async () => {
    hasWhatsapp();
    ago = 30 * HOUR_MS;
    personWrites(cloud().business(), waId(), { text: `is it there? ${people}` });
    const inLine = (text: string) =>
      until(() => shownOf(world, waId()).some((one) => one.text === text), PATIENCE_MS, `“${text}” in the line`);
    await inLine(`is it there? ${people}`);
    ago = 0;
    const bare = run("send", { channel: "whatsapp-cloud", text: "It is there" });
    expect(await returned(bare)).toMatchObject({
      ...{ result: "not_sent", reason: expect.stringMatching(/24 hours/) },
    });
    const said = { channel: "whatsapp-cloud", text: "It is there", ...TEMPLATE };
    await returned(run("send", said));
    expect(got()).toEqual([["template", FILLED]]);
    personWrites(cloud().business(), waId(), { text: `thank you ${people}` });
    await inLine(`thank you ${people}`);
    expect(await returned(run("send", said))).toMatchObject({ result: "delivered", sent_by: "WhatsApp Business" });
    expect(got()).toEqual([
      ["template", FILLED],
      ["text", "It is there"],
    ]);
  });

  test.each([
    ["that is not there", { template: "order_ready/de", variables: ["Dora", "A-17"] }, /no approved template/],
    ["with too few words", { template: "order_ready", variables: ["Dora"] }, /has 2 gaps, and words for 1/],
  ])("%s is not sent, and the workflow is told why", async (_name, template, reason) => {
    hasWhatsapp();
    const one = run("send", { channel: "whatsapp-cloud", text: "Ready", ...template });
    expect(await returned(one)).toMatchObject({ result: "not_sent", reason: expect.stringMatching(reason) });
    expect(got()).toEqual([]);
  });
});

test("a number without WhatsApp is told only later: the workflow hears that it was not sent, and why", async () => {
  const one = run("send", { channel: "whatsapp-cloud", ...TEMPLATE });
  expect(await returned(one)).toMatchObject({
    ...{ result: "not_sent", reason: expect.stringContaining("the number has no WhatsApp") },
  });
  expect(got()).toEqual([]);
});

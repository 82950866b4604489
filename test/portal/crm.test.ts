/** The CRM client against the strict emulator: what it sends is allowed, what it made is there and found again. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Crm, CrmRef, NewCrmItem } from "../../src/portal/contract/crm.ts";
import type { PortalOutcome } from "../../src/portal/contract.ts";
import { startInstalled } from "./support/installed.ts";

type Installed = Awaited<ReturnType<typeof startInstalled>>;
let world: Installed;
let crm: Crm;
beforeEach(async () => {
  world = await startInstalled();
  crm = world.directory.crm(world.portal);
});
afterEach(async () => {
  expect(world.emulator.notImplemented).toEqual([]);
  await world.emulator.stop();
});

const yes = async () => true;
const valueIn = <T>(outcome: PortalOutcome<T>): T => {
  if (outcome.kind !== "ok") throw new Error(JSON.stringify(outcome));
  return outcome.value;
};
const card = (type: NewCrmItem["type"], more: Partial<NewCrmItem> = {}): NewCrmItem => ({
  type,
  originId: "decision-1",
  title: "Telegram: Maria",
  points: [],
  fields: {},
  ...more,
});
const commands = () => world.emulator.requests.entries({}).length;

describe("cards", () => {
  test("are made with their numbers and addresses, found by them and by our own key", async () => {
    const points = [
      { kind: "phone", value: "+79031234567" },
      { kind: "email", value: "maria@example.com" },
    ] as const;
    const lead = valueIn(
      await crm.add(
        card("lead", { name: "Maria", points, stage: "IN_PROCESS", fields: { utmSource: "newsletter" } }),
        yes,
      ),
    );
    expect(valueIn(await crm.findByContact("phone", ["8 903 123-45-67"]))).toEqual([{ type: "lead", id: lead }]);
    expect(valueIn(await crm.findByContact("email", ["MARIA@example.com"]))).toEqual([{ type: "lead", id: lead }]);
    expect(valueIn(await crm.findByContact("phone", ["+34911223344"]))).toEqual([]);
    expect(valueIn(await crm.findByOrigin("lead", "decision-1"))).toBe(lead);
    expect(valueIn(await crm.findByOrigin("lead", "decision-2"))).toBeUndefined();
    const [item] = valueIn(await crm.list({ type: "lead", ids: [lead] }));
    expect(item).toMatchObject({ type: "lead", id: lead, title: "Telegram: Maria", open: true, stage: "IN_PROCESS" });
    expect(world.controls.portal.crm.item(1, Number(lead))?.fields).toMatchObject({ utmSource: "newsletter" });
  });

  test("of deals are found by their contact and company, and are closed when won", async () => {
    const contact = valueIn(await crm.add(card("contact", { name: "Maria", lastName: "Ruiz" }), yes));
    const company = valueIn(await crm.add(card("company", { title: "Ruiz SL" }), yes));
    const open = valueIn(await crm.add(card("deal", { contactId: contact, pipeline: "1", stage: "C1:NEW" }), yes));
    const won = valueIn(await crm.add(card("deal", { companyId: company, pipeline: "1", stage: "C1:WON" }), yes));
    const found = valueIn(await crm.list({ type: "deal", contacts: [contact], companies: [company] }));
    expect(new Map(found.map((deal) => [deal.id, deal.open]))).toEqual(
      new Map([
        [open, true],
        [won, false],
      ]),
    );
    expect(found.find((deal) => deal.id === open)).toMatchObject({
      pipeline: "1",
      stage: "C1:NEW",
      contactId: contact,
    });
    expect(
      valueIn(await crm.list({ type: "deal", contacts: [contact], companies: [] })).map((deal) => deal.id),
    ).toEqual([open]);
    expect(valueIn(await crm.list({ type: "deal", contacts: [], companies: [] }))).toEqual([]);
    expect(valueIn(await crm.list({ type: "contact", ids: [contact] }))[0]?.title).toBe("Maria Ruiz");
  });

  test("get only the numbers that they have not", async () => {
    const contact = valueIn(
      await crm.add(card("contact", { points: [{ kind: "phone", value: "+79031234567" }] }), yes),
    );
    const before = commands();
    valueIn(await crm.addContactPoints("contact", contact, [{ kind: "phone", value: "8 (903) 123-45-67" }]));
    expect(commands() - before).toBe(1);
    valueIn(await crm.addContactPoints("contact", contact, [{ kind: "email", value: "maria@example.com" }]));
    expect(world.controls.portal.crm.item(3, Number(contact))?.fields.fm).toMatchObject([
      { typeId: "PHONE", value: "+79031234567" },
      { typeId: "EMAIL", value: "maria@example.com" },
    ]);
    valueIn(await crm.addContactPoints("deal", "1", [{ kind: "email", value: "maria@example.com" }]));
  });

  test("are changed, and a card that is not there is refused in the portal's words", async () => {
    const deal = valueIn(await crm.add(card("deal"), yes));
    valueIn(await crm.update("deal", deal, { assignedById: 1, title: "New title" }));
    expect(valueIn(await crm.list({ type: "deal", ids: [deal] }))[0]).toMatchObject({
      title: "New title",
      responsible: "1",
    });
    expect(await crm.update("deal", "999", { title: "x" })).toMatchObject({ kind: "refused", code: "NOT_FOUND" });
    expect(await crm.add(card("deal", { pipeline: "77" }), yes)).toMatchObject({ kind: "refused" });
  });
});

describe("what is written into a card", () => {
  test("a comment, found again by its text", async () => {
    const lead = { type: "lead", id: valueIn(await crm.add(card("lead"), yes)) } as const;
    const id = valueIn(await crm.comment(lead, "Maria: hello", yes));
    expect(world.controls.portal.crm.comments).toMatchObject([
      { id: Number(id), entityType: "lead", text: "Maria: hello" },
    ]);
    expect(valueIn(await crm.findComment(lead, "Maria: hello"))).toBe(id);
    expect(valueIn(await crm.findComment(lead, "Maria: hell"))).toBeUndefined();
    expect(await crm.comment({ type: "lead", id: "999" }, "x", yes)).toMatchObject({ kind: "refused" });
    expect(await crm.comment(lead, "x", async () => false)).toEqual({ kind: "withdrawn" });
  });

  test("an activity with a button, found again by our key", async () => {
    const deal = { type: "deal", id: valueIn(await crm.add(card("deal"), yes)) } as const;
    const activity = {
      on: deal,
      originId: "decision-1:activity",
      title: "Chat in Telegram",
      text: "Maria: hello",
      openLabel: "Open the chat",
      open: { conversation: "c1" },
      completed: false,
    };
    const id = valueIn(await crm.addActivity(activity, yes));
    expect(world.controls.portal.crm.activities.get(Number(id))?.fields).toMatchObject({
      OWNER_ID: deal.id,
      SUBJECT: "Chat in Telegram",
    });
    expect(valueIn(await crm.findActivity(deal, "decision-1:activity"))).toBe(id);
    expect(valueIn(await crm.findActivity(deal, "other"))).toBeUndefined();
  });
});

describe("letters", () => {
  const letterOn = (on: CrmRef, direction: "in" | "out", originId: string) => ({
    ...{ on, direction, originId, subject: "The lamp", text: "Is it here?", at: new Date("2026-11-01T10:00:00Z") },
    from: { address: "maria@example.com", name: "Maria" },
    with: { address: "maria@example.com", card: on },
    ...{ responsible: "1", completed: false, files: [{ name: "lamp.txt", base64: "bGFtcA==" }] },
  });

  test("what came in and what went out is recorded, and no mail is sent by it", async () => {
    const { crm: held } = world.controls.portal;
    const contact: CrmRef = { type: "contact", id: String(held.add(3, { name: "Maria" }, 1, Date.now()).id) };
    const deal: CrmRef = { type: "deal", id: String(held.add(2, { title: "Lamp" }, 1, Date.now()).id) };
    const inward = valueIn(await crm.addLetter(letterOn(contact, "in", "letter-1"), yes));
    const sent = { ...letterOn(contact, "out", "letter-2"), completed: true };
    const outward = valueIn(await crm.addLetter(sent, yes));
    expect(held.activities.get(Number(outward))?.fields).toMatchObject({ COMPLETED: "N" });
    valueIn(await crm.completeLetter(outward, sent));
    const fields = (id: string) => held.activities.get(Number(id))?.fields;
    expect(fields(inward)).toMatchObject({ TYPE_ID: "4", DIRECTION: "1", COMPLETED: "N", SUBJECT: "The lamp" });
    expect(fields(outward)).toMatchObject({ TYPE_ID: "4", DIRECTION: "2", COMPLETED: "Y" });
    expect(held.mailsSent).toEqual([]);
    expect(valueIn(await crm.findActivity(contact, "letter-2"))).toBe(outward);
    valueIn(await crm.bindActivity(inward, deal));
    valueIn(await crm.bindActivity(inward, deal));
    expect(held.bindingsOf(Number(inward))).toEqual([{ entityTypeId: 2, entityId: Number(deal.id) }]);
  });

  test("the portal's own words for what is missing are a refusal", async () => {
    const gone: CrmRef = { type: "deal", id: "999999" };
    expect(await crm.addLetter(letterOn(gone, "in", "letter-3"), yes)).toMatchObject({ kind: "refused" });
  });
});

describe("directories", () => {
  test("are read once in a while", async () => {
    expect(valueIn(await crm.usesLeads())).toBe(true);
    const stages = valueIn(await crm.leadStages());
    expect(stages.map((stage) => [stage.id, stage.semantics])).toEqual([
      ["NEW", "open"],
      ["IN_PROCESS", "open"],
      ["CONVERTED", "won"],
      ["JUNK", "lost"],
    ]);
    const pipelines = valueIn(await crm.pipelines());
    expect(pipelines.map((pipeline) => [pipeline.id, pipeline.isDefault, pipeline.stages.length])).toEqual([
      ["0", true, 4],
      ["1", false, 3],
    ]);
    const fields = valueIn(await crm.fields("lead"));
    expect(fields.find((field) => field.name === "title")).toMatchObject({ readOnly: false, multiple: false });
    const before = commands();
    await Promise.all([crm.usesLeads(), crm.leadStages(), crm.pipelines(), crm.fields("lead")]);
    expect(commands()).toBe(before);
  });

  test("a portal without leads says so", async () => {
    world.controls.portal.crm.mode = 2;
    expect(valueIn(await crm.usesLeads())).toBe(false);
  });
});

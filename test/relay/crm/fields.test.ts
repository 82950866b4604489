/** Group 10 from a customer's message to the fields of new and of found cards in the emulated portal. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Relay } from "../harness.ts";
import { cardExists, cardsWith, closes, commandsTo, phoneField, runToTheEnd, writes } from "./cards.ts";

let relay: Relay;
let who: string;
let phone: string;
let people = 0;
beforeAll(async () => {
  relay = await Relay.start();
  const fields = relay.emulator.portal().portal.crm.userFields.get(1);
  fields?.set("ufCrm_color", {
    type: "enumeration",
    title: "Colour",
    items: [
      { ID: "45", VALUE: "Чёрный" },
      { ID: "46", VALUE: "White" },
    ],
  });
  fields?.set("ufCrm_sizes", {
    ...{ type: "enumeration", title: "Sizes" },
    isMultiple: true,
    items: [{ ID: "1", VALUE: "M" }],
  });
  fields?.set("ufCrm_budget", { type: "money", title: "Budget" });
  fields?.set("ufCrm_visit", { type: "datetime", title: "Visit" });
  fields?.set("ufCrm_consent", { type: "boolean", title: "Consent" });
});
beforeEach(() => {
  people += 1;
  who = `customer-${people}`;
  phone = `+7905${String(1_234_000 + people)}`;
  relay.emulator.faults.clear();
  relay.resetClock();
});
afterAll(() => relay.stop());

const lead = () => cardsWith(relay.emulator, "lead", phone)[0]?.fields;
const mapping = (field: string, value: string, more: object = {}) => ({ entity: "lead", field, value, ...more });
const own = (fields: readonly object[], more: object = {}) =>
  relay.saveRules({ owner: { who: "rules" }, chats: { fields }, time: { zone: "Europe/Moscow" }, ...more });
const site = (given: Record<string, string>, utm: Record<string, string> = {}) => ({
  site: "shop.example",
  utm,
  fields: Object.entries(given).map(([name, value]) => ({ name, value })),
});

describe("a new card", () => {
  it("gets choices by their words, money, times of the portal's zone, yes and no", async () => {
    await own([
      mapping("ufCrm_color", "{{ field.color }}", { type: "enumeration" }),
      mapping("ufCrm_sizes", "{{ field.size }}", { type: "enumeration" }),
      mapping("UFCRM_BUDGET", "{{ field.budget }}", { type: "money" }),
      mapping("ufCrm_visit", "{{ field.visit }}", { type: "datetime" }),
      mapping("ufCrm_consent", "{{ field.consent }}", { type: "boolean" }),
    ]);
    const given = { color: "черный", size: "M", budget: "12 500,50 RUB", visit: "28.11.2026 15:30", consent: "да" };
    await writes(relay, who, "hello", { phone, site: site(given) });
    expect(lead()).toMatchObject({
      ...{ ufCrm_color: "45", ufCrm_sizes: ["1"], ufCrm_budget: "12500.5|RUB" },
      ...{ ufCrm_visit: "2026-11-28T15:30:00+03:00", ufCrm_consent: "Y" },
    });
  });

  it("is made without what cannot be filled in, and that is told beside its decision, once", async () => {
    await own([
      mapping("ufCrm_color", "{{ field.color }}", { type: "enumeration" }),
      mapping("ufCrm_gone", "x"),
      mapping("createdTime", "2026-01-01"),
      mapping("comments", "from {{ site }}"),
    ]);
    const conversation = await writes(relay, who, "hello", { phone, site: site({ color: "green" }) });
    await writes(relay, who, "and more");
    expect(lead()).toMatchObject({ comments: "from shop.example" });
    expect(lead()?.ufCrm_color).toBeUndefined();
    const steps = (await relay.store.decisions.current(relay.portal, conversation))?.steps ?? [];
    expect(steps.filter((step) => step.end?.kind === "refused")).toMatchObject([
      { name: "field:lead:ufCrm_color", end: { sentence: expect.stringContaining("no choice “green”") } },
      { name: "field:lead:ufCrm_gone", end: { sentence: expect.stringContaining("no field “ufCrm_gone”") } },
      { name: "field:lead:createdTime", end: { sentence: expect.stringContaining("lets nobody write") } },
    ]);
  });
});

describe("a card that was found", () => {
  const rules = [
    mapping("ufCrm_color", "{{ field.color }}", { type: "enumeration" }),
    mapping("comments", "{{ field.note }}"),
    mapping("sourceId", "WEB", { overwrite: true }),
  ];
  const visit = () => ({ phone, site: site({ color: "white", note: "new" }, { source: "later" }) });

  it("is filled in where it is empty, overwritten where the rules say so; its UTM stay", async () => {
    await own(rules);
    const found = cardExists(relay.emulator, "lead", {
      ...phoneField(phone),
      ...{ comments: "an agent's", sourceId: "CALL", utmSource: "first" },
    });
    const conversation = await writes(relay, who, "hello", visit());
    expect(found.fields).toMatchObject({
      ...{ ufCrm_color: "46", comments: "an agent's", sourceId: "WEB", utmSource: "first" },
    });
    // Once in a session: what an agent takes out afterwards stays out.
    found.fields.ufCrm_color = null;
    await writes(relay, who, "one more thing");
    expect(found.fields.ufCrm_color).toBeNull();
    await closes(relay, conversation);
    await writes(relay, who, "another day", visit());
    expect(found.fields.ufCrm_color).toBe("46");
  });

  it("that misses no value is not written into, and one without rules for it not even read", async () => {
    await own([mapping("comments", "{{ field.note }}"), mapping("title", "x", { entity: "deal" })]);
    cardExists(relay.emulator, "lead", { ...phoneField(phone), comments: "an agent's" });
    relay.emulator.requests.clear();
    await writes(relay, who, "hello", visit());
    expect(commandsTo(relay.emulator)).not.toContain("crm.item.update");
    await own([mapping("title", "x", { entity: "deal" })]);
    const other = phone.replace("+7905", "+7906");
    cardExists(relay.emulator, "lead", phoneField(other));
    relay.emulator.requests.clear();
    await writes(relay, `${who}-other`, "hello", { ...visit(), phone: other });
    expect(commandsTo(relay.emulator)).not.toContain("crm.item.get");
  });

  it("is filled in although the answer never came, and no message waits for it", async () => {
    await own(rules);
    const found = cardExists(relay.emulator, "lead", { ...phoneField(phone), sourceId: "CALL" });
    relay.emulator.faults.add({ kind: "drop-before", method: "crm.item.update", times: 2 });
    const conversation = await writes(relay, who, "hello", visit());
    expect(relay.shown(who)).toEqual(["hello"]);
    await runToTheEnd(relay, conversation);
    expect(found.fields).toMatchObject({ ufCrm_color: "46", sourceId: "WEB", comments: "new" });
  });
});

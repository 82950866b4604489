/** Phones and e-mails that customers leave, from what they write to the card in the emulated portal. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Relay } from "../harness.ts";
import { cardExists, cardsWith, closes, dealsOf, phoneField, runToTheEnd, valuesOf, writes } from "./cards.ts";

let relay: Relay;
let who: string;
let phone: string;
let second: string;
let email: string;
let people = 0;
beforeAll(async () => {
  relay = await Relay.start();
});
beforeEach(async () => {
  people += 1;
  who = `customer-${people}`;
  phone = `+7903${String(2_234_000 + people)}`;
  second = `+7904${String(2_234_000 + people)}`;
  email = `maria${people}@example.com`;
  relay.emulator.faults.clear();
  relay.resetClock();
  (relay.channel.capabilities as { leaves?: boolean }).leaves = false;
  await own({});
});
afterAll(() => relay.stop());

const own = (chats: object, more: object = {}) => relay.saveRules({ owner: { who: "rules" }, chats, ...more });
const lead = (value: string) => cardsWith(relay.emulator, "lead", value);
const contact = (value: string) => cardsWith(relay.emulator, "contact", value);
const crm = () => relay.emulator.portal().portal.crm;
const takeAway = (item: ReturnType<typeof lead>[number] | undefined, value: string) => {
  const field =
    item &&
    crm()
      .multiFields(item)
      .find((one) => one.value === value);
  if (!item || !field) throw new Error("nothing to take away");
  crm().update(item, { fm: [{ id: field.id, value: "" }] }, 1, Date.now());
};

describe("what comes with the first message", () => {
  it("stands in the lead that is made, each value once", async () => {
    await writes(relay, who, `I am ${email}, or call ${second}`, { phone });
    expect(lead(phone).map(valuesOf)).toEqual([[phone, second, email]]);
  });

  it("goes into the contact of a new deal", async () => {
    await own({ creation: { first: "deal" } });
    await writes(relay, who, `write to ${email}`, { phone });
    expect(contact(phone).map(valuesOf)).toEqual([[phone, email]]);
  });

  it("is added to the contact that was found by the rest of it", async () => {
    const found = cardExists(relay.emulator, "contact", phoneField(phone));
    await writes(relay, who, `now I read ${email}`, { phone });
    expect(valuesOf(found)).toEqual([phone, email]);
    expect(lead(phone)).toEqual([]);
  });

  it("leaves the company's own numbers out, and they make nobody reachable", async () => {
    (relay.channel.capabilities as { leaves?: boolean }).leaves = true;
    await own({}, { identity: { ownPhones: [second] } });
    await writes(relay, who, `is ${second} your number?`);
    expect(lead(second)).toEqual([]);
    await writes(relay, who, `mine is ${phone}`);
    expect(lead(phone).map(valuesOf)).toEqual([[phone]]);
  });
});

describe("what comes later", () => {
  it("is added to the lead, or to the contact, and never twice", async () => {
    const conversation = await writes(relay, who, "hello", { phone });
    await writes(relay, who, `also ${second}`);
    await writes(relay, who, `I said ${second}, or 8${second.slice(2)}`);
    expect(lead(phone).map(valuesOf)).toEqual([[phone, second]]);
    await closes(relay, conversation);
    await writes(relay, who, `me again: ${second} and ${email}`);
    expect(lead(phone).map(valuesOf)).toEqual([[phone, second, email]]);
  });

  it("makes the card that waited for it, with all that is known by then", async () => {
    (relay.channel.capabilities as { leaves?: boolean }).leaves = true;
    await own({ creation: { first: "deal" } });
    await writes(relay, who, "do you deliver?");
    await writes(relay, who, `${phone} ${email}`);
    expect(contact(phone).map(valuesOf)).toEqual([[phone, email]]);
    expect(dealsOf(relay.emulator, contact(phone)[0]?.id ?? 0)).toHaveLength(1);
  });

  it("shows that it was somebody known all along: nothing is made, and what is new goes into their card", async () => {
    (relay.channel.capabilities as { leaves?: boolean }).leaves = true;
    const found = cardExists(relay.emulator, "contact", phoneField(phone));
    await writes(relay, who, "do you deliver?");
    await writes(relay, who, `${phone} ${email}`);
    expect(valuesOf(found)).toEqual([phone, email]);
    expect(lead(phone)).toEqual([]);
  });

  it("is added although the CRM was away when it came, and although the worker heard it and died", async () => {
    const conversation = await writes(relay, who, "hello", { phone });
    relay.emulator.faults.add({ kind: "drop-before", method: "crm.item.get", times: 2 });
    await writes(relay, who, `also ${second}`);
    expect(relay.shown(who)).toHaveLength(2);
    await runToTheEnd(relay, conversation);
    expect(lead(phone).map(valuesOf)).toEqual([[phone, second]]);

    const arrived = await relay.customerWrites(who, `and ${email}`);
    const [row] = await relay.store.messages.journal(relay.portal, { conversation: arrived, before: 1e9, limit: 1 });
    if (!row) throw new Error("no message");
    // Who it is has been found out, and nothing more.
    await relay.store.people.identify(relay.portal, {
      conversation,
      points: [{ kind: "email", key: email, shown: email, why: { by: "message", message: row.id }, linkable: true }],
      sharedByMoreThan: 5,
    });
    await runToTheEnd(relay, conversation);
    expect(lead(phone).map(valuesOf)).toEqual([[phone, second, email]]);
  });

  it("makes the card that waited for it, although the worker heard it and died", async () => {
    (relay.channel.capabilities as { leaves?: boolean }).leaves = true;
    const conversation = await writes(relay, who, "do you deliver?");
    await relay.store.people.identify(relay.portal, {
      conversation,
      points: [{ kind: "phone", key: phone, shown: phone, why: { by: "channel" }, linkable: true }],
      sharedByMoreThan: 5,
    });
    await runToTheEnd(relay, conversation);
    expect(lead(phone)).toHaveLength(1);
  });
});

describe("the first phone", () => {
  it("stays the link after an agent deleted it in the CRM, and does not come back there", async () => {
    await writes(relay, who, "hello", { phone });
    await writes(relay, who, `better ${second}`);
    const [card] = lead(phone);
    takeAway(card, phone);
    await writes(relay, who, "still there?", { phone });
    expect(valuesOf(card)).toEqual([second]);

    // Another messenger with the first phone alone is the same person, with the same lead.
    const other = await writes(relay, `${who}-other`, "me again", { phone });
    const person = await relay.store.people.ofConversation(relay.portal, other);
    expect(person?.points.filter((point) => point.first && point.kind === "phone").map((point) => point.key)).toEqual([
      phone,
    ]);
    expect(person?.conversations).toHaveLength(2);
    expect([lead(phone), lead(second)]).toEqual([[], [card]]);
    expect(valuesOf(card)).toEqual([second]);
  });
});

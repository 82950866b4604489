/** Whoever reads a deal for a decision keeps whether it was won: no further question is asked for it. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { Relay } from "../harness.ts";
import { cardExists, closes, phoneField, runToTheEnd, writes } from "./cards.ts";

const PHONE = "+79073234999";
let relay: Relay;
beforeAll(async () => {
  relay = await Relay.start();
  await relay.saveRules({ owner: { who: "rules" } });
});
afterAll(() => relay.stop());

it("a deal that is read because its customer writes is kept as won", async () => {
  const contact = cardExists(relay.emulator, "contact", phoneField(PHONE));
  const deal = cardExists(relay.emulator, "deal", { contactId: contact.id });
  const conversation = await writes(relay, "buyer", "hello", { phone: PHONE });
  await runToTheEnd(relay, conversation);
  await closes(relay, conversation);
  const crm = relay.emulator.portal().portal.crm;
  crm.update(deal, { stageId: "WON" }, 1, Date.now());
  await relay.store.people.noteChanged(relay.portal, "deal", String(deal.id));
  const changed = async () => (await relay.store.reports.changedDeals(relay.deps.now(), 50)).get(relay.portal) ?? [];
  expect((await changed()).map(({ id }) => id)).toEqual([String(deal.id)]);
  await writes(relay, "buyer", "one more, please", { phone: PHONE });
  await runToTheEnd(relay, conversation);
  expect(await changed()).toEqual([]);
  const person = await relay.store.people.ofConversation(relay.portal, conversation);
  expect(person?.entities.find(({ id, type }) => type === "deal" && id === String(deal.id))).toMatchObject({
    open: false,
    wonAt: new Date(String(deal.fields.movedTime)),
  });
});

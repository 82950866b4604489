/** What happened to cards in the CRM while we were away: no event told, and none will. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Relay } from "../harness.ts";
import { cardExists, cardsWith, closes, commandsTo, commentsOn, writes } from "./cards.ts";

let relay: Relay;
let who: string;
let phone: string;
let people = 0;
beforeAll(async () => {
  relay = await Relay.start();
  await relay.saveRules({ owner: { who: "rules" }, chats: { creation: { repeat: "nothing" } } });
});
beforeEach(() => {
  people += 1;
  who = `customer-${people}`;
  phone = `+7903${String(5_234_000 + people)}`;
});
afterAll(() => relay.stop());

const crm = () => relay.emulator.portal().portal.crm;
/** A customer whose first message has made a lead, and whose chat is closed. */
async function withLead() {
  const conversation = await writes(relay, who, "hello", { phone });
  const [lead] = cardsWith(relay.emulator, "lead", phone);
  if (!lead) throw new Error("no lead was made");
  await closes(relay, conversation);
  return lead;
}
const weWereAway = () => relay.store.portals.noteGap(new Date(), relay.portal);

describe("while we were away", () => {
  it("a lead was converted: what comes now goes to the deal that was made of it", async () => {
    const lead = await withLead();
    const contact = cardExists(relay.emulator, "contact", {});
    const deal = cardExists(relay.emulator, "deal", { contactId: contact.id });
    crm().update(lead, { stageId: "CONVERTED", contactId: contact.id }, 1, Date.now());
    await weWereAway();
    await writes(relay, who, "me again");
    expect(commentsOn(relay.emulator, "deal", deal.id).join()).toContain("me again");
    expect(commentsOn(relay.emulator, "lead", lead.id).join()).not.toContain("me again");
  });

  it("a lead was deleted: a new one is made, and the old link is gone", async () => {
    const lead = await withLead();
    crm().items.get(1)?.delete(lead.id);
    await weWereAway();
    const conversation = await writes(relay, who, "me again");
    const [made, ...more] = cardsWith(relay.emulator, "lead", phone);
    expect([more, commentsOn(relay.emulator, "lead", made?.id ?? 0).join()]).toEqual([
      [],
      expect.stringContaining("me again"),
    ]);
    const person = await relay.store.people.ofConversation(relay.portal, conversation);
    expect(person?.entities.map(({ type, id }) => `${type} ${id}`)).toEqual([`lead ${made?.id}`]);
  });

  it("nothing is read again that was read since", async () => {
    await withLead();
    await weWereAway();
    const asked = async (text: string) => {
      relay.emulator.requests.clear();
      await closes(relay, await writes(relay, who, text));
      return commandsTo(relay.emulator).filter((method) => method === "crm.item.list").length;
    };
    expect([await asked("me again"), await asked("and again")]).toEqual([1, 0]);
  });
});

/** By what a letter finds its card where the CRM does not have the address that it came from. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Relay } from "../harness.ts";
import { cardExists, cardsWith, commandsTo } from "./cards.ts";
import { lettersOn, receive, startTracker } from "./letter-cards.ts";

let relay: Relay;
let number = 0;
const mailbox = (value: string) => ({ fm: [{ typeId: "EMAIL", valueType: "WORK", value }] });
beforeAll(async () => {
  relay = await startTracker();
});
beforeEach(async () => {
  number += 1;
  relay.resetClock();
  await relay.saveRules({});
});
afterAll(() => relay.stop());

describe("dots in a Gmail name", () => {
  it.each([
    ["john.smith", "johnsmith", "John Smith"],
    ["johnsmith", "john.smith", "John Smith"],
    ["j.ohnsmith", "johnsmith", "Somebody Else"],
    ["john.smith", "john.smith+shop", undefined],
  ])("the CRM has %s, the letter comes from %s", async (kept, written, name) => {
    const tag = `x${number}`;
    const contact = cardExists(relay.emulator, "contact", mailbox(`${kept}${tag}@gmail.com`));
    const from = written.includes("+") ? `${written.replace("+", `${tag}+`)}@gmail.com` : `${written}${tag}@gmail.com`;
    await receive(relay, "Is it there?", { thread: `dots-${number}`, from, ...(name && { name }) });
    expect(lettersOn(relay, 3, contact)).toHaveLength(1);
    expect(cardsWith(relay.emulator, "lead", from)).toEqual([]);
  });

  it("are searched for in one command", async () => {
    relay.emulator.requests.clear();
    await receive(relay, "Hello", { thread: `dots-${number}`, from: "a.very.long.name.of.somebody.indeed@gmail.com" });
    expect(commandsTo(relay.emulator).filter((one) => one === "crm.duplicate.findbycomm")).toHaveLength(1);
  });

  it("count at other services, and where the portal says so", async () => {
    await relay.saveRules({ identity: { gmailDots: false } });
    cardExists(relay.emulator, "contact", mailbox(`jane.doe${number}@gmail.com`));
    await receive(relay, "Hello", { thread: `dots-${number}`, from: `janedoe${number}@gmail.com` });
    expect(cardsWith(relay.emulator, "lead", `janedoe${number}@gmail.com`)).toHaveLength(1);
  });
});

describe("a stranger at a company's domain", () => {
  const rule = { identity: { companyDomains: true } };
  const domain = () => `works${number}.example`;

  it("belongs to the company whose own box stands in its card, in its open deal, with the reason", async () => {
    await relay.saveRules(rule);
    const company = cardExists(relay.emulator, "company", { title: "Works", ...mailbox(`info@${domain()}`) });
    const deal = cardExists(relay.emulator, "deal", { companyId: company.id, assignedById: 7 });
    const from = `maria@${domain()}`;
    const conversation = await receive(relay, "About our order.", { thread: `company-${number}`, from });
    expect(lettersOn(relay, 2, deal)).toHaveLength(1);
    expect(cardsWith(relay.emulator, "lead", from)).toEqual([]);
    const [stored] = await relay.store.decisions.ofConversation(relay.portal, conversation, 1);
    expect(stored?.facts).toMatchObject({
      crm: { found: expect.arrayContaining([expect.objectContaining({ type: "company", by: "domain" })]) },
    });
  });

  it("belongs to it when somebody whom we know there does, whatever the company's card holds", async () => {
    await relay.saveRules(rule);
    const known = `anna@${domain()}`;
    const company = cardExists(relay.emulator, "company", { title: "Works", ...mailbox(known) });
    await receive(relay, "I am Anna.", { thread: `anna-${number}`, from: known });
    await receive(relay, "And I am Boris.", { thread: `boris-${number}`, from: `boris@${domain()}` });
    const texts = lettersOn(relay, 4, company).map(({ DESCRIPTION }) => String(DESCRIPTION));
    expect(texts.filter((text) => text.includes("Boris"))).toHaveLength(1);
  });

  it("is nobody's where the rule is off, as it is at first", async () => {
    cardExists(relay.emulator, "company", { title: "Works", ...mailbox(`info@${domain()}`) });
    relay.emulator.requests.clear();
    await receive(relay, "Hello.", { thread: `off-${number}`, from: `maria@${domain()}` });
    expect(cardsWith(relay.emulator, "lead", `maria@${domain()}`)).toHaveLength(1);
    expect(commandsTo(relay.emulator).filter((one) => one === "crm.duplicate.findbycomm")).toHaveLength(1);
  });

  it("is nobody's where two companies share the domain, and never at a free service", async () => {
    await relay.saveRules(rule);
    cardExists(relay.emulator, "company", { title: "One", ...mailbox(`info@${domain()}`) });
    cardExists(relay.emulator, "company", { title: "Two", ...mailbox(`office@${domain()}`) });
    cardExists(relay.emulator, "company", { title: "Free", ...mailbox("info@gmx.de") });
    await receive(relay, "Hello.", { thread: `two-${number}`, from: `maria@${domain()}` });
    await receive(relay, "Hello.", { thread: `free-${number}`, from: `maria${number}@gmx.de` });
    expect(cardsWith(relay.emulator, "lead", `maria@${domain()}`)).toHaveLength(1);
    expect(cardsWith(relay.emulator, "lead", `maria${number}@gmx.de`)).toHaveLength(1);
  });
});

/** One thread that goes through several boxes: a conversation in each, and one card. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Account } from "../../../src/domain/account.ts";
import type { ConversationId } from "../../../src/domain/ids.ts";
import type { CrmItem } from "../../emulators/portal/model.ts";
import type { Relay } from "../harness.ts";
import { cardExists, cardsWith } from "./cards.ts";
import { lettersOn, receive, startTracker } from "./letter-cards.ts";

let relay: Relay;
let other: Account;
let number = 0;
const mailbox = (value: string) => ({ fm: [{ typeId: "EMAIL", valueType: "WORK", value }], assignedById: 7 });
const maria = () => `maria${number}@one.example`;
const boris = () => `boris${number}@two.example`;
const thread = () => `thread-${number}`;
const texts = (deal: CrmItem): string[] => lettersOn(relay, 2, deal).map(({ DESCRIPTION }) => String(DESCRIPTION));
const counts = (text: string, deal: CrmItem) => texts(deal).filter((one) => one.includes(text)).length;

beforeAll(async () => {
  relay = await startTracker();
  other = await relay.addAccount({ settings: { address: "help@company.example" } });
});
beforeEach(async () => {
  number += 1;
  relay.resetClock();
  await settings({}, {});
  await relay.saveRules({});
});
afterAll(() => relay.stop());

const settings = async (one: object, two: object): Promise<void> => {
  await relay.store.accounts.update(relay.portal, relay.account.id, {
    settings: { address: "sales@company.example", ...one },
  });
  await relay.store.accounts.update(relay.portal, other.id, { settings: { address: "help@company.example", ...two } });
};
const inFirst = (text: string, from = maria(), chat = thread()) => receive(relay, text, { thread: chat, from });
const inOther = (text: string, from = boris(), chat = thread()) =>
  receive(relay, text, { thread: chat, from, account: other });

/** Two customers with a deal each, so that each would go into their own. */
function deals(): { readonly hers: CrmItem; readonly his: CrmItem } {
  const [one, two] = [maria(), boris()].map((address) => cardExists(relay.emulator, "contact", mailbox(address)));
  const [hers, his] = [one, two].map((contact) =>
    cardExists(relay.emulator, "deal", { contactId: contact?.id, assignedById: 7 }),
  );
  if (!hers || !his) throw new Error("no deals");
  return { hers, his };
}

async function move(conversation: ConversationId, deal: CrmItem): Promise<void> {
  const { person } = (await relay.store.conversations.find(relay.portal, conversation)) ?? {};
  if (!person) throw new Error("nobody");
  const card = { type: "deal", id: String(deal.id), why: "admin", title: "", open: true } as const;
  await relay.store.people.chooseCard(relay.portal, "1", person, { ...card, lastActiveAt: relay.deps.now() });
  await relay.store.decisions.renew(relay.portal, conversation);
}

describe("a thread that begins in one box and goes on in another", () => {
  it.each([
    ["the first", inFirst, inOther, "hers"],
    ["the other", inOther, inFirst, "his"],
  ] as const)("stands in the card that it began in, begun in %s", async (_name, begin, goOn, whose) => {
    const both = deals();
    const begun = await begin("This is how it begins.");
    const goesOn = await goOn("This is how it goes on.");
    expect(goesOn).not.toBe(begun);
    expect(counts("how it begins", both[whose])).toBe(1);
    expect(counts("how it goes on", both[whose])).toBe(1);
    const [decision] = await relay.store.decisions.ofConversation(relay.portal, goesOn, 1);
    expect(decision?.decision).toMatchObject({
      reasons: expect.arrayContaining([expect.objectContaining({ code: "target-thread" })]),
    });
  });

  it("makes no second lead of a stranger who writes on in it", async () => {
    await inFirst("I would like a lamp.");
    await inOther("I am their colleague.");
    const [lead] = cardsWith(relay.emulator, "lead", maria());
    expect(cardsWith(relay.emulator, "lead", boris())).toEqual([]);
    expect(lettersOn(relay, 1, lead as CrmItem)).toHaveLength(2);
  });

  it.each([
    ["the first", inFirst, inOther],
    ["the other", inOther, inFirst],
  ] as const)(
    "follows a move that is made in %s, whichever box the next letter comes to",
    async (_name, here, there) => {
      const { hers, his } = deals();
      const third = cardExists(relay.emulator, "deal", { assignedById: 7 });
      const moved = await here("One.");
      await there("Two.");
      await move(moved, third);
      await there("Three.");
      await here("Four.");
      expect([counts("Three.", third), counts("Four.", third)]).toEqual([1, 1]);
      expect(texts(hers).length + texts(his).length).toBe(2);
    },
  );

  it("joins the older card when a letter shows later that two threads are one", async () => {
    const { hers, his } = deals();
    await inFirst("One.");
    relay.advance(1_000);
    const later = await inOther("Two.", boris(), `late-${number}`);
    expect(counts("Two.", his)).toBe(1);
    // What a mailbox tells when the letter between them has come.
    const told = { from: `late-${number}`, to: thread(), idsEnd: false };
    await relay.store.messages.applyMove(relay.portal, other.id, told);
    expect(await inOther("Three.")).toBe(later);
    expect(counts("Three.", hers)).toBe(1);
  });
});

describe("boxes that share no threads", () => {
  it("are personal ones of two people; a shared one and a personal one do", async () => {
    const { hers, his } = deals();
    await settings({ box: "personal", owner: "5" }, { box: "personal", owner: "7" });
    await inFirst("One.");
    await inOther("Two.");
    expect([counts("One.", hers), counts("Two.", his)]).toEqual([1, 1]);
    number += 1;
    const next = deals();
    await settings({ box: "personal", owner: "5" }, {});
    await inFirst("One.");
    await inOther("Two.");
    expect([counts("One.", next.hers), counts("Two.", next.hers)]).toEqual([1, 1]);
  });
});

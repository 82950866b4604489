/** Letters of a mailbox without a line: which card they go into, once, and how. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ConversationId } from "../../../src/domain/ids.ts";
import type { Letter, LetterClass } from "../../../src/domain/letter.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { wantInCard } from "../../../src/relay/crm/wanted.ts";
import type { CrmItem } from "../../emulators/portal/model.ts";
import { Relay } from "../harness.ts";
import { cardExists, cardsWith, commandsTo, commentsOn } from "./cards.ts";

let relay: Relay;
let thread: string;
let email: string;
let threads = 0;
beforeAll(async () => {
  relay = await Relay.start();
  relay.channel.capabilities = { ...relay.channel.capabilities, letters: true };
  await relay.store.accounts.update(relay.portal, relay.account.id, { line: null, connector: null });
});
beforeEach(async () => {
  threads += 1;
  thread = `thread-${threads}`;
  email = `maria${threads}@shop.example`;
  relay.emulator.faults.clear();
  relay.resetClock();
  await setting({});
  await rules({});
});
afterAll(() => relay.stop());

const rules = (chats: object) => relay.saveRules({ chats });
const setting = (settings: Record<string, unknown>) =>
  relay.store.accounts.update(relay.portal, relay.account.id, { settings });

interface Written {
  readonly ours?: boolean;
  readonly class?: LetterClass;
  readonly subject?: string;
  readonly file?: string;
}

async function mail(text: string, more: Written = {}): Promise<ConversationId> {
  const conversation = await arrives(text, more);
  await relay.run("in", conversation);
  return conversation;
}

/** It is stored, and nobody has dealt with it yet. */
async function arrives(text: string, more: Written = {}): Promise<ConversationId> {
  const us = { address: "sales@company.example", name: "Sales" };
  const them = { address: email, name: "Maria" };
  const letter: Letter = {
    messageId: `<${thread}-${text.length}@shop.example>`,
    subject: more.subject ?? "The lamp",
    from: more.ours === true ? us : them,
    to: [more.ours === true ? them : us],
    cc: [],
    class: more.class ?? "human",
    folded: "> what was said before",
  };
  const source = { by: "channel", ref: more.file ?? "" } as const;
  return await relay.customerWrites(thread, text, {
    customer: { externalId: email, name: "Maria", email },
    ...(more.ours === true && { fromDevice: true }),
    content: {
      body: plainText(text),
      attachments: more.file === undefined ? [] : [{ kind: "file", name: `${more.file}.txt`, source }],
      letter,
    },
  });
}

const crm = () => relay.emulator.portal().portal.crm;
const emails = () => [...crm().activities.values()].filter(({ fields }) => fields.TYPE_ID === "4");
const lettersIn = (type: number, { id }: Pick<CrmItem, "id">) =>
  emails()
    .map(({ fields }) => fields)
    .filter((fields) => fields.OWNER_TYPE_ID === String(type) && fields.OWNER_ID === String(id));
const leads = () => cardsWith(relay.emulator, "lead", email);
const contactOf = (value: string) =>
  cardExists(relay.emulator, "contact", { fm: [{ typeId: "EMAIL", valueType: "WORK", value }], assignedById: 7 });

describe("a letter of somebody whom nobody knows", () => {
  it("makes a lead and stands in it as an e-mail, not as a comment", async () => {
    await mail("Is the lamp still there?");
    const [lead] = leads();
    expect(lead?.fields.title).toBe("The lamp");
    expect(lettersIn(1, lead as CrmItem)).toMatchObject([
      { DIRECTION: "1", COMPLETED: "N", SUBJECT: "The lamp", DESCRIPTION_TYPE: "1" },
    ]);
    expect(String(lettersIn(1, lead as CrmItem)[0]?.DESCRIPTION)).toContain("Is the lamp still there?");
    expect(String(lettersIn(1, lead as CrmItem)[0]?.DESCRIPTION)).toContain("> what was said before");
    expect(commentsOn(relay.emulator, "lead", lead?.id ?? 0)).toEqual([]);
  });

  it.each(["auto-reply", "out-of-office", "newsletter", "system-notice", "bounce-hard"] as const)(
    "makes nothing when a machine wrote it: %s",
    async (kind) => {
      const before = emails().length;
      const conversation = await mail("I am away until Monday.", { class: kind });
      expect(leads()).toEqual([]);
      expect(emails()).toHaveLength(before);
      const [decision] = await relay.store.decisions.ofConversation(relay.portal, conversation, 1);
      expect(decision?.decision).toMatchObject({
        reasons: expect.arrayContaining([expect.objectContaining({ code: "create-not-for-machines" })]),
      });
    },
  );

  it("makes nothing for what we wrote, and takes the whole thread along when they answer", async () => {
    await mail("Our offer.", { ours: true });
    expect(leads()).toEqual([]);
    await mail("Thank you, I take it.");
    const [lead] = leads();
    expect(lettersIn(1, lead as CrmItem).map(({ DIRECTION, COMPLETED }) => [DIRECTION, COMPLETED])).toEqual([
      ["2", "Y"],
      ["1", "N"],
    ]);
    expect(crm().mailsSent).toEqual([]);
  });
});

describe("a letter that is written on our pages", () => {
  const us = { address: "sales@company.example" };
  async function writes(text: string, conversation: ConversationId): Promise<void> {
    const letter = {
      messageId: `<${text}@company.example>`,
      subject: "The lamp",
      from: us,
      to: [{ address: email }],
      cc: [],
    };
    await relay.deps.replies.write({
      ...{ portal: relay.portal, conversation, clientId: `${thread}-${text}`, authorId: "7", at: relay.deps.now() },
      content: { body: plainText(text), attachments: [], letter: { ...letter, class: "human" } },
    });
    await relay.run("out", conversation);
    await relay.run("in", conversation);
  }

  it("stands in the card like any other, once it has left", async () => {
    const contact = contactOf(email);
    const conversation = await mail("Is it there?");
    await writes("It is.", conversation);
    expect(lettersIn(3, contact).map(({ DIRECTION, COMPLETED }) => [DIRECTION, COMPLETED])).toEqual([
      ["1", "N"],
      ["2", "Y"],
    ]);
  });

  it("stands there too when it came before the customer's first one", async () => {
    const contact = contactOf(email);
    const letter = {
      messageId: "<first@company.example>",
      subject: "An offer",
      from: us,
      to: [{ address: email }],
      cc: [],
    };
    const first = await relay.store.messages.acceptFirst({
      ...{ portal: relay.portal, account: relay.account.id, chatId: thread, customer: { externalId: email, email } },
      ...{ originKey: `surface:${thread}`, origin: { by: "surface", clientId: thread, authorId: "7" } },
      content: { body: plainText("Our offer."), attachments: [], letter: { ...letter, class: "human" } },
      sentAt: relay.deps.now(),
    });
    if (first.kind !== "stored") throw new Error("not stored");
    await relay.run("out", first.conversation);
    await mail("I take it.");
    const recorded = lettersIn(3, contact).map(({ DESCRIPTION }) => String(DESCRIPTION));
    expect(recorded.filter((text) => text.includes("Our offer."))).toHaveLength(1);
    expect(recorded.filter((text) => text.includes("I take it."))).toHaveLength(1);
  });
});

describe("a letter of somebody whom the CRM knows", () => {
  it("goes into the deal that was active last, with the contact as the other side", async () => {
    const contact = contactOf(email);
    const deal = cardExists(relay.emulator, "deal", { contactId: contact.id, assignedById: 7 });
    await mail("When does it come?");
    await mail("On Monday.", { ours: true });
    expect(leads()).toEqual([]);
    expect(lettersIn(2, deal)).toMatchObject([
      { DIRECTION: "1", RESPONSIBLE_ID: "7", COMMUNICATIONS: [{ VALUE: email, TYPE: "EMAIL" }] },
      { DIRECTION: "2", COMPLETED: "Y", COMMUNICATIONS: [{ VALUE: email, TYPE: "EMAIL" }] },
    ]);
    expect(JSON.stringify(lettersIn(2, deal)[0]?.COMMUNICATIONS)).toContain(`"ENTITY_ID":${contact.id}`);
    expect(crm().mailsSent).toEqual([]);
  });

  it("goes into the deal whose number stands in the subject, when it is theirs", async () => {
    const contact = contactOf(email);
    const named = cardExists(relay.emulator, "deal", { contactId: contact.id });
    const later = cardExists(relay.emulator, "deal", { contactId: contact.id });
    const others = cardExists(relay.emulator, "deal", {});
    await mail("About that.", { subject: `Re: your deal No. ${named.id}` });
    expect([named, later].map((deal) => lettersIn(2, deal).length)).toEqual([1, 0]);
    thread = `${thread}-other`;
    await mail("And this.", { subject: `Re: your deal No. ${others.id}` });
    expect(lettersIn(2, others)).toEqual([]);
    expect(lettersIn(2, later)).toHaveLength(1);
  });

  it("follows a move, with all that comes later", async () => {
    const contact = contactOf(email);
    const [first, second] = [1, 2].map(() => cardExists(relay.emulator, "deal", { contactId: contact.id }));
    const conversation = await mail("One.");
    const { person } = (await relay.store.conversations.find(relay.portal, conversation)) ?? {};
    if (!first || !second || !person) throw new Error("nobody");
    expect(lettersIn(2, second)).toHaveLength(1);
    const at = new Date();
    const chosen = {
      type: "deal",
      id: String(first.id),
      why: "admin",
      title: "",
      open: true,
      lastActiveAt: at,
    } as const;
    await relay.store.people.chooseCard(relay.portal, "1", person, chosen);
    await relay.store.decisions.renew(relay.portal, conversation);
    await mail("Two.");
    await mail("Three.", { ours: true });
    expect(lettersIn(2, first)).toHaveLength(2);
    expect(lettersIn(2, second)).toHaveLength(1);
  });

  it("is found by the mailbox behind an alias, and tells the alias as the other side", async () => {
    const contact = contactOf(email);
    email = email.replace("@", "+orders@");
    await mail("About my order.");
    expect(leads()).toEqual([]);
    expect(lettersIn(3, contact)).toMatchObject([{ COMMUNICATIONS: [{ VALUE: email }] }]);
  });

  it("is one activity, shown in every card that takes it", async () => {
    const contact = contactOf(email);
    const deal = cardExists(relay.emulator, "deal", { contactId: contact.id });
    await rules({ comments: { alsoContact: true } });
    await mail("When does it come?");
    const [letter, ...more] = lettersIn(2, deal);
    expect([...more, ...lettersIn(3, contact)]).toEqual([]);
    expect(crm().bindingsOf(Number(letter?.ID))).toEqual([{ entityTypeId: 3, entityId: contact.id }]);
  });

  it("brings its files along", async () => {
    const contact = contactOf(email);
    relay.channel.files.set("plan", "the plan of the house");
    await mail("See the plan.", { file: "plan" });
    const base64 = Buffer.from("the plan of the house").toString("base64");
    expect(lettersIn(3, contact)).toMatchObject([{ FILES: [{ fileData: ["plan.txt", base64] }] }]);
  });

  it("is recorded once, whatever becomes of the portal's answer", async () => {
    const contact = contactOf(email);
    relay.emulator.faults.add({ kind: "drop-after", method: "crm.activity.add", times: 1 });
    relay.emulator.requests.clear();
    const conversation = await mail("Hello?");
    for (let run = 0; run < 6; run += 1) {
      relay.advance(30_000);
      await relay.run("in", conversation);
    }
    expect(lettersIn(3, contact)).toHaveLength(1);
    expect(commandsTo(relay.emulator)).toContain("crm.activity.list");
  });
});

describe("a personal box", () => {
  it("shows the subject alone where its owner wants that", async () => {
    const contact = contactOf(email);
    await setting({ box: "personal", showing: "subject" });
    await mail("Something private.");
    const [letter] = lettersIn(3, contact);
    expect(letter?.SUBJECT).toBe("The lamp");
    expect(String(letter?.DESCRIPTION)).not.toContain("private");
    expect(String(letter?.DESCRIPTION)).not.toContain("said before");
  });

  it("shows nothing before somebody says so", async () => {
    const contact = contactOf(email);
    await setting({ box: "personal", showing: "click" });
    const conversation = await mail("Something private.");
    await mail("Something for the card.");
    expect(lettersIn(3, contact)).toEqual([]);
    const [first, second] = await relay.store.messages.journal(relay.portal, { conversation, after: 0, limit: 2 });
    if (!first || !second) throw new Error("nothing is there");
    await wantInCard(relay.deps, relay.portal, { message: second.id, conversation }, "5");
    await relay.run("in", conversation);
    await relay.run("in", conversation);
    expect(lettersIn(3, contact)).toHaveLength(1);
    expect(String(lettersIn(3, contact)[0]?.DESCRIPTION)).toContain("Something for the card.");
    expect(await relay.store.wishes.find(relay.portal, second.id)).toEqual({ done: true });
    // Decided anew, it is not put into a card once more.
    await relay.store.decisions.renew(relay.portal, conversation);
    await mail("And one more.");
    expect(lettersIn(3, contact)).toHaveLength(1);
  });

  it("keeps a wish that comes before there is a card, and fulfils it when there is one", async () => {
    await setting({ box: "personal", showing: "click" });
    const conversation = await mail("We are strangers.", { class: "newsletter" });
    const [letter] = await relay.store.messages.journal(relay.portal, { conversation, after: 0, limit: 1 });
    if (!letter) throw new Error("nothing is there");
    await wantInCard(relay.deps, relay.portal, { message: letter.id, conversation }, "5");
    await relay.run("in", conversation);
    expect(await relay.store.wishes.open(relay.portal, conversation)).toEqual([letter.id]);
    const contact = contactOf(email);
    await mail("Now you know me.");
    expect(lettersIn(3, contact).map(({ DESCRIPTION }) => String(DESCRIPTION))).toEqual([
      expect.stringContaining("We are strangers."),
    ]);
  });

  it("that shows subjects shows the whole of a letter that is wanted, in the activity that stands there, with its files", async () => {
    const contact = contactOf(email);
    relay.channel.files.set("plan", "the plan of the house");
    await setting({ box: "personal", showing: "subject" });
    const conversation = await mail("Here is the plan.", { file: "plan" });
    await mail("And something private.");
    const before = lettersIn(3, contact);
    expect(before.map(({ FILES }) => FILES)).toEqual([undefined, undefined]);
    const [first] = await relay.store.messages.journal(relay.portal, { conversation, after: 0, limit: 1 });
    if (!first) throw new Error("nothing is there");
    // Somebody has looked at it already.
    const activity = crm().activities.get(Number(before[0]?.ID));
    if (activity) activity.fields.COMPLETED = "Y";
    await wantInCard(relay.deps, relay.portal, { message: first.id, conversation }, "5");
    relay.emulator.faults.add({ kind: "drop-after", method: "crm.activity.update", times: 1 });
    for (let run = 0; run < 4; run += 1) {
      relay.advance(30_000);
      await relay.run("in", conversation);
    }
    const letters = lettersIn(3, contact);
    expect(letters).toHaveLength(2);
    expect(String(letters[0]?.DESCRIPTION)).toContain("Here is the plan.");
    const base64 = Buffer.from("the plan of the house").toString("base64");
    expect(letters[0]).toMatchObject({ COMPLETED: "Y", FILES: [{ fileData: ["plan.txt", base64] }] });
    expect(String(letters[1]?.DESCRIPTION)).not.toContain("private");
    expect(crm().mailsSent).toEqual([]);
  });

  it("that shows subjects records a letter as a whole that is wanted before it is recorded", async () => {
    const contact = contactOf(email);
    await setting({ box: "personal", showing: "subject" });
    const conversation = await arrives("For the card.");
    const [first] = await relay.store.messages.journal(relay.portal, { conversation, after: 0, limit: 1 });
    if (!first) throw new Error("nothing is there");
    await wantInCard(relay.deps, relay.portal, { message: first.id, conversation }, "5");
    await relay.run("in", conversation);
    expect(lettersIn(3, contact).map(({ DESCRIPTION }) => String(DESCRIPTION))).toEqual([
      expect.stringContaining("For the card."),
    ]);
    expect(await relay.store.wishes.open(relay.portal, conversation)).toEqual([]);
  });

  it("gives what it makes to its owner", async () => {
    await setting({ box: "personal", owner: "5" });
    await mail("I would like a lamp.");
    expect(leads().map((lead) => lead.fields.assignedById)).toEqual([5]);
  });
});

describe("what a letter costs, in commands, directories aside", () => {
  const costs = async (text: string): Promise<readonly string[]> => {
    relay.emulator.requests.clear();
    await mail(text);
    return commandsTo(relay.emulator).filter((one) => one !== "user.get" && one !== "timeman.status");
  };
  const another = (): void => {
    threads += 1;
    thread = `thread-${threads}`;
  };

  it("of somebody whom the CRM knows and we do not: the search, their deals, who has the card, the activity", async () => {
    contactOf(email);
    expect(await costs("One.")).toEqual([
      "crm.duplicate.findbycomm",
      "crm.item.list",
      "crm.item.list",
      "crm.activity.add",
    ]);
  });

  it("of a further one in the thread: the activity alone", async () => {
    contactOf(email);
    await mail("One.");
    expect(await costs("Two, and more.")).toEqual(["crm.activity.add"]);
  });

  it("of a new thread of theirs: their deals and the activity; who has the card is asked again the next day", async () => {
    const contact = contactOf(email);
    await mail("One.");
    another();
    expect(await costs("About something else.")).toEqual(["crm.item.list", "crm.activity.add"]);
    relay.advance(25 * 3_600_000);
    contact.fields.assignedById = 5;
    another();
    expect(await costs("A third matter.")).toEqual(["crm.item.list", "crm.item.list", "crm.activity.add"]);
    expect(lettersIn(3, contact).at(-1)?.RESPONSIBLE_ID).toBe("5");
  });

  it("of somebody with an open deal: their card is not read at all", async () => {
    const contact = contactOf(email);
    cardExists(relay.emulator, "deal", { contactId: contact.id, assignedById: 7 });
    expect(await costs("One.")).toEqual(["crm.duplicate.findbycomm", "crm.item.list", "crm.activity.add"]);
    another();
    expect(await costs("Another.")).toEqual(["crm.item.list", "crm.activity.add"]);
  });
});

describe("a letter of ours that can be seen", () => {
  const answer = async (conversation: ConversationId) => {
    const originKey = `surface:${thread}-answer`;
    const messageId = `<${thread}-answer@company.example>`;
    const us = { address: "sales@company.example" };
    const letter: Letter = {
      messageId,
      subject: "Re: The lamp",
      from: us,
      to: [{ address: email }],
      cc: [],
      class: "human",
    };
    const { portal, account } = relay;
    const track = await relay.store.tracks.begin({ portal, account: account.id, originKey, messageId, links: [] });
    await relay.store.messages.acceptReply({
      ...{ portal, conversation, kind: "message", originKey, sentAt: relay.deps.now() },
      origin: { by: "surface", clientId: `${thread}-answer`, authorId: "7" },
      content: { body: plainText("On Monday."), attachments: [], letter },
    });
    await relay.run("out", conversation);
    await relay.run("in", conversation);
    return track;
  };
  const hit = (track: string, kind: "human" | "proxy" | "scanner") =>
    relay.store.tracks.hit(
      track,
      { at: relay.deps.now(), method: "GET", agent: "x", from: "y", ahead: false },
      (hits) => hits.map((_one, at) => (at === hits.length - 1 ? kind : "scanner")),
    );
  const told = (deal: Pick<CrmItem, "id">) =>
    emails()
      .filter(({ fields }) => fields.OWNER_ID === String(deal.id) && fields.DIRECTION === "2")
      .map(({ blocks }) => blocks?.threadline);
  const line = (value: string) => [{ type: "text", properties: { value, color: "base_70" } }];
  const writes = () => commandsTo(relay.emulator).filter((name) => name === "crm.activity.layout.blocks.set").length;

  it("says so in its card, each state once; a machine's look says nothing, an answer that it was read", async () => {
    const contact = contactOf(email);
    const deal = cardExists(relay.emulator, "deal", { contactId: contact.id, assignedById: 7 });
    const conversation = await mail("When does it come?");
    const track = await answer(conversation);
    const before = writes();
    await hit(track.id, "scanner");
    await relay.run("in", conversation);
    expect(told(deal)).toEqual([undefined]);
    await hit(track.id, "proxy");
    await relay.run("in", conversation);
    expect(told(deal)).toEqual(line("Probably opened"));
    await hit(track.id, "human");
    await relay.run("in", conversation);
    await relay.run("in", conversation);
    expect(told(deal)).toEqual(line("Opened"));
    await mail("Thank you.");
    expect(told(deal)).toEqual(line("Read: there is an answer"));
    expect(writes() - before).toBe(3);
  });

  it("is told once more where the portal's answer was lost, and goes on where it will not have it", async () => {
    const contact = contactOf(email);
    const deal = cardExists(relay.emulator, "deal", { contactId: contact.id, assignedById: 7 });
    const conversation = await mail("When does it come?");
    const track = await answer(conversation);
    await hit(track.id, "human");
    const method = "crm.activity.layout.blocks.set";
    const error = { status: 400, code: "ACCESS_DENIED", description: "Access denied" };
    relay.emulator.faults.add({ kind: "command-error", method, error, times: 1 });
    await relay.run("in", conversation);
    expect(told(deal)).toEqual([undefined]);
    await relay.run("in", conversation);
    expect(told(deal)).toEqual([undefined]);
    relay.emulator.faults.add({ kind: "drop-after", method, times: 1 });
    await mail("Thank you.");
    expect(told(deal)).toEqual(line("Read: there is an answer"));
  });
});

/** Each group of rules, from a customer's message to what stands in the emulated portal's CRM afterwards. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ConversationId } from "../../../src/domain/ids.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import type { SiteFacts } from "../../../src/domain/site-facts.ts";
import { Relay } from "../harness.ts";

let relay: Relay;
let who: string;
let phone: string;
let people = 0;
beforeAll(async () => {
  relay = await Relay.start();
});
beforeEach(() => {
  people += 1;
  who = `customer-${people}`;
  phone = `+7903${String(1_234_000 + people)}`;
  relay.emulator.faults.clear();
  relay.resetClock();
  relay.emulator.requests.clear();
  delete (relay.channel.capabilities as { leaves?: boolean }).leaves;
});
afterAll(() => relay.stop());

const crm = () => relay.emulator.portal().portal.crm;
const TYPES = { lead: 1, deal: 2, contact: 3, company: 4 } as const;
type Type = keyof typeof TYPES;

const own = (chats: object, more: object = {}) => relay.saveRules({ owner: { who: "rules" }, chats, ...more });

/** What the CRM holds of a type that was not there when the test began. */
let before: Record<Type, number>;
beforeEach(() => {
  before = { lead: lastId("lead"), deal: lastId("deal"), contact: lastId("contact"), company: lastId("company") };
});
const lastId = (type: Type) => Math.max(0, ...(crm().items.get(TYPES[type])?.keys() ?? []));
const made = (type: Type) =>
  [...(crm().items.get(TYPES[type])?.values() ?? [])]
    .filter((item) => item.id > before[type])
    .map((item) => item.fields);

/** A card that was there before the customer wrote. */
const exists = (type: Type, fields: Record<string, unknown> = {}) =>
  crm().add(TYPES[type], { title: `An old ${type}`, ...fields }, 1, Date.now()).id;
const withPhone = () => ({ fm: [{ typeId: "PHONE", valueType: "WORK", value: phone }] });
const settled = () => {
  before = { lead: lastId("lead"), deal: lastId("deal"), contact: lastId("contact"), company: lastId("company") };
};

const writes = async (
  text: string,
  more: { phone?: string; site?: SiteFacts; chat?: string } = {},
): Promise<ConversationId> => {
  const chat = more.chat ?? who;
  const conversation = await relay.customerWrites(chat, text, {
    customer: { externalId: chat, name: "Maria", ...(more.phone !== undefined && { phone: more.phone }) },
    content: { body: plainText(text), attachments: [], ...(more.site && { site: more.site }) },
  });
  await relay.run("in", conversation);
  return conversation;
};
const comments = (type: Type, id: number) =>
  crm()
    .comments.filter((comment) => comment.entityType === type && comment.entityId === id)
    .map((comment) => comment.text);
const commands = () =>
  relay.emulator.requests
    .entries({})
    .flatMap((entry) => entry.commands ?? [])
    .map((one) => one.method);

describe("1. who creates", () => {
  it("the line: we make nothing and ask the CRM nothing", async () => {
    await relay.saveRules({});
    await writes("hello", { phone });
    expect(commands().filter((method) => method.startsWith("crm."))).toEqual([]);
    expect(relay.shown(who)).toEqual(["hello"]);
  });

  it("the rules: one lead, and the portal links its chat to it by the phone", async () => {
    await own({});
    const conversation = await writes("hello", { phone });
    const [lead, ...others] = made("lead");
    expect(others).toEqual([]);
    expect(lead).toMatchObject({ title: expect.stringContaining("Maria"), fm: [{ typeId: "PHONE", value: phone }] });
    const { imChatId } = (await relay.store.conversations.find(relay.portal, conversation)) ?? {};
    const chat = [...relay.emulator.portal().portal.chats.values()].find((one) => String(one.id) === imChatId);
    expect(chat?.crm.lead).toBe(lead?.id);
  });
});

describe("2. the transfer filter", () => {
  const spam = { fact: "text", op: "contains", values: ["casino"] };
  it("keeps what it denies out of the CRM", async () => {
    await own({ transfer: { crm: { filters: [{ id: "spam", when: spam, verdict: "deny" }] } } });
    await writes("best casino", { phone });
    expect(made("lead")).toEqual([]);
    expect(relay.shown(who)).toEqual(["best casino"]);
  });

  it("keeps what it denies out of the line", async () => {
    await own({ transfer: { line: { filters: [{ id: "spam", when: spam, verdict: "deny" }] } } });
    const conversation = await writes("best casino", { phone });
    expect(relay.shown(who)).toEqual([]);
    expect(await relay.states(conversation)).toEqual(["in sent: best casino"]);
  });
});

describe("3. creation", () => {
  it("a deal with its contact", async () => {
    await own({ creation: { first: "deal" } });
    await writes("hello", { phone });
    const [deal] = made("deal");
    const [contact] = made("contact");
    expect(contact).toMatchObject({
      name: "Maria",
      fm: expect.arrayContaining([expect.objectContaining({ value: phone })]),
    });
    expect(deal).toMatchObject({ contactId: Number(contact?.id) });
    expect(made("lead")).toEqual([]);
  });

  it("nothing until a visitor leaves a phone, and then at once", async () => {
    (relay.channel.capabilities as { leaves?: boolean }).leaves = true;
    await own({});
    await writes("do you deliver?");
    expect(made("lead")).toEqual([]);
    await writes(`call me: ${phone}`);
    expect(made("lead")).toMatchObject([{ fm: [{ value: phone }] }]);
    expect(comments("lead", Number(made("lead")[0]?.id)).join("\n")).toContain("do you deliver?");
  });

  it("one lead for a person who writes first in many places at once", async () => {
    await own({});
    const chats = ["a", "b", "c"].map((name) => `${who}-${name}`);
    const conversations = await Promise.all(
      chats.map((chat) =>
        relay.customerWrites(chat, "hello", { customer: { externalId: chat, name: "Maria", phone } }),
      ),
    );
    await Promise.all(conversations.map((conversation) => relay.run("in", conversation)));
    expect(made("lead")).toHaveLength(1);
  });
});

describe("4. the priority of comments: a company that moves in and must not double anything", () => {
  const movedIn = (priority: string) => own({ creation: { first: "lead", repeat: "nothing" }, comments: { priority } });

  it("into deals: the last active one, then the lead, then the contact, and only then a first contact", async () => {
    await movedIn("deals");
    const contact = exists("contact", withPhone());
    const lead = exists("lead", withPhone());
    const old = exists("deal", { contactId: contact, lastActivityTime: "2026-01-01T00:00:00+03:00" });
    const fresh = exists("deal", { contactId: contact, lastActivityTime: "2026-02-01T00:00:00+03:00" });
    settled();
    await writes("where is my order?", { phone });
    expect([made("lead"), made("deal"), made("contact")]).toEqual([[], [], []]);
    expect(comments("deal", fresh).join()).toContain("where is my order?");
    expect([...comments("deal", old), ...comments("lead", lead), ...comments("contact", contact)]).toEqual([]);
  });

  it("into deals, with a lead alone", async () => {
    await movedIn("deals");
    const lead = exists("lead", withPhone());
    settled();
    await writes("hello", { phone });
    expect(comments("lead", lead).join()).toContain("hello");
    expect(made("lead")).toEqual([]);
  });

  it("into deals, with a contact alone", async () => {
    await movedIn("deals");
    const contact = exists("contact", withPhone());
    settled();
    await writes("hello", { phone });
    expect(comments("contact", contact).join()).toContain("hello");
  });

  it("into deals, with nothing at all", async () => {
    await movedIn("deals");
    await writes("hello", { phone });
    expect(made("lead")).toHaveLength(1);
  });

  it("into both: the freshest deal and the freshest lead", async () => {
    await movedIn("both");
    const contact = exists("contact", withPhone());
    const lead = exists("lead", withPhone());
    const deal = exists("deal", { contactId: contact });
    settled();
    await writes("hello", { phone });
    expect(comments("deal", deal).join()).toContain("hello");
    expect(comments("lead", lead).join()).toContain("hello");
    expect(made("lead")).toEqual([]);
  });
});

describe("5. closed cards", () => {
  it("take it when there are no open ones and nothing is made", async () => {
    await own({});
    const contact = exists("contact", withPhone());
    const won = exists("deal", { contactId: contact, stageId: "WON" });
    settled();
    await writes("one more thing", { phone });
    expect(comments("deal", won).join()).toContain("one more thing");
  });

  it("do not, where the rules say so", async () => {
    await own({ comments: { addToClosed: false } });
    const contact = exists("contact", withPhone());
    const won = exists("deal", { contactId: contact, stageId: "WON" });
    settled();
    await writes("one more thing", { phone });
    expect(comments("deal", won)).toEqual([]);
    expect(comments("contact", contact).join()).toContain("one more thing");
  });
});

describe("6. pipelines", () => {
  it("by a condition, else the default; a stage that vanished falls back with a warning", async () => {
    await own({
      creation: { first: "deal" },
      pipelines: {
        first: {
          otherwise: { pipeline: "0", stage: "EXECUTING" },
          filters: [
            { id: "vip", when: { fact: "text", op: "contains", values: ["vip"] }, pipeline: "1", stage: "C1:NEW" },
            { id: "gone", when: { fact: "text", op: "contains", values: ["old"] }, pipeline: "1", stage: "C1:GONE" },
          ],
        },
      },
    });
    await writes("I am a VIP", { phone });
    expect(made("deal")).toMatchObject([{ categoryId: 1, stageId: "C1:NEW" }]);
    settled();
    const other = `${who}-other`;
    const conversation = await writes("old customer", { chat: other, phone: phone.replace("+7903", "+7905") });
    expect(made("deal")).toMatchObject([{ categoryId: 0, stageId: "EXECUTING" }]);
    const decision = await relay.store.decisions.current(relay.portal, conversation);
    expect(decision?.decision).toMatchObject({
      warnings: [{ code: "place-vanished", about: { missing: "C1:GONE" } }],
    });
  });

  it("by a tag that agents have put on the conversation", async () => {
    await own({
      creation: { first: "deal" },
      pipelines: {
        first: {
          filters: [{ id: "vip", when: { fact: "tag", op: "is", values: ["VIP"] }, pipeline: "1", stage: "C1:NEW" }],
        },
      },
    });
    const conversation = await relay.customerWrites(who, "hello", { customer: { externalId: who, phone } });
    await relay.store.desk.change(relay.portal, [conversation], { tags: ["vip", "north"] });
    await relay.run("in", conversation);
    expect(made("deal")).toMatchObject([{ categoryId: 1, stageId: "C1:NEW" }]);
  });
});

describe("7. the responsible person", () => {
  it("comes from the filter, and from the deal where there is one", async () => {
    await own({
      responsible: { filters: [{ id: "all", when: { all: [] }, who: { kind: "person", id: "2" } }] },
    });
    await writes("hello", { phone });
    expect(made("lead")).toMatchObject([{ assignedById: 2 }]);
  });
});

describe("7. a department", () => {
  it("shares what comes evenly among those who are at work", async () => {
    const { portal } = relay.emulator.portal();
    const [first, second, third] = portal.employees().filter((user) => user.active && !user.extranet);
    if (!first || !second || !third) throw new Error("three employees are needed");
    portal.departments.push({ id: 2, name: "Sales", parent: 1 }, { id: 3, name: "Sales, north", parent: 2 });
    first.departments = [2];
    second.departments = [3];
    third.departments = [3];
    third.workday = "CLOSED";
    const who = { kind: "department", id: "2", spread: "evenly" };
    await own({ responsible: { filters: [{ id: "sales", when: { all: [] }, who }] } });
    for (const index of [0, 1, 2, 3])
      await writes("hello", { chat: `${people}-${index}`, phone: phone.replace("+7903", `+790${5 + index}`) });
    const given = made("lead").map((lead) => Number(lead.assignedById));
    expect(given.filter((id) => id === first.id)).toHaveLength(2);
    expect(given.filter((id) => id === second.id)).toHaveLength(2);
  });
});

describe("8. comments", () => {
  it("live: everything that is said, agents' replies too, each once", async () => {
    await own({});
    const conversation = await writes("hello", { phone });
    const { imChatId } = (await relay.store.conversations.find(relay.portal, conversation)) ?? {};
    await relay.operatorDoes({
      kind: "message",
      chatId: conversation,
      imChatId: String(imChatId),
      imMessageId: `${who}-1`,
      content: { body: plainText("good day"), attachments: [] },
    });
    await relay.run("out", conversation);
    await writes("thanks");
    const [lead] = made("lead");
    const text = comments("lead", Number(lead?.id)).join("\n");
    for (const said of ["hello", "good day", "thanks"]) expect(text.split(said)).toHaveLength(2);
    expect(text.indexOf("hello")).toBeLessThan(text.indexOf("good day"));
  });

  it("at the end: the whole transcript when the session is over", async () => {
    await own({ comments: { when: "end" } });
    const conversation = await writes("hello", { phone });
    const lead = Number(made("lead")[0]?.id);
    expect(comments("lead", lead)).toEqual([]);
    await relay.store.conversations.learn(relay.portal, conversation, { open: false });
    await relay.run("in", conversation);
    expect(comments("lead", lead)).toHaveLength(1);
    await relay.run("in", conversation);
    expect(comments("lead", lead)).toHaveLength(1);
  });

  it("as an activity with a button, and also in the contact", async () => {
    await own({ creation: { first: "deal" }, comments: { form: "both", alsoContact: true } });
    await writes("hello", { phone });
    const deal = Number(made("deal")[0]?.id);
    const activities = [...crm().activities.values()].filter(
      (one) => one.fields.OWNER_ID === String(deal) && one.fields.ORIGINATOR_ID === "threadline",
    );
    expect(activities).toHaveLength(1);
    expect(comments("deal", deal)).toHaveLength(1);
  });
});

describe("8. words of ours in a card", () => {
  it("are in the portal's language", async () => {
    await relay.store.portals.update(relay.portal, { language: "ru" });
    await own({ comments: { form: "both" }, fields: [{ entity: "lead", field: "noSuchField", value: "x" }] });
    // The messenger has the picture no more, so nothing is known of it but its kind.
    const conversation = await relay.customerWrites(who, "", {
      customer: { externalId: who, name: "Мария", phone },
      content: { body: plainText("вот"), attachments: [{ kind: "photo", source: { by: "channel", ref: who } }] },
    });
    await relay.run("in", conversation);
    await relay.store.portals.update(relay.portal, { language: "en" });
    const lead = Number(made("lead")[0]?.id);
    expect(comments("lead", lead).join()).toContain("Мария: вот [фото]");
    const activities = [...crm().activities.values()].filter(({ fields }) => fields.OWNER_ID === String(lead));
    expect(JSON.stringify(activities)).toContain("Открыть чат");
    const decision = await relay.store.decisions.current(relay.portal, conversation);
    expect(decision?.steps.find(({ name }) => name === "field:lead:noSuchField")?.end).toEqual({
      kind: "refused",
      sentence: "На портале нет поля «noSuchField». Выберите в правилах другое.",
    });
  });
});

describe("9. titles", () => {
  it("come from a template with variables", async () => {
    await own({ titles: { chat: { lead: "{{ name | upcase }} / {{ phone }} / {{ words }}" } } });
    await writes("need a cake", { phone });
    expect(made("lead")).toMatchObject([{ title: `MARIA / ${phone} / need a cake` }]);
  });
});

describe("10. fields", () => {
  it("are filled in from variables, with UTM and source", async () => {
    await own({
      fields: [
        { entity: "lead", field: "sourceId", value: "WEB" },
        { entity: "lead", field: "comments", value: "from {{ site }}" },
        { entity: "lead", field: "noSuchField", value: "x" },
      ],
    });
    await writes("hello", { phone, site: { site: "shop.example", utm: { source: "newsletter" } } });
    expect(made("lead")).toMatchObject([{ sourceId: "WEB", comments: "from shop.example", utmSource: "newsletter" }]);
  });
});

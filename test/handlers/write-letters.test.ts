import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { accountId, type ConversationId, conversationId } from "../../src/domain/ids.ts";
import type { Letter } from "../../src/domain/letter.ts";
import type { Content } from "../../src/domain/message.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { createPlanner } from "../../src/relay/planned.ts";
import { ALL_PARTS } from "../support/parts.ts";
import { fakeChannel } from "./support/fake-channel.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;
let agent: string;
let box: string;
let bot: string;
/** Of whoever sends what was planned; pages stay where they are, or their sessions would end. */
let clock = new Date("2036-11-29T10:00:00Z");
const now = new Date("2036-11-29T10:00:00Z");

const mail = fakeChannel("email", "E-mail");
const channels = [
  {
    ...mail.adapter,
    settings: z.object({
      address: z.string().optional(),
      signature: z.string().optional(),
      box: z.string().optional(),
    }),
    capabilities: {
      ...mail.adapter.capabilities,
      letters: true,
      parts: ALL_PARTS,
      mayWriteFirst: true,
      attachments: { file: { maxBytes: 20_000 } },
    },
    findPerson: async (_account: unknown, { email = "" }: { readonly email?: string }) =>
      email.endsWith("@nowhere.example")
        ? { kind: "nobody" as const, sentence: "Nobody is there." }
        : { kind: "found" as const, chatId: `to:${email}`, customer: { externalId: email, email } },
  },
];

beforeAll(async () => {
  site = await openSite({ channels, now: () => now });
  admin = await site.install();
  agent = await site.sessionOf(7);
  const settings = { address: "sales@shop.example", signature: "{{ agent.name }}, {{ box.name }}" };
  const credentials = { token: "1234567890:abcdefgh" };
  box = (await site.api(admin, "POST", "/accounts", { channel: "email", name: "Shop", credentials, settings })).json()
    .id;
  const other = { address: "help@shop.example" };
  const help = { channel: "email", name: "Help", credentials: { token: "2234567890:abcdefgh" } };
  await site.api(admin, "POST", "/accounts", { ...help, settings: other });
  bot = (await site.api(admin, "POST", "/accounts", { channel: "telegram", name: "Bot", credentials })).json().id;
});
afterAll(() => site.stop());
beforeEach(() => {
  clock = new Date("2036-11-29T10:00:00Z");
});

const letterOf = (more: Partial<Letter> = {}): Letter => ({
  ...{ messageId: `<${randomUUID()}@customer.example>`, subject: "RE: Order 12", class: "human" },
  from: { address: "anna@customer.example", name: "Anna" },
  to: [{ address: "Sales@shop.example" }, { address: "boss@customer.example", name: "Boss" }],
  cc: [{ address: "help@shop.example" }, { address: "anna@customer.example" }],
  ...more,
});

async function came(chatId: string, letter: Letter | undefined, account = box): Promise<ConversationId> {
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: accountId(account), key: randomUUID(), kind: "message", chatId },
      ...{ customer: { externalId: "anna@customer.example", name: "Anna", email: "anna@customer.example" } },
      ...{ externalId: randomUUID(), sentAt: now, notBefore: now },
      content: { body: plainText("How much?"), attachments: [], ...(letter && { letter }) },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return accepted.conversation;
}

const write = (session: string, conversation: string, body: object) =>
  site.api(session, "POST", `/conversations/${conversation}/messages`, { clientId: randomUUID(), ...body });
const kept = async (conversation: ConversationId): Promise<Content[]> => {
  const rows = await site.store.threads.page(site.memberId, { conversations: [conversation], limit: 50 });
  return rows.filter(({ direction }) => direction === "out").map(({ content }) => content);
};

describe("an answer by e-mail", () => {
  test("goes to whoever wrote and to whom they wrote to, never to ourselves, under one Re:", async () => {
    const conversation = await came("t1", letterOf());
    const defaults = await site.api(admin, "GET", `/conversations/${conversation}/letter`);
    expect(defaults.json()).toEqual({
      to: [{ address: "anna@customer.example", name: "Anna" }],
      cc: [{ address: "boss@customer.example", name: "Boss" }],
      subject: "Re: Order 12",
      ...{ signature: "Ada Admin, Shop", ownSignature: false, tracked: false },
    });
    const answer = await write(admin, conversation, { text: "100" });
    expect(answer.statusCode).toBe(202);
    expect(answer.json().letter).toMatchObject({
      from: { address: "sales@shop.example", name: "Shop" },
      to: [{ address: "anna@customer.example", name: "Anna" }],
      cc: [{ address: "boss@customer.example", name: "Boss" }],
      subject: "Re: Order 12",
    });
    const [content] = await kept(conversation);
    expect(content?.letter?.messageId).toMatch(/^<[0-9a-f]{32}@shop[.]example>$/);
    expect(content?.letter?.sending).toMatchObject({
      signature: "Ada Admin, Shop",
      quoted: { from: { address: "anna@customer.example" }, text: "How much?" },
    });
  });

  test("what its writer says goes before; the answer after it goes to the same people", async () => {
    const conversation = await came("t2", letterOf());
    const letter = {
      to: [{ address: "buyer@customer.example" }],
      cc: [],
      bcc: [{ address: "archive@shop.example" }],
      subject: "A new offer",
      quote: false,
      sign: false,
    };
    const answer = await write(admin, conversation, { text: "Here", letter });
    expect(answer.json().letter).toMatchObject({ to: letter.to, cc: [], bcc: letter.bcc, subject: "A new offer" });
    const [written] = await kept(conversation);
    expect(written?.letter?.sending).toEqual({ place: { messageId: expect.stringMatching(/^</), references: [] } });
    const next = (await site.api(admin, "GET", `/conversations/${conversation}/letter`)).json();
    expect(next).toMatchObject({ to: letter.to, cc: [], subject: "Re: A new offer" });
  });

  test("answers where the customer wants answers, and no bounce", async () => {
    const conversation = await came("t3", letterOf({ replyTo: [{ address: "desk@customer.example" }] }));
    await came("t3", letterOf({ class: "bounce-hard", from: { address: "mailer-daemon@customer.example" } }));
    const { to } = (await site.api(admin, "GET", `/conversations/${conversation}/letter`)).json();
    expect(to).toEqual([{ address: "desk@customer.example" }]);
  });

  test("nobody to go to, and what is no address, is told before anything is kept", async () => {
    const conversation = await came("t4", letterOf());
    const nobody = await write(admin, conversation, { text: "x", letter: { to: [], cc: [] } });
    expect([nobody.statusCode, nobody.json().error.message]).toEqual([
      409,
      "Nobody is named whom this letter goes to. Write down a recipient and send it again.",
    ]);
    for (const address of [
      "anna",
      "a@b",
      "a b@c.example",
      "a@b.example,c@d.example",
      "a@b.example\r\nBcc: c@d.example",
    ])
      expect((await write(admin, conversation, { text: "x", letter: { to: [{ address }] } })).statusCode).toBe(400);
    expect(await kept(conversation)).toHaveLength(0);
  });

  test("written in the line, it is a letter as well, once", async () => {
    const conversation = await came("t5", letterOf());
    const action = {
      ...{ kind: "message" as const, portal: site.memberId, chatId: conversation, imChatId: "90", imMessageId: "901" },
      ...{ at: now, authorId: "1", content: { body: plainText("From the line"), attachments: [] } },
    };
    expect((await site.replies.accept(action)).kind).toBe("stored");
    expect((await site.replies.accept(action)).kind).toBe("duplicate");
    const [content] = await kept(conversation);
    expect(content?.letter).toMatchObject({ to: [{ address: "anna@customer.example" }], subject: "Re: Order 12" });
    expect(content?.letter?.sending?.signature).toBe("Ada Admin, Shop");
  });

  test("another channel has no letters", async () => {
    const conversation = await came("c1", undefined, bot);
    const answer = await write(admin, conversation, { text: "x", letter: { subject: "Hello" } });
    expect(answer.statusCode).toBe(409);
    expect((await site.api(admin, "GET", `/conversations/${conversation}/letter`)).json()).toBeNull();
    expect((await write(admin, conversation, { text: "x" })).json().letter).toBeUndefined();
  });
});

describe("a first letter", () => {
  const begin = (body: object) =>
    site.api(admin, "POST", "/conversations", { account: box, clientId: randomUUID(), ...body });

  test("goes to an address, with its subject or else its first words", async () => {
    const to = { email: "new@customer.example" };
    const begun = await begin({
      to,
      content: { text: "Good day\nWe have news", letter: { bcc: [{ address: "a@shop.example" }] } },
    });
    expect(begun.statusCode).toBe(201);
    const [content] = await kept(conversationId(begun.json().conversation));
    expect(content?.letter).toMatchObject({ to: [{ address: "new@customer.example" }], subject: "Good day" });
    expect(content?.letter?.sending?.quoted).toBeUndefined();
    expect((await begin({ to: { email: "x@nowhere.example" }, content: { text: "x" } })).statusCode).toBe(422);
    expect((await begin({ to: { email: "no address" }, content: { text: "x" } })).statusCode).toBe(400);
    expect((await begin({ to: { email: "a@b.example", username: "a" }, content: { text: "x" } })).statusCode).toBe(400);
  });
});

describe("a person's signature", () => {
  test("is their own, and one that cannot be read is told at once", async () => {
    const put = (session: string, text: string) => site.api(session, "PUT", "/mail/signature", { text });
    expect((await put(agent, "Best, {{ agent.name }}")).statusCode).toBe(204);
    expect((await site.api(agent, "GET", "/mail/signature")).json()).toEqual({ text: "Best, {{ agent.name }}" });
    expect((await site.api(admin, "GET", "/mail/signature")).json()).toEqual({ text: "" });
    expect((await put(agent, "{{ agent.name")).statusCode).toBe(400);
    expect((await put(agent, "")).statusCode).toBe(204);
    expect((await site.api(agent, "GET", "/mail/signature")).json()).toEqual({ text: "" });
  });

  test("is shown with its gaps filled before it is saved", async () => {
    const conversation = await came("shown", letterOf());
    const shown = async (text: string, of?: string) =>
      (await site.api(admin, "POST", "/mail/signature/preview", { text, conversation: of })).json();
    expect(await shown("Best, {{ agent.name }}\n{{ box.address }}", conversation)).toEqual({
      text: "Best, Ada Admin\nsales@shop.example",
    });
    expect(await shown("{{ agent.name")).toEqual({ text: null });
    const hidden = await site.api(agent, "POST", "/mail/signature/preview", { text: "x", conversation });
    expect(hidden.statusCode).toBe(404);
  });

  test("stands below letters of a box that has none", async () => {
    const defaults = async (of: ConversationId) => (await site.api(admin, "GET", `/conversations/${of}/letter`)).json();
    expect(await defaults(await came("p0", letterOf()))).toMatchObject({ ownSignature: false, tracked: false });
    await site.api(admin, "PUT", "/mail/signature", { text: "Ada" });
    const plain = { channel: "email", name: "Plain", credentials: { token: "3234567890:abcdefgh" } };
    const settings = { address: "plain@shop.example" };
    const id = (await site.api(admin, "POST", "/accounts", { ...plain, settings })).json().id;
    const conversation = await came("p1", letterOf({ to: [{ address: "plain@shop.example" }] }), id);
    expect(await defaults(conversation)).toMatchObject({ ownSignature: true, signature: "Ada" });
    await write(admin, conversation, { text: "x" });
    expect((await kept(conversation))[0]?.letter?.sending?.signature).toBe("Ada");
  });
});

describe("what was said, by e-mail", () => {
  const path = (conversation: string) => `/conversations/${conversation}/transcript`;
  const chat = async (customer: object = {}) => {
    const chatId = randomUUID();
    const [accepted] = await site.store.messages.acceptInbound([
      {
        ...{ portal: site.memberId, account: accountId(bot), key: chatId, kind: "message", chatId, externalId: chatId },
        ...{ customer: { externalId: chatId, name: "Anna", ...customer }, sentAt: now, notBefore: now },
        content: { body: plainText("How much?"), attachments: [] },
      },
    ]);
    if (accepted?.kind !== "stored") throw new Error("not stored");
    return conversationId(accepted.conversation);
  };

  test("goes to the customer once, in their language, until more is said", async () => {
    const conversation = await chat({ email: "ivan@customer.example", language: "ru" });
    await write(admin, conversation, { text: "480" });
    expect((await site.api(admin, "GET", path(conversation))).json()).toEqual({
      ...{ to: "ivan@customer.example", through: "Shop", sent: false },
    });
    expect((await site.api(admin, "POST", path(conversation))).json()).toEqual({ kind: "sent" });
    expect((await site.api(admin, "POST", path(conversation))).json()).toEqual({ kind: "known" });
    expect((await site.api(admin, "GET", path(conversation))).json()).toMatchObject({ sent: true });
    const thread = await site.store.conversations.findByExternalChat(accountId(box), "to:ivan@customer.example");
    if (!thread) throw new Error("no letter");
    const [letter, ...more] = await kept(thread.id);
    expect(more).toEqual([]);
    expect(letter).toMatchObject({
      letter: { subject: "Наша переписка: Bot", to: [{ address: "ivan@customer.example" }] },
    });
    expect(letter?.body.text).toMatch(/^Переписка в .*\nAnna: How much\?\nBot: 480$/);
    await write(admin, conversation, { text: "Anything else?" });
    expect((await site.api(admin, "POST", path(conversation))).json()).toEqual({ kind: "sent" });
  });

  test("is not offered where nobody knows an address, nor for what is e-mail already", async () => {
    const nobody = await chat();
    expect((await site.api(admin, "GET", path(nobody))).json()).toBeNull();
    expect((await site.api(admin, "POST", path(nobody))).statusCode).toBe(409);
    const mail = await came("t9", letterOf());
    expect((await site.api(admin, "GET", path(mail))).json()).toBeNull();
    const known = await chat({ email: "olga@customer.example" });
    expect((await site.api(agent, "GET", path(known))).statusCode).toBe(404);
  });
});

describe("a message that is sent later", () => {
  const planner = () => {
    const { store, news } = site;
    const replies = site.replies;
    return createPlanner({
      ...{ store, news, replies, channels: site.channels, inTurn: (_portal, work) => work() },
      ...{ log: pino({ level: "silent" }), now: () => clock },
    });
  };
  const plan = (session: string, conversation: string, body: object) =>
    site.api(session, "POST", `/conversations/${conversation}/planned`, {
      ...{ clientId: randomUUID(), text: "later", sendAt: "2036-11-29T12:00:00Z" },
      ...body,
    });
  const listed = async (conversation: string) =>
    (await site.api(admin, "GET", `/conversations/${conversation}/planned`)).json();

  test("is shown until its time, holds up no other, and is sent once", async () => {
    const conversation = await came("l1", letterOf());
    const clientId = randomUUID();
    const planned = await plan(admin, conversation, { clientId });
    expect(planned.statusCode).toBe(201);
    expect(planned.json()).toMatchObject({
      ...{ text: "later", sendAt: "2036-11-29T12:00:00.000Z", agent: { id: "1", name: "Ada Admin" }, error: null },
      letter: { to: [{ address: "anna@customer.example" }], subject: "Re: Order 12" },
    });
    expect((await plan(admin, conversation, { clientId })).json().id).toBe(planned.json().id);
    expect(await listed(conversation)).toEqual([planned.json()]);
    expect(await planner().run()).toBe(0);
    await write(admin, conversation, { text: "at once" });
    expect((await kept(conversation)).map(({ body }) => body.text)).toEqual(["at once"]);
    clock = new Date("2036-11-29T12:00:01Z");
    expect(await Promise.all([planner().run(), planner().run()])).toContain(1);
    expect((await kept(conversation)).map(({ body }) => body.text)).toEqual(["at once", "later"]);
    expect(await listed(conversation)).toEqual([]);
    expect((await plan(admin, conversation, { clientId, sendAt: "2036-11-29T15:00:00Z" })).statusCode).toBe(409);
  });

  test("was accepted, and the process died before it was crossed off: it is crossed off, and sent no second time", async () => {
    const conversation = await came("l2", letterOf());
    const { id } = (await plan(admin, conversation, {})).json();
    const [row] = await site.store.planned.list(site.memberId, conversation);
    if (!row) throw new Error("not planned");
    await site.replies.write({ ...row, at: clock });
    clock = new Date("2036-11-29T13:00:00Z");
    await planner().run();
    expect(await kept(conversation)).toHaveLength(1);
    expect((await listed(conversation)).map((one: { id: string }) => one.id)).not.toContain(id);
  });

  test("its author and administrators take it back; others cannot, and not what was sent", async () => {
    const conversation = await came("l3", letterOf());
    const { id } = (await plan(admin, conversation, {})).json();
    const cancel = (session: string) => site.api(session, "DELETE", `/planned/${id}`);
    expect([403, 404, 409]).toContain((await cancel(agent)).statusCode);
    expect((await cancel(admin)).statusCode).toBe(204);
    expect((await cancel(admin)).statusCode).toBe(404);
    clock = new Date("2036-11-29T13:00:00Z");
    await planner().run();
    expect(await kept(conversation)).toHaveLength(0);
  });

  test("that cannot be sent when its time comes stays, with the reason", async () => {
    const conversation = await came("l4", letterOf());
    await plan(admin, conversation, {});
    await site.api(admin, "PATCH", `/accounts/${box}`, { enabled: false });
    clock = new Date("2036-11-29T13:00:00Z");
    await planner().run();
    const [row] = await listed(conversation);
    expect(row.error).toContain("switched off");
    expect(await planner().run()).toBe(0);
    await site.api(admin, "PATCH", `/accounts/${box}`, { enabled: true });
    expect((await site.api(admin, "DELETE", `/planned/${row.id}`)).statusCode).toBe(204);
  });

  test("is planned for a time to come", async () => {
    const conversation = await came("l5", letterOf());
    for (const sendAt of ["2036-11-29T10:00:30Z", "2036-11-28T10:00:00Z", "2038-11-29T10:00:00Z"])
      expect((await plan(admin, conversation, { sendAt })).statusCode).toBe(409);
    expect((await plan(admin, conversation, { sendAt: "tomorrow" })).statusCode).toBe(400);
  });
});

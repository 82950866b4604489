import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { accountId, type ConversationId, messageId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { createPlanner } from "../../src/relay/planned.ts";
import { ALL_PARTS } from "../support/parts.ts";
import { fakeChannel } from "./support/fake-channel.ts";
import { openSite, type Site } from "./support/site.ts";

/** Leaving, as readers of letters, their mail programs and agents meet it. */

let site: Site;
let admin: string;
let agent: string;
let box: string;
let clock = new Date("2026-11-29T10:00:00Z");
const mail = fakeChannel("email", "E-mail");
const publicUrl = "https://threadline.test";
const ONE_CLICK = "List-Unsubscribe=One-Click";

beforeAll(async () => {
  const settings = z.object({ address: z.string(), tracked: z.boolean().optional() });
  const capabilities = { ...mail.adapter.capabilities, letters: true, parts: ALL_PARTS };
  site = await openSite({ channels: [{ ...mail.adapter, settings, capabilities }], now: () => clock, publicUrl });
  admin = await site.install();
  agent = await site.sessionOf(7);
  const account = { channel: "email", name: "Shop", credentials: { token: "1234567890:abcdefgh" } };
  box = (await site.api(admin, "POST", "/accounts", { ...account, settings: { address: "box@shop.example" } })).json()
    .id;
});
afterAll(() => site.stop());

/** A letter of theirs came: the conversation that it began. */
async function came(address: string): Promise<ConversationId> {
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: accountId(box), key: randomUUID(), kind: "message", chatId: randomUUID() },
      ...{ customer: { externalId: address, email: address }, externalId: randomUUID() },
      ...{ sentAt: clock, notBefore: clock },
      content: {
        ...{ body: plainText("How much?"), attachments: [] },
        letter: {
          ...{ messageId: `<${randomUUID()}@c.example>`, subject: "Order", from: { address } },
          ...{ to: [{ address: "box@shop.example" }], cc: [], class: "human" },
        },
      },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return accepted.conversation;
}

const write = (conversation: ConversationId, letter: object = { template: "Offer" }, text = "Our offer") =>
  site.api(admin, "POST", `/conversations/${conversation}/messages`, { clientId: randomUUID(), text, letter });

async function kept(answer: Awaited<ReturnType<typeof write>>) {
  expect(answer.statusCode, answer.body).toBe(202);
  return (await site.store.messages.find(site.memberId, messageId(answer.json().id)))?.content;
}

/** Sent off; its address of ours. */
async function linkIn(conversation: ConversationId, letter?: object): Promise<string> {
  const url = (await kept(await write(conversation, letter)))?.letter?.sending?.unsubscribe?.url;
  if (url === undefined) throw new Error("no address to leave by");
  return url;
}

const post = (url: string, payload: string, type = "application/x-www-form-urlencoded", more: object = {}) =>
  site.app.inject({ method: "POST", url: new URL(url).pathname, headers: { "content-type": type, ...more }, payload });
const get = (url: string, headers: Record<string, string> = {}) =>
  site.app.inject({ url: new URL(url).pathname, headers });
const leftOf = async (address: string) =>
  (await site.api(agent, "POST", "/mail/unsubscribed/look", { addresses: [address] })).json();
const noticesOf = async (conversation: ConversationId) =>
  (await site.store.threads.page(site.memberId, { conversations: [conversation], limit: 50 }))
    .filter(({ content }) => content.notice === "unsubscribed")
    .map(({ content }) => content.body.text);

describe("a letter made of a template", () => {
  test("tells its reader how to get no more, by an address of ours and by one to write to; a personal letter does not", async () => {
    const anna = await came("anna@c.example");
    const sending = (await kept(await write(anna)))?.letter?.sending;
    expect(sending).toMatchObject({
      template: "Offer",
      unsubscribe: {
        url: expect.stringMatching(/^https:\/\/threadline\.test\/u\/[\w-]{43}$/),
        mailto: expect.stringMatching(/^box@shop\.example\?subject=unsubscribe%20[\w-]{43}$/),
      },
    });
    expect((await kept(await write(anna, {})))?.letter?.sending).not.toHaveProperty("unsubscribe");
    const two = { template: "Offer", to: [{ address: "a@c.example" }, { address: "b@c.example" }] };
    // Nobody could tell which of the two asks.
    expect((await kept(await write(anna, two)))?.letter?.sending?.unsubscribe).not.toHaveProperty("url");
  });

  test("has the link where its text asks for one, and the gap is gone where nobody has to leave", async () => {
    const olga = await came("olga@c.example");
    const text = "Good day, {unsubscribe} here or write.";
    const made = await kept(await write(olga, { template: "Offer" }, text));
    expect(made?.body.text).toBe("Good day, Unsubscribe here or write.");
    const { url } = made?.letter?.sending?.unsubscribe ?? {};
    expect(made?.body.spans).toEqual([{ kind: "link", start: 10, end: 21, url }]);
    expect((await kept(await write(olga, {}, text)))?.body).toEqual(plainText("Good day, here or write."));
  });
});

describe("leaving", () => {
  test("a GET only asks; the mail program's POST is the wish, also twice, in both forms; it shows once in the conversation", async () => {
    const conversation = await came("maria@c.example");
    const url = await linkIn(conversation);
    const page = await get(url, { "accept-language": "es-MX" });
    expect([page.statusCode, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.body).toContain("¿Cancelar la suscripción?");
    expect(page.body).toContain("maria@c.example");
    expect(page.body).toContain("Shop (box@shop.example)");
    expect(page.body).not.toContain("<script");
    expect(await leftOf("maria@c.example")).toEqual([]);

    const left = await post(url, ONE_CLICK);
    expect(left.statusCode).toBe(200);
    expect(left.headers["set-cookie"]).toBeUndefined();
    clock = new Date(clock.getTime() + 60_000);
    const part = `--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n`;
    expect((await post(url, part, "multipart/form-data; boundary=b")).statusCode).toBe(200);
    expect(await leftOf("Maria@C.example")).toEqual([
      { address: "maria@c.example", at: "2026-11-29T10:00:00.000Z", how: "one-click" },
    ]);
    expect(await noticesOf(conversation)).toEqual(["maria@c.example wants no more letters made of templates."]);
    expect((await get(url)).body).toContain("You are unsubscribed");
  });

  test("by the page's button, and back; then it can be left again", async () => {
    const conversation = await came("nora@c.example");
    const url = await linkIn(conversation);
    expect((await post(url, "wish=leave", undefined, { "accept-language": "ru" })).body).toContain("Вы отписались");
    expect(await leftOf("nora@c.example")).toMatchObject([{ how: "page" }]);
    expect((await post(url, "wish=stay")).body).toContain("You are subscribed again");
    expect(await leftOf("nora@c.example")).toEqual([]);
    clock = new Date(clock.getTime() + 60_000);
    await post(url, ONE_CLICK);
    expect(await leftOf("nora@c.example")).toMatchObject([{ how: "one-click" }]);
    expect(await noticesOf(conversation)).toHaveLength(3);
  });

  test("nothing that is not proved or not said is noted", async () => {
    const url = await linkIn(await came("vera@c.example"));
    const token = url.split("/").at(-1) ?? "";
    const flipped = `${token.slice(0, -2)}${token.at(-2) === "A" ? "B" : "A"}${token.at(-1)}`;
    for (const bad of [flipped, token.slice(0, 30), `${token}A`, "rubbish"])
      expect((await post(`${publicUrl}/u/${bad}`, ONE_CLICK)).statusCode).toBe(404);
    for (const said of ["", "List-Unsubscribe=Two-Click", "wish=dance"])
      expect((await post(url, said)).statusCode).toBe(400);
    expect((await post(url, JSON.stringify({ "List-Unsubscribe": "One-Click" }), "application/json")).statusCode).toBe(
      400,
    );
    expect((await post(url, "x".repeat(20_000))).statusCode).toBe(413);
    expect(await leftOf("vera@c.example")).toEqual([]);
    expect(await noticesOf(await came("vera@c.example"))).toEqual([]);
  });
});

describe("who has left", () => {
  test("gets no letter made of a template, with the reason, and a personal one all the same", async () => {
    const conversation = await came("ira@c.example");
    await post(await linkIn(conversation), ONE_CLICK);
    const refused = await write(conversation);
    expect(refused.statusCode).toBe(409);
    expect(refused.json().error.message).toMatch(
      /^The customer unsubscribed on 2026-11-29: ira@c\.example wants no letters made of templates\./,
    );
    expect((await kept(await write(conversation, {})))?.body.text).toBe("Our offer");
    const copied = { template: "Offer", to: [{ address: "new@c.example" }], bcc: [{ address: "Ira@c.example" }] };
    expect((await write(conversation, copied)).statusCode).toBe(409);
  });

  test("a planned letter waits in the list with the reason when they left before its time", async () => {
    const conversation = await came("lena@c.example");
    const url = await linkIn(conversation);
    const sendAt = new Date(clock.getTime() + 3_600_000).toISOString();
    const plan = { clientId: randomUUID(), text: "Later", letter: { template: "Offer" }, sendAt };
    expect((await site.api(admin, "POST", `/conversations/${conversation}/planned`, plan)).statusCode).toBe(201);
    await post(url, ONE_CLICK);
    const { store, news, replies, channels } = site;
    const planner = createPlanner({
      ...{ store, news, replies, channels, inTurn: (_portal, work) => work(), log: pino({ level: "silent" }) },
      now: () => new Date(clock.getTime() + 3_700_000),
    });
    expect(await planner.run()).toBe(1);
    const [waiting] = (await site.api(admin, "GET", `/conversations/${conversation}/planned`)).json();
    expect(waiting.error).toContain("lena@c.example");
  });

  test("is noted by an agent whom they told, ended by one, and listed for administrators alone", async () => {
    const conversation = await came("rita@c.example");
    const change = { address: "rita@c.example", conversation };
    expect((await site.api(admin, "POST", "/mail/unsubscribed", change)).json()).toMatchObject({
      ...{ how: "agent", by: { id: "1", name: "Ada Admin" } },
    });
    expect((await write(conversation)).statusCode).toBe(409);
    expect((await site.api(agent, "GET", "/mail/unsubscribed")).statusCode).toBe(403);
    const list = (await site.api(admin, "GET", "/mail/unsubscribed?search=rita")).json();
    expect(list).toMatchObject({ items: [{ address: "rita@c.example" }], more: false });
    expect((await site.api(admin, "POST", "/mail/unsubscribed/end", change)).statusCode).toBe(204);
    expect((await site.api(admin, "POST", "/mail/unsubscribed/end", change)).statusCode).toBe(204);
    await kept(await write(conversation));
    expect(await noticesOf(conversation)).toEqual([
      "rita@c.example wants no more letters made of templates.",
      "rita@c.example may be sent letters made of templates again.",
    ]);
    // A conversation that the agent may not read tells nothing, and nothing is noted.
    const foreign = { address: "other@c.example", conversation };
    expect((await site.api(agent, "POST", "/mail/unsubscribed", foreign)).statusCode).toBe(404);
    expect(await leftOf("other@c.example")).toEqual([]);
  });
});

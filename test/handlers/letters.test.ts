import { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { accountId, type MessageId } from "../../src/domain/ids.ts";
import type { Attachment, Content } from "../../src/domain/message.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;
let account: string;
let passed = 0;

beforeAll(async () => {
  site = await openSite({ now: () => new Date(Date.now() + passed) });
  admin = await site.install();
  const body = { channel: "telegram", name: "Shop bot", credentials: { token: "1234567890:abcdefgh" } };
  account = (await site.api(admin, "POST", "/accounts", body)).json().id;
});
afterAll(() => site.stop());
afterEach(async () => {
  await site.store.accounts.update(site.memberId, accountId(account), { settings: {} });
  passed += 3_000;
});

let keys = 0;
async function stored(attachments: readonly Attachment[], letter: Partial<Content["letter"]> = {}): Promise<MessageId> {
  keys += 1;
  const now = new Date();
  const envelope = {
    messageId: `<${keys}@example.com>`,
    subject: "Offer",
    from: { address: "m@example.com" },
    to: [],
    cc: [],
  };
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: accountId(account), key: `k${keys}`, kind: "message", chatId: `t${keys}` },
      ...{ externalId: String(keys), sentAt: now, notBefore: now, customer: { externalId: "m@example.com" } },
      content: { body: plainText("hello"), attachments, letter: { ...envelope, class: "human", ...letter } },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return accepted.message;
}

async function keeping(bytes: string | Buffer): Promise<Attachment> {
  const kept = await site.shelf.keep({
    ...{ portal: site.memberId, message: await stored([]), name: "letter.html", maxBytes: 10_000_000 },
    stream: Readable.from([Buffer.from(bytes)]),
  });
  if (kept.kind !== "kept") throw new Error("not kept");
  return { kind: "file", name: kept.name, size: kept.size, source: { by: "media", id: kept.id } };
}

const form = (message: string, images = 0) => site.api(admin, "GET", `/messages/${message}/letter?images=${images}`);

describe("a personal mailbox", () => {
  const makePersonal = (showing: string) =>
    site.store.accounts.update(site.memberId, accountId(account), {
      settings: { box: "personal", owner: "5", showing },
    });
  const statusFor = async (user: number, message: string) =>
    (await site.api(await site.sessionOf(user), "GET", `/messages/${message}`)).statusCode;
  const listed = async (session: string) =>
    (await site.api(session, "GET", "/conversations")).json<{ id: string }[]>().map(({ id }) => id);

  test("is its owner's alone, not even an administrator's, unless its cards show it", async () => {
    const id = await stored([]);
    const { conversation } = (await site.store.messages.find(site.memberId, id)) ?? {};
    await makePersonal("subject");
    passed += 3_000;
    expect(await Promise.all([5, 1, 7].map((user) => statusFor(user, id)))).toEqual([200, 404, 404]);
    expect(await listed(admin)).not.toContain(conversation);
    expect(await listed(await site.sessionOf(5))).toContain(conversation);
    await makePersonal("whole");
    passed += 3_000;
    expect(await Promise.all([5, 1, 7].map((user) => statusFor(user, id)))).toEqual([200, 200, 404]);
  });

  test("puts a letter into its card when the owner says so, once", async () => {
    const id = await stored([]);
    const row = await site.store.messages.find(site.memberId, id);
    if (!row) throw new Error("not there");
    await makePersonal("click");
    passed += 3_000;
    const owner = await site.sessionOf(5);
    const card = (method: "GET" | "POST", session = owner) => site.api(session, method, `/messages/${id}/card`);
    expect((await card("GET")).json()).toEqual({ state: "automatic" });
    const { person } = await site.store.people.identify(site.memberId, {
      conversation: row.conversation,
      points: [],
      sharedByMoreThan: 5,
    });
    const { id: decision } = await site.store.decisions.begin(site.memberId, {
      ...{ conversation: row.conversation, person, message: id },
    });
    expect((await card("POST")).json()).toEqual({ state: "nowhere" });
    const decided = { create: { kind: "nothing" }, targets: [{ type: "deal", id: "1" }] };
    await site.store.decisions.decide(site.memberId, decision, { rulesetVersion: 0, facts: {}, decision: decided });
    expect((await card("POST", admin)).statusCode).toBe(404);
    expect((await card("GET")).json()).toEqual({ state: "waits" });
    expect((await Promise.all([card("POST"), card("POST")])).map((answer) => answer.statusCode)).toEqual([202, 202]);
    expect((await card("GET")).json()).toEqual({ state: "wanted" });
    expect(await site.store.wishes.open(site.memberId, row.conversation)).toEqual([id]);
    await site.store.wishes.settle(site.memberId, id, "");
    expect((await card("GET")).json()).toEqual({ state: "recorded" });
    expect((await card("POST")).json()).toEqual({ state: "recorded" });
  });
});

describe("a letter as it was sent", () => {
  test("is cleaned, with its own pictures, and others only when they are asked for", async () => {
    const html = `<script>1</script><p>Hello</p><img src="cid:plan"><img src="https://shop.example/p.png" alt="p">`;
    const inside = { ...(await keeping("picture")), role: "inside" as const, contentId: "plan" };
    const id = await stored([{ ...(await keeping(html)), role: "letter" }, inside]);
    const plain = (await form(id)).json();
    expect(plain.blockedImages).toBe(1);
    expect(plain.html).toMatch(/^<p>Hello<\/p><img src="[^"]+\/media\/[^"]+" \/><img alt="p" \/>$/);
    const whole = (await form(id, 1)).json();
    expect(whole.blockedImages).toBe(0);
    expect(whole.html).toContain("/letter-images?u=https://shop.example/p.png");
    const { attachments, letter } = (await site.api(admin, "GET", `/messages/${id}`)).json().message;
    expect(attachments).toEqual([]);
    expect(letter).toMatchObject({ subject: "Offer", class: "human", formatted: true });
  });

  test("is not there for a letter that was words alone", async () => {
    expect((await form(await stored([]))).json()).toMatchObject({ error: { code: "no_form" } });
  });

  test("is refused in words where it is too large to be drawn", async () => {
    const id = await stored([{ ...(await keeping(Buffer.alloc(3 * 1024 * 1024, 65))), role: "letter" }]);
    const answer = await form(id);
    expect([answer.statusCode, answer.json().error.code]).toEqual([409, "too_large"]);
  });

  test("is nobody's who may not read its conversation", async () => {
    const id = await stored([{ ...(await keeping("<p>secret</p>")), role: "letter" }]);
    const stranger = await site.sessionOf(5);
    expect((await site.api(stranger, "GET", `/messages/${id}/letter`)).statusCode).toBe(404);
    expect((await site.api(undefined, "GET", `/messages/${id}/letter`)).statusCode).toBe(401);
  });
});

/** What agents work through, by the API: who waits, what is put off or away, and tags. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AccountId, accountId, type ConversationId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;
let account: AccountId;
let keys = 0;

beforeAll(async () => {
  site = await openSite();
  admin = await site.install();
});
beforeEach(async () => {
  for (const old of await site.store.accounts.list(site.memberId))
    await site.api(admin, "DELETE", `/accounts/${old.id}`);
  const created = await site.api(admin, "POST", "/accounts", {
    channel: "telegram",
    name: "Shop bot",
    credentials: { token: "1234567890:abcdefgh" },
  });
  account = accountId(created.json().id);
});
afterAll(() => site.stop());

async function receive(chatId: string): Promise<ConversationId> {
  keys += 1;
  const now = new Date();
  const [accepted] = await site.store.messages.acceptInbound([
    {
      portal: site.memberId,
      account,
      key: `desk-${keys}`,
      kind: "message",
      chatId,
      customer: { externalId: chatId, name: "Maria" },
      externalId: String(keys),
      content: { body: plainText("hello"), attachments: [] },
      sentAt: now,
      notBefore: now,
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return accepted.conversation;
}
const list = async (query = "", session = admin) =>
  (await site.api(session, "GET", `/conversations?${query}`)).json<readonly { readonly id: string }[]>();
const ids = async (query = "") => (await list(query)).map((one) => one.id);
const change = (id: string, body: object, session = admin) =>
  site.api(session, "PATCH", `/conversations/${id}/desk`, body);

describe("the desk", () => {
  test("finds messages by what was said, each with its place, and tells what there is to choose from", async () => {
    const chat = await receive("said");
    const answer = await site.api(admin, "GET", "/messages?text=hell");
    const found = answer.json<{ message: { text: string }; conversation: { id: string } }[]>();
    expect(found).toMatchObject([{ message: { text: "hello" }, conversation: { id: chat } }]);
    expect((await site.api(admin, "GET", "/messages?text=nothingofthis")).json()).toEqual([]);
    expect((await site.api(admin, "GET", "/messages?text=h")).statusCode).toBe(400);
    const stranger = await site.sessionOf(7);
    expect((await site.api(stranger, "GET", "/messages?text=hello")).json()).toEqual([]);
    await site.store.conversations.learn(site.memberId, chat, { operator: "1", open: true });
    const choices = (await site.api(admin, "GET", "/conversations/choices")).json();
    expect(choices).toEqual({
      accounts: [{ id: account, name: "Shop bot", channel: "telegram", line: null }],
      lines: [],
      colleagues: [{ id: "1", name: "Ada Admin" }],
    });
    expect(await ids("channel=telegram&operator=1&open=true")).toEqual([chat]);
    expect(await ids("channel=viber")).toEqual([]);
    expect(await ids(`channel=viber&account=${account}`)).toEqual([]);
  });

  test("shows who waits, page by page, with filters", async () => {
    const [first, second] = [await receive("a"), await receive("b")];
    expect(await ids("folder=waiting")).toEqual([first, second]);
    expect(await list("folder=waiting")).toMatchObject([
      { desk: { waitingSince: expect.any(String), snoozedUntil: null, archived: false, tags: [] } },
      {},
    ]);
    const page = await site.api(admin, "GET", "/conversations?folder=waiting&limit=1");
    expect(page.headers["x-next"]).toBe("1");
    expect(await ids(`folder=waiting&limit=1&after=${page.headers["x-next"]}`)).toEqual([second]);
    expect(await ids(`account=${account}`)).toEqual([second, first]);
    expect((await site.api(admin, "GET", "/conversations?account=")).statusCode).toBe(400);
    await site.store.conversations.learn(site.memberId, first, { operator: "1" });
    expect([await ids("operator=me"), await ids("operator=1"), await ids("operator=nobody")]).toEqual([
      [first],
      [first],
      [second],
    ]);
    expect((await site.api(admin, "GET", "/conversations?folder=everything")).statusCode).toBe(400);

    expect((await change(first, { noReplyNeeded: true })).json()).toMatchObject({
      id: first,
      desk: { waitingSince: null },
    });
    expect(await ids("folder=waiting")).toEqual([second]);
  });

  test("puts off, puts away and tags, one or many, and takes it back", async () => {
    const [first, second] = [await receive("a"), await receive("b")];
    const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString();
    expect((await change(first, { snoozedUntil: tomorrow, tags: [" vip ", "vip", "новый"] })).json()).toMatchObject({
      desk: { snoozedUntil: tomorrow, tags: ["vip", "новый"] },
    });
    expect(await ids("folder=snoozed")).toEqual([first]);
    expect(await ids()).toEqual([second]);
    expect((await site.api(admin, "GET", "/tags")).json()).toEqual(["vip", "новый"]);
    await change(first, { snoozedUntil: null });

    const many = { conversations: [first, second, "rubbish"], change: { archived: true } };
    const done = await site.api(admin, "POST", "/conversations/desk", many);
    expect(new Set(done.json().changed)).toEqual(new Set([first, second]));
    expect(await ids()).toEqual([]);
    expect(await ids("folder=archived&tag=vip")).toEqual([first]);
    await change(second, { archived: false });
    expect(await ids()).toEqual([second]);
  });

  test("says what is wrong with a wish", async () => {
    const first = await receive("a");
    const wrong = async (body: object) => (await change(first, body)).statusCode;
    expect(await wrong({})).toBe(400);
    expect(await wrong({ snoozedUntil: "2020-01-01T00:00:00Z" })).toBe(400);
    expect(await wrong({ snoozedUntil: "2099-01-01T00:00:00Z" })).toBe(400);
    expect(await wrong({ tags: ["x".repeat(51)] })).toBe(400);
    expect((await change("rubbish", { archived: true })).statusCode).toBe(404);
  });

  test("is for those who may read the conversation", async () => {
    const first = await receive("a");
    const agent = await site.sessionOf(5);
    expect(await list("", agent)).toEqual([]);
    expect((await change(first, { archived: true }, agent)).statusCode).toBe(404);
    const many = { conversations: [first], change: { archived: true } };
    expect((await site.api(agent, "POST", "/conversations/desk", many)).json()).toEqual({ changed: [] });
    expect(await ids()).toEqual([first]);
  });
});

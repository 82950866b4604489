/** All that one person writes, wherever they write it, read as one column by whoever may read each of it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MessageAnswer } from "../../src/api/messages.ts";
import { accountId, type ConversationId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { openSite, type Site } from "./support/site.ts";

const CONNECTOR = "threadline_telegram";
let site: Site;
let admin: string;
let accounts: readonly string[];
let keys = 0;

beforeAll(async () => {
  site = await openSite();
  admin = await site.install();
  const made: string[] = [];
  for (const name of ["Shop", "Help"]) {
    const body = { channel: "telegram", name, credentials: { token: `12345${made.length}:good-token` } };
    made.push((await site.api(admin, "POST", "/accounts", body)).json().id);
  }
  accounts = made;
});
afterAll(() => site.stop());

async function receive(
  at: number,
  chatId: string,
  text: string,
  more: { readonly sentAt?: Date; readonly kind?: "edit" | "delete" | "reaction"; readonly of?: string } = {},
): Promise<{ readonly conversation: ConversationId; readonly externalId: string }> {
  keys += 1;
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: accountId(accounts[at] ?? ""), key: `key-${keys}`, chatId },
      ...{ kind: more.kind ?? "message", externalId: more.of ?? `${chatId}-${keys}` },
      customer: { externalId: chatId, name: "Maria" },
      content: { body: plainText(text), attachments: [] },
      ...{ sentAt: more.sentAt ?? new Date(), notBefore: new Date() },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return { conversation: accepted.conversation, externalId: more.of ?? `${chatId}-${keys}` };
}

/** They are the same person from now on. */
async function joined(phone: string, ...conversations: readonly ConversationId[]): Promise<void> {
  const points = [{ kind: "phone", key: phone, shown: phone, why: { by: "channel" }, linkable: true } as const];
  for (const conversation of conversations)
    await site.store.people.identify(site.memberId, { conversation, points, sharedByMoreThan: 5 });
}

const get = (session: string, path: string) => site.api(session, "GET", path);
const texts = async (session: string, path: string) =>
  (await get(session, path)).json<MessageAnswer[]>().map((one) => one.text);

test("is in one order and pages in both directions, each message with its own conversation and what became of it", async () => {
  const { conversation: shop, externalId } = await receive(0, "maria", "one");
  const { conversation: help } = await receive(1, "maria-2", "two");
  await joined("+79030000001", shop, help);
  await receive(0, "maria", "three");
  await receive(1, "maria-2", "four");
  await receive(0, "maria", "one, mended", { kind: "edit", of: externalId });
  await receive(0, "maria", "👍", { kind: "reaction", of: externalId });
  const thread = `/conversations/${help}/messages?together=true`;
  const all = await get(admin, thread);
  expect(all.json()).toMatchObject([
    {
      ...{ text: "one, mended", conversation: shop, changed: { edited: true, deleted: false } },
      reactions: [{ emoji: "👍", by: "customer" }],
    },
    { text: "two", conversation: help, reactions: [] },
    { text: "three", conversation: shop },
    { text: "four", conversation: help },
  ]);
  expect(all.json()[1]).not.toHaveProperty("changed");
  expect(await texts(admin, `/conversations/${help}/messages`)).toEqual(["two", "four"]);

  const end = await get(admin, `${thread}&limit=2`);
  const before = end.headers["x-next"];
  expect(await texts(admin, `${thread}&limit=2&before=${before}`)).toEqual(["one, mended", "two"]);
  const begin = await get(admin, `${thread}&limit=3&after=0`);
  expect(begin.json<MessageAnswer[]>().map((one) => one.text)).toEqual(["one, mended", "two", "three"]);
  expect(await texts(admin, `${thread}&limit=3&after=${begin.headers["x-next"]}`)).toEqual(["four"]);

  const ways = (await get(admin, `/conversations/${shop}/together`)).json<{ id: string; person: string }[]>();
  expect(ways.map(({ id }) => id)).toEqual([help, shop]);
  expect(new Set(ways.map(({ person }) => person)).size).toBe(1);
});

/** The line shows it to its operators, and with it to whoever may open it there. */
async function inLine(conversation: ConversationId): Promise<void> {
  const connectors = site.portals.connectors(site.memberId);
  const icon = { svg: "<svg xmlns='http://www.w3.org/2000/svg'/>", color: "#000000" };
  await connectors.register({ id: CONNECTOR, title: "Fake", icon, handlerUrl: "https://threadline.test/x" });
  const place = { id: accounts[0] ?? "", url: "https://t.test", name: "Fake" };
  await connectors.attach({ connector: CONNECTOR, line: "1" }, place);
  const delivered = await site.portals.lines(site.memberId).deliverMessages(
    { connector: CONNECTOR, line: "1", chatId: conversation },
    [
      {
        user: { id: conversation, name: "Olga" },
        message: { id: conversation, date: 1, text: "Hello", files: [] },
        chat: { id: conversation },
      },
    ],
    async () => true,
  );
  const [element] = delivered.kind === "ok" ? delivered.value : [];
  if (element?.kind !== "ok" || element.chatId === undefined) throw new Error("not delivered");
  await site.store.conversations.learn(site.memberId, conversation, { imChatId: element.chatId });
}

test("holds for an agent what the portal shows them, conversation by conversation", async () => {
  const { conversation: seen } = await receive(0, "olga", "for agents");
  const { conversation: hidden } = await receive(1, "olga-2", "for the boss alone");
  await joined("+79030000002", seen, hidden);
  await inLine(seen);
  const agent = await site.sessionOf(5);
  const thread = (id: string) => `/conversations/${id}/messages`;
  expect(await texts(admin, `${thread(seen)}?together=true`)).toEqual(["for agents", "for the boss alone"]);
  expect(await texts(agent, `${thread(seen)}?together=true`)).toEqual(["for agents"]);
  expect(await texts(agent, `${thread(seen)}/search?together=true&text=for`)).toEqual(["for agents"]);
  expect((await get(agent, `/conversations/${seen}/together`)).json()).toMatchObject([{ id: seen }]);
  for (const path of [
    "together",
    "messages?together=true",
    "messages/search?text=for",
    "messages/first?since=2026-01-01T00:00:00Z",
  ])
    expect((await get(agent, `/conversations/${hidden}/${path}`)).statusCode).toBe(404);
});

test("is looked through, newest first, and what was taken back is not found", async () => {
  const { conversation: shop } = await receive(0, "vera", "An oak table, please");
  const { conversation: help, externalId } = await receive(1, "vera-2", "The TABLE is broken");
  await joined("+79030000003", shop, help);
  await receive(0, "stranger", "A table too");
  const search = (query: string) => `/conversations/${shop}/messages/search?together=true&${query}`;
  expect(await texts(admin, search("text=table"))).toEqual(["The TABLE is broken", "An oak table, please"]);
  const first = await get(admin, search("text=table&limit=1"));
  expect(await texts(admin, search(`text=table&limit=1&before=${first.headers["x-next"]}`))).toEqual([
    "An oak table, please",
  ]);
  expect(await texts(admin, search("text=table+oak"))).toEqual(["An oak table, please"]);
  expect(await texts(admin, search("text=maria"))).toEqual([]);
  expect((await get(admin, search("text="))).statusCode).toBe(400);
  await receive(1, "vera-2", "", { kind: "delete", of: externalId });
  expect(await texts(admin, search("text=table"))).toEqual(["An oak table, please"]);
});

test("tells where a day begins in it, or the nearest day after", async () => {
  const day = (at: number) => new Date(Date.UTC(2026, 2, at, 9));
  const { conversation: shop } = await receive(0, "nina", "first of March", { sentAt: day(1) });
  const { conversation: help } = await receive(1, "nina-2", "fifth of March", { sentAt: day(5) });
  await joined("+79030000004", shop, help);
  const first = async (since: string, query = "&together=true") => {
    const answer = await get(admin, `/conversations/${shop}/messages/first?since=${since}T00:00:00Z${query}`);
    const { seq } = answer.json<{ seq: number | null }>();
    return seq === null
      ? null
      : (await texts(admin, `/conversations/${shop}/messages?together=true&limit=1&after=${seq - 1}`))[0];
  };
  expect(await first("2026-02-01")).toBe("first of March");
  expect(await first("2026-03-02")).toBe("fifth of March");
  expect(await first("2026-03-02", "")).toBeNull();
  expect(await first("2026-03-06")).toBeNull();
});

import { randomUUID } from "node:crypto";
import { createParser } from "eventsource-parser";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { accountId, type ConversationId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { until } from "../support/world/until.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let base: string;
let admin: string;
let agent: string;
let account: string;
let conversation: ConversationId;
let other: ConversationId;
const pages: Heard[] = [];

beforeAll(async () => {
  site = await openSite();
  admin = await site.install();
  agent = await site.sessionOf(7);
  base = await site.app.listen({ port: 0, host: "127.0.0.1" });
  const created = await site.api(admin, "POST", "/accounts", {
    channel: "telegram",
    name: "Shop bot",
    credentials: { token: "1234567890:abcdefgh" },
  });
  account = created.json<{ id: string }>().id;
  // What is in no line is not looked at in the portal.
  await site.store.accounts.update(site.memberId, accountId(account), { line: "1" });
  conversation = await receive("c1", "Hi");
  other = await receive("c2", "Hello");
});
afterEach(async () => {
  for (const page of pages.splice(0)) page.close();
  await until(() => site.watched.size === 0, 5_000, "nobody to look");
});
afterAll(() => site.stop());

let keys = 0;
async function receive(chatId: string, text: string): Promise<ConversationId> {
  keys += 1;
  const now = new Date();
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: accountId(account), key: `k${keys}`, kind: "message", chatId },
      ...{ customer: { externalId: chatId }, externalId: String(keys) },
      ...{ content: { body: plainText(text), attachments: [] }, sentAt: now, notBefore: now },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  site.news.ofConversation(site.memberId, accepted.conversation);
  return accepted.conversation;
}

interface Heard {
  readonly stream: string;
  readonly status: number;
  readonly type: string;
  /** Data of the events of that name, so far. */
  of(event: string): readonly unknown[];
  until(done: () => boolean, what: string): Promise<void>;
  close(): void;
}

async function open(session: string, wishes: Readonly<Record<string, string>> = {}): Promise<Heard> {
  const page = new AbortController();
  const stream = randomUUID();
  const response = await fetch(`${base}/api/live?${new URLSearchParams({ stream, ...wishes })}`, {
    headers: { authorization: `Bearer ${session}` },
    signal: page.signal,
  });
  const events: { readonly event: string; readonly data: unknown }[] = [];
  const parser = createParser({
    onEvent: ({ event = "", data }) => void events.push({ event, data: JSON.parse(data) }),
  });
  if (response.ok)
    void (async () => {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) parser.feed(chunk);
    })().catch(() => undefined);
  const heard: Heard = {
    ...{ stream, status: response.status, type: response.headers.get("content-type") ?? "" },
    of: (name) => events.filter(({ event }) => event === name).map(({ data }) => data),
    until: (done, what) => until(done, 5_000, what, () => JSON.stringify(events)),
    close: () => page.abort(),
  };
  pages.push(heard);
  if (response.ok) await heard.until(() => heard.of("hello").length === 1, "the stream's beginning");
  return heard;
}

const look = (session: string, { stream }: Heard, conversations: readonly string[]) =>
  site.api(session, "PUT", `/live/${stream}/looking`, { conversations });
const rows = (page: Heard) =>
  page.of("conversation") as readonly { readonly id: string; readonly desk: { readonly waitingSince: string } }[];
const position = (page: Heard) => (page.of("at").at(-1) as { readonly at: string } | undefined)?.at ?? "";

test("whoever may read a conversation that is open sees what is typed in it; closing the page ends it", async () => {
  const page = await open(admin, { looking: conversation });
  expect(page.type).toContain("text/event-stream");
  site.hub.draft(accountId(account), "c1", "I would li\nke");
  site.hub.draft(accountId(account), "c2", "somebody else");
  site.hub.draft(accountId(account), "c1", undefined);
  await page.until(() => page.of("typing").length === 2, "two events");
  expect(page.of("typing")).toEqual([
    { conversation, text: "I would li\nke" },
    { conversation, text: null },
  ]);
  expect([...site.watched]).toEqual([conversation]);
});

test("what is open changes without another stream, and begins with how it stands", async () => {
  const page = await open(admin, { looking: conversation });
  await page.until(() => page.of("news").length === 1, "the beginning");
  expect(rows(page)).toMatchObject([{ id: conversation, open: false, operator: null, accepted: false }]);
  expect((await look(admin, page, [other])).statusCode).toBe(204);
  await page.until(() => page.of("news").length === 2, "the other's beginning");
  expect(rows(page).at(-1)).toMatchObject({ id: other });
  expect([...site.watched]).toEqual([other]);
  site.hub.draft(accountId(account), "c1", "not looked at");
  site.hub.draft(accountId(account), "c2", "looked at");
  await page.until(() => page.of("typing").length === 1, "what is typed");
  expect(page.of("typing")).toEqual([{ conversation: other, text: "looked at" }]);
  // Whoever tells of a receipt knows the chat alone.
  site.news.ofChat(site.memberId, accountId(account), "c1");
  site.news.ofChat(site.memberId, accountId(account), "c2");
  await page.until(() => page.of("news").length === 3, "a receipt");
  expect(page.of("news").at(-1)).toEqual({ conversation: other });
  // The request may reach another process than the stream.
  const key = JSON.stringify([site.memberId, "1", page.stream]);
  site.bus.publish("live-looking", JSON.stringify({ key, conversations: [] }));
  await until(() => site.watched.size === 0, 5_000, "nothing to be open");
  // Nobody tells another's page where to look.
  expect((await look(agent, page, [conversation])).statusCode).toBe(204);
  expect(site.watched.size).toBe(0);
});

test("a page of all conversations hears how they stand, once for each change, and of changes alone", async () => {
  const page = await open(admin, { desk: "true" });
  const written = { clientId: randomUUID(), text: "Hello" };
  expect((await site.api(admin, "POST", `/conversations/${conversation}/messages`, written)).statusCode).toBe(202);
  await page.until(() => rows(page).some(({ id, desk }) => id === conversation && desk.waitingSince === null), "it");
  const told = rows(page).length;
  // A receipt changes no conversation.
  site.news.ofChat(site.memberId, accountId(account), "c1");
  await site.store.conversations.learn(site.memberId, other, { open: true, operator: "1", accepted: true });
  site.news.ofConversation(site.memberId, other);
  await page.until(() => rows(page).length > told, "who has the other");
  expect(rows(page).slice(told)).toMatchObject([
    { id: other, open: true, accepted: true, operator: { id: "1", name: "Ada Admin" } },
  ]);
  const { json } = await site.api(admin, "GET", "/conversations");
  expect(rows(page).at(-1)).toEqual(json<{ id: string }[]>().find(({ id }) => id === other));
  await site.api(admin, "PATCH", `/conversations/${other}/desk`, { tags: ["vip"] });
  await page.until(() => rows(page).length === told + 2, "its tag");
  expect(page.of("news")).toEqual([]);
});

test("after a break it goes on where it was: nothing is left out, nothing told again", async () => {
  const page = await open(admin, { desk: "true" });
  const third = await receive("c3", "One");
  await page.until(() => rows(page).some(({ id }) => id === third), "the first message");
  await page.until(() => position(page) !== "", "a position");
  const after = position(page);
  const again = await open(admin, { desk: "true" });
  page.close();
  const fourth = await receive("c4", "Two");
  const fifth = await receive("c5", "Three");
  await again.until(() => rows(again).length === 2, "what the first page missed");
  const back = await open(admin, { desk: "true", after });
  await back.until(() => position(back) === position(again), "what was missed");
  expect(rows(back).map(({ id }) => id)).toEqual([fourth, fifth]);
  expect(back.of("reload")).toEqual([]);
  // Another process, or one that has begun anew, cannot know.
  const lost = await open(admin, { desk: "true", after: `${randomUUID()}.1` });
  await lost.until(() => lost.of("reload").length === 1, "that it must load anew");
  expect(rows(lost)).toEqual([]);
});

test("nobody hears of what they may not read, nor of another portal, nor without a session", async () => {
  const page = await open(agent, { desk: "true", looking: `${conversation},${randomUUID()}` });
  const all = await open(admin, { desk: "true" });
  const asked = () => site.emulator.requests.entries({ method: "imopenlines.dialog.get" }).length;
  await site.store.conversations.learn(site.memberId, conversation, { imChatId: "999999" });
  const before = asked();
  site.news.ofConversation(site.memberId, conversation);
  await until(() => asked() > before, 5_000, "the portal to be asked");
  site.news.ofConversation(site.memberId, other);
  await all.until(() => rows(all).length > 0, "the administrator's");
  await page.until(() => page.of("at").length > 1, "the position");
  expect((await look(agent, page, [conversation])).statusCode).toBe(204);
  expect(site.watched.size).toBe(0);
  expect([rows(page), page.of("news"), page.of("gone")]).toEqual([[], [], []]);
  expect((await open("nobody")).status).toBe(401);
});

test("one viewer holds a few streams at most, and gets a place back when one ends", async () => {
  for (let held = 0; held < 8; held += 1) expect((await open(admin)).status).toBe(200);
  expect((await open(admin)).status).toBe(429);
  pages[0]?.close();
  await until(async () => (await open(admin)).status === 200, 5_000, "a free place");
});

test("colleagues who have a conversation open see each other, each once, and who of them writes", async () => {
  const place = await receive("c-present", "Is anybody there?");
  const boris = await site.sessionOf(7);
  await site.api(admin, "PATCH", "/portal", { roles: [{ id: "7", name: "Boris Berg", role: "head" }] });
  const writes = async (session: string) =>
    (await site.api(session, "POST", `/conversations/${place}/writing`)).statusCode;
  await until(
    async () => (await site.api(boris, "GET", `/conversations/${place}`)).statusCode === 200,
    5_000,
    "a role",
  );
  const ada = await open(admin, { looking: place });
  const [first, second] = [await open(boris, { looking: place }), await open(boris, { looking: place })];
  const latest = (page: Heard) => page.of("present").at(-1);
  const at = (id: string, name: string, writing = false) => ({
    conversation: place,
    people: [{ id, name, writing }],
  });
  await ada.until(() => latest(ada) !== undefined, "the colleague");
  expect(ada.of("present")).toEqual([at("7", "Boris Berg")]);
  await second.until(() => latest(second) !== undefined, "the administrator");
  expect(latest(second)).toEqual(at("1", "Ada Admin"));
  expect(await writes(boris)).toBe(204);
  await ada.until(() => ada.of("present").length === 2, "who writes");
  expect(latest(ada)).toEqual(at("7", "Boris Berg", true));
  first.close();
  second.close();
  await ada.until(() => (latest(ada) as { people: unknown[] }).people.length === 0, "nobody else");
  await site.api(admin, "PATCH", "/portal", { roles: [] });
  // Whoever may not read it tells nothing of themselves there.
  expect(await writes(await site.sessionOf(5))).toBe(404);
});

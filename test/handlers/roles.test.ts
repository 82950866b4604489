/** What people may do with conversations by the role that an administrator gave them: every route, every role. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AccountId, accountId, type ConversationId, conversationId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { until } from "../support/world/until.ts";
import { openSite, type Site } from "./support/site.ts";

const PORTAL_CACHE_MS = 5_000;
const CIRCLE_MS = 60_000;
const PERSON = 7;
const OTHER = "8";

let site: Site;
let admin: string;
let person: string;
let later = 0;
/** Of a line in whose queue the person is, and of one in which they are not. */
let theirs: AccountId;
let others: AccountId;
const places: Record<string, ConversationId> = {};

beforeAll(async () => {
  site = await openSite({ now: () => new Date(Date.now() + later) });
  admin = await site.install();
  person = await site.sessionOf(PERSON);
  const line = (queue: number[]) => site.portal.portal.addLine({ LINE_NAME: "Line" }, queue).id;
  theirs = await account("1234567890:abcdefgh", line([PERSON]));
  others = await account("1234567891:abcdefgh", line([1]));
  places["mine"] = await receive(others, "mine", String(PERSON));
  places["nobody's"] = await receive(others, "nobodys");
  places["of my line"] = await receive(theirs, "line", OTHER);
  places["another's"] = await receive(others, "another", OTHER);
});
afterAll(() => site.stop());

async function account(token: string, line: number): Promise<AccountId> {
  const created = await site.api(admin, "POST", "/accounts", {
    ...{ channel: "telegram", name: "Bot", credentials: { token }, line: String(line) },
  });
  return accountId(created.json<{ id: string }>().id);
}

async function receive(to: AccountId, chatId: string, operator?: string): Promise<ConversationId> {
  const now = new Date();
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: to, key: chatId, kind: "message", chatId, externalId: chatId },
      ...{ customer: { externalId: chatId, name: chatId }, sentAt: now, notBefore: now },
      content: { body: plainText("hello"), attachments: [] },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  await site.store.conversations.learn(site.memberId, accepted.conversation, {
    ...{ imChatId: `9${Object.keys(places).length}`, open: true, accepted: operator !== undefined },
    ...(operator !== undefined && { operator }),
  });
  return accepted.conversation;
}

type Role = "controller" | "agent" | "head" | undefined;

async function become(role: Role): Promise<void> {
  const roles = role === undefined ? [] : [{ id: String(PERSON), name: "Anna Agent", role }];
  expect((await site.api(admin, "PATCH", "/portal", { roles })).json()).toMatchObject({ roles });
  later += PORTAL_CACHE_MS + 1;
}

const at = (place: string) => places[place] ?? "";
async function may(place: string): Promise<Record<string, boolean>> {
  const id = at(place);
  const { json } = await site.api(person, "GET", "/conversations?limit=200");
  const listed = json<{ id: string }[]>().some((one) => one.id === id);
  const status = async (method: "GET" | "PATCH" | "POST", path: string, body?: object) =>
    (await site.api(person, method, path, body)).statusCode;
  const messages = await site.store.messages.journal(site.memberId, { conversation: conversationId(id), limit: 1 });
  return {
    list: listed,
    read: (await status("GET", `/conversations/${id}`)) === 200,
    thread: (await status("GET", `/conversations/${id}/messages`)) === 200,
    message: (await status("GET", `/messages/${messages[0]?.id}`)) === 200,
    desk: (await status("PATCH", `/conversations/${id}/desk`, { tags: ["vip"] })) === 200,
    // An unknown place is 404 and one to read 403; whoever may write gets as far as what is written.
    write: (await status("POST", `/conversations/${id}/messages`, { clientId: randomUUID(), text: "Hi" })) === 202,
  };
}
const READS = { list: true, read: true, thread: true, message: true, desk: false, write: false };
const ALL = { ...READS, desk: true, write: true };
const NOTHING = { list: false, read: false, thread: false, message: false, desk: false, write: false };

describe("by role", () => {
  const table: readonly (readonly [Role, Readonly<Record<string, object>>])[] = [
    ["head", { mine: ALL, "nobody's": ALL, "of my line": ALL, "another's": ALL }],
    ["agent", { mine: ALL, "nobody's": ALL, "of my line": ALL, "another's": NOTHING }],
    ["controller", { mine: READS, "nobody's": READS, "of my line": READS, "another's": READS }],
    // The portal knows no such chats, so it shows nobody any.
    [undefined, { mine: NOTHING, "nobody's": NOTHING, "of my line": NOTHING, "another's": NOTHING }],
  ];
  test.each(table)("%s", async (role, expected) => {
    await become(role);
    const found: Record<string, object> = {};
    for (const place of Object.keys(expected)) found[place] = await may(place);
    expect(found).toEqual(expected);
    // An administrator is never held back.
    expect(await site.api(admin, "GET", `/conversations/${at("another's")}`)).toMatchObject({ statusCode: 200 });
  });

  test("who joins a line's queue reads its conversations a minute later, and the line that cannot be asked gives nothing", async () => {
    await become("agent");
    const line = [...site.portal.portal.lines.values()].find(({ queue }) => queue.includes(1) && queue.length === 1);
    line?.queue.push(PERSON);
    expect((await may("another's"))["read"]).toBe(false);
    later += CIRCLE_MS;
    await expect.poll(async () => (await may("another's"))["read"]).toBe(true);
    line?.queue.pop();
    later += CIRCLE_MS;
    await expect.poll(async () => (await may("another's"))["read"]).toBe(false);
  });
});

test("the stream tells each what their role lets them read", async () => {
  const base = await site.app.listen({ port: 0, host: "127.0.0.1" });
  const told = async (role: Role): Promise<readonly string[]> => {
    await become(role);
    const page = new AbortController();
    const response = await fetch(`${base}/api/live?desk=true&stream=${randomUUID()}`, {
      headers: { authorization: `Bearer ${person}` },
      signal: page.signal,
    });
    let heard = "";
    const reading = (async () => {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) heard += chunk;
    })().catch(() => undefined);
    await until(() => heard.includes("event: hello"), 5_000, "the stream");
    const tag = randomUUID();
    for (const id of Object.values(places))
      await site.api(admin, "PATCH", `/conversations/${id}/desk`, { tags: [tag] });
    const ids = () => [...heard.matchAll(/event: conversation\ndata: \{"id":"([^"]+)"/g)].map(([, id]) => id ?? "");
    await until(
      () => ids().includes(at("of my line")),
      5_000,
      "the last that all of them may read",
      () => heard,
    );
    const last = heard.length;
    await site.api(admin, "PATCH", `/conversations/${at("mine")}/desk`, { tags: [tag, "last"] });
    await until(() => heard.slice(last).includes('"last"'), 5_000, "everything before it");
    page.abort();
    await reading;
    return Object.keys(places).filter((place) => ids().includes(at(place)));
  };
  expect(await told("agent")).toEqual(["mine", "nobody's", "of my line"]);
  expect(await told("controller")).toEqual(Object.keys(places));
});

test("whoever reads along is turned away from every route that writes, also from those that come", async () => {
  await become("controller");
  const { paths } = (await site.app.inject({ method: "GET", url: "/openapi.json" })).json<{
    paths: Record<string, Record<string, unknown>>;
  }>();
  const writing = Object.entries(paths)
    .filter(([path]) => path.startsWith("/api/"))
    .flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => method !== "get" && method !== "head")
        .map((method) => `${method.toUpperCase()} ${path}`),
    );
  expect(writing.length).toBeGreaterThan(30);
  const free: string[] = [];
  for (const route of writing) {
    const [method = "", path = ""] = route.split(" ");
    const url = path.replaceAll(/\{\w+\}/g, at("mine"));
    const answer = await site.app.inject({
      ...{ method: method as "POST", url, payload: "{}" },
      headers: { authorization: `Bearer ${person}`, "content-type": "application/json" },
    });
    if (answer.json<{ error?: { code: string } }>().error?.code !== "read_only") free.push(route);
  }
  // Its own session, where a page looks, who wants no letters, and what an editor of rules is asked for instead.
  expect(free.filter((route) => !/ \/api\/(rules|customers)(\/|$)/.test(route)).sort()).toEqual([
    "POST /api/mail/unsubscribed/look",
    "POST /api/session",
    "PUT /api/conversations/{id}/ratings/supervisor",
    "PUT /api/live/{stream}/looking",
  ]);
});

test("the journal of an editor who answers their own conversations shows nobody else's", async () => {
  const rows = async () =>
    (await site.api(person, "GET", "/journal")).json<{ conversation: string }[]>().map((row) => row.conversation);
  await site.api(admin, "PATCH", "/portal", { editors: [{ id: String(PERSON), name: "Anna Agent" }] });
  await become("agent");
  expect(new Set(await rows())).toEqual(new Set([at("mine"), at("nobody's"), at("of my line")]));
  await become("head");
  expect(await rows()).toContain(at("another's"));
  await site.api(admin, "PATCH", "/portal", { editors: [] });
});

test.each([
  ["head", "no_session"],
  ["controller", "no_session"],
  ["agent", "forbidden"],
] as const)("whoever looks after others rates their conversations: a %s", async (role, code) => {
  await become(role);
  const path = `/conversations/${at("mine")}/ratings/supervisor`;
  expect((await site.api(person, "PUT", path, { stars: 4 })).json().error.code).toBe(code);
  await become(undefined);
});

test("only an administrator gives roles, each person one, and the page is told", async () => {
  await become("controller");
  const page = await site.frame(site.portal.appRequest({ userId: PERSON }));
  expect(page.body).toContain('"role":"controller"');
  const twice = { id: "7", name: "Anna", role: "head" };
  expect((await site.api(admin, "PATCH", "/portal", { roles: [twice, twice] })).statusCode).toBe(400);
  expect((await site.api(person, "PATCH", "/portal", { roles: [] })).statusCode).toBe(403);
  await become("head");
  expect((await site.api(person, "PATCH", "/portal", { roles: [] })).statusCode).toBe(403);
});

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
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
  const now = new Date();
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: accountId(account), key: "k", kind: "message", chatId: "c1" },
      ...{ customer: { externalId: "c1" }, externalId: "1", content: { body: plainText("Hi"), attachments: [] } },
      ...{ sentAt: now, notBefore: now },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  conversation = accepted.conversation;
});
afterAll(() => site.stop());

const open = (session: string, id: string, signal: AbortSignal) =>
  fetch(`${base}/api/conversations/${id}/live`, { headers: { authorization: `Bearer ${session}` }, signal });

test("whoever may read a conversation sees live what is typed in it; closing the page ends it", async () => {
  const page = new AbortController();
  const response = await open(admin, conversation, page.signal);
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  let heard = "";
  const reading = (async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) heard += chunk;
  })().catch(() => undefined);
  await until(() => heard.includes(": hello"), 5_000, "the stream's first bytes");
  site.hub.draft(accountId(account), "c1", "I would li\nke");
  site.hub.draft(accountId(account), "c2", "somebody else");
  site.hub.draft(accountId(account), "c1", undefined);
  await until(() => heard.includes(`{"text":null}`), 5_000, "two events");
  expect(heard).toContain('event: typing\ndata: {"text":"I would li\\nke"}\n\n');
  expect(heard).not.toContain("somebody else");
  page.abort();
  await reading;
});

test("it tells how the conversation stands, and that there is news of it, as often as there is", async () => {
  const page = new AbortController();
  const response = await open(admin, conversation, page.signal);
  let heard = "";
  const reading = (async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) heard += chunk;
  })().catch(() => undefined);
  const count = (event: string) => heard.split(`event: ${event}\n`).length - 1;
  const state = (more: object) =>
    `event: state\ndata: ${JSON.stringify({ open: false, operator: null, accepted: false, stateAt: null, ...more })}\n\n`;
  await until(() => heard.includes(state({})) && count("news") === 1, 5_000, "how it stands");
  const written = { clientId: randomUUID(), text: "Hello" };
  const answer = await site.api(admin, "POST", `/conversations/${conversation}/messages`, written);
  expect(answer.statusCode).toBe(202);
  await until(() => count("news") === 2, 1_000, "news of the message");
  expect(count("state")).toBe(1);
  await site.store.conversations.learn(site.memberId, conversation, { open: true, operator: "1", accepted: true });
  site.news.ofConversation(conversation);
  const now = await site.store.conversations.find(site.memberId, conversation);
  const operator = { id: "1", name: "Ada Admin" };
  const taken = state({ open: true, operator, accepted: true, stateAt: now?.stateAt?.toISOString() });
  await until(() => heard.includes(taken), 1_000, "who has it");
  // By the vendor's id of the chat as well: who tells of a receipt knows no other.
  const before = count("news");
  site.news.ofChat(accountId(account), "c2");
  site.news.ofChat(accountId(account), "c1");
  await until(() => count("news") === before + 1, 1_000, "news of a receipt");
  expect([...site.watched]).toEqual([conversation]);
  page.abort();
  await reading;
  await until(() => site.watched.size === 0, 5_000, "nobody to look");
});

test("nobody else does, and nobody without a session", async () => {
  const { signal } = new AbortController();
  expect((await open(agent, conversation, signal)).status).toBe(404);
  expect((await open(admin, "00000000-0000-4000-8000-000000000000", signal)).status).toBe(404);
  expect((await open("nobody", conversation, signal)).status).toBe(401);
});

test("one viewer holds a few streams at most, and gets a place back when one ends", async () => {
  const pages = Array.from({ length: 8 }, () => new AbortController());
  for (const page of pages) expect((await open(admin, conversation, page.signal)).status).toBe(200);
  const { signal } = new AbortController();
  expect((await open(admin, conversation, signal)).status).toBe(429);
  pages[0]?.abort();
  const last = new AbortController();
  await until(async () => (await open(admin, conversation, last.signal)).status === 200, 5_000, "a free place");
  last.abort();
  for (const page of pages) page.abort();
});

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
  fetch(`${base}/api/conversations/${id}/typing`, { headers: { authorization: `Bearer ${session}` }, signal });

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
  await until(() => heard.includes("null"), 5_000, "two events");
  expect(heard).toContain('event: typing\ndata: {"text":"I would li\\nke"}\n\n');
  expect(heard).not.toContain("somebody else");
  page.abort();
  await reading;
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

/** Conversations of accounts that feed no line: accepted, passed on and closed by us alone. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { accountId, type ConversationId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { openSite, type Site } from "./support/site.ts";

const [ANNA, BORIS] = [5, 7];
let site: Site;
let admin: string;
let anna: string;
let boris: string;
let account: string;
let chatId: string;
let conversation: ConversationId;
let keys = 0;
let later = 0;

beforeAll(async () => {
  site = await openSite({ now: () => new Date(Date.now() + later) });
  admin = await site.install();
  [anna, boris] = [await site.sessionOf(ANNA), await site.sessionOf(BORIS)];
  const body = { channel: "telegram", name: "Shop", credentials: { token: "1234567890:abcdefgh" } };
  account = (await site.api(admin, "POST", "/accounts", body)).json().id;
  const roles = [ANNA, BORIS].map((id) => ({ id: String(id), name: "A", role: "head" }));
  await site.api(admin, "PATCH", "/portal", { roles });
  // The portal's settings are remembered for a moment.
  later += 6_000;
});
afterAll(() => site.stop());
beforeEach(async () => {
  chatId = randomUUID();
  conversation = await customerWrites("Hello");
});

async function customerWrites(text: string): Promise<ConversationId> {
  keys += 1;
  const now = new Date();
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: accountId(account), key: `k${keys}`, kind: "message", chatId },
      ...{ customer: { externalId: chatId, name: "Maria" }, externalId: `e${keys}`, sentAt: now, notBefore: now },
      content: { body: plainText(text), attachments: [] },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return accepted.conversation;
}
const act = (session: string, body: object) =>
  site.api(session, "POST", `/conversations/${conversation}/session`, body);
const shown = async () => (await site.api(admin, "GET", `/conversations/${conversation}`)).json();
const listed = async (query: string) =>
  (await site.api(admin, "GET", `/conversations?limit=200&${query}`))
    .json<{ id: string }[]>()
    .some(({ id }) => id === conversation);

describe("in no line, a conversation", () => {
  test("is open and nobody's when a customer writes, and somebody's who accepts it; the portal is told nothing", async () => {
    expect(await shown()).toMatchObject({ alone: true, open: true, operator: null, accepted: false, chat: null });
    const taken = await act(anna, { action: "accept" });
    expect(taken.statusCode).toBe(200);
    expect(taken.json()).toMatchObject({ open: true, accepted: true, operator: { id: String(ANNA) } });
    expect((await act(anna, { action: "accept" })).statusCode).toBe(200);
    const second = await act(boris, { action: "accept" });
    expect(second.statusCode).toBe(409);
    expect(second.json().error.sentence).toContain("answers this chat already");
    expect(site.emulator.requests.entries({ method: "imopenlines.operator.answer" })).toEqual([]);
    expect([await listed("operator=5"), await listed("operator=nobody"), await listed("open=true")]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test("is passed on, waits for the colleague, and is theirs when they accept", async () => {
    await act(anna, { action: "accept" });
    expect((await act(anna, { action: "transfer", to: String(BORIS) })).json()).toMatchObject({
      ...{ operator: { id: String(BORIS) }, accepted: false },
    });
    expect((await act(boris, { action: "accept" })).json()).toMatchObject({
      ...{ operator: { id: String(BORIS) }, accepted: true },
    });
  });

  test("is closed, and opened anew by whoever writes: the same conversation, and nobody's", async () => {
    await act(anna, { action: "accept" });
    expect((await act(anna, { action: "finish" })).json()).toMatchObject({ open: false, operator: null });
    expect(await listed("open=false")).toBe(true);
    const closed = await act(boris, { action: "accept" });
    expect(closed.json().error.sentence).toContain("closed");
    expect((await act(boris, { action: "finish" })).statusCode).toBe(200);
    expect(await customerWrites("One more thing")).toBe(conversation);
    expect(await shown()).toMatchObject({ open: true, operator: null, accepted: false });
    expect([await listed("open=true"), await listed("folder=waiting")]).toEqual([true, true]);
    await act(boris, { action: "finish" });
    expect((await act(anna, { action: "reopen" })).json()).toMatchObject({
      ...{ open: true, operator: { id: String(ANNA) }, accepted: true },
    });
  });

  test("belongs to whoever answers it, and stays with whom it has", async () => {
    const write = (session: string) =>
      site.api(session, "POST", `/conversations/${conversation}/messages`, { clientId: randomUUID(), text: "Hi" });
    expect((await write(anna)).statusCode).toBe(202);
    expect(await shown()).toMatchObject({ operator: { id: String(ANNA) }, accepted: true });
    expect((await write(boris)).statusCode).toBe(202);
    expect(await shown()).toMatchObject({ operator: { id: String(ANNA) } });
    await act(anna, { action: "finish" });
    expect((await write(boris)).statusCode).toBe(202);
    expect(await shown()).toMatchObject({ open: true, operator: { id: String(BORIS) }, accepted: true });
  });

  test("is marked as spam: closed, tagged, out of sight, and nobody waits; until they write again", async () => {
    await site.api(admin, "PATCH", `/conversations/${conversation}/desk`, { tags: ["vip"] });
    expect((await act(anna, { action: "spam" })).json()).toMatchObject({ open: false });
    expect([await listed("folder=waiting"), await listed("folder=all"), await listed("folder=archived")]).toEqual([
      false,
      false,
      true,
    ]);
    expect(await listed("folder=archived&tag=spam")).toBe(true);
    expect(await listed("folder=archived&tag=vip")).toBe(true);
    await customerWrites("Buy!");
    expect(await listed("folder=waiting")).toBe(true);
  });

  test("keeps what it is when its account goes to a line, and when it leaves one", async () => {
    await act(anna, { action: "accept" });
    const line = (to: string | null) => site.store.accounts.update(site.memberId, accountId(account), { line: to });
    await line("1");
    expect(await shown()).toMatchObject({ alone: false, operator: { id: String(ANNA) }, accepted: true });
    await site.store.conversations.learn(site.memberId, conversation, { imChatId: "77", sessionId: "1", open: true });
    expect(await shown()).toMatchObject({ open: true, operator: null, accepted: false, chat: "77" });
    await site.store.conversations.learn(site.memberId, conversation, { open: false });
    await line(null);
    // What was closed there stays closed until somebody writes.
    expect(await shown()).toMatchObject({ alone: true, open: false });
    await customerWrites("Hello again");
    expect(await shown()).toMatchObject({ alone: true, open: true, operator: null });
    const history = await site.api(admin, "GET", `/conversations/${conversation}/messages`);
    expect(history.json<{ text: string }[]>().map(({ text }) => text)).toEqual(["Hello", "Hello again"]);
  });
});

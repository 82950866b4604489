/** Accepting, passing on, closing and reopening a chat of a line from our pages, as seen in the portal. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { accountId, type ConversationId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { createLogger } from "../../src/log/log.ts";
import { applyLineEvent } from "../../src/relay/line-events.ts";
import { fakeChannel } from "./support/fake-channel.ts";
import { openSite, type Site } from "./support/site.ts";

const [ANNA, BORIS, EVE] = [5, 7, 9];
const log = createLogger("silent");
const CONNECTOR = "threadline_telegram";
const templated = fakeChannel("templated", "Templated");
const text = { name: "hello", language: "en", body: "Hello {{1}}", gaps: 1 };
let offered: "listed" | "unavailable" = "listed";
let site: Site;
let admin: string;
let anna: string;
let boris: string;
let account: string;
let conversation: ConversationId;
let chat: number;

beforeAll(async () => {
  site = await openSite({
    channels: [
      {
        ...templated.adapter,
        capabilities: { ...templated.adapter.capabilities, templates: true },
        templates: async () =>
          offered === "listed"
            ? { kind: "listed", templates: [text] }
            : { kind: "unavailable", sentence: "The vendor is away. Try again in a minute." },
      },
    ],
  });
  admin = await site.install();
  [anna, boris] = [await site.sessionOf(ANNA), await site.sessionOf(BORIS)];
  const body = { channel: "telegram", name: "Shop", credentials: { token: "1234567890:abcdefgh" } };
  account = (await site.api(admin, "POST", "/accounts", body)).json().id;
  await site.store.accounts.update(site.memberId, accountId(account), { line: "1", connector: CONNECTOR });
  const connectors = site.portals.connectors(site.memberId);
  const icon = { svg: "<svg xmlns='http://www.w3.org/2000/svg'/>", color: "#000000" };
  await connectors.register({ id: CONNECTOR, title: "Fake", icon, handlerUrl: "https://threadline.test/x" });
  await connectors.attach({ connector: CONNECTOR, line: "1" }, { id: account, url: "https://t.test", name: "Fake" });
});
afterAll(() => site.stop());

/** A customer has written, and the line shows it. */
beforeEach(async () => {
  const chatId = randomUUID();
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: accountId(account), key: chatId, kind: "message", chatId },
      ...{ customer: { externalId: chatId, name: "Maria" }, externalId: chatId, sentAt: new Date() },
      ...{ content: { body: plainText("Hello"), attachments: [] }, notBefore: new Date() },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  conversation = accepted.conversation;
  const delivered = await site.portals.lines(site.memberId).deliverMessages(
    { connector: CONNECTOR, line: "1", chatId: conversation },
    [
      {
        user: { id: chatId, name: "Maria" },
        message: { id: chatId, date: 1, text: "Hello", files: [] },
        chat: { id: conversation },
      },
    ],
    async () => true,
  );
  const [element] = delivered.kind === "ok" ? delivered.value : [];
  if (element?.kind !== "ok" || element.chatId === undefined) throw new Error("not delivered");
  chat = Number(element.chatId);
  await site.store.conversations.learn(site.memberId, conversation, {
    imChatId: element.chatId,
    sessionId: element.sessionId ?? "",
    open: true,
  });
});

const act = (session: string, body: object) =>
  site.api(session, "POST", `/conversations/${conversation}/session`, body);
const shown = async () => (await site.api(admin, "GET", `/conversations/${conversation}`)).json();
const inPortal = () => {
  const { portal } = site.portal;
  return portal.sessions.get(portal.chats.get(chat)?.currentSessionId ?? 0);
};
const sentence = (answer: { readonly statusCode: number; json(): { error: { sentence: string } } }) => {
  expect(answer.statusCode).toBe(409);
  return answer.json().error.sentence;
};

describe("a chat of a line", () => {
  test("is taken by whoever accepts it, and shown to the others as theirs", async () => {
    expect(await shown()).toMatchObject({ open: true, operator: null, accepted: false });
    const answer = await act(anna, { action: "accept" });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ open: true, accepted: true, operator: { id: "5", name: "Anna Agent" } });
    expect(inPortal()).toMatchObject({ state: "answered", operatorId: ANNA });
    const { stateAt } = await shown();
    expect(Date.now() - new Date(stateAt).getTime()).toBeLessThan(60_000);
  });

  test("is not taken twice: not by a second agent, not at the same moment, and not by a second press", async () => {
    const both = await Promise.all([act(anna, { action: "accept" }), act(boris, { action: "accept" })]);
    const won = both.filter((answer) => answer.statusCode === 200);
    expect(won).toHaveLength(1);
    const winner = Number((await shown()).operator.id);
    expect(inPortal()?.operatorId).toBe(winner);
    const [mine, other] = winner === ANNA ? [anna, boris] : [boris, anna];
    expect(sentence(await act(other, { action: "accept" }))).toMatch(
      /^(Anna Agent|Boris Berg) answers this chat already/,
    );
    expect((await act(mine, { action: "accept" })).statusCode).toBe(200);
    expect(inPortal()?.operatorId).toBe(winner);
  });

  test("is passed on, and waits for the colleague then", async () => {
    await act(anna, { action: "accept" });
    const answer = await act(anna, { action: "transfer", to: "7" });
    expect(answer.json()).toMatchObject({ operator: { id: "7", name: "Boris Berg" }, accepted: false, open: true });
    expect(inPortal()?.operatorId).toBe(BORIS);
    expect(sentence(await act(boris, { action: "transfer", to: String(EVE) }))).toContain(
      "not give the chat to this colleague",
    );
    expect(await shown()).toMatchObject({ operator: { id: "7" } });
    for (const wrong of [{ action: "transfer" }, { action: "accept", to: "7" }, { action: "transfer", to: "Boris" }])
      expect((await act(anna, wrong)).statusCode).toBe(400);
  });

  test("is closed and reopened; the session that ends late does not close the new one", async () => {
    await act(anna, { action: "accept" });
    const before = (await site.store.conversations.find(site.memberId, conversation))?.sessionId;
    expect((await act(boris, { action: "finish" })).json()).toMatchObject({ open: false, accepted: false });
    expect(inPortal()).toMatchObject({ state: "closed", spam: false });
    expect(sentence(await act(anna, { action: "accept" }))).toContain("Reopen it first");
    const reopened = await act(boris, { action: "reopen" });
    expect(reopened.json()).toMatchObject({ open: true, accepted: true, operator: { id: "7" } });
    expect(inPortal()).toMatchObject({ state: "answered", operatorId: BORIS });
    const event = { portal: site.memberId, chatId: conversation, sessionId: before } as const;
    await applyLineEvent({ store: site.store, news: site.news, log }, { ...event, kind: "dialog-finished" });
    const started = { ...event, kind: "dialog-started", sessionId: String(inPortal()?.id) } as const;
    await applyLineEvent({ store: site.store, news: site.news, log }, started);
    expect(await shown()).toMatchObject({ open: true, accepted: true, operator: { id: "7" } });
  });

  test("is marked as spam", async () => {
    expect((await act(anna, { action: "spam" })).json()).toMatchObject({ open: false });
    expect(inPortal()).toMatchObject({ state: "closed", spam: true });
  });

  test("belongs to nobody in its next session", async () => {
    await act(anna, { action: "accept" });
    const event = { portal: site.memberId, chatId: conversation, kind: "dialog-started", sessionId: "999" } as const;
    await applyLineEvent({ store: site.store, news: site.news, log }, event);
    expect(await shown()).toMatchObject({ open: true, accepted: false, operator: null });
  });
});

describe("by the viewer's own rights", () => {
  test("whoever may not see the chat learns nothing of it", async () => {
    site.portal.portal.lines.get(1)?.queue.splice(0);
    const { portal } = site.portal;
    const members = portal.chats.get(chat);
    if (members) members.members = [];
    expect((await act(boris, { action: "accept" })).statusCode).toBe(404);
    expect(inPortal()?.state).toBe("new");
    portal.lines.get(1)?.queue.push(ANNA, BORIS);
  });

  test("what the portal did not do is not shown as done, and an answer that was lost on its way is asked for again", async () => {
    await act(anna, { action: "accept" });
    const error = { status: 402, code: "PAYMENT_REQUIRED", description: "paid till yesterday" };
    site.emulator.faults.add({ kind: "command-error", method: "imopenlines.operator.finish", error });
    expect((await act(anna, { action: "finish" })).statusCode).toBe(403);
    expect(await shown()).toMatchObject({ open: true, operator: { id: "5" } });
    site.emulator.faults.add({ kind: "drop-after", method: "imopenlines.operator.finish", times: 1 });
    expect((await act(anna, { action: "finish" })).statusCode).toBe(200);
    expect(await shown()).toMatchObject({ open: false });
    expect(inPortal()?.state).toBe("closed");
  });

  test("a conversation that has no chat in its line yet has nothing to accept", async () => {
    const [accepted] = await site.store.messages.acceptInbound([
      {
        ...{ portal: site.memberId, account: accountId(account), key: "alone", kind: "message", chatId: "alone" },
        ...{ customer: { externalId: "alone" }, externalId: "1", sentAt: new Date(), notBefore: new Date() },
        content: { body: plainText("Hello"), attachments: [] },
      },
    ]);
    if (accepted?.kind !== "stored") throw new Error("not stored");
    const answer = await site.api(admin, "POST", `/conversations/${accepted.conversation}/session`, {
      action: "accept",
    });
    expect(sentence(answer)).toContain("no chat in its Open Line yet");
  });
});

test("templates are listed for whoever writes, where the channel has them", async () => {
  const body = { channel: "templated", name: "Templated", credentials: { token: "1234567890:abcdefgh" } };
  const { id } = (await site.api(admin, "POST", "/accounts", body)).json();
  expect((await site.api(anna, "GET", `/accounts/${id}/templates`)).json()).toEqual([text]);
  offered = "unavailable";
  const away = await site.api(anna, "GET", `/accounts/${id}/templates`);
  expect([away.statusCode, away.json().error.message]).toEqual([503, "The vendor is away. Try again in a minute."]);
  expect((await site.api(anna, "GET", `/accounts/${account}/templates`)).statusCode).toBe(409);
  expect((await site.api(anna, "GET", `/accounts/${randomUUID()}/templates`)).statusCode).toBe(404);
});

/** Reports by their front door: figures, whose they are, and the messages behind them. */
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BehindAnswer, ReportAnswer } from "../../src/api/reports.ts";
import { accountId, type ConversationId, laneOf, type MessageId } from "../../src/domain/ids.ts";
import type { Origin } from "../../src/domain/message.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { createCounter } from "../../src/relay/reports/counter.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;
let shop: string;
let service: string;
let keys = 0;
let later = 0;
const conversations: Record<string, ConversationId> = {};

beforeAll(async () => {
  site = await openSite({ now: () => new Date(Date.now() + later) });
  admin = await site.install();
  [shop = "", service = ""] = await Promise.all(
    ["Shop", "Service"].map(
      async (name) =>
        (
          await site.api(admin, "POST", "/accounts", {
            ...{ channel: "telegram", name, credentials: { token: `12345678${name.length}:good-token` } },
          })
        ).json().id,
    ),
  );
  await says(shop, "anna", "do you deliver?");
  await says(shop, "anna", "hello?");
  await answers("anna", "on Fridays", { by: "surface", clientId: "client-one", authorId: "7" });
  await says(shop, "anna", "thanks");
  await arrives(await says(service, "boris", "it is broken"));
  await answers("boris", "Nobody is here just now", { by: "open-line", imMessageId: "5", imChatId: "1" });
  await site.store.conversations.learn(site.memberId, conversations["boris"] as ConversationId, { open: false });
  await count();
});
afterAll(() => site.stop());

async function says(account: string, chatId: string, text: string): Promise<MessageId> {
  keys += 1;
  const now = new Date();
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: accountId(account), key: `key-${keys}`, kind: "message", chatId },
      ...{ customer: { externalId: chatId, name: chatId }, externalId: String(keys) },
      ...{ content: { body: plainText(text), attachments: [] }, sentAt: now, notBefore: now },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  conversations[chatId] = accepted.conversation;
  return accepted.message;
}

async function answers(chatId: string, text: string, origin: Origin): Promise<void> {
  keys += 1;
  await site.store.messages.acceptReply({
    ...{ portal: site.memberId, conversation: conversations[chatId] as ConversationId, kind: "message" },
    ...{ originKey: `key:${keys}`, origin, content: { body: plainText(text), attachments: [] }, sentAt: new Date() },
  });
}

/** The line has it: only then can it be closed there. */
async function arrives(message: MessageId): Promise<void> {
  const lane = laneOf("in", conversations["boris"] as ConversationId, site.memberId);
  await site.store.lanes.heartbeat("test", 60_000);
  await site.store.lanes.take(lane, "test", 10);
  await site.store.messages.beginAttempt(lane, "test", [message]);
  await site.store.messages.finish([{ message, result: { state: "sent" } }]);
  await site.store.lanes.release(lane, "test");
}

async function count(): Promise<void> {
  const counter = createCounter({
    ...{ store: site.store, writers: site.writers, inTurn: (_portal, work) => work() },
    ...{ log: pino({ level: "silent" }), owner: "test", now: () => new Date() },
  });
  await counter.run();
}

const report = async (query = "", session = admin): Promise<ReportAnswer> =>
  (await site.api(session, "GET", `/reports?period=today${query}`)).json();
const behind = async (figure: string, query = "", session = admin): Promise<BehindAnswer> =>
  (await site.api(session, "GET", `/reports/behind?period=today&figure=${figure}${query}`)).json();
const texts = (rows: BehindAnswer) => rows.map(({ message, answer }) => [message?.text, answer?.text].filter(Boolean));

describe("a report", () => {
  test("says who asked, who answered, and what stayed without an answer", async () => {
    const shown = await report();
    expect(shown).toMatchObject({
      ...{ own: false, behind: false, ongoing: true, countedTo: expect.any(String) },
      total: {
        ...{ received: 4, answers: 1, automatic: 1, opened: 2, begunByUs: 0, closed: 1, open: 1, dealsWon: 0 },
        ...{ asked: 3, answered: 1, noReply: 0, unanswered: 2, further: { count: 0 } },
        first: { count: 1, average: expect.any(Number), median: expect.any(Number), p90: expect.any(Number) },
      },
      totalBefore: { received: 0, asked: 0 },
    });
    expect(shown.agents.find(({ id }) => id === "7")).toMatchObject({ answers: 1, answered: 1, opened: 1 });
    expect(shown.accounts.map(({ id, asked }) => [id, asked])).toEqual([
      [shop, 2],
      [service, 1],
    ]);
    expect(shown.channels).toMatchObject([{ channel: "telegram", asked: 3 }]);
    expect(shown.days).toHaveLength(1);
    expect(shown.days[0]).toMatchObject({ received: 4, asked: 3, closed: 1 });
    expect(shown.hours.reduce((sum, { received }) => sum + received, 0)).toBe(4);
  });

  test("is narrowed by account, agent, tag and channel", async () => {
    expect((await report(`&account=${service}`)).total).toMatchObject({ received: 1, asked: 1, unanswered: 1 });
    expect((await report("&agent=7")).total).toMatchObject({ answers: 1, answered: 1, asked: 1, received: 0 });
    expect((await report("&channel=viber")).total).toMatchObject({ received: 0, asked: 0 });
    await site.store.desk.change(site.memberId, [conversations["boris"] as ConversationId], { tags: ["repairs"] });
    await count();
    expect((await report("&tag=repairs")).total).toMatchObject({ received: 1, closed: 1, open: 0 });
    expect(texts(await behind("received", "&tag=repairs"))).toEqual([["it is broken"]]);
  });

  test("has the messages of each figure behind it", async () => {
    const { total } = await report();
    const amounts = {
      ...{ received: total.received, answers: total.answers, automatic: total.automatic, asked: total.asked },
      ...{ answered: total.answered, first: total.first.count, further: total.further.count },
      ...{ unanswered: total.unanswered, opened: total.opened, closed: total.closed, open: total.open },
    };
    for (const [figure, amount] of Object.entries(amounts)) expect(await behind(figure), figure).toHaveLength(amount);
    expect(texts(await behind("answered"))).toEqual([["do you deliver?", "on Fridays"]]);
    expect(texts(await behind("unanswered"))).toEqual([["it is broken"], ["thanks"]]);
    expect((await behind("unanswered"))[0]).toMatchObject({ ended: "closed", conversation: { customer: "boris" } });
    expect(texts(await behind("answers", "&agent=7"))).toEqual([["on Fridays"]]);
  });

  test("shows agents their own figures alone, and supervisors everybody's", async () => {
    const agent = await site.sessionOf(7);
    const own = await report("&agent=1", agent);
    expect(own).toMatchObject({ own: true, total: { answers: 1, received: 0, asked: 1 } });
    expect(own.agents.map(({ id }) => id)).toEqual(["7"]);
    await site.store.portals.update(site.memberId, { roles: [{ id: "7", name: "Seven", role: "head" }] });
    later = 6_000;
    const head = await site.sessionOf(7);
    expect((await report("", head)).total.received).toBe(4);
  });

  test("refuses days that are none, and shows strangers nothing", async () => {
    for (const query of [
      "period=own",
      "period=own&from=2026-02-30&to=2026-03-01",
      "period=own&from=2020-01-01&to=2026-01-01",
    ])
      expect((await site.api(admin, "GET", `/reports?${query}`)).statusCode, query).toBe(400);
    expect((await site.api(undefined, "GET", "/reports")).statusCode).toBe(401);
    expect((await site.api(undefined, "GET", "/reports/behind?figure=open")).statusCode).toBe(401);
  });
});

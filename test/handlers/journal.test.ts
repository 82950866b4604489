/** The journal and how long it is kept, by their front door. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MessageAnswer } from "../../src/api/messages.ts";
import { accountId, conversationId, laneOf, type MessageId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import type { MessageResult } from "../../src/store/contract/messages.ts";
import { openSite, type Site } from "./support/site.ts";

const DAY = 86_400_000;
let site: Site;
let admin: string;
let account: string;
let other: string;
/** Milliseconds that the site's clock is ahead of the database's. */
let shift = 0;

beforeAll(async () => {
  site = await openSite({ now: () => new Date(Date.now() + shift) });
  admin = await site.install();
  [account = "", other = ""] = await Promise.all(
    ["Shop", "Service"].map(
      async (name) =>
        (
          await site.api(admin, "POST", "/accounts", {
            channel: "telegram",
            name,
            credentials: { token: `12345678${name.length}:good-token` },
          })
        ).json().id,
    ),
  );
});
afterAll(() => site.stop());

let keys = 0;
async function writes(text: string, chatId = "maria", of = account) {
  keys += 1;
  const [accepted] = await site.store.messages.acceptInbound([
    {
      portal: site.memberId,
      account: accountId(of),
      key: `key-${keys}`,
      kind: "message",
      chatId,
      customer: { externalId: chatId, name: "Maria", lastName: "Lopez", phone: "+34 600 100 200" },
      externalId: String(keys),
      content: { body: plainText(text), attachments: [] },
      sentAt: new Date("2026-11-28T10:00:00Z"),
      notBefore: new Date(),
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return accepted;
}
async function answers(conversation: string, text: string): Promise<MessageId> {
  keys += 1;
  const accepted = await site.store.messages.acceptReply({
    portal: site.memberId,
    conversation: conversationId(conversation),
    kind: "message",
    originKey: `im:${keys}`,
    origin: { by: "open-line", imMessageId: String(keys), imChatId: "1", authorId: "1" },
    content: { body: plainText(text), attachments: [] },
    sentAt: new Date(),
  });
  if (accepted.kind !== "stored") throw new Error("not stored");
  return accepted.message;
}
async function ends(message: MessageId, result: MessageResult): Promise<void> {
  const row = await site.store.messages.find(site.memberId, message);
  if (!row) throw new Error("no row");
  const lane = laneOf(row.direction, row.conversation, site.memberId);
  await site.store.lanes.heartbeat("test", 60_000);
  await site.store.lanes.take(lane, "test", 10);
  await site.store.messages.beginAttempt(lane, "test", [message]);
  await site.store.messages.finish([{ message, result }]);
  await site.store.lanes.release(lane, "test");
}
const journal = async (query = ""): Promise<MessageAnswer[]> =>
  (await site.api(admin, "GET", `/journal${query}`)).json();
const texts = async (query: string) => (await journal(query)).map((row) => row.text);
const way = (row: MessageAnswer | undefined) =>
  row?.checkpoints?.map(({ name, by }) => (by === undefined ? name : `${name} by ${by}`));

describe("checkpoints", () => {
  test("tell the way of a message from its writer to its reader", async () => {
    const { message, conversation } = await writes("do you deliver?");
    expect(way((await journal("?limit=1"))[0])).toEqual(["written by customer", "stored"]);
    await ends(message, { state: "stored", nextAt: new Date(), error: "The portal is busy." });
    expect(way((await journal("?limit=1"))[0])).toEqual([
      "written by customer",
      "stored",
      "sent-to-portal",
      "postponed",
    ]);
    await ends(message, { state: "sent" });
    const [inbound] = await journal("?limit=1");
    expect(way(inbound)).toEqual(["written by customer", "stored", "sent-to-portal", "answered by portal"]);
    expect(inbound).toMatchObject({
      customer: "Maria Lopez",
      checkpoints: [{ at: "2026-11-28T10:00:00.000Z" }, {}, {}, {}],
    });

    const reply = await answers(conversation, "yes, on Fridays");
    await ends(reply, { state: "sent", externalIds: ["r1"] });
    await site.store.messages.applyReceipt(accountId(account), ["r1"], "delivered");
    await site.store.messages.applyReceipt(accountId(account), ["r1"], "read");
    const whole = ["written by agent", "stored", "sent-to-channel", "answered by channel", "delivered", "read"];
    expect(way((await journal("?limit=1"))[0])).toEqual(whole);
    const one = (await site.api(admin, "GET", `/messages/${reply}`)).json();
    expect(way(one.message)).toEqual(whole);
    const times = one.message.checkpoints.map(({ at }: { at: string }) => Date.parse(at));
    expect(times.slice(1)).toEqual(times.slice(1).toSorted((a: number, b: number) => a - b));
  });

  test("name the decision, and tell a bad ending; sent again by hand, the old verdict is gone", async () => {
    const { message, conversation } = await writes("an offer, please", "decided");
    const { person } = await site.store.people.identify(site.memberId, {
      conversation,
      points: [],
      sharedByMoreThan: 5,
    });
    const { id } = await site.store.decisions.begin(site.memberId, { conversation, person, message });
    await site.store.decisions.decide(site.memberId, id, { rulesetVersion: 1, facts: {}, decision: {} });
    await ends(message, { state: "refused", error: "The line is off." });
    expect(way((await journal("?limit=1"))[0])).toEqual([
      "written by customer",
      "stored",
      `decided by ${id}`,
      "sent-to-portal",
      "refused",
    ]);
    const retried = await site.api(admin, "POST", `/messages/${message}/retry`, { state: "refused", attempts: 1 });
    expect(retried.statusCode).toBe(200);
    expect(way((await journal("?limit=1"))[0])?.at(-1)).toBe("sent-to-portal");
  });
});

describe("looking for messages", () => {
  test("by words, numbers, several states, channel, account and time", async () => {
    const { conversation } = await writes("where is order 4711?", "search");
    const late = await answers(conversation, "order 4711 is on its way");
    await ends(late, { state: "failed", error: "gave up" });
    await writes("order 4711 again", "elsewhere", other);
    expect(await texts("?text=order%204711")).toEqual([
      "order 4711 again",
      "order 4711 is on its way",
      "where is order 4711?",
    ]);
    expect(await texts("?text=order%204711&direction=out")).toEqual(["order 4711 is on its way"]);
    expect(await texts("?state=failed,uncertain&text=4711")).toEqual(["order 4711 is on its way"]);
    expect(await texts(`?account=${other}`)).toEqual(["order 4711 again"]);
    expect(await texts("?channel=telegram&text=again")).toEqual(["order 4711 again"]);
    expect(await texts("?channel=viber")).toEqual([]);
    expect(await texts(`?conversation=${conversation}&text=where`)).toEqual(["where is order 4711?"]);
    expect((await texts("?text=600100200")).length).toBeGreaterThan(0);
    const hour = (hours: number) => encodeURIComponent(new Date(Date.now() + hours * 3_600_000).toISOString());
    expect(await texts(`?text=again&since=${hour(-1)}&until=${hour(1)}`)).toEqual(["order 4711 again"]);
    expect(await texts(`?text=again&until=${hour(-1)}`)).toEqual([]);
  });

  test("says no to what it cannot read, and to who is no administrator", async () => {
    for (const query of ["state=failed,lost", "state=", "since=yesterday", `text=${"x".repeat(201)}`, "after=0&text=x"])
      expect((await site.api(admin, "GET", `/journal?${query}`)).statusCode, query).toBe(400);
    expect(await texts("?account=nonsense&text=x")).toEqual([]);
    expect((await site.api(await site.sessionOf(5), "GET", "/journal?text=order")).statusCode).toBe(403);
    expect((await texts("?after=0&limit=2")).length).toBe(2);
  });
});

describe("how long messages are kept", () => {
  const change = (body: object) => site.api(admin, "PATCH", "/portal", body);
  const kept = async () => (await site.api(admin, "GET", "/portal")).json().keepDays;

  test("is ninety days, may be changed, and a shorter time asks first when it deletes anything", async () => {
    expect(await kept()).toBe(90);
    // Nothing is older than that yet.
    expect((await change({ keepDays: 30 })).statusCode).toBe(200);
    expect(await kept()).toBe(30);
    shift = 20 * DAY;
    // Sessions do not last so long.
    admin = await site.sessionOf(1);
    const all = (await journal("?limit=500")).length;
    const asked = await change({ keepDays: 7, name: "Not yet" });
    expect(asked.statusCode).toBe(409);
    expect(asked.json().error).toMatchObject({ code: "would_delete", messages: all, more: false });
    expect((await site.api(admin, "GET", "/portal")).json()).toMatchObject({ keepDays: 30 });
    expect((await site.api(admin, "GET", "/portal")).json().name).not.toBe("Not yet");
    expect((await change({ keepDays: 7, deleteOlder: true })).json().keepDays).toBe(7);
    // Longer is harmless.
    expect((await change({ keepDays: 60 })).json().keepDays).toBe(60);
    expect((await change({ keepDays: null })).json().keepDays).toBeNull();
    expect((await change({ keepDays: 10 })).statusCode).toBe(409);
    shift = 0;
    admin = await site.sessionOf(1);
  });

  test("has bounds", async () => {
    for (const keepDays of [6, 3651, 7.5, "30", 0, -1])
      expect((await change({ keepDays })).statusCode, String(keepDays)).toBe(400);
    expect((await site.api(await site.sessionOf(5), "PATCH", "/portal", { keepDays: 30 })).statusCode).toBe(403);
  });
});

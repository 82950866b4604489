import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { HealthAnswer } from "../../src/api/health.ts";
import { accountId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { createMetrics } from "../../src/log/metrics.ts";
import { translateAll } from "../../src/main/sentences.ts";
import { createHealthWatch } from "../../src/relay/health-watch.ts";
import { daysBefore, localTime } from "../../src/relay/local-time.ts";
import { createTally, writeTally } from "../../src/relay/tally.ts";
import { localeOf } from "../../src/server/locale.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;
let shift = 0;
const now = () => new Date(Date.now() + shift);
const MINUTE = 60_000;

beforeAll(async () => {
  site = await openSite({ now });
  await site.install();
  // Choosing people goes by the viewer's own token, which the application's page brings.
  admin = await site.sessionOf(1);
});
afterAll(() => site.stop());
beforeEach(async () => {
  shift = 0;
  for (const account of await site.store.accounts.list(site.memberId))
    await site.store.accounts.delete(site.memberId, account.id);
  await site.store.health.saveSettings(site.memberId, { people: null });
  site.portal.portal.notifications.length = 0;
});

async function board(): Promise<HealthAnswer> {
  const answer = await site.api(admin, "GET", "/health");
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}

async function newAccount(): Promise<string> {
  const answer = await site.api(admin, "POST", "/accounts", {
    channel: "telegram",
    name: "Shop bot",
    credentials: { token: "1112223334:abcdef" },
  });
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json().id;
}

const watch = () =>
  createHealthWatch({
    store: site.store,
    portals: site.portals,
    channels: new Map([["telegram", { title: "Telegram" }]]),
    toBBCode: (text) => text.text,
    localeOf,
    speech: { translate: translateAll(new Map()) },
    metrics: createMetrics(),
    log: { info: () => undefined, warn: () => undefined },
    owner: "worker",
    now,
  });

describe("the board", () => {
  it("shows what happened: connection, last messages, what waits, errors of the day", async () => {
    const id = await newAccount();
    const place = { portal: site.memberId, account: accountId(id) };
    const [fresh] = (await board()).accounts;
    expect(fresh).toMatchObject({
      id,
      name: "Shop bot",
      channel: "telegram",
      connection: { kind: "connected" },
      lastIn: null,
      lastOut: null,
      waiting: { in: 0, out: 0, oldest: null },
      today: { received: 0, sent: 0, refused: 0, failed: 0, uncertain: 0 },
      silentSince: null,
      alarmedAt: null,
    });
    await site.store.messages.acceptInbound([
      {
        ...place,
        key: "k1",
        kind: "message",
        chatId: "c",
        customer: { externalId: "c", name: "Maria" },
        externalId: "1",
        content: { body: plainText("hello"), attachments: [] },
        sentAt: now(),
        notBefore: now(),
      },
    ]);
    const tally = createTally();
    tally.received(place, now());
    tally.ended({ ...place, direction: "out" }, { state: "sent" }, now());
    tally.ended({ ...place, direction: "out" }, { state: "uncertain" }, now());
    await writeTally({ tally, health: site.store.health, log: { warn: () => undefined } });
    const [seen] = (await board()).accounts;
    expect(seen).toMatchObject({ waiting: { in: 1, out: 0 }, today: { received: 1, sent: 1, uncertain: 1 } });
    expect(Date.parse(seen?.lastIn ?? "")).toBeGreaterThan(Date.now() - MINUTE);
    expect(Date.parse(seen?.lastOut ?? "")).toBeGreaterThan(Date.now() - MINUTE);
    expect(Date.parse(seen?.waiting.oldest ?? "")).toBeGreaterThan(Date.now() - MINUTE);
  });

  it("counts the day by the portal's clock", async () => {
    const id = await newAccount();
    await site.api(admin, "PATCH", "/health/alarms", { timeZone: "Pacific/Auckland" });
    const { day } = localTime(now(), "Pacific/Auckland");
    const at = { portal: site.memberId, account: accountId(id), hour: 0 };
    await site.store.health.record([
      { ...at, day, failed: 2 },
      { ...at, day: daysBefore(day, 1), failed: 5 },
    ]);
    const answer = await board();
    expect(answer.alarms.timeZone).toBe("Pacific/Auckland");
    expect(answer.accounts[0]?.today.failed).toBe(2);
  });

  it("is for administrators of the portal", async () => {
    const agent = await site.sessionOf(5);
    for (const [method, path] of [
      ["GET", "/health"],
      ["POST", "/health/test"],
      ["PATCH", "/health/alarms"],
    ] as const) {
      expect((await site.api(agent, method, path, method === "PATCH" ? {} : undefined)).statusCode).toBe(403);
      expect((await site.api(undefined, method, path, method === "PATCH" ? {} : undefined)).statusCode).toBe(401);
    }
  });

  it("tells an alarm once, shows it, and gives the all-clear after the account is connected again", async () => {
    const id = await newAccount();
    const looks = watch();
    await site.store.accounts.update(site.memberId, accountId(id), {
      connection: { kind: "bad-credentials", sentence: "Telegram does not know this token." },
    });
    await looks.look();
    await looks.look();
    const { notifications } = site.portal.portal;
    expect(notifications).toMatchObject([{ userId: 1, message: expect.stringContaining("does not know this token") }]);
    const [down] = (await board()).accounts;
    expect(down?.connection.kind).toBe("bad-credentials");
    expect(down?.alarmedAt).not.toBeNull();

    const reconnected = await site.api(admin, "POST", `/accounts/${id}/reconnect`);
    expect(reconnected.json().connection.kind).toBe("connected");
    shift = MINUTE;
    await looks.look();
    expect(notifications).toMatchObject([{ userId: 1, message: expect.stringContaining("is connected again") }]);
    expect((await board()).accounts[0]?.alarmedAt).toBeNull();
  });
});

it("lists colleagues to whoever works here: agents transfer conversations to them", async () => {
  const agent = await site.sessionOf(5);
  expect((await site.api(agent, "GET", "/people?search=ber")).json()).toEqual([{ id: "7", name: "Boris Berg" }]);
  expect((await site.api(undefined, "GET", "/people")).statusCode).toBe(401);
});

describe("who is told", () => {
  it("is the administrator who installed, until somebody chooses from the portal's people", async () => {
    expect((await board()).alarms).toMatchObject({ people: [{ id: "1", name: "Ada Admin" }], chosen: false });
    const all = await site.api(admin, "GET", "/people");
    expect(all.json()).toEqual([
      { id: "1", name: "Ada Admin", position: "Administrator" },
      { id: "5", name: "Anna Agent" },
      { id: "7", name: "Boris Berg" },
    ]);
    expect((await site.api(admin, "GET", "/people?search=ber")).json()).toEqual([{ id: "7", name: "Boris Berg" }]);
    expect((await site.api(admin, "GET", "/people?search=external")).json()).toEqual([]);

    const chosen = await site.api(admin, "PATCH", "/health/alarms", { people: ["7", "5"] });
    expect(chosen.json().alarms).toMatchObject({ chosen: true });
    expect((await board()).alarms.people).toEqual([
      { id: "5", name: "Anna Agent" },
      { id: "7", name: "Boris Berg" },
    ]);
    const stranger = await site.api(admin, "PATCH", "/health/alarms", { people: ["5", "9"] });
    expect([stranger.statusCode, stranger.json().error.code]).toEqual([422, "unknown_person"]);
    for (const rubbish of [{ people: ["1; drop"] }, { timeZone: "Middle/Earth" }, { people: "1" }])
      expect((await site.api(admin, "PATCH", "/health/alarms", rubbish)).statusCode).toBe(400);
    expect((await board()).alarms.people).toHaveLength(2);
    await site.api(admin, "PATCH", "/health/alarms", { people: null });
    expect((await board()).alarms.chosen).toBe(false);
  });

  it("gets a test notification, and the page hears whom the portal would not tell", async () => {
    await site.store.health.saveSettings(site.memberId, {
      people: [
        { id: "5", name: "Anna Agent" },
        { id: "404", name: "Left Long-Ago" },
      ],
    });
    const tested = await site.api(admin, "POST", "/health/test");
    expect(tested.json()).toMatchObject({
      told: [{ id: "5", name: "Anna Agent" }],
      refused: [{ name: "Left Long-Ago", sentence: expect.stringContaining("created no notification") }],
    });
    await site.api(admin, "POST", "/health/test");
    expect(site.portal.portal.notifications).toMatchObject([
      { userId: 5, message: expect.stringContaining("This is a test") },
    ]);
    await site.api(admin, "PATCH", "/health/alarms", { people: [] });
    const nobody = await site.api(admin, "POST", "/health/test");
    expect([nobody.statusCode, nobody.json().error.code]).toEqual([409, "nobody_chosen"]);
  });
});

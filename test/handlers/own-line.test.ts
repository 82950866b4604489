/** Settings of accounts without a line, and ratings, by the API. */
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { accountId, conversationId, laneOf } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { admin, create, site, useApi } from "./support/api.ts";

useApi();
let agent: string;
beforeAll(async () => {
  agent = await site.sessionOf(5);
});

const put = (account: string, body: object, session = admin) =>
  site.api(session, "PUT", `/accounts/${account}/own-line`, body);

describe("an account's own line", () => {
  test("is off until it is saved, and then as it was saved", async () => {
    const { id } = (await create()).json();
    const before = await site.api(admin, "GET", `/accounts/${id}/own-line`);
    expect(before.json()).toMatchObject({ enabled: false, distribution: "evenly", limit: null, changedAt: null });
    const saved = await put(id, {
      enabled: true,
      queue: [{ kind: "department", id: "1" }],
      hours: { zone: "Europe/Berlin", week: [{ day: 1, from: "09:00", to: "18:00" }] },
      kpi: { first: { minutes: 5, notify: ["1"] } },
    });
    expect(saved.statusCode).toBe(200);
    expect(saved.json()).toMatchObject({ enabled: true, forwardMinutes: 5, changedAt: expect.any(String) });
    expect((await site.api(admin, "GET", `/accounts/${id}/own-line`)).json()).toEqual(saved.json());
  });

  test.each([
    ["a time that is too long", { forwardMinutes: 721 }],
    ["a zone that is none", { hours: { zone: "Moon/Base", week: [] } }],
    ["hours that end when they begin", { hours: { zone: "UTC", week: [{ day: 1, from: "09:00", to: "09:00" }] } }],
    ["a queue of names", { queue: [{ kind: "person", id: "Ada" }] }],
    ["a limit of nothing", { limit: { chats: 0 } }],
  ])("with %s is not saved", async (_name, body) => {
    const { id } = (await create()).json();
    expect((await put(id, body)).statusCode).toBe(400);
    expect((await site.api(admin, "GET", `/accounts/${id}/own-line`)).json().changedAt).toBeNull();
  });

  test("is not saved over what somebody else saved meanwhile, unless that is wanted", async () => {
    const { id } = (await create()).json();
    const first = (await put(id, { enabled: true, base: null })).json();
    expect((await put(id, { enabled: false, base: null })).json().error.code).toBe("own_line_changed");
    expect((await put(id, { enabled: true, forwardMinutes: 7, base: first.changedAt })).json().forwardMinutes).toBe(7);
    expect((await put(id, { enabled: false })).statusCode).toBe(200);
  });

  test("tells who would get a conversation now, and why not the others", async () => {
    const { id } = (await create()).json();
    const now = async (body: object) => (await site.api(admin, "POST", `/accounts/${id}/own-line/now`, body)).json();
    const queue = [
      { kind: "person", id: "5" },
      { kind: "person", id: "7" },
    ];
    const asked = await now({ queue, distribution: "in-order", checkPresence: false });
    expect(asked).toMatchObject({ open: true, opensAt: null, next: "5" });
    expect(asked.queue).toMatchObject([
      { id: "5", state: "free", chats: 0 },
      { id: "7", state: "free", chats: 0 },
    ]);
    expect(await now({ queue, distribution: "all", checkPresence: false })).toMatchObject({ next: null });
    const never = { zone: "UTC", week: [] };
    expect(await now({ queue, hours: never })).toMatchObject({ open: false, opensAt: null, next: null });
    expect((await put(id, {})).json().people).toEqual([]);
    expect((await put(id, { queue })).json().people).toMatchObject([{ id: "5" }, { id: "7" }]);
    expect((await site.api(agent, "POST", `/accounts/${id}/own-line/now`, {})).statusCode).toBe(403);
    expect((await site.api(admin, "POST", `/accounts/${randomUUID()}/own-line/now`, {})).statusCode).toBe(404);
  });

  test("is for administrators, and of accounts that are there", async () => {
    const { id } = (await create()).json();
    expect((await put(id, {}, agent)).statusCode).toBe(403);
    expect((await site.api(agent, "GET", `/accounts/${id}/own-line`)).statusCode).toBe(403);
    expect((await put(randomUUID(), {})).statusCode).toBe(404);
  });

  test("wakes what waited for a line when it is switched on", async () => {
    const { id } = (await create()).json();
    const conversation = await begun(id);
    const lane = laneOf("in", conversation, site.memberId);
    await put(id, { enabled: true });
    expect(await site.store.lanes.due(new Date(Date.now() + 1_000), 100)).toContain(lane);
  });
});

describe("ratings", () => {
  test("are read by agents, and given by administrators where there was a session", async () => {
    const { id } = (await create()).json();
    await put(id, { enabled: true });
    const conversation = await begun(id);
    const path = `/conversations/${conversation}/ratings`;
    expect((await site.api(admin, "PUT", `${path}/supervisor`, { stars: 3 })).json().error.code).toBe("no_session");
    await site.store.ownLines.decide(site.memberId, { account: accountId(id), conversation }, () => ({
      ...{ state: { own: { phase: "closed", session: 2 } }, seenSeq: 1, outbox: [], dueAt: undefined },
      ...{ operator: "5", holding: null, turns: [], ratings: [{ session: 1, operator: "5", stars: 4 }] },
    }));
    const rated = await site.api(admin, "PUT", `${path}/supervisor`, { stars: 3 });
    expect(rated.json()).toMatchObject([
      { session: 2, operator: "5", stars: null, supervisor: { stars: 3, id: "1" } },
      { session: 1, operator: "5", stars: 4, supervisor: null },
    ]);
    expect((await site.api(admin, "GET", path)).json()).toEqual(rated.json());
    expect((await site.api(admin, "PUT", `${path}/supervisor`, { stars: 6 })).statusCode).toBe(400);
    expect((await site.api(agent, "PUT", `${path}/supervisor`, { stars: 5 })).statusCode).toBe(403);

    const other = await begun(id);
    const list = async (session: string) =>
      (await site.api(session, "GET", `/ratings?conversations=${conversation},${other}`)).json();
    expect(await list(admin)).toEqual([{ conversation, stars: null, supervisor: 3 }]);
    // Who may not read a conversation learns nothing of it.
    expect(await list(agent)).toEqual([]);
    expect((await site.api(admin, "GET", "/ratings?conversations=x")).statusCode).toBe(400);
  });
});

async function begun(account: string) {
  const chatId = randomUUID();
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: accountId(account), key: chatId, kind: "message", chatId },
      ...{ customer: { externalId: chatId, name: "Maria" }, externalId: chatId, sentAt: new Date() },
      ...{ content: { body: plainText("Hello"), attachments: [] }, notBefore: new Date() },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return conversationId(accepted.conversation);
}

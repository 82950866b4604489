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

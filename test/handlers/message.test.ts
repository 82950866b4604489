import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MessageAnswer } from "../../src/api/messages.ts";
import { accountId, type ConversationId, laneOf, type MessageId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import type { MessageResult } from "../../src/store/contract/messages.ts";
import { currentTenant } from "../../src/store/fair-gate.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;
let account: string;
let conversation: ConversationId;

beforeAll(async () => {
  site = await openSite();
  admin = await site.install();
  const made = await site.api(admin, "POST", "/accounts", {
    channel: "telegram",
    name: "Shop bot",
    credentials: { token: "1234567890:abcdefgh" },
  });
  account = made.json().id;
  const now = new Date();
  const [accepted] = await site.store.messages.acceptInbound([
    {
      portal: site.memberId,
      account: accountId(account),
      key: "key-1",
      kind: "message",
      chatId: "c1",
      customer: { externalId: "c1", name: "Maria", lastName: "Lopez" },
      externalId: "1",
      content: { body: plainText("hello"), attachments: [] },
      sentAt: now,
      notBefore: now,
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  conversation = accepted.conversation;
});

afterAll(() => site.stop());

let keys = 0;
async function reply(text: string): Promise<MessageId> {
  keys += 1;
  const accepted = await site.store.messages.acceptReply({
    portal: site.memberId,
    conversation,
    kind: "message",
    originKey: `im:${keys}`,
    origin: { by: "open-line", imMessageId: String(keys), imChatId: "1" },
    content: { body: plainText(text), attachments: [] },
    sentAt: new Date(),
  });
  if (accepted.kind !== "stored") throw new Error("not stored");
  return accepted.message;
}

async function ends(message: MessageId, result: MessageResult): Promise<void> {
  const lane = laneOf("out", conversation, site.memberId);
  await site.store.lanes.heartbeat("test", 60_000);
  const waiting = (await site.store.lanes.take(lane, "test", 10))?.rows ?? [];
  // What another test left goes out first.
  for (const { id } of waiting.slice(0, waiting.findIndex((row) => row.id === message) + 1)) {
    if (!(await site.store.messages.beginAttempt(lane, "test", [id]))) throw new Error("not begun");
    const ended = id === message ? result : ({ state: "sent", externalIds: [`x-${id}`] } as const);
    await site.store.messages.finish([{ message: id, result: ended }]);
  }
  await site.store.lanes.release(lane, "test");
}

const again = (session: string, id: string, body: unknown) => site.api(session, "POST", `/messages/${id}/retry`, body);

describe("a message is sent again by hand", () => {
  test("once for all presses, and not by an old page", async () => {
    const id = await reply("offer");
    await ends(id, { state: "refused", error: "blocked" });
    site.woken.length = 0;
    const seen = { state: "refused", attempts: 1 };
    const [first, second] = await Promise.all([again(admin, id, seen), again(admin, id, seen)]);
    expect([first?.statusCode, second?.statusCode]).toEqual([200, 200]);
    expect([first?.json().state, second?.json().state]).toEqual(["stored", "stored"]);
    expect(site.woken.filter((lane) => lane.startsWith("out:"))).toHaveLength(1);
    // It left again and failed again: the page that saw the first failure starts nothing.
    await ends(id, { state: "refused", error: "blocked" });
    expect((await again(admin, id, seen)).json()).toMatchObject({ state: "refused", attempts: 2 });
    expect((await again(admin, id, { state: "refused", attempts: 2 })).json()).toMatchObject({ state: "stored" });
    await ends(id, { state: "sent", externalIds: ["9"] });
    expect((await again(admin, id, { state: "refused", attempts: 3 })).json()).toMatchObject({ state: "sent" });
  });

  test("when nobody knows whether it arrived, only after a person was asked", async () => {
    const id = await reply("maybe");
    await ends(id, { state: "uncertain", error: "no answer" });
    const seen = { state: "uncertain", attempts: 1 };
    const refused = await again(admin, id, seen);
    expect([refused.statusCode, refused.json().error.code]).toEqual([409, "may_have_arrived"]);
    expect((await site.store.messages.find(site.memberId, id))?.state).toBe("uncertain");
    // Neither by calling it something else.
    expect((await again(admin, id, { state: "refused", attempts: 1 })).json()).toMatchObject({ state: "uncertain" });
    expect((await again(admin, id, { ...seen, anyway: true })).json()).toMatchObject({ state: "stored", error: null });
  });

  test("by agents too, of what the portal shows them", async () => {
    const id = await reply("hidden");
    await ends(id, { state: "failed", error: "gave up" });
    const agent = await site.sessionOf(5);
    expect((await again(agent, id, { state: "failed", attempts: 1 })).statusCode).toBe(404);
    expect((await site.api(agent, "GET", `/messages/${id}`)).statusCode).toBe(404);
    expect((await site.store.messages.find(site.memberId, id))?.state).toBe("failed");
    expect((await again(admin, "nonsense", { state: "failed", attempts: 1 })).statusCode).toBe(404);
    expect((await again(admin, id, { state: "sent", attempts: 1 })).statusCode).toBe(400);
  });
});

test("a message tells the conversation it stands in", async () => {
  const id = await reply("here");
  expect((await site.api(admin, "GET", `/messages/${id}`)).json()).toMatchObject({
    message: { id, text: "here" },
    conversation: { id: conversation, customer: { name: "Maria Lopez" }, channel: "telegram" },
  });
});

describe("the database's work is the portal's whose page asked", () => {
  test("in the API, also after a body was read", async () => {
    const id = await reply("fair");
    await ends(id, { state: "failed", error: "gave up" });
    const seen: (string | undefined)[] = [];
    const { list } = site.store.desk;
    const { retry } = site.store.messages;
    Object.assign(site.store.desk, {
      list: (...input: Parameters<typeof list>) => {
        seen.push(currentTenant());
        return list(...input);
      },
    });
    Object.assign(site.store.messages, {
      retry: (...input: Parameters<typeof retry>) => {
        seen.push(currentTenant());
        return retry(...input);
      },
    });
    try {
      const base = await site.app.listen({ port: 0, host: "127.0.0.1" });
      const headers = { authorization: `Bearer ${admin}`, "content-type": "application/json" };
      expect((await fetch(`${base}/api/conversations`, { headers })).status).toBe(200);
      const body = JSON.stringify({ state: "failed", attempts: 1 });
      expect((await fetch(`${base}/api/messages/${id}/retry`, { method: "POST", headers, body })).status).toBe(200);
    } finally {
      Object.assign(site.store.desk, { list });
      Object.assign(site.store.messages, { retry });
    }
    expect(seen).toEqual([site.memberId, site.memberId]);
  });

  test("in pages, from the proof on", async () => {
    const seen: (string | undefined)[] = [];
    const { remember } = site.store.users;
    Object.assign(site.store.users, {
      remember: (...input: Parameters<typeof remember>) => {
        seen.push(currentTenant());
        return remember(...input);
      },
    });
    try {
      await site.frame(site.portal.appRequest(), {}, "/placements/workplace");
      await site.frame(site.portal.appRequest(), { APPLICATION_TOKEN: "forged" }, "/placements/workplace");
    } finally {
      Object.assign(site.store.users, { remember });
    }
    expect(seen).toEqual([site.memberId]);
  });
});

describe("what the line did not take", () => {
  let open: ConversationId;
  beforeAll(async () => {
    const body = { channel: "telegram", name: "Line bot", credentials: { token: "1234567891:abcdefgh" } };
    const { id } = (await site.api(admin, "POST", "/accounts", body)).json();
    expect((await site.api(admin, "PATCH", `/accounts/${id}`, { line: "1" })).statusCode).toBe(200);
    const now = new Date();
    const [accepted] = await site.store.messages.acceptInbound([
      {
        ...{ portal: site.memberId, account: accountId(id), key: "line-1", kind: "message", chatId: "c2" },
        ...{ customer: { externalId: "c2" }, externalId: "1", sentAt: now, notBefore: now },
        content: { body: plainText("hello"), attachments: [] },
      },
    ]);
    if (accepted?.kind !== "stored") throw new Error("not stored");
    open = accepted.conversation;
  });

  const writes = async (kind: "message" | "edit" | "delete", text: string, target?: MessageId): Promise<MessageId> => {
    keys += 1;
    const accepted = await site.store.messages.acceptReply({
      ...{ portal: site.memberId, conversation: open, kind, originKey: `surface:${keys}`, mirror: "beside" },
      origin: { by: "surface", clientId: String(keys), authorId: "1" },
      ...{ content: { body: plainText(text), attachments: [] }, sentAt: new Date() },
      ...(target !== undefined && { target }),
    });
    if (accepted.kind !== "stored") throw new Error("not stored");
    return accepted.message;
  };
  const mirrorEnds = (message: MessageId, state: "refused" | "uncertain", error = "Bitrix24 did not say why.") =>
    site.store.messages.endMirror(site.memberId, message, { state, error });
  const shown = async (id: MessageId) =>
    (await site.api(admin, "GET", `/conversations/${open}/messages`))
      .json<MessageAnswer[]>()
      .find((row) => row.id === id);

  test("is told at the message, and goes into the line again by hand, not to the customer", async () => {
    const id = await writes("message", "Yes");
    expect(await shown(id)).not.toHaveProperty("notInLine");
    await mirrorEnds(id, "refused");
    const told = (await shown(id))?.notInLine;
    expect(told).toMatchObject({ what: "message", state: "refused", error: "Bitrix24 did not say why." });
    site.woken.length = 0;
    const { state, attempts } = told ?? {};
    expect((await again(admin, told?.id ?? "", { state, attempts })).statusCode).toBe(200);
    expect(site.woken).toEqual([laneOf("in", open, site.memberId)]);
    expect(await shown(id)).not.toHaveProperty("notInLine");
    expect(await shown(id)).toMatchObject({ state: "stored", attempts: 0 });
  });

  test("is asked about before, where it may stand there", async () => {
    const id = await writes("message", "Perhaps");
    await mirrorEnds(id, "uncertain");
    const { id: mirror = "", attempts } = (await shown(id))?.notInLine ?? {};
    expect((await again(admin, mirror, { state: "uncertain", attempts })).statusCode).toBe(409);
    expect((await again(admin, mirror, { state: "uncertain", attempts, anyway: true })).statusCode).toBe(200);
    expect(await shown(id)).not.toHaveProperty("notInLine");
  });

  test("of changes the newest one counts", async () => {
    const id = await writes("message", "Tree o'clock");
    const first = await writes("edit", "Three o'clock", id);
    await mirrorEnds(first, "refused");
    expect((await shown(id))?.notInLine).toMatchObject({ what: "edit" });
    const second = await writes("edit", "Four o'clock", id);
    expect(await shown(id)).not.toHaveProperty("notInLine");
    await mirrorEnds(second, "uncertain");
    expect((await shown(id))?.notInLine).toMatchObject({ what: "edit", state: "uncertain" });
    const gone = await writes("delete", "", id);
    await mirrorEnds(gone, "refused");
    expect((await shown(id))?.notInLine).toMatchObject({ what: "delete", state: "refused" });
  });

  test("is left out where the customer did not get it either", async () => {
    const id = await writes("message", "No");
    await mirrorEnds(id, "refused");
    await site.store.messages.finish([{ message: id, result: { state: "refused", error: "Blocked." } }]);
    expect(await shown(id)).not.toHaveProperty("notInLine");
  });
});

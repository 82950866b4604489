import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { accountId, type ConversationId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { applyLineEvent } from "../../src/relay/line-events.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;

beforeAll(async () => {
  site = await openSite();
  admin = await site.install();
});

afterAll(() => site.stop());

const TOKEN = "1234567890:abcdefgh";
const OTHER = "9876543210:abcdefgh";

beforeEach(async () => {
  for (const account of await site.store.accounts.list(site.memberId))
    await site.api(admin, "DELETE", `/accounts/${account.id}`);
  site.emulator.faults.clear();
  site.woken.length = 0;
  site.channel.connected.length = 0;
});

const create = (body: Readonly<Record<string, unknown>> = {}) =>
  site.api(admin, "POST", "/accounts", {
    channel: "telegram",
    name: "Shop bot",
    credentials: { token: TOKEN },
    ...body,
  });
const patch = (id: string, body: unknown) => site.api(admin, "PATCH", `/accounts/${id}`, body);
const status = (connector: string, line: number) => site.portal.portal.status(connector, line);

let keys = 0;
async function receive(account: string, text: string, chatId = "c1"): Promise<ConversationId> {
  keys += 1;
  const now = new Date();
  const [accepted] = await site.store.messages.acceptInbound([
    {
      portal: site.memberId,
      account: accountId(account),
      key: `key-${keys}`,
      kind: "message",
      chatId,
      customer: { externalId: chatId, name: "Maria", lastName: "Lopez" },
      externalId: String(keys),
      content: { body: plainText(text), attachments: [] },
      sentAt: now,
      notBefore: now,
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return accepted.conversation;
}

describe("accounts", () => {
  test("are made, connected, listed without secrets", async () => {
    const created = await create();
    expect(created.statusCode).toBe(201);
    const account = created.json();
    expect(account).toMatchObject({
      channel: "telegram",
      name: "Shop bot",
      line: null,
      connector: null,
      enabled: true,
      connection: { kind: "connected" },
      profile: { title: "Bot 123456" },
      credentials: { token: "••••efgh" },
      backlog: 0,
      links: [{ id: "chat", title: "Opens the chat", url: "https://t.me/bot_123456" }],
    });
    expect(site.channel.connected[0]?.webhookUrl).toBe(`http://threadline.test/channels/telegram/${account.id}`);
    const listed = await site.api(admin, "GET", "/accounts");
    expect(listed.json()).toEqual([account]);
    expect(listed.body).not.toContain(TOKEN);
    expect(listed.body).not.toContain(site.channel.connected[0]?.account.webhookSecret);
  });

  test("take the vendor's name when none is given", async () => {
    expect((await create({ name: undefined })).json().name).toBe("Bot 123456");
  });

  test.each([
    ["an unknown channel", { channel: "fax" }, 400],
    ["no token", { credentials: {} }, 400],
    ["a token of the wrong shape", { credentials: { token: "short" } }, 400],
    ["a token the vendor does not know", { credentials: { token: "bad-token-0000" } }, 422],
    ["settings of the wrong shape", { settings: { greeting: 5 } }, 400],
    ["a name that is too long", { name: "x".repeat(300) }, 400],
    ["zero bytes", { name: "a\0b" }, 400],
    ["a line that is none", { line: { a: 1 } }, 400],
  ])("%s: refused, nothing stored", async (_name, body, code) => {
    const answer = await create(body);
    expect(answer.statusCode).toBe(code);
    expect(answer.json().error.message).not.toBe("");
    expect(await site.store.accounts.list(site.memberId)).toEqual([]);
  });

  test("the same credentials are not connected twice", async () => {
    await create();
    const again = await create({ name: "Again" });
    expect(again.statusCode).toBe(409);
    expect(again.json().error).toMatchObject({ code: "account_exists" });
  });

  test("new credentials are tried before they are stored", async () => {
    const { id } = (await create()).json();
    const bad = await patch(id, { credentials: { token: "bad-token-0000" } });
    expect(bad.statusCode).toBe(422);
    expect((await site.store.accounts.find(site.memberId, accountId(id)))?.credentials).toEqual({ token: TOKEN });
    expect((await patch(id, { credentials: { token: OTHER }, name: "Renamed" })).json()).toMatchObject({
      name: "Renamed",
      credentials: { token: "••••efgh" },
      profile: { title: "Bot 987654" },
    });
  });

  test("unknown and malformed ids are 404", async () => {
    for (const id of ["00000000-0000-4000-8000-000000000000", "nonsense", "1"]) {
      expect((await patch(id, { name: "x" })).statusCode).toBe(404);
      expect((await site.api(admin, "DELETE", `/accounts/${id}`)).statusCode).toBe(404);
      expect((await site.api(admin, "POST", `/accounts/${id}/reconnect`)).statusCode).toBe(404);
    }
  });

  test("another portal's accounts are not there", async () => {
    const { id } = (await create()).json();
    const stranger = await site.sessions.issue({
      portal: site.memberId,
      userId: "1",
      admin: true,
      placement: "DEFAULT",
      options: {},
    });
    expect((await site.api(stranger, "GET", `/accounts/${id}`)).statusCode).toBe(200);
    expect(await site.store.accounts.find("other" as typeof site.memberId, accountId(id))).toBeUndefined();
  });
});

describe("lines", () => {
  test("a line is connected under the channel's connector, and messages are woken", async () => {
    const { id } = (await create()).json();
    await receive(id, "waiting");
    const answer = await patch(id, { line: 1 });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ line: "1", connector: "threadline_telegram" });
    expect(site.portal.portal.isLineActive("threadline_telegram", 1)).toBe(true);
    expect(site.portal.portal.connectors.get("threadline_telegram")).toMatchObject({
      placementHandler: "http://threadline.test/placements/connector-setup",
    });
    expect(site.woken).toHaveLength(1);
    const lines = (await site.api(admin, "GET", "/lines")).json();
    expect(lines[0]).toMatchObject({
      id: "1",
      name: "Sales",
      active: true,
      accounts: [{ id, connector: "threadline_telegram" }],
    });
  });

  test("the second account of a channel on one line gets a connector of its own", async () => {
    const first = (await create({ line: "1" })).json();
    const second = (await create({ name: "Second", credentials: { token: OTHER }, line: "1" })).json();
    expect([first.connector, second.connector]).toEqual(["threadline_telegram", "threadline_telegram_2"]);
    expect(site.portal.portal.isLineActive("threadline_telegram_2", 1)).toBe(true);
    const third = (await patch(second.id, { line: "2" })).json();
    expect(third).toMatchObject({ line: "2", connector: "threadline_telegram_2" });
    expect(status("threadline_telegram_2", 1)?.active ?? false).toBe(false);
    expect(site.portal.portal.isLineActive("threadline_telegram", 1)).toBe(true);
  });

  test("null takes it off the line", async () => {
    const { id } = (await create({ line: "1" })).json();
    expect((await patch(id, { line: null })).json()).toMatchObject({ line: null, connector: null });
    expect(status("threadline_telegram", 1)?.active ?? false).toBe(false);
  });

  test("a portal that refuses is quoted and nothing changes", async () => {
    const { id } = (await create({ line: "1" })).json();
    site.emulator.faults.add({
      kind: "command-error",
      method: "imconnector.activate",
      error: { status: 400, code: "PROVIDER_ERROR", description: "The line is locked by its owner" },
    });
    const answer = await patch(id, { line: "2" });
    expect(answer.statusCode).toBe(502);
    expect(answer.json().error.message).toContain("The line is locked by its owner");
    expect(await site.store.accounts.find(site.memberId, accountId(id))).toMatchObject({
      line: "1",
      connector: "threadline_telegram",
    });
    expect(site.portal.portal.isLineActive("threadline_telegram", 1)).toBe(true);
  });

  test("the connector's page sees and undoes what no account feeds", async () => {
    const { id } = (await create({ line: "1" })).json();
    expect((await site.api(admin, "GET", "/connectors/threadline_telegram/lines/1")).json()).toMatchObject({
      channel: "telegram",
      account: id,
      active: true,
    });
    await site.store.accounts.update(site.memberId, accountId(id), { line: null, connector: null });
    expect((await site.api(admin, "GET", "/connectors/threadline_telegram/lines/1")).json()).toMatchObject({
      account: null,
      active: true,
    });
    expect((await site.api(admin, "DELETE", "/connectors/threadline_telegram/lines/1")).statusCode).toBe(204);
    expect(status("threadline_telegram", 1)?.active ?? false).toBe(false);
  });
});

describe("switches", () => {
  test("on again asks about the backlog, and each answer does what it says", async () => {
    const { id } = (await create()).json();
    expect((await patch(id, { enabled: false })).json().enabled).toBe(false);
    await receive(id, "one");
    await receive(id, "two");
    const asked = await patch(id, { enabled: true });
    expect(asked.statusCode).toBe(409);
    expect(asked.json().error).toMatchObject({ code: "backlog", backlog: 2 });
    expect((await site.store.accounts.find(site.memberId, accountId(id)))?.enabled).toBe(false);

    expect((await patch(id, { enabled: true, backlog: "drop" })).json()).toMatchObject({ enabled: true, backlog: 0 });
    const journal = (await site.api(admin, "GET", `/journal?account=${id}`)).json();
    expect(journal.map((row: { state: string }) => row.state)).toEqual(["failed", "failed"]);
    expect(journal[0].error).toContain("dropped");

    await patch(id, { enabled: false });
    await receive(id, "three");
    expect((await patch(id, { enabled: true, backlog: "deliver" })).json()).toMatchObject({
      enabled: true,
      backlog: 1,
    });
    expect(site.woken.length).toBeGreaterThan(0);
  });

  test("the portal's switch asks too", async () => {
    const { id } = (await create()).json();
    expect((await site.api(admin, "PATCH", "/portal", { active: false, name: "  My shop " })).json()).toMatchObject({
      active: false,
      name: "My shop",
    });
    await receive(id, "one");
    expect((await site.api(admin, "PATCH", "/portal", { active: true })).statusCode).toBe(409);
    expect((await site.api(admin, "PATCH", "/portal", { active: true, backlog: "deliver" })).json()).toMatchObject({
      active: true,
    });
  });
});

describe("deleting", () => {
  test("lets go of line and vendor, and is gone with its conversations", async () => {
    const { id } = (await create({ line: "1" })).json();
    await receive(id, "hello");
    expect((await site.api(admin, "DELETE", `/accounts/${id}`)).statusCode).toBe(204);
    expect(status("threadline_telegram", 1)?.active ?? false).toBe(false);
    expect(site.channel.disconnected).toContain(id);
    expect((await site.api(admin, "GET", "/journal")).json()).toEqual([]);
  });

  test("is not held up by a portal that refuses", async () => {
    const { id } = (await create({ line: "1" })).json();
    site.emulator.faults.add({
      kind: "command-error",
      method: "imconnector.activate",
      error: { status: 403, code: "ACCESS_DENIED", description: "no" },
    });
    expect((await site.api(admin, "DELETE", `/accounts/${id}`)).statusCode).toBe(204);
    expect(await site.store.accounts.list(site.memberId)).toEqual([]);
  });
});

describe("journal", () => {
  test("lists messages with their state, pages on, and answers nothing for what is not there", async () => {
    const { id } = (await create()).json();
    const conversation = await receive(id, "one");
    await receive(id, "two");
    await receive(id, "three", "c2");
    const all = (await site.api(admin, "GET", "/journal")).json();
    expect(all.map((row: { text: string }) => row.text)).toEqual(["three", "two", "one"]);
    expect(all[2]).toMatchObject({
      conversation,
      account: id,
      direction: "in",
      kind: "message",
      text: "one",
      state: "stored",
      attempts: 0,
      error: null,
      attachments: [],
    });
    const page = await site.api(admin, "GET", "/journal?limit=2");
    const rest = await site.api(admin, "GET", `/journal?limit=2&before=${page.headers["x-next"]}`);
    expect(rest.json().map((row: { text: string }) => row.text)).toEqual(["one"]);
    expect((await site.api(admin, "GET", `/journal?conversation=${conversation}`)).json()).toHaveLength(2);
    expect((await site.api(admin, "GET", "/journal?state=uncertain")).json()).toEqual([]);
    expect((await site.api(admin, "GET", "/journal?conversation=nonsense")).json()).toEqual([]);
    for (const query of ["state=lost", "limit=0", "limit=x", "after=-1", "before=1e400"]) {
      expect((await site.api(admin, "GET", `/journal?${query}`)).statusCode, query).toBe(400);
    }
  });

  test("messages carry their formatting and the size of their pictures; changes come when asked for", async () => {
    const { id } = (await create()).json();
    const conversation = await receive(id, "plain");
    const now = new Date();
    const at = { portal: site.memberId, account: accountId(id), chatId: "c1", sentAt: now, notBefore: now };
    const customer = { externalId: "c1", name: "Maria" };
    const spans = [{ kind: "link", start: 0, end: 4, url: "https://shop.example/" }] as const;
    const photo = { kind: "photo", source: { by: "channel", ref: "x" }, width: 800, height: 500 } as const;
    await site.store.messages.acceptInbound([
      {
        ...at,
        customer,
        key: "rich",
        kind: "message",
        externalId: "rich",
        content: { body: { text: "shop", spans }, attachments: [photo] },
      },
    ]);
    await site.store.messages.acceptInbound([
      {
        ...at,
        customer,
        key: "rich-delete",
        kind: "delete",
        externalId: "rich",
        content: { body: plainText(""), attachments: [] },
      },
    ]);
    const thread = `/conversations/${conversation}/messages`;
    const [plain, rich, ...more] = (await site.api(admin, "GET", thread)).json();
    expect(plain).toMatchObject({ text: "plain", spans: [] });
    expect(rich).toMatchObject({ text: "shop", spans, attachments: [{ kind: "photo", width: 800, height: 500 }] });
    expect(more).toEqual([]);
    const changes = (await site.api(admin, "GET", `${thread}?changes=true`)).json();
    expect(changes[2]).toMatchObject({ kind: "delete", target: rich.id });
  });

  test("failed messages are retried by hand, others are not", async () => {
    const { id } = (await create()).json();
    await receive(id, "one");
    const [row] = (await site.api(admin, "GET", "/journal")).json();
    expect((await site.api(admin, "POST", `/journal/${row.id}/retry`)).statusCode).toBe(409);
    await site.store.messages.dropBacklog(site.memberId, accountId(id), "gave up");
    const retried = await site.api(admin, "POST", `/journal/${row.id}/retry`);
    expect(retried.statusCode).toBe(200);
    expect(retried.json()).toMatchObject({ state: "stored" });
    expect(site.woken).toEqual([`in:${row.conversation}:${site.memberId}`]);
    expect((await site.api(admin, "POST", "/journal/nonsense/retry")).statusCode).toBe(404);
  });
});

describe("what agents read", () => {
  test("only conversations that the portal shows them", async () => {
    const { id } = (await create()).json();
    const hidden = await receive(id, "secret", "hidden");
    const agent = await site.sessionOf(5);
    expect((await site.api(agent, "GET", "/conversations")).json()).toEqual([]);
    expect((await site.api(agent, "GET", `/conversations/${hidden}/messages`)).statusCode).toBe(404);
    expect((await site.api(admin, "GET", "/conversations")).json()).toMatchObject([
      { id: hidden, channel: "telegram", customer: { name: "Maria Lopez" } },
    ]);
    expect((await site.api(admin, "GET", `/conversations/${hidden}/messages`)).json()).toMatchObject([
      { text: "secret" },
    ]);
    await site.store.conversations.learn(site.memberId, hidden, { imChatId: "424242" });
    expect((await site.api(agent, "GET", "/conversations")).json()).toEqual([]);
  });

  test("a card's conversations, asked with the viewer's own token", async () => {
    const agent = await site.sessionOf(5);
    const since = site.emulator.requests.entries().length;
    const answer = await site.api(agent, "GET", "/cards/deal/42/conversations");
    expect([200, 403]).toContain(answer.statusCode);
    const asked = site.emulator.requests
      .entries()
      .slice(since)
      .flatMap((entry) => entry.commands.map((command) => command.method));
    expect(asked).toContain("imopenlines.crm.chat.get");
    expect((await site.api(agent, "GET", "/cards/deal/x/conversations")).statusCode).toBe(400);
    expect((await site.api(agent, "GET", "/cards/order/1/conversations")).statusCode).toBe(400);
  });
});

describe("the rest", () => {
  test("channels say what they ask for", async () => {
    const [channel] = (await site.api(admin, "GET", "/channels")).json();
    expect(channel).toMatchObject({
      id: "telegram",
      title: "Telegram",
      setup: [{ id: "bot", fields: [{ key: "token", into: "credentials", kind: "secret" }] }],
    });
  });

  test("repair runs ensure-installed and starts the history repair", async () => {
    site.installation.report = { ok: false, problems: ["Something is missing."] };
    const before = site.installation.runs;
    const answer = await site.api(admin, "POST", "/portal/repair");
    expect(answer.json()).toMatchObject({
      installation: { ok: false, problems: ["Something is missing."], running: false },
    });
    expect(site.installation.runs).toBe(before + 1);
    expect(site.repairs).toEqual([site.memberId]);
  });

  test("/openapi.json describes what the API really takes and answers", async () => {
    const answer = await site.app.inject({ url: "/openapi.json" });
    const document = answer.json();
    expect(document.openapi).toMatch(/^3\.1/);
    const accounts = document.paths["/api/accounts"] ?? document.paths["/api/accounts/"];
    expect(accounts.post.requestBody.content["application/json"].schema.required).toContain("channel");
    expect(accounts.get.responses["200"].content["application/json"].schema).toMatchObject({ type: "array" });
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(["/install", "/placements/{name}", "/api/journal", "/oauth/login", "/api/session"]),
    );
  });
});

describe("a channel with groups", () => {
  const groups = (on: boolean) =>
    Object.assign(site.channel.adapter, { capabilities: { ...site.channel.adapter.capabilities, groups: on } });
  const seen = (connector: string) => ({
    active: status(connector, 1)?.active === true,
    group: site.portal.portal.connectors.get(connector)?.chatGroup,
  });

  beforeEach(() => {
    groups(true);
    return () => void groups(false);
  });

  test("has a second connector on the account's line, which goes with it", async () => {
    const { id } = (await create({ line: 1 })).json();
    expect(seen("threadline_telegram")).toEqual({ active: true, group: false });
    expect(seen("threadline_telegram_group")).toEqual({ active: true, group: true });
    const second = (await create({ line: 1, credentials: { token: OTHER } })).json();
    expect(second.connector).toBe("threadline_telegram_2");
    expect(seen("threadline_telegram_2_group")).toEqual({ active: true, group: true });

    for (const connector of ["threadline_telegram_group", "threadline_telegram_2_group"]) {
      const state = await site.api(admin, "GET", `/connectors/${connector}/lines/1`);
      expect(state.json()).toMatchObject({ channel: "telegram", active: true });
      expect(state.json().account).toBe(connector.includes("_2_") ? second.id : id);
    }
    await patch(id, { line: null });
    expect(seen("threadline_telegram").active).toBe(false);
    expect(seen("threadline_telegram_group").active).toBe(false);
    expect(seen("threadline_telegram_2_group").active).toBe(true);
    await site.api(admin, "DELETE", `/accounts/${second.id}`);
    expect(seen("threadline_telegram_2_group").active).toBe(false);
  });

  test("keeps its account on the line when the portal disconnects groups alone", async () => {
    const { id } = (await create({ line: 1 })).json();
    const event = { kind: "connector-off", portal: site.memberId, line: "1" } as const;
    const deps = { store: site.store, log: pino({ level: "silent" }) };
    await applyLineEvent(deps, { ...event, connector: "threadline_telegram_group" });
    expect((await site.api(admin, "GET", `/accounts/${id}`)).json().line).toBe("1");
    await site.api(admin, "DELETE", "/connectors/threadline_telegram_group/lines/1");
    expect(seen("threadline_telegram_group").active).toBe(false);
    expect(seen("threadline_telegram").active).toBe(true);
    await applyLineEvent(deps, { ...event, connector: "threadline_telegram" });
    expect((await site.api(admin, "GET", `/accounts/${id}`)).json().line).toBeNull();
  });
});

describe("what a message carries", () => {
  const account = async () => accountId((await create()).json().id);
  const thread = async (conversation: string) =>
    (await site.api(admin, "GET", `/conversations/${conversation}/messages`)).json();

  test("is told in words of the API, and reactions stand on their message", async () => {
    const id = await account();
    const now = new Date();
    const row = {
      portal: site.memberId,
      account: id,
      kind: "message",
      chatId: "group",
      sentAt: now,
      notBefore: now,
    } as const;
    const group = { externalId: "group", name: "Chess club" };
    const ann = { externalId: "ann", name: "Ann", lastName: "Lee" };
    const bob = { externalId: "bob", username: "bob" };
    const react = (key: string, customer: typeof ann | typeof bob, emoji: string) =>
      ({
        ...row,
        key,
        kind: "reaction",
        externalId: "x1",
        content: { body: plainText(emoji), attachments: [], author: customer },
      }) as const;
    const [first] = await site.store.messages.acceptInbound([
      {
        ...row,
        key: "p1",
        group: true,
        customer: group,
        externalId: "x1",
        content: {
          body: plainText("see"),
          attachments: [],
          author: ann,
          place: { latitude: 1.5, longitude: -2, title: "Hall" },
          contacts: [{ name: "Eve", phones: ["+15550001234"], emails: [] }],
          forwarded: { from: "Dan" },
        },
      },
      {
        ...row,
        key: "p2",
        group: true,
        customer: group,
        externalId: "x2",
        fromDevice: true,
        content: { body: plainText("me"), attachments: [] },
      },
      {
        ...row,
        key: "p3",
        group: true,
        customer: group,
        externalId: "x3",
        content: { body: plainText("Ann joined"), attachments: [], notice: "joined" },
      },
      react("r1", ann, "👍"),
      react("r2", bob, "🎉"),
      react("r3", ann, ""),
      react("r4", ann, "❤️"),
      react("r5", bob, ""),
    ]);
    if (first?.kind !== "stored") throw new Error("not stored");
    const shown = await thread(first.conversation);
    expect(shown).toHaveLength(3);
    expect(shown[0]).toMatchObject({
      author: "Ann Lee",
      fromPhone: false,
      place: { latitude: 1.5, longitude: -2, title: "Hall", url: expect.stringContaining("query=1.5%2C-2") },
      contacts: [{ name: "Eve", phones: ["+15550001234"], emails: [] }],
      forwarded: { from: "Dan" },
      reactions: [{ emoji: "❤️", by: "customer", name: "Ann Lee" }],
    });
    expect(shown[1]).toMatchObject({ fromPhone: true, reactions: [] });
    expect(shown[2]).toMatchObject({ notice: "joined" });
    const listed = (await site.api(admin, "GET", "/conversations")).json();
    expect(listed[0]).toMatchObject({
      group: true,
      customer: { name: "Chess club" },
      lastCustomerAt: expect.any(String),
    });
  });

  test("an agent's reaction is accepted once and shown, a text or a stranger's message is not", async () => {
    const conversation = await receive(await account(), "hello");
    const [row] = await thread(conversation);
    const react = (id: string, body: object) => site.api(admin, "POST", `/messages/${id}/reaction`, body);
    const body = { emoji: "👍🏽", clientId: "client-0001" };
    expect((await react(row.id, body)).statusCode).toBe(202);
    expect((await react(row.id, body)).statusCode).toBe(202);
    expect((await thread(conversation))[0].reactions).toEqual([{ emoji: "👍🏽", by: "team" }]);
    expect(site.woken).toHaveLength(1);
    expect((await react(row.id, { ...body, emoji: "ok" })).statusCode).toBe(400);
    expect((await react(row.id, { ...body, emoji: "👍👍" })).statusCode).toBe(400);
    expect((await react("7d8f5c1e-0000-4000-8000-000000000000", body)).statusCode).toBe(404);
    const agent = await site.sessionOf(site.portal.portal.administrator().id === 1 ? 5 : 1);
    expect(
      (await site.api(agent, "POST", `/messages/${row.id}/reaction`, { ...body, clientId: "client-0002" })).statusCode,
    ).toBe(404);
    await react(row.id, { emoji: "", clientId: "client-0003" });
    expect((await thread(conversation))[0].reactions).toEqual([]);
  });
});

describe("writing first", () => {
  const person = { externalId: "77", name: "Eve", phone: "+442079460018" };
  const first = (more: object = {}) => ({
    clientId: `client-${keys++}-0000`,
    to: { phone: "020 7946 0018", defaultCountry: "gb" },
    content: { text: "Good morning" },
    ...more,
  });
  const begin = (body: object) => site.api(admin, "POST", "/conversations", body);
  const find = (body: object) => site.api(admin, "POST", "/people/find", body);

  beforeEach(() => {
    Object.assign(site.channel.adapter, {
      capabilities: { ...site.channel.adapter.capabilities, mayWriteFirst: true },
      findPerson: async (_account: unknown, wanted: { phone?: string; username?: string }) => {
        if (wanted.phone === person.phone || wanted.username === "eve")
          return { kind: "found", chatId: "chat-77", customer: person };
        return wanted.phone === undefined
          ? { kind: "unknown", sentence: "The budget of today is used up." }
          : { kind: "nobody", sentence: "Nobody has this number here." };
      },
    });
    return () => {
      Object.assign(site.channel.adapter, {
        capabilities: { ...site.channel.adapter.capabilities, mayWriteFirst: false },
        findPerson: undefined,
      });
    };
  });

  test("finds people by number and name, and tells nobody from not knowing", async () => {
    const account = (await create()).json().id;
    const found = await find({ account, phone: "(020) 7946-0018", defaultCountry: "GB" });
    expect(found.json()).toEqual({ kind: "found", chatId: "chat-77", customer: person });
    expect((await find({ account, username: "@eve" })).json().kind).toBe("found");
    expect((await find({ account, phone: "+442079460019" })).json().kind).toBe("nobody");
    expect((await find({ account, username: "stranger" })).json().kind).toBe("unknown");
    for (const wrong of [{ phone: "020 7946 0018" }, { phone: "12+" }, {}, { phone: "+442079460018", username: "eve" }])
      expect((await find({ account, ...wrong })).statusCode).toBe(400);
    expect((await find({ account: "7d8f5c1e-0000-4000-8000-000000000000", username: "eve" })).statusCode).toBe(404);
  });

  test("begins a conversation once, also with whom was found before", async () => {
    const account = (await create()).json().id;
    const body = first({ account });
    const begun = await begin(body);
    expect(begun.statusCode).toBe(201);
    const again = await begin(body);
    expect([again.statusCode, again.json()]).toEqual([200, begun.json()]);
    const second = await begin(first({ account, to: { chatId: "chat-77", customer: person } }));
    expect(second.json().conversation).toBe(begun.json().conversation);
    const shown = await site.api(admin, "GET", `/conversations/${begun.json().conversation}/messages`);
    expect(shown.json().map((row: { direction: string; text: string }) => [row.direction, row.text])).toEqual([
      ["out", "Good morning"],
      ["out", "Good morning"],
    ]);
    expect(site.woken).toHaveLength(1);
  });

  test("refuses before anything is stored what cannot be, and whom it may not", async () => {
    const account = (await create()).json().id;
    expect((await begin(first({ account, to: { phone: "+442079460019" } }))).json().error.code).toBe("nobody");
    expect((await begin(first({ account, to: { username: "stranger" } }))).json().error.code).toBe("could_not_check");
    expect((await begin(first({ account, content: { text: " " } }))).json().error.code).toBe("channel_refused");
    const template = { name: "hello", language: "en", variables: [] };
    expect((await begin(first({ account, content: { text: "Hi", template } }))).json().error.code).toBe(
      "channel_refused",
    );
    const agent = await site.sessionOf(5);
    expect((await site.api(agent, "POST", "/conversations", first({ account }))).statusCode).toBe(403);
    expect((await site.api(agent, "POST", "/people/find", { account, username: "eve" })).statusCode).toBe(403);
    Object.assign(site.channel.adapter, {
      capabilities: { ...site.channel.adapter.capabilities, mayWriteFirst: false },
    });
    expect((await find({ account, username: "eve" })).json().error.message).toMatch(
      /does not let a business write first/,
    );
    expect((await begin(first({ account }))).statusCode).toBe(422);
    expect((await site.api(admin, "GET", "/conversations")).json()).toEqual([]);
  });

  test("only templates go to whom has never written, where the vendor wants that", async () => {
    const account = (await create()).json().id;
    const { capabilities } = site.channel.adapter;
    Object.assign(site.channel.adapter, {
      capabilities: {
        ...capabilities,
        templates: true,
        replyWindowHours: 24,
        parts: { ...capabilities.parts, template: { in: "impossible", out: "full" } },
      },
    });
    const refused = await begin(first({ account }));
    expect(refused.json().error.message).toMatch(/has not written yet.*Send a template/);
    const template = { name: "hello", language: "en", variables: ["Eve"] };
    expect((await begin(first({ account, content: { text: "Hello Eve", template } }))).statusCode).toBe(201);
    Object.assign(site.channel.adapter, { capabilities });
  });

  test("is limited", async () => {
    const account = (await create()).json().id;
    const codes: number[] = [];
    for (let n = 0; n < 40; n++) codes.push((await find({ account, username: "eve" })).statusCode);
    expect(codes.at(-1)).toBe(429);
  });
});

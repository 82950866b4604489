import { describe, expect, test } from "vitest";
import { accountId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { admin, create, receive, site, useApi } from "./support/api.ts";

useApi();

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

import { beforeEach, describe, expect, test } from "vitest";
import { admin, create, OTHER, receive, site, useApi } from "./support/api.ts";

useApi();

let keys = 0;

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
    expect(found.json()).toEqual({
      ...{ kind: "found", chatId: "chat-77", customer: person },
      ...{ conversation: null, mayWrite: "text", sentence: null },
    });
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
    Object.assign(site.channel.adapter, {
      capabilities: { ...site.channel.adapter.capabilities, mayWriteFirst: false },
    });
    expect((await find({ account, username: "eve" })).json().error.message).toMatch(
      /does not let a business write first/,
    );
    expect((await begin(first({ account }))).statusCode).toBe(422);
    expect((await site.api(admin, "GET", "/conversations")).json()).toEqual([]);
  });

  test("is for every agent: through accounts that can, to whom the vendor finds, and not into a colleague's talk", async () => {
    const account = (await create()).json().id;
    const agent = await site.sessionOf(5);
    const asAgent = (body: object) => site.api(agent, "POST", "/conversations", body);
    expect((await site.api(agent, "GET", "/first-contact/accounts")).json()).toEqual([
      { id: account, name: "Shop bot", channel: "telegram" },
    ]);
    // Who it is says the vendor, and not the page.
    const forged = { chatId: "chat-77", customer: { ...person, phone: "+15550001234" } };
    expect((await asAgent(first({ account, to: forged }))).statusCode).toBe(403);

    await receive(account, "This is between us", "chat-77");
    expect(
      (await site.api(agent, "POST", "/people/find", { account, username: "eve" })).json().conversation,
    ).toBeNull();
    const refused = await asAgent(first({ account, to: { username: "eve" } }));
    expect([refused.statusCode, refused.json().error.message]).toEqual([
      422,
      expect.stringMatching(/^A colleague writes/),
    ]);
    expect((await begin(first({ account }))).statusCode).toBe(201);

    const other = (await create({ credentials: { token: OTHER } })).json().id;
    const begun = await asAgent(first({ account: other }));
    expect(begun.statusCode, begun.body).toBe(201);
    const { conversation } = begun.json();
    // The portal has no chat to be asked about yet, and whoever began it reads it.
    expect((await site.api(agent, "GET", `/conversations/${conversation}/messages`)).json()).toMatchObject([
      { direction: "out", text: "Good morning" },
    ]);
    const stranger = await site.sessionOf(7);
    expect((await site.api(stranger, "GET", `/conversations/${conversation}`)).statusCode).toBe(404);
    const again = await site.api(agent, "POST", "/people/find", { account: other, username: "eve" });
    expect(again.json()).toMatchObject({ kind: "found", conversation });
  });

  test("asks the vendor once about whom is written to at once", async () => {
    const account = (await create()).json().id;
    const { findPerson } = site.channel.adapter;
    let asked = 0;
    Object.assign(site.channel.adapter, {
      findPerson: async (...wanted: Parameters<NonNullable<typeof findPerson>>) => {
        asked += 1;
        return findPerson?.(...wanted);
      },
    });
    await find({ account, phone: "+442079460018" });
    expect((await begin(first({ account }))).statusCode).toBe(201);
    expect(asked).toBe(1);
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
    expect((await find({ account, username: "eve" })).json()).toMatchObject({
      ...{ kind: "found", mayWrite: "template", sentence: expect.stringMatching(/has not written yet/) },
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
    for (let n = 0; n < 70; n++) codes.push((await find({ account, username: "eve" })).statusCode);
    expect(codes.at(-1)).toBe(429);
  });
});

import { beforeEach, describe, expect, test } from "vitest";
import { admin, create, site, useApi } from "./support/api.ts";

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

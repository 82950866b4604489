/** The rules by their front door: saved in versions, applied to the portal's lines, tried without writing anything. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RulesDirectoryAnswer, TriedRulesAnswer } from "../../src/api/rules.ts";
import { accountId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { until } from "../support/world/until.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;
let account: string;
beforeAll(async () => {
  site = await openSite();
  admin = await site.install();
  account = (
    await site.api(admin, "POST", "/accounts", {
      channel: "telegram",
      name: "Shop",
      credentials: { token: "123456:good-token" },
    })
  ).json().id;
  await site.api(admin, "PATCH", `/accounts/${account}`, { line: "1" });
});
afterAll(() => site.stop());

const current = async () => (await site.api(admin, "GET", "/rules")).json();
const save = async (ruleset: object, more: object = {}) =>
  site.api(admin, "PUT", "/rules", { ruleset, basedOn: (await current()).version, ...more });
const line = () => site.portal.portal.lines.get(1)?.config ?? {};

beforeEach(async () => {
  await save({});
  Object.assign(line(), { CRM: "Y", CRM_CREATE: "lead", CRM_CHAT_TRACKER: "Y" });
});

describe("versions", () => {
  it("are saved on top of the one that was seen, listed, looked at and made to count again", async () => {
    const start = await current();
    const saved = await save({ owner: { who: "rules" } }, { note: "we take over" });
    expect(saved.json()).toMatchObject({
      version: start.version + 1,
      note: "we take over",
      ruleset: { owner: { who: "rules" } },
    });
    const stale = await site.api(admin, "PUT", "/rules", { ruleset: {}, basedOn: start.version });
    expect([stale.statusCode, stale.json().error.code]).toEqual([409, "conflict"]);
    const [newest] = (await site.api(admin, "GET", "/rules/versions")).json();
    expect(newest).toMatchObject({ version: start.version + 1, note: "we take over", by: "1" });
    const restored = await site.api(admin, "POST", `/rules/versions/${start.version}/restore`, {
      basedOn: start.version + 1,
    });
    expect(restored.json()).toMatchObject({ version: start.version + 2, ruleset: { owner: { who: "line" } } });
    expect((await site.api(admin, "GET", `/rules/versions/${start.version + 1}`)).json().ruleset.owner.who).toBe(
      "rules",
    );
    expect((await site.api(admin, "GET", "/rules/versions/9999")).statusCode).toBe(404);
  });

  it("with a pattern or a template that cannot work are refused, each part named", async () => {
    const broken = await save({
      chats: {
        titles: { chat: { lead: "{{ name | shout }" } },
        transfer: { crm: { filters: [{ id: "a", when: { fact: "text", op: "matches", values: ["(?<=x)y"] } }] } },
      },
    });
    expect(broken.statusCode).toBe(422);
    expect(broken.json().error.broken.map((one: { path: string }) => one.path)).toEqual([
      "chats.transfer.crm.filters.0.when",
      "chats.titles.chat.lead",
    ]);
    expect((await save({ chats: { creation: { first: "everything" } } })).statusCode).toBe(400);
  });

  it("are for administrators", async () => {
    const agent = await site.sessionOf(5);
    for (const path of ["/rules", "/rules/versions", "/rules/lines", "/rules/directory"])
      expect((await site.api(agent, "GET", path)).statusCode).toBe(403);
    expect((await site.api(agent, "PUT", "/rules", { ruleset: {}, basedOn: 0 })).statusCode).toBe(403);
  });

  it("are for whom an administrator allows, and nothing else is", async () => {
    const editors = [{ id: "5", name: "Anna" }];
    expect((await site.api(admin, "PATCH", "/portal", { editors })).json().editors).toEqual(editors);
    const editor = await site.sessionOf(5);
    await until(
      async () => (await site.api(editor, "GET", "/rules")).statusCode === 200,
      10_000,
      "the session to know of it",
    );
    expect((await site.api(editor, "GET", "/customers")).statusCode).toBe(200);
    expect((await site.api(editor, "GET", "/journal")).statusCode).toBe(200);
    expect((await site.api(editor, "GET", "/accounts")).statusCode).toBe(403);
    expect((await site.api(editor, "PATCH", "/portal", { editors: [] })).statusCode).toBe(403);
    await site.api(admin, "PATCH", "/portal", { editors: [] });
  });
});

describe("the open line", () => {
  it("stops making leads when the rules take over, and does again what it did before when they no longer do", async () => {
    await save({ owner: { who: "rules" } });
    expect(line()).toMatchObject({ CRM: "Y", CRM_CREATE: "none", CRM_CHAT_TRACKER: "N" });
    expect((await site.api(admin, "GET", "/rules/lines")).json()).toEqual({
      lines: [
        {
          id: "1",
          name: expect.any(String),
          searches: true,
          creates: "none",
          tracks: false,
          wanted: "rules",
          agrees: true,
          follows: "nobody",
        },
      ],
      problem: null,
    });
    await save({ owner: { who: "rules", how: "crm-off" } });
    expect(line()).toMatchObject({ CRM: "N", CRM_CREATE: "none" });
    await save({});
    expect(line()).toMatchObject({ CRM: "Y", CRM_CREATE: "lead", CRM_CHAT_TRACKER: "Y" });
  });

  it("is told who follows transfers: the line by its own setting, the rules, or nobody; its setting stays", async () => {
    const follows = async () => (await site.api(admin, "GET", "/rules/lines")).json().lines[0].follows;
    await save({});
    expect([await follows(), line().CRM_TRANSFER_CHANGE]).toEqual(["line", "Y"]);
    Object.assign(line(), { CRM_TRANSFER_CHANGE: "N" });
    expect(await follows()).toBe("nobody");
    await save({ chats: { responsible: { followTransfers: true } } });
    expect(await follows()).toBe("nobody");
    Object.assign(line(), { CRM_TRANSFER_CHANGE: "Y" });
    const groups = { responsible: { followTransfers: true } };
    await save({ owner: { who: "rules" }, overrides: [{ id: "o", account, groups }] });
    expect(await follows()).toBe("rules");
    await save({ owner: { who: "rules" } });
    expect([await follows(), line().CRM_TRANSFER_CHANGE]).toEqual(["nobody", "Y"]);
  });

  it("that somebody switched on again in the portal is shown, and set right", async () => {
    await save({ owner: { who: "rules" } });
    Object.assign(line(), { CRM_CREATE: "deal" });
    expect((await site.api(admin, "GET", "/rules/lines")).json().lines).toMatchObject([
      { creates: "deal", agrees: false },
    ]);
    expect((await site.api(admin, "POST", "/rules/lines")).json().lines).toMatchObject([
      { creates: "none", agrees: true },
    ]);
  });

  it("whose accounts differ makes nothing, and that is said", async () => {
    const other = (
      await site.api(admin, "POST", "/accounts", {
        channel: "telegram",
        name: "Second",
        credentials: { token: "999999:good-token" },
      })
    ).json().id;
    expect((await site.api(admin, "PATCH", `/accounts/${other}`, { line: "1" })).json()).toMatchObject({ line: "1" });
    await save({ overrides: [{ id: "o", account, owner: { who: "rules" } }] });
    const { lines, problem } = (await site.api(admin, "GET", "/rules/lines")).json();
    expect(lines).toMatchObject([{ wanted: "mixed", creates: "none" }]);
    expect(problem).toContain("differ");
    await site.api(admin, "DELETE", `/accounts/${other}`);
  });
});

describe("trying", () => {
  it("tells what would happen to a made-up message, in the reader's language, and writes nothing", async () => {
    const draft = { owner: { who: "rules" }, chats: { creation: { first: "deal" } } };
    const before = JSON.stringify([...site.portal.portal.crm.items.values()].map((items) => items.size));
    const tried: TriedRulesAnswer = (
      await site.api(admin, "POST", "/rules/try", {
        ruleset: draft,
        facts: { line: "1", channel: "telegram", customer: { name: "Maria", phones: ["+79031234567"] }, text: "hello" },
      })
    ).json();
    expect(tried.decision.create.kind).toBe("deal");
    expect(tried.reasons.map((reason) => reason.sentence)).toContain(
      "First contact: nothing in the CRM belongs to this customer.",
    );
    expect(tried.writes).toEqual([
      "Make a contact with the customer's name, phones and e-mails.",
      "Make the deal “Telegram: Maria”.",
      "Write the conversation into what was made.",
    ]);
    expect(JSON.stringify([...site.portal.portal.crm.items.values()].map((items) => items.size))).toBe(before);
    expect((await current()).ruleset.owner.who).toBe("line");
    expect(
      (await site.api(admin, "POST", "/rules/try", { message: "00000000-0000-4000-8000-000000000000" })).statusCode,
    ).toBe(404);
  });

  it("tells that an unanswered chat is made as a chat and called differently at its end", async () => {
    const titles = { chat: { lead: "Chat: {{ name }}" }, missed: { lead: "Nobody answered {{ name }}" } };
    const attempt = async (facts: object, more: object = {}): Promise<TriedRulesAnswer> =>
      (
        await site.api(admin, "POST", "/rules/try", {
          ruleset: { owner: { who: "rules" }, chats: { titles, ...more } },
          facts: { event: "missed", line: "1", customer: { name: "Maria" }, ...facts },
        })
      ).json();
    const missed = await attempt({});
    expect(missed.titles.lead).toBe("Nobody answered Maria");
    expect(missed.writes[0]).toBe("Make the lead “Chat: Maria”.");
    expect(missed.writes.at(-1)).toBe(
      "When the chat is over and nobody has answered, call it “Nobody answered Maria”.",
    );
    expect(missed.reasons.map((reason) => reason.code)).toContain("chat-missed");
    const chat = await attempt({ event: "chat" });
    expect([chat.titles.lead, chat.decision.missedTitle?.lead]).toEqual(["Chat: Maria", titles.missed.lead]);
    expect(chat.writes.join()).not.toContain("nobody has answered");
    const kept = await attempt({}, { titles: { ...titles, missed: { lead: "", deal: "" } } });
    expect([kept.titles.lead, kept.writes.length]).toEqual(["Chat: Maria", missed.writes.length - 1]);
    const nothing = await attempt({}, { titles, creation: { first: "nothing" } });
    expect(nothing.writes.join()).not.toContain("call it");
  });

  it("tells how a card would be called, whether or not one is made", async () => {
    const { titles, writes }: TriedRulesAnswer = (
      await site.api(admin, "POST", "/rules/try", {
        ruleset: { chats: { titles: { mail: { deal: "{{ subject }}, {{ from }}" } } } },
        facts: { event: "mail", line: "1", mail: { from: "a@b.example", subject: "Tables" } },
      })
    ).json();
    expect(titles).toEqual({ lead: "Tables", deal: "Tables, a@b.example" });
    expect(writes).toEqual(["Nothing."]);
  });

  it("tells what would stand in each field, as a person reads it, and why one stays empty", async () => {
    const custom = site.portal.portal.crm.userFields.get(1);
    const items = [{ ID: "45", VALUE: "Чёрный" }];
    custom?.set("ufCrm_color", { type: "enumeration", title: "Colour", items });
    custom?.set("ufCrm_consent", { type: "boolean", title: "Consent" });
    custom?.set("ufCrm_budget", { type: "money", title: "Budget" });
    const mapping = (field: string, value: string, type = "string") => ({ entity: "lead", field, value, type });
    const fields = [
      mapping("ufCrm_color", "{{ field.color }}", "enumeration"),
      mapping("ufCrm_color", "green", "enumeration"),
      mapping("ufCrm_consent", "да", "boolean"),
      mapping("ufCrm_budget", "12 500,50 RUB", "money"),
      mapping("ufCrm_budget", "a lot", "money"),
      mapping("comments", "from {{ channel }}"),
      mapping("comments", "{{ site }}"),
      mapping("comments", "{{ name | shout }}"),
      mapping("id", "7"),
      mapping("ufCrm_gone", "x"),
    ];
    const facts = { channel: "telegram", line: "1", site: { fields: { color: "черный" } } };
    const ask = async (): Promise<TriedRulesAnswer> =>
      (await site.api(admin, "POST", "/rules/try", { ruleset: { chats: { fields } }, facts })).json();
    const tried = await ask();
    expect(tried.fields.map(({ name, value, problem }) => [name, value ?? problem])).toEqual([
      ["Colour", "Чёрный"],
      ["Colour", "“Colour” has no choice “green”, so it is left empty."],
      ["Consent", "yes"],
      ["Budget", "12500.5 RUB"],
      ["Budget", "“a lot” is not what “Budget” takes, so it is left empty."],
      [expect.any(String), "from Telegram"],
      [expect.any(String), null],
      [expect.any(String), expect.stringContaining("undefined filter: shout")],
      [expect.any(String), expect.stringContaining("lets nobody write into")],
      ["ufCrm_gone", "The portal has no field “ufCrm_gone”. Choose another one in the rules."],
    ]);
    expect(tried.fieldsUnchecked).toBeNull();
  });

  it("says that fields could not be checked while the portal is away", async () => {
    site.emulator.faults.add({ kind: "drop-before", method: "crm.item.fields", times: 5 });
    const fields = [{ entity: "deal", field: "comments", value: "{{ words }}" }];
    const facts = { line: "1", text: "hello" };
    const tried: TriedRulesAnswer = (
      await site.api(admin, "POST", "/rules/try", { ruleset: { chats: { fields } }, facts })
    ).json();
    site.emulator.faults.clear();
    expect(tried.fields).toMatchObject([{ name: "comments", value: "hello", problem: null }]);
    expect(tried.fieldsUnchecked).toEqual(expect.any(String));
  });

  it("tries no message that was written to the customer", async () => {
    const { store, memberId: portal } = site;
    const chat = { portal, account: accountId(account), chatId: "rules-try" };
    const [accepted] = await store.messages.acceptInbound([
      {
        ...{ ...chat, key: "try-1", kind: "message", externalId: "1", sentAt: new Date(), notBefore: new Date() },
        customer: { externalId: "li", name: "Li" },
        content: { body: plainText("Do you sell tables?"), attachments: [] },
      },
    ]);
    if (accepted?.kind !== "stored") throw new Error("not stored");
    const reply = await store.messages.acceptReply({
      ...{ portal, conversation: accepted.conversation, kind: "message", originKey: "im:1", sentAt: new Date() },
      origin: { by: "open-line", imMessageId: "1", imChatId: "1" },
      content: { body: plainText("We do."), attachments: [] },
    });
    if (reply.kind !== "stored") throw new Error("not stored");
    const ask = (message: string) => site.api(admin, "POST", "/rules/try", { message });
    expect((await ask(accepted.message)).json().facts).toMatchObject({ text: "Do you sell tables?" });
    const refused = await ask(reply.message);
    expect([refused.statusCode, refused.json().error.code]).toEqual([422, "not_incoming"]);
  });

  it("completes a draft and tells what cannot work in it, without saving it", async () => {
    const before = (await current()).version;
    const template = "{{ name | shout }}";
    const checked = (
      await site.api(admin, "POST", "/rules/check", { ruleset: { chats: { titles: { chat: { lead: template } } } } })
    ).json();
    expect(checked.ruleset).toMatchObject({ owner: { who: "line" }, chats: { titles: { chat: { lead: template } } } });
    expect(checked.broken).toMatchObject([
      { path: "chats.titles.chat.lead", sentence: expect.stringContaining("shout") },
    ]);
    expect((await site.api(admin, "POST", "/rules/check", { ruleset: { owner: { who: "x" } } })).statusCode).toBe(400);
    expect((await site.api(await site.sessionOf(5), "POST", "/rules/check", { ruleset: {} })).statusCode).toBe(403);
    expect((await current()).version).toBe(before);
  });

  it("compares a draft with what counts, over past decisions", async () => {
    const answer = (await site.api(admin, "POST", "/rules/compare", { ruleset: { owner: { who: "rules" } } })).json();
    expect(answer).toEqual({ compared: 0, different: 0, examples: [] });
  });
});

describe("the directory", () => {
  it("offers what the portal has", async () => {
    const directory: RulesDirectoryAnswer = (await site.api(admin, "GET", "/rules/directory")).json();
    expect(directory.pipelines.map((pipeline) => pipeline.id)).toEqual(["0", "1"]);
    expect(directory.leadStages.map((stage) => stage.id)).toContain("NEW");
    expect(directory.fields.lead.map((field) => field.name)).toContain("comments");
    expect(directory.fields.lead.map((field) => field.name)).not.toContain("id");
    expect(directory.accounts).toMatchObject([{ id: account, line: "1" }]);
    expect(directory.variables).toContain("phone");
    expect(directory.departments.length).toBeGreaterThan(0);
    expect(directory.problem).toBeNull();
    const otherwise = { kind: "person", id: "7" };
    await save({ chats: { responsible: { otherwise } } });
    const { people }: RulesDirectoryAnswer = (await site.api(admin, "GET", "/rules/directory")).json();
    // Whom the rules name, and who saved versions of them.
    expect(people).toEqual(
      expect.arrayContaining([
        { id: "7", name: "Boris Berg" },
        { id: "1", name: "Ada Admin" },
      ]),
    );
  });
});

describe("/openapi.json", () => {
  it("names the schemas of facts, rulesets and decisions", async () => {
    const { components } = (await site.app.inject({ url: "/openapi.json" })).json();
    expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(["Facts", "Ruleset", "Decision"]));
  });
});

/** Who is who by its front door: links with their reasons, and every change with its way back. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PersonDetailsAnswer } from "../../src/api/customers.ts";
import { accountId, type ConversationId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
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
});
afterAll(() => site.stop());

let keys = 0;
async function writes(name: string, phone?: string): Promise<{ person: string; conversation: ConversationId }> {
  keys += 1;
  const [accepted] = await site.store.messages.acceptInbound([
    {
      portal: site.memberId,
      account: accountId(account),
      key: `key-${keys}`,
      kind: "message",
      chatId: `chat-${keys}`,
      customer: { externalId: `${keys}`, name },
      externalId: `${keys}`,
      content: { body: plainText("hi"), attachments: [] },
      sentAt: new Date(),
      notBefore: new Date(),
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  const why = { by: "channel" } as const;
  const messenger = { kind: "messenger", key: `${account}:${keys}`, shown: `@${name}`, why, linkable: true } as const;
  const points = phone === undefined ? [] : [{ kind: "phone", key: phone, shown: phone, why, linkable: true } as const];
  const { conversation } = accepted;
  const identified = await site.store.people.identify(site.memberId, {
    conversation,
    points: [messenger, ...points],
    sharedByMoreThan: 5,
  });
  return { person: identified.person, conversation };
}
const details = async (person: string): Promise<PersonDetailsAnswer> =>
  (await site.api(admin, "GET", `/customers/${person}`)).json();

describe("people", () => {
  it("are found by name and number, with what links them and why", async () => {
    const { person, conversation } = await writes("Maria", "+79031234567");
    const { people } = (await site.api(admin, "GET", "/customers?text=maria")).json();
    expect(people).toMatchObject([{ id: person, name: "Maria" }]);
    const found = await details(person);
    expect(found.points.map((point) => [point.kind, point.shown, point.account?.name ?? null, point.why.by])).toEqual(
      expect.arrayContaining([
        ["messenger", "@Maria", "Shop", "channel"],
        ["phone", "+79031234567", null, "channel"],
      ]),
    );
    expect(found.conversations).toMatchObject([{ id: conversation, channel: "telegram", account: "Shop" }]);
    expect((await site.api(admin, "GET", `/conversations/${conversation}`)).json()).toMatchObject({
      id: conversation,
      accountName: "Shop",
      customer: { name: "Maria" },
    });
    expect((await site.api(admin, "GET", "/customers?text=nobody")).json()).toEqual({ people: [], next: null });
    expect((await site.api(admin, "GET", "/customers/00000000-0000-4000-8000-000000000000")).statusCode).toBe(404);
  });

  it("are joined, parted and put back, and the history says who did it", async () => {
    const [one, other] = [await writes("Ivan", "+79030000001"), await writes("Ivan", "+79030000002")];
    const joined = (await site.api(admin, "POST", `/customers/${other.person}/merge`, { into: one.person })).json();
    expect((await details(one.person)).conversations).toHaveLength(2);
    expect((await details(one.person)).audit).toMatchObject([
      { what: "merged", by: "1", byName: (await site.store.users.find(site.memberId, "1"))?.name, undone: false },
    ]);
    expect((await site.api(admin, "POST", "/customers/undo", { entry: joined.entry })).json().person).toBe(
      other.person,
    );
    expect((await details(other.person)).conversations).toMatchObject([{ id: other.conversation }]);
    const again = await site.api(admin, "POST", "/customers/undo", { entry: joined.entry });
    expect([again.statusCode, again.json().error.message]).toEqual([409, "It was undone already."]);
    expect(again.json().error).toMatchObject({ code: "conflict", reason: "undone" });

    const parted = await site.api(admin, "POST", `/customers/${one.person}/split`, {
      conversations: [one.conversation],
    });
    expect((await details(parted.json().person)).conversations).toMatchObject([{ id: one.conversation }]);
    await site.api(admin, "POST", "/customers/points/move", { kind: "phone", key: "+79030000001", to: other.person });
    expect((await details(other.person)).points.map((point) => point.key)).toContain("+79030000001");
    expect((await details(one.person)).audit[0]).toMatchObject({
      what: "point-moved",
      about: { from: one.person, into: other.person },
    });
    await site.api(admin, "POST", "/customers/points/remove", { kind: "phone", key: "+79030000001" });
    expect((await details(other.person)).points.map((point) => point.key)).not.toContain("+79030000001");
    expect(
      (await site.api(admin, "POST", "/customers/points/remove", { kind: "phone", key: "+79030000001" })).statusCode,
    ).toBe(404);
  });

  it("are for administrators", async () => {
    const agent = await site.sessionOf(5);
    expect((await site.api(agent, "GET", "/customers")).statusCode).toBe(403);
    expect((await site.api(agent, "POST", "/customers/undo", { entry: "x" })).statusCode).toBe(403);
  });
});

describe("why is it here?", () => {
  it("is told in sentences, with what became of each step", async () => {
    const { person, conversation } = await writes("Anna", "+79030000009");
    const { decisions, messages } = site.store;
    const [row] = await messages.journal(site.memberId, { conversation, limit: 1 });
    if (!row) throw new Error("no message");
    const { id } = await decisions.begin(site.memberId, { conversation, message: row.id, person: person as never });
    const tried = (
      await site.api(admin, "POST", "/rules/try", {
        ruleset: { owner: { who: "rules" } },
        facts: { channel: "telegram" },
      })
    ).json();
    await decisions.decide(site.memberId, id, { rulesetVersion: 3, facts: tried.facts, decision: tried.decision });
    await decisions.beginStep(site.memberId, id, "lead");
    await decisions.endStep(site.memberId, id, "lead", { kind: "refused", sentence: "The portal says no." });
    const [told] = (await site.api(admin, "GET", `/conversations/${conversation}/decisions`)).json();
    expect(told).toMatchObject({ rulesetVersion: 3, ended: false, warnings: [] });
    expect(told.reasons).toContain("A first contact makes a lead.");
    expect(told.steps).toMatchObject([{ name: "lead", state: "refused", sentence: "The portal says no." }]);
  });
});

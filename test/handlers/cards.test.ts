/** Cards that an agent makes or finds by hand: once, with their own rights, with what was said. */
import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CardMadeAnswer, NewCard } from "../../src/api/cards.ts";
import type { PersonSideAnswer } from "../../src/api/person.ts";
import { accountId, type ConversationId, type PersonId } from "../../src/domain/ids.ts";
import { create, receive, site, useApi } from "./support/api.ts";
import { bootOf } from "./support/site.ts";

useApi();

const AGENT = 5;
let admin: string;
let account: string;
let conversation: ConversationId;
let person: PersonId;
let phone: string;
let people = 0;
beforeAll(async () => {
  admin = await site.sessionOf(1);
  await site.store.portals.update(site.memberId, { language: "ru" });
});
beforeEach(async () => {
  people += 1;
  phone = `+34600${200_000 + people}`;
  account = (await create()).json().id;
  conversation = await receive(account, "Is the oak table in stock?", `chat-${people}`);
  const why = { by: "channel" } as const;
  const key = `${accountId(account)}:chat-${people}`;
  const points = [
    { kind: "messenger", key, shown: "@maria", why, linkable: true } as const,
    { kind: "phone", key: phone, shown: phone, why, linkable: true } as const,
  ];
  person = (await site.store.people.identify(site.memberId, { conversation, points, sharedByMoreThan: 5 })).person;
});
afterEach(async () => {
  await site.store.locks.releaseAll();
  Object.assign(site.portal.portal.users.get(AGENT) ?? {}, { crmAccess: true, crmOwnOnly: undefined });
});

const crm = () => site.portal.portal.crm;
const all = (type: number) => [...(crm().items.get(type)?.values() ?? [])];
const wish = (more: Partial<NewCard> = {}): NewCard => ({ type: "deal", clientId: randomUUID(), ...more });
const make = (body: NewCard, session = admin) =>
  site.api(session, "POST", `/conversations/${conversation}/cards`, body);
const later = () => new Date(Date.now() + 1_000).toISOString();
const made = async (body: NewCard): Promise<CardMadeAnswer> => {
  const answer = await make(body);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
};

describe("a card made by hand", () => {
  test("has the person's name and data, what was said in the portal's language, and takes what follows", async () => {
    await receive(account, "And the chairs?", `chat-${people}`);
    const body = wish({ title: "Oak table", pipeline: "1", transcriptUntil: later(), timeZone: "Asia/Tokyo" });
    const { card, entry, transcript } = await made(body);
    expect([card.title, transcript]).toEqual(["Oak table", "whole"]);
    const deal = crm().item(2, Number(card.id))?.fields;
    expect(deal).toMatchObject({
      title: "Oak table",
      categoryId: 1,
      createdBy: 1,
      originId: `hand:${body.clientId}:deal`,
    });
    const contact = crm().item(3, Number(deal?.contactId))?.fields;
    expect(contact).toMatchObject({ name: "Maria", lastName: "Lopez", fm: [{ typeId: "PHONE", value: phone }] });
    const comments = crm().comments.filter((one) => one.entityType === "deal" && one.entityId === Number(card.id));
    expect(comments.map((one) => [one.authorId, one.text.split("\n")])).toEqual([
      [
        1,
        [
          expect.stringMatching(/^Переписка в .*Shop bot\) до .* UTC\+9$/),
          "Maria Lopez: Is the oak table in stock?",
          "Maria Lopez: And the chairs?",
        ],
      ],
    ]);
    const side: PersonSideAnswer = (await site.api(admin, "GET", `/conversations/${conversation}/person`)).json();
    expect(side.cards.map(({ type, id, takes }) => [type, id, takes])).toEqual([
      ["deal", card.id, true],
      ["contact", String(deal?.contactId), false],
    ]);

    const back = await site.api(admin, "POST", `/conversations/${conversation}/card/undo`, { entry });
    expect(back.statusCode, back.body).toBe(200);
    expect((await site.store.people.find(site.memberId, person))?.entities.some((one) => one.chosen)).toBe(false);
  });

  test("is one, however often it is asked for: at once, afterwards, and after a crash before it was noted", async () => {
    const body = wish({ type: "lead", transcriptUntil: later() });
    const before = all(1).length;
    const both = await Promise.all([make(body), make(body)]);
    expect(both.map((answer) => answer.statusCode).toSorted()).toEqual([200, 409]);
    const { card } = await made(body);
    expect(all(1)).toHaveLength(before + 1);
    expect(crm().comments.filter((one) => one.entityType === "lead" && one.entityId === Number(card.id))).toHaveLength(
      1,
    );

    const crashed = wish({ type: "contact" });
    const id = crm().add(
      3,
      { name: "Maria", originatorId: "threadline", originId: `hand:${crashed.clientId}:contact` },
      1,
      Date.now(),
    ).id;
    expect((await made(crashed)).card.id).toBe(String(id));
    expect((await site.store.people.find(site.memberId, person))?.entities).toContainEqual(
      expect.objectContaining({ type: "contact", id: String(id), why: "made" }),
    );
  });

  test("is not made again while a lost answer may still become one, and found once that is over", async () => {
    const body = wish({ type: "lead", title: "Lost" });
    site.emulator.faults.add({ kind: "drop-after", method: "crm.item.add" });
    expect((await make(body)).json().error.code).toBe("under_way");
    expect((await make(body)).json().error.code).toBe("under_way");
    await site.store.locks.releaseAll();
    const { card } = await made(body);
    expect(
      all(1)
        .filter((one) => one.fields.title === "Lost")
        .map((one) => String(one.id)),
    ).toEqual([card.id]);
  });

  test("is made with the viewer's own rights, or not at all", async () => {
    const deal = crm().add(2, { title: "Theirs", assignedById: AGENT }, 1, Date.now()).id;
    await site.store.people.saveEntities(site.memberId, person, [
      { type: "deal", id: String(deal), why: "phone", title: "", open: true, lastActiveAt: new Date() },
    ]);
    const change = { PLACEMENT: "CRM_DEAL_DETAIL_TAB", PLACEMENT_OPTIONS: JSON.stringify({ ID: String(deal) }) };
    const page = await site.frame(site.portal.appRequest({ userId: AGENT }), change, "/placements/deal-tab");
    const agent = bootOf(page.body).session;
    const lead = (await make(wish({ type: "lead" }), agent)).json<CardMadeAnswer>();
    expect(crm().item(1, Number(lead.card.id))?.fields).toMatchObject({ createdBy: AGENT, title: "Maria Lopez" });
    Object.assign(site.portal.portal.users.get(AGENT) ?? {}, { crmAccess: false });
    const before = all(1).length;
    const refused = await make(wish({ type: "lead" }), agent);
    expect([refused.statusCode, refused.json().error.code]).toEqual([403, "no_access"]);
    expect(all(1)).toHaveLength(before);
  });

  test("holds the end of a long conversation, and says that the beginning is missing", async () => {
    const long = "word ".repeat(200);
    for (let nth = 0; nth < 30; nth += 1) await receive(account, `${nth}: ${long}`, `chat-${people}`);
    const { card, transcript } = await made(wish({ type: "lead", transcriptUntil: later() }));
    expect(transcript).toBe("cut");
    const text =
      crm().comments.find((one) => one.entityType === "lead" && one.entityId === Number(card.id))?.text ?? "";
    expect(text).toContain("Начало не поместилось в комментарий");
    expect(text).toContain("Maria Lopez: 29: word");
    expect(text).not.toContain("Maria Lopez: 0: word");
    expect(text.length).toBeLessThan(15_500);
  });

  test("offers the portal's pipelines", async () => {
    const places = (await site.api(admin, "GET", "/card-places")).json();
    expect(places).toMatchObject({ leads: true, pipelines: [{ id: "0", isDefault: true }, { id: "1" }] });
  });
});

describe("a card that is there already", () => {
  const found = async (text: string, session = admin) => {
    const query = new URLSearchParams({ text });
    const answer = await site.api(session, "GET", `/conversations/${conversation}/card-search?${query}`);
    expect(answer.statusCode, answer.body).toBe(200);
    return answer.json<{ type: string; title: string }[]>().map(({ type, title }) => `${type} ${title}`);
  };

  test("is found by title, number, phone and e-mail, if it is open", async () => {
    const contact = crm().add(
      3,
      { name: "Olga", lastName: "Petrova", fm: [{ typeId: "PHONE", valueType: "WORK", value: "+34611222333" }] },
      1,
      Date.now(),
    ).id;
    const deal = crm().add(2, { title: "Walnut shelf", contactId: contact }, 1, Date.now()).id;
    crm().add(2, { title: "Walnut sold", stageId: "WON" }, 1, Date.now());
    crm().add(
      1,
      { title: "100% walnut", fm: [{ typeId: "EMAIL", valueType: "WORK", value: "kim@example.com" }] },
      1,
      Date.now(),
    );
    expect((await found("walnut")).toSorted()).toEqual(["deal Walnut shelf", "lead 100% walnut"]);
    expect(await found("100% wal")).toEqual([]);
    expect(await found(`#${deal}`)).toContain("deal Walnut shelf");
    expect(await found("+34 611 222 333")).toEqual(["deal Walnut shelf", "contact Olga Petrova"]);
    expect(await found("petrova ol")).toEqual(["deal Walnut shelf", "contact Olga Petrova"]);
    expect(await found("petrova kim")).toEqual([]);
    expect(await found("kim@example.com")).toEqual(["lead 100% walnut"]);
    expect(await found("nothing like it")).toEqual([]);
  });
});

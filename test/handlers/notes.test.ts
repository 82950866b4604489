/** Notes for colleagues, by the API: who reads them, who is told, and that nothing of one reaches the customer. */
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { type ConversationId, noteId } from "../../src/domain/ids.ts";
import { createMentionBell } from "../../src/relay/mention-bell.ts";
import { until } from "../support/world/until.ts";
import { admin, create, receive, site, useApi } from "./support/api.ts";

useApi();
// A note is told of by its author's own token, which the application's page brings.
beforeAll(async () => void (await site.sessionOf(1)));

const MINUTE = 60_000;
const WITHIN_MS = 5_000;
const boris = { id: "7", name: "Boris Berg" };

async function newConversation(): Promise<ConversationId> {
  return receive((await create()).json().id, "Is it in stock?");
}
const write = (conversation: string, body: object, session = admin) =>
  site.api(session, "POST", `/conversations/${conversation}/notes`, { clientId: randomUUID(), ...body });
const notesOf = async (conversation: string, query = "") =>
  (await site.api(admin, "GET", `/conversations/${conversation}/notes?${query}`)).json<readonly { text: string }[]>();
const told = () => site.portal.portal.notifications;
const methodsSince = (sequence: number) =>
  site.emulator.requests
    .entries()
    .filter((entry) => entry.sequence > sequence)
    .flatMap((entry) => (entry.commands.length > 0 ? entry.commands.map(({ method }) => method) : [entry.method]));
const lastSequence = () => site.emulator.requests.entries().at(-1)?.sequence ?? 0;

describe("a note", () => {
  test("is kept and shown to colleagues, and nothing of it leaves for the customer or into the line", async () => {
    const conversation = await newConversation();
    const news: string[] = [];
    const place = {
      conversation,
      account: (await site.store.accounts.list(site.memberId))[0]?.id as never,
      chatId: "",
    };
    const stop = site.news.listen(place, () => news.push("news"));
    site.woken.length = 0;
    const before = lastSequence();
    const clientId = randomUUID();
    const answer = await write(conversation, { clientId, text: "Wants a discount, @Boris Berg?", mentions: [boris] });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({
      ...{ conversation, author: { id: "1", name: "Ada Admin" }, text: "Wants a discount, @Boris Berg?" },
      ...{ mentions: [boris], editedAt: null },
    });
    expect(news).toEqual(["news"]);
    stop();
    expect(await notesOf(conversation)).toEqual([answer.json()]);
    expect((await write(conversation, { clientId, text: "again" })).json()).toEqual(answer.json());

    await until(() => told().length > 0, WITHIN_MS, "the notification");
    // The one thing that leaves is the notification; no lane is due, and the thread has no such row.
    expect(methodsSince(before)).toEqual(["im.notify.personal.add"]);
    expect(site.woken).toEqual([]);
    const thread = await site.api(admin, "GET", `/conversations/${conversation}/messages?changes=true`);
    expect(thread.json().map((row: { text: string }) => row.text)).toEqual(["Is it in stock?"]);
    expect(await site.store.messages.unreported(conversation, 9)).toEqual([]);
  });

  test("pages back, and is read and written by whoever may read the conversation", async () => {
    const conversation = await newConversation();
    for (const text of ["a", "b", "c"]) await write(conversation, { text });
    const page = await site.api(admin, "GET", `/conversations/${conversation}/notes?limit=2`);
    expect(page.json().map((one: { text: string }) => one.text)).toEqual(["b", "c"]);
    expect((await notesOf(conversation, `before=${page.headers["x-next"]}`)).map(({ text }) => text)).toEqual(["a"]);

    const stranger = await site.sessionOf(7);
    expect((await site.api(stranger, "GET", `/conversations/${conversation}/notes`)).statusCode).toBe(404);
    expect((await write(conversation, { text: "x" }, stranger)).statusCode).toBe(404);
    const [note] = page.json();
    expect((await site.api(stranger, "PATCH", `/notes/${note.id}`, { text: "x" })).statusCode).toBe(404);
    expect((await site.api(stranger, "DELETE", `/notes/${note.id}`)).statusCode).toBe(404);
    expect((await notesOf(conversation)).map(({ text }) => text)).toEqual(["a", "b", "c"]);
    for (const rubbish of [{ text: " " }, { text: "x", mentions: [{ id: "1;", name: "x" }] }, {}])
      expect((await write(conversation, rubbish)).statusCode).toBe(400);
    expect((await write(randomUUID(), { text: "x" })).statusCode).toBe(404);
  });

  test("is changed by its author alone, and deleted by them or an administrator", async () => {
    const conversation = await newConversation();
    const { id } = (await write(conversation, { text: "first" })).json();
    const changed = await site.api(admin, "PATCH", `/notes/${id}`, { text: "second" });
    expect(changed.json()).toMatchObject({ text: "second", editedAt: expect.any(String) });
    const theirs = await site.store.notes.add(site.memberId, {
      ...{ conversation, authorId: "7", clientId: randomUUID(), text: "theirs", mentions: [] },
    });
    expect((await site.api(admin, "PATCH", `/notes/${theirs?.id}`, { text: "x" })).statusCode).toBe(403);
    expect((await notesOf(conversation)).map(({ text }) => text)).toEqual(["second", "theirs"]);
    expect((await site.api(admin, "DELETE", `/notes/${theirs?.id}`)).statusCode).toBe(204);
    expect((await site.api(admin, "DELETE", `/notes/${id}`)).statusCode).toBe(204);
    expect((await site.api(admin, "DELETE", `/notes/${id}`)).statusCode).toBe(404);
    expect(await notesOf(conversation)).toEqual([]);
  });
});

describe("a colleague who is named", () => {
  const toldOf = (id: string) => told().filter(({ tag }) => tag.includes(id));

  test("is told once in the author's name, with the note's words as words and a link to the conversation", async () => {
    const conversation = await newConversation();
    await site.store.portals.update(site.memberId, {
      installation: { ok: true, problems: [], version: "1", application: "acme.threadline" },
    });
    const text = "@Boris Berg [b]look[/b]";
    const { id } = (await write(conversation, { text, mentions: [boris, { id: "5", name: "Not there" }] })).json();
    await until(() => toldOf(id).length > 0, WITHIN_MS, "the notification");
    await site.api(admin, "PATCH", `/notes/${id}`, { text: `${text}!`, mentions: [boris] });
    await site.mentions.sweep();
    const [notice] = toldOf(id);
    expect(toldOf(id)).toHaveLength(1);
    expect(notice).toMatchObject({ userId: 7, by: 1 });
    expect(notice?.message).toContain("Ada Admin mentioned you in a note on the conversation with Maria Lopez:");
    expect(notice?.message).not.toContain("[b]look[/b]");
    expect(notice?.message).toMatch(/\[URL=https?:[^\]]*acme\.threadline[^\]]*params%5Bmessage%5D=[^\]]*\]Show/i);
  });

  test("is told later when the portal was away, and in the application's name when the author's token is used up", async () => {
    const conversation = await newConversation();
    const note = await site.store.notes.add(site.memberId, {
      ...{ conversation, authorId: "8", clientId: randomUUID(), text: "@Boris Berg" },
      mentions: [{ userId: boris.id, name: boris.name }],
    });
    if (!note) throw new Error("not kept");
    const { store, portals } = site;
    const refusing = {
      lines: (portal: typeof site.memberId) => ({
        ...portals.lines(portal),
        notify: async () => ({ kind: "unreachable", sentence: "away" }) as const,
      }),
    };
    const translate = (sentence: string) => sentence;
    const bell = (changes: object) =>
      createMentionBell({
        ...{ store, portals, log: { warn: () => undefined }, now: () => new Date(Date.now() + MINUTE) },
        ...{ speech: { translate, languageOf: async () => "en" as const }, toBBCode: (words) => words.text },
        ...changes,
      });
    await bell({ portals: refusing }).sweep();
    expect(await store.notes.untold(site.memberId, noteId(note.id))).toHaveLength(1);
    await bell({}).sweep();
    expect(toldOf(note.id)).toMatchObject([
      { userId: 7, message: expect.stringContaining("A colleague mentioned you") },
    ]);
    expect(toldOf(note.id)[0]?.by).toBeUndefined();
    await bell({}).sweep();
    expect(await store.notes.untold(site.memberId, noteId(note.id))).toEqual([]);
    // A day later it would be no news.
    await store.notes.change(site.memberId, note.id, { text: "@Clara", mentions: [{ userId: "5", name: "Clara" }] });
    await bell({ now: () => new Date(Date.now() + 25 * 60 * MINUTE) }).sweep();
    expect(await store.notes.untold(site.memberId, noteId(note.id))).toHaveLength(1);
  });

  test("is found by every agent, by the agent's own rights", async () => {
    const agent = await site.sessionOf(5);
    const found = await site.api(agent, "GET", "/people?search=ber");
    expect(found.json()).toEqual([boris]);
    expect((await site.api(undefined, "GET", "/people")).statusCode).toBe(401);
  });
});

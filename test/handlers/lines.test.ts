/** Settings of open lines by the API, against the emulated portal with its silent corrections. */
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { until } from "../support/world/until.ts";
import { create, site, useApi } from "./support/api.ts";

useApi();
/** Sessions of people who opened the page: their own tokens are what lines are read and written with. */
let admin: string;
let agent: string;
beforeAll(async () => {
  admin = await site.sessionOf(1);
  agent = await site.sessionOf(5);
});
afterEach(() => {
  site.portal.portal.settings.licence = "en_pro100";
});

const LINE = "1";
const config = (line = 1) => site.portal.portal.line(line)?.config;
const read = async (line = LINE, session = admin) => site.api(session, "GET", `/lines/${line}`);
/** As the page shows it: what was read last. */
let shown: Record<string, unknown> = {};
async function save(changes: object, base = shown, session = admin) {
  const of = Object.fromEntries(Object.keys(changes).map((name) => [name, base[name]]));
  const answer = await site.api(session, "PATCH", `/lines/${LINE}`, { base: of, changes });
  if (answer.statusCode === 200) shown = answer.json().settings;
  return answer;
}

describe("a line's settings", () => {
  test("are read whole, in our words", async () => {
    const answer = await read();
    expect(answer.statusCode).toBe(200);
    shown = answer.json().settings;
    expect(answer.json()).toMatchObject({
      id: LINE,
      unread: [],
      owner: "line",
      accounts: [],
      settings: {
        active: true,
        distribution: "evenly",
        forwardAfter: 60,
        maxChats: 0,
        limitIgnores: "answered",
        opens: "09:00",
        closes: "18:30",
        daysOff: [],
        holidays: [],
        firstAnswerTellsWhom: [],
        channelAsks: "How did we do?\n\nSend 1 for good, 0 for bad",
      },
    });
  });

  test("are written, read back and kept by the portal in its own forms", async () => {
    const changes = {
      name: "Shop",
      language: "de",
      distribution: "all",
      forwardAfter: 7_200,
      checksOnline: true,
      maxChats: 3,
      limitIgnores: "closed",
      agentShown: "hide",
      hiddenAs: { name: "Support", avatar: "", avatarId: "" },
      hasHours: true,
      opens: "08:00",
      closes: "20:30",
      zone: "Europe/Berlin",
      daysOff: ["SA", "SU"],
      holidays: ["01.01", "25.12"],
      offHoursRule: "text",
      offHoursText: "We are back\nat eight.",
      asksConsent: true,
      consent: "3",
      closeText: "Bye",
      fullCloseAfter: 5,
      autoCloseAfter: 3_600,
      cannedReplies: "181",
      rates: true,
      botFirst: true,
      bot: "597",
      botHandsOverAfter: 180,
      botLeaves: "close",
      firstAnswerWithin: 300,
      firstAnswerTells: true,
      firstAnswerTellsWhom: ["1"],
      firstAnswerNotice: "#OPERATOR# <late> in #DIALOG#",
      queue: [
        { kind: "department", id: "1" },
        { kind: "person", id: "5" },
      ],
    };
    const saved = await save(changes);
    expect(saved.statusCode).toBe(200);
    expect(saved.json()).toMatchObject({ corrections: [], settings: changes, before: { name: expect.any(String) } });
    expect(config()).toMatchObject({
      WORKTIME_FROM: "8",
      WORKTIME_TO: "20.30",
      WORKTIME_HOLIDAYS: ["01.01", "25.12"],
      QUEUE_TIME: "7200",
      WELCOME_BOT_ID: "597",
      KPI_FIRST_ANSWER_TEXT: "#OPERATOR# &lt;late&gt; in #DIALOG#",
    });
    // One half of the hours alone, and a bot's time alone, would be ignored by the portal.
    const more = await save({ closes: "21:00", botHandsOverAfter: 90, daysOff: [], firstAnswerTellsWhom: [] });
    expect(more.json()).toMatchObject({
      corrections: [],
      settings: { opens: "08:00", closes: "21:00", bot: "597", botHandsOverAfter: 90, daysOff: [] },
    });
  });

  test("say as whom each agent is shown, which the portal keeps beside the queue alone", async () => {
    const shownAs = (person: string, name: string) => ({
      ...{ person, name, position: "Florist", avatar: "https://shop.example/anna.png", avatarId: "" },
    });
    await save({ queue: ["5", "7"].map((id) => ({ kind: "person", id })) });
    const saved = await save({ agentShown: "queue", agents: [shownAs("7", "Anna")] });
    expect(saved.json()).toMatchObject({
      corrections: [],
      before: { agents: [] },
      operators: ["5", "7"],
      settings: { agents: [shownAs("7", "Anna")] },
    });
    // One queue after another leaves them as they are, and whoever is in none is not shown so.
    const queue = ["7", "5", "1"].map((id) => ({ kind: "person", id }));
    expect((await save({ queue })).json().settings).toMatchObject({ queue, agents: [shownAs("7", "Anna")] });
    const stranger = await save({ agents: [shownAs("7", "Anna"), shownAs("99", "Nobody")] });
    expect(stranger.json()).toMatchObject({
      settings: { agents: [shownAs("7", "Anna")] },
      corrections: [{ field: "agents", kept: [shownAs("7", "Anna")], why: "ignored" }],
    });
    for (const agents of [[shownAs("7", "x".repeat(256))], [{ ...shownAs("7", ""), avatar: "javascript:x" }]])
      expect((await save({ agents })).json().error).toMatchObject({
        code: "wrong_settings",
        wrong: [{ field: "agents" }],
      });
    expect((await save({ agents: [] })).json()).toMatchObject({ corrections: [], settings: { agents: [] } });
  });

  test("are taken back step by step, also after the page was left, while nobody has changed them since", async () => {
    const undo = (save: unknown, session = admin) => site.api(session, "POST", `/lines/${LINE}/undo`, { save });
    const first = (await save({ greeting: "First", maxChats: 5 })).json();
    const second = (await save({ greeting: "Second" })).json();
    expect(second.lastSave).toMatchObject({ by: "1", at: expect.any(String), before: { greeting: "First" } });
    // Nothing became another: nothing to take back.
    expect((await save({ greeting: "Second" })).json().lastSave).toEqual(second.lastSave);
    const opened = (await read()).json();
    expect(opened.lastSave).toEqual(second.lastSave);
    expect((await undo(first.lastSave.id)).json().error.code).toBe("not_the_last");
    const undone = await undo(opened.lastSave.id);
    expect(undone.json()).toMatchObject({ settings: { greeting: "First", maxChats: 5 }, lastSave: first.lastSave });
    expect((await undo(opened.lastSave.id)).json().error.code).toBe("not_the_last");

    Object.assign(config() ?? {}, { WELCOME_MESSAGE_TEXT: "From the portal" });
    expect((await read()).json().lastSave).toBeNull();
    const refused = await undo(first.lastSave.id);
    expect([refused.statusCode, refused.json().error]).toEqual([
      409,
      expect.objectContaining({ code: "line_changed", differences: [expect.objectContaining({ field: "greeting" })] }),
    ]);
    expect((await undo(first.lastSave.id, agent)).statusCode).toBe(403);
    Object.assign(config() ?? {}, { WELCOME_MESSAGE_TEXT: "First" });
    expect((await undo((await read()).json().lastSave.id)).json().settings).toMatchObject({ maxChats: 3 });
    // Also what has parts, which a database orders by itself.
    const parts = (
      await save({ hiddenAs: { name: "Team", avatar: "", avatarId: "" }, queue: [{ kind: "person", id: "7" }] })
    ).json();
    expect(parts.lastSave).not.toBeNull();
    expect((await undo(parts.lastSave.id)).json().settings.queue).toEqual(parts.before.queue);
    shown = (await read()).json().settings;
  });

  test("that the plan lacks are shown as the portal kept them, with the reason", async () => {
    await save({ distribution: "strictly", hasHours: false, rates: false });
    site.portal.portal.settings.licence = "en_basic";
    const saved = await save({ distribution: "all", hasHours: true, rates: true, greets: true });
    expect(saved.json()).toMatchObject({
      settings: { distribution: "evenly", hasHours: false, rates: false, greets: true },
      before: { distribution: "strictly" },
      corrections: [
        { field: "distribution", asked: "all", kept: "evenly", why: "plan" },
        { field: "hasHours", asked: true, kept: false, why: "plan" },
        { field: "rates", asked: true, kept: false, why: "plan" },
      ],
    });
  });

  test("that somebody changed meanwhile are not overwritten", async () => {
    Object.assign(config() ?? {}, { WELCOME_MESSAGE_TEXT: "From the portal", QUEUE_TIME: "120" });
    const refused = await save({ greeting: "From the page" });
    expect(refused.statusCode).toBe(409);
    expect(refused.json().error).toMatchObject({
      code: "line_changed",
      differences: [{ field: "greeting", shown: shown.greeting, now: "From the portal" }],
    });
    expect(config()).toMatchObject({ WELCOME_MESSAGE_TEXT: "From the portal" });
    // What was changed elsewhere in the line is no conflict, and is in the answer.
    const saved = await save({ closeText: "Bye bye" });
    expect(saved.json()).toMatchObject({ settings: { closeText: "Bye bye", forwardAfter: 120 } });
  });

  test("that cannot be are refused before anything is written", async () => {
    const refused = await save({ opens: "22:00", closes: "06:00" });
    expect([refused.statusCode, refused.json().error]).toEqual([
      422,
      expect.objectContaining({ code: "wrong_settings", wrong: [{ field: "closes", why: "too-small" }] }),
    ]);
    expect(config()).toMatchObject({ WORKTIME_FROM: "8" });
  });

  test("go by the viewer's own rights in the portal", async () => {
    expect((await read(LINE, agent)).statusCode).toBe(403);
    await site.api(admin, "PATCH", "/portal", { editors: [{ id: "5", name: "Agent" }] });
    await until(async () => (await read("77", agent)).statusCode === 404, 10_000, "the session to know of it");
    const refused = await save({ greeting: "Mine" }, shown, agent);
    expect([refused.statusCode, refused.json().error.message]).toEqual([
      403,
      "Bitrix24 does not let you change Open Channels. Ask an administrator for the right to do so.",
    ]);
    const user = site.portal.portal.users.get(5);
    if (user) user.changesLines = true;
    expect((await save({ greeting: "Mine" }, shown, agent)).statusCode).toBe(200);
  });

  test("of a line that is not there are not there", async () => {
    expect((await site.api(admin, "GET", "/lines/abc")).statusCode).toBe(400);
    const gone = await site.api(admin, "PATCH", "/lines/77", { base: {}, changes: { greets: true } });
    expect([gone.statusCode, gone.json().error.message]).toEqual([404, "The portal has no such open line any more."]);
  });
});

describe("lines", () => {
  test("are made, also like another one, and deleted with a word about who feeds them", async () => {
    Object.assign(config() ?? {}, { WELCOME_MESSAGE_TEXT: "Welcome to the model", QUEUE_TIME: "240" });
    const plain = await site.api(admin, "POST", "/lines", { name: "Plain" });
    expect(plain.statusCode).toBe(201);
    expect(plain.json().settings).toMatchObject({ name: "Plain", queue: [{ kind: "person", id: "1" }] });
    const made = await site.api(admin, "POST", "/lines", { name: "Copy", like: LINE });
    const { id } = made.json();
    expect(made.json().settings).toMatchObject({ name: "Copy", greeting: "Welcome to the model", forwardAfter: 240 });

    const account = (await create({ line: id })).json();
    expect((await read(id)).json().accounts).toMatchObject([{ id: account.id, name: "Shop bot" }]);
    const refused = await site.api(admin, "DELETE", `/lines/${id}`);
    expect([refused.statusCode, refused.json().error.accounts]).toEqual([409, [{ id: account.id, name: "Shop bot" }]]);
    expect(site.portal.portal.line(Number(id))).toBeDefined();

    expect((await site.api(admin, "DELETE", `/lines/${id}?accounts=leave`)).statusCode).toBe(204);
    expect(site.portal.portal.line(Number(id))).toBeUndefined();
    expect((await site.api(admin, "GET", `/accounts/${account.id}`)).json().line).toBeNull();
    expect((await site.api(admin, "DELETE", `/lines/${id}`)).statusCode).toBe(404);
  });

  test("have a directory of what can be chosen", async () => {
    Object.assign(config() ?? {}, { QUICK_ANSWERS_IBLOCK_ID: "181", LINE_NAME: "Shop" });
    site.portal.portal.bots.push(
      { id: 597, name: "Greeter", code: "greeter", openLine: true },
      { id: 598, name: "Tasks", code: "tasks", openLine: false },
    );
    const { agreements, lists } = site.portal.portal;
    agreements.push(
      { id: 35, name: "Newsletters", active: true, language: "en" },
      { id: 33, name: "Old terms", active: false, language: "en" },
    );
    // More than a page of them: the one that the portal made for canned replies, one that a line uses, and others.
    for (let index = 1; index <= 60; index += 1) lists.push({ id: index, name: `List ${index}`, code: null });
    lists.push({ id: 181, name: "Of our own", code: null }, { id: 190, name: "Replies", code: "IMOP_QUICK_ANSWERS_1" });
    const account = (await create({ line: LINE })).json();
    const directory = (await site.api(admin, "GET", "/lines/directory")).json();
    expect(directory).toMatchObject({
      accounts: [{ id: account.id, channelName: "Telegram", line: LINE, enabled: true }],
      departments: [{ id: "1", name: "Company" }],
      bots: [{ id: "597", name: "Greeter" }],
      agreements: [{ id: "35", name: "Newsletters" }],
      lists: [
        { id: "181", name: "Of our own" },
        { id: "190", name: "Replies" },
      ],
      used: { cannedReplies: [{ id: "181", lines: ["Shop"] }] },
      page: expect.stringMatching(/\/contact_center\/$/),
      problem: null,
    });
    expect(directory.sources).toContainEqual({ id: "WEB", name: "Website" });
    expect(directory.fields).toContainEqual({ name: "maxChats", kind: "number", unit: "chats", least: 0, most: 1_000 });
    expect((await site.api(agent, "GET", "/lines/directory")).statusCode).toBe(200);

    const error = { status: 403, code: "insufficient_scope", description: "The request requires higher privileges" };
    for (const method of ["userconsent.agreement.list", "lists.get"])
      site.emulator.faults.add({ kind: "command-error", method, error });
    expect((await site.api(admin, "GET", "/lines/directory")).json()).toMatchObject({
      ...{ agreements: [], lists: [], problem: null },
      used: { cannedReplies: [{ id: "181", lines: ["Shop"] }] },
    });
  });
});

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import qs from "qs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type EventsDeps, registerEvents } from "../../handlers/events.ts";
import { type ConversationId, laneOf, type PortalId, portalId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { createLogger, type Logger } from "../../src/log/log.ts";
import { createMetrics } from "../../src/log/metrics.ts";
import { fromBbcode, toBbcode } from "../../src/portal/bbcode.ts";
import type { GrantOutcome } from "../../src/portal/oauth.ts";
import { createReplyAcceptor } from "../../src/relay/accept-reply.ts";
import { NO_NEWS } from "../../src/relay/news.ts";
import { type App, buildApp } from "../../src/server/app.ts";
import { type Store, StoreUnavailable } from "../../src/store/contract.ts";
import { noLetters } from "../support/no-letters.ts";
import { freshStore } from "../support/store/fresh-store.ts";
import { fakeChannel } from "./support/fake-channel.ts";
import { openSpool } from "./support/open-spool.ts";

const TOKEN = "application-token-of-the-portal";
/** A portal of its own for each test, in one store. */
let MEMBER: PortalId;
let portals = 0;
let real: Store;
let log: Logger;
const CONNECTOR = "threadline_fake";
const tokens = { accessToken: "a", refreshToken: "r", expiresAt: new Date(Date.now() + 3_600_000) };

let dir: string;
let store: Store;
let app: App;
let conversation: ConversationId;
/** While true, the database cannot be asked. */
let away: boolean;
let granted: GrantOutcome;
let runs: PortalId[];
const said: string[] = [];
let spoolBytes: number;

beforeAll(async () => {
  log = createLogger("info", new Writable({ write: (chunk, _encoding, done) => done(void said.push(String(chunk))) }));
  real = await freshStore({ secretKey: "k".repeat(32), log });
  store = whenNotAway(real);
});
afterAll(() => real.close());

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "threadline-events-"));
  portals += 1;
  MEMBER = portalId(`member-of-test-${portals}`);
  away = false;
  runs = [];
  writer = async () => undefined;
  spoolBytes = 100_000;
  granted = { kind: "denied", code: "invalid_grant", sentence: "no" };
  await real.portals.install({
    id: MEMBER,
    domain: "p.example",
    clientEndpoint: "https://p.example/rest/",
    serverEndpoint: "https://oauth.bitrix.info/rest/",
    applicationToken: TOKEN,
    tokens,
    scopes: [],
    language: "en",
  });
  const account = await real.accounts.create(MEMBER, {
    channel: "fake",
    name: "F",
    credentials: {},
    settings: {},
    webhookSecret: "s",
    connection: { kind: "connected", sentence: "" },
  });
  await real.accounts.update(MEMBER, account.id, { line: "1", connector: CONNECTOR });
  conversation = await writes("7");
  app = await start();
});

/** A customer who has not written before. */
async function writes(chatId: string): Promise<ConversationId> {
  const [account] = await real.accounts.list(MEMBER);
  if (!account) throw new Error("no account");
  const [accepted] = await real.messages.acceptInbound([
    {
      portal: MEMBER,
      account: account.id,
      key: `m:${chatId}`,
      kind: "message",
      chatId,
      customer: { externalId: chatId },
      externalId: chatId,
      content: { body: plainText("hi"), attachments: [] },
      sentAt: new Date(),
      notBefore: new Date(),
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("no conversation");
  return accepted.conversation;
}

afterEach(async () => {
  away = false;
  await app.close();
  await rm(dir, { recursive: true, force: true });
});

const woken: string[] = [];
const wakeAt: Date[] = [];
/** The portal is asked who somebody is before their words are stored. */
let writer: () => Promise<undefined>;

async function start(): Promise<App> {
  const metrics = createMetrics();
  const server = await buildApp({ publicUrl: "http://threadline.test", log, pagesDir: dir, version: "0" });
  const channel = fakeChannel();
  const deps: EventsDeps = {
    inTurn: (_portal, work) => work(),
    triggers: { watches: async () => false },
    belonging: { writes: async () => true, heardOfChat: async () => [], heardOfCard: async () => [] },
    dispatcher: { wake: (lane) => void woken.push(lane) },
    store,
    news: NO_NEWS,
    replies: createReplyAcceptor({
      addressing: noLetters,
      writers: { whoIs: () => writer() },
      news: NO_NEWS,
      store,
      dispatcher: { wake: () => undefined, wakeAt: (_lane, at) => void wakeAt.push(at) },
      voice: "connector",
      toBBCode: toBbcode,
      fromBBCode: fromBbcode,
      metrics,
      log,
    }),
    oauth: { proveFirstContact: async () => granted },
    portals: { caller: () => ({ call: async () => ({ kind: "ok", value: {} }) }), forget: () => undefined },
    installer: { run: async (portal) => void runs.push(portal), running: () => false },
    spool: openSpool(server, { dir, name: "spool", maxBytes: spoolBytes }, log),
    unproved: openSpool(server, { dir, name: "unproved", maxBytes: 10_000 }, log),
    shelf: { remove: async () => undefined },
    channels: new Map([[channel.adapter.id, channel.adapter]]),
    fromBBCode: plainText,
    metrics,
    log,
  };
  await registerEvents(server, deps);
  return server;
}

/** The same store, throwing `StoreUnavailable` from every method while `away`. */
function whenNotAway(real: Store): Store {
  const guard = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof value === "object" && value !== null) return guard(value);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) =>
          away && key !== "close" ? Promise.reject(new StoreUnavailable("away")) : Reflect.apply(value, target, args);
      },
    });
  return guard(real);
}

const auth = (more: object = {}) => ({
  member_id: MEMBER,
  application_token: TOKEN,
  domain: "p.example",
  client_endpoint: "https://p.example/rest/",
  server_endpoint: "https://oauth.bitrix.info/rest/",
  ...more,
});
const added = (text: string, id = "900", more: object = {}, chat: string = conversation) => ({
  event: "ONIMCONNECTORMESSAGEADD",
  ts: "1795000000",
  auth: auth(),
  data: {
    CONNECTOR,
    LINE: "1",
    MESSAGES: [{ im: { chat_id: "17", message_id: id }, message: { user_id: "5", text }, chat: { id: chat } }],
  },
  ...more,
});
const changed = (event: string, id: string, text: string) => ({
  ...added(text, id),
  event,
  data: {
    CONNECTOR,
    LINE: "1",
    MESSAGES: [{ im: { chat_id: "17", message_id: id }, message: { id: ["x"], text }, chat: { id: conversation } }],
  },
});
const post = (body: unknown, type = "application/x-www-form-urlencoded") =>
  app.inject({
    method: "POST",
    url: "/events",
    headers: { "content-type": type },
    payload: typeof body === "string" ? body : qs.stringify(body),
  });
const outgoing = async () =>
  (await store.messages.journal(MEMBER, { conversation, direction: "out", changes: true, after: 0, limit: 50 })).map(
    (row) => `${row.kind}: ${row.content.body.text}`,
  );

describe("POST /events", () => {
  it("stores an operator's message once, with its author and files", async () => {
    const body = added("Hello");
    Object.assign(body.data.MESSAGES[0]?.message ?? {}, {
      files: [{ name: "offer.pdf", type: "file", link: "https://p.example/f", size: "10" }],
    });
    expect((await post(body)).statusCode).toBe(200);
    expect((await post(body)).statusCode).toBe(200);
    const rows = await store.messages.journal(MEMBER, { conversation, direction: "out", after: 0, limit: 9 });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      origin: { by: "open-line", imMessageId: "900", imChatId: "17", authorId: "5" },
      content: {
        body: { text: "Hello" },
        attachments: [{ name: "offer.pdf", source: { by: "portal", url: "https://p.example/f" } }],
      },
    });
    expect((await store.conversations.find(MEMBER, conversation))?.imChatId).toBe("17");
  });

  it("follows edits and deletions of it, and passes over those of strangers", async () => {
    await post(added("helo"));
    await post(changed("ONIMCONNECTORMESSAGEUPDATE", "900", "hello"));
    await post(changed("ONIMCONNECTORMESSAGEDELETE", "900", ""));
    expect((await post(changed("ONIMCONNECTORMESSAGEUPDATE", "12345", "x"))).statusCode).toBe(200);
    expect(await outgoing()).toEqual(["message: hello", "edit: hello", "delete: "]);
  });

  it("takes what concerns one chat in the order in which it came, however long the first takes, and all else at once", async () => {
    const asked = Promise.withResolvers<undefined>();
    const known = Promise.withResolvers<undefined>();
    writer = () => {
      asked.resolve(undefined);
      return known.promise;
    };
    const first = post(added("first", "901"));
    await asked.promise;
    writer = async () => undefined;
    const second = post(added("second", "902"));
    const edit = post(changed("ONIMCONNECTORMESSAGEUPDATE", "901", "the first"));
    // Asked for later, and as much work as they are.
    const elsewhere = await writes("8");
    for (const id of ["903", "904"]) expect((await post(added("elsewhere", id, {}, elsewhere))).statusCode).toBe(200);
    expect(await outgoing()).toEqual([]);
    known.resolve(undefined);
    for (const { statusCode } of await Promise.all([first, second, edit])) expect(statusCode).toBe(200);
    expect(await outgoing()).toEqual(["message: the first", "message: second", "edit: the first"]);
  });

  it("gives what was said before a message a moment to come, as the portal promises no order", async () => {
    wakeAt.length = 0;
    const before = Date.now();
    await post(added("second", "902"));
    const [row] = await store.messages.journal(MEMBER, { conversation, direction: "out", after: 0, limit: 9 });
    const [due] = await store.messages.unfinished(laneOf("out", conversation, MEMBER), 9);
    expect(due?.nextAt.getTime()).toBeGreaterThanOrEqual(before + 250);
    // Not before its time, or the run would be for nothing.
    expect(wakeAt.map((at) => at >= (due?.nextAt ?? at))).toEqual([true]);
    expect(row?.state).toBe("stored");
  });

  it.each([
    ["no token", { application_token: undefined }, 401],
    ["a wrong token", { application_token: "guess" }, 403],
    ["an unknown portal", { member_id: "stranger" }, 403],
  ])("refuses %s and stores nothing", async (_what, change, status) => {
    const answer = await post(added("evil", "1", { auth: auth(change) }));
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ error: { code: "not_proved" } });
    expect(await outgoing()).toEqual([]);
  });

  it.each([
    ["nothing", "", 400],
    ["rubbish", "a=b", 400],
    [
      "a message without ids",
      qs.stringify({ event: "ONIMCONNECTORMESSAGEADD", auth: auth(), data: { CONNECTOR, LINE: "1", MESSAGES: [{}] } }),
      400,
    ],
    ["too many fields", Array.from({ length: 6000 }, (_, n) => `a${n}=1`).join("&"), 413],
    ["too large a body", `event=${"x".repeat(1_100_000)}`, 413],
  ])("answers %s with a clear 4xx", async (_what, body, status) => {
    const answer = await post(body);
    expect(answer.statusCode).toBe(status);
    expect(answer.json().error.message).toMatch(/\w/);
  });

  it("marks a card that was changed, follows one that was deleted, and wakes the conversation whose session ended", async () => {
    const { people } = store;
    const { person } = await people.identify(MEMBER, { conversation, points: [], sharedByMoreThan: 5 });
    const card = { why: "made", title: "", open: true, lastActiveAt: new Date(), freshAt: new Date() } as const;
    await people.saveEntities(MEMBER, person, [
      { type: "deal", id: "1", ...card },
      { type: "lead", id: "2", ...card },
    ]);
    await post({ event: "ONCRMDEALUPDATE", auth: auth(), data: { FIELDS: { ID: "1" } } });
    await post({ event: "ONCRMLEADDELETE", auth: auth(), data: { FIELDS: { ID: "2" } } });
    const [deal, ...others] = (await people.find(MEMBER, person))?.entities ?? [];
    expect(others).toEqual([]);
    expect(deal?.freshAt).toBeUndefined();
    // Made after they last wrote: to be read, once; what is known already is not.
    for (const id of ["1", "77", "77"])
      await post({ event: "ONCRMDEALADD", auth: auth(), data: { FIELDS: { ID: id } } });
    expect((await store.reports.strangeDeals(new Date(), 50)).get(MEMBER)).toEqual([{ id: "77", changes: 1 }]);
    woken.length = 0;
    const dialog = { connector: { chat_id: conversation }, session: { id: "9" }, chat: { id: "55" } };
    const data = { CONNECTOR, LINE: "1", DATA: [dialog] };
    await post({ event: "ONIMCONNECTORDIALOGFINISH", auth: auth(), data });
    expect(woken).toEqual([`in:${conversation}:${MEMBER}`]);
  });

  it("answers another content type with 415", async () => {
    expect((await post("{}", "application/json")).statusCode).toBe(415);
  });

  it("passes over an event it does not know, when it is proved", async () => {
    expect((await post({ event: "ONSOMETHINGNEW", auth: auth(), data: {} })).statusCode).toBe(200);
    expect((await post({ event: "ONSOMETHINGNEW", auth: auth({ application_token: "x" }), data: {} })).statusCode).toBe(
      403,
    );
  });

  it("knows the account's connector for groups: its answers arrive, and without it the account keeps its line", async () => {
    const groups = `${CONNECTOR}_group`;
    const event = added("to the group", "950");
    expect((await post({ ...event, data: { ...event.data, CONNECTOR: groups } })).statusCode).toBe(200);
    expect((await store.messages.findByIm(MEMBER, "950"))?.content.body.text).toBe("to the group");
    await post({ event: "ONIMCONNECTORSTATUSDELETE", auth: auth(), data: { connector: groups, line: "1" } });
    expect((await store.accounts.list(MEMBER))[0]).toMatchObject({ line: "1", connector: CONNECTOR });
  });

  it("keeps nothing of a line that was deleted: the account leaves it, and what was saved of it goes", async () => {
    for (const line of ["1", "2"])
      await store.lineSaves.keep(MEMBER, line, { savedBy: "1", before: { greets: false }, after: { greets: true } });
    await post({ event: "ONIMCONNECTORLINEDELETE", auth: auth(), data: "1" });
    expect((await store.accounts.list(MEMBER))[0]).not.toHaveProperty("line");
    expect(await store.lineSaves.last(MEMBER, "1")).toBeUndefined();
    expect(await store.lineSaves.last(MEMBER, "2")).toBeDefined();
  });

  it("takes the account off a line that was deleted or disconnected", async () => {
    await post({ event: "ONIMCONNECTORSTATUSDELETE", auth: auth(), data: { connector: CONNECTOR, line: "1" } });
    expect((await store.accounts.list(MEMBER))[0]).not.toHaveProperty("line");
  });
});

describe("while the database is away", () => {
  const spooled = () =>
    readdir(join(dir, "spool")).then((names) => names.filter((name) => name.endsWith(".json")).length);

  it("keeps events on disk, answers 200, and brings them in their order afterwards", async () => {
    away = true;
    expect((await post(added("one", "901"))).statusCode).toBe(200);
    expect((await post(changed("ONIMCONNECTORMESSAGEUPDATE", "901", "one, edited"))).statusCode).toBe(200);
    expect(await spooled()).toBe(2);
    away = false;
    // Queues behind what waits, although the database is back.
    expect((await post(added("two", "902"))).statusCode).toBe(200);
    await expect
      .poll(outgoing, { timeout: 5_000 })
      .toEqual(["message: one, edited", "edit: one, edited", "message: two"]);
    await expect.poll(spooled).toBe(0);
  });

  it("survives a restart with events on disk", async () => {
    away = true;
    await post(added("kept", "901"));
    await app.close();
    away = false;
    app = await start();
    await expect.poll(outgoing, { timeout: 5_000 }).toEqual(["message: kept"]);
  });

  it("checks the proof when it can, and drops what has none", async () => {
    away = true;
    expect((await post(added("forged", "901", { auth: auth({ application_token: "guess" }) }))).statusCode).toBe(200);
    expect((await post(added("real", "902"))).statusCode).toBe(200);
    away = false;
    await expect.poll(outgoing, { timeout: 5_000 }).toEqual(["message: real"]);
  });

  it("says 503 when the spool is full, and 400 to rubbish as ever", async () => {
    await app.close();
    spoolBytes = 1_000;
    app = await start();
    away = true;
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await post(added("x".repeat(200), `90${n}`))).statusCode);
    expect(statuses[0]).toBe(200);
    expect(statuses.at(-1)).toBe(503);
    expect((await post("a=b")).statusCode).toBe(400);
  });
});

describe("the application's life", () => {
  const life = (event: string, data: object, more: object = {}) => ({
    event,
    data,
    auth: auth({ access_token: "x", refresh_token: "fresh", ...more }),
  });

  it("proves an unknown portal by a refresh, stores it and installs", async () => {
    granted = {
      kind: "granted",
      grant: {
        memberId: "member-2",
        domain: "new.example",
        clientEndpoint: "https://new.example/rest/",
        serverEndpoint: "https://oauth.bitrix.info/rest/",
        tokens,
        scopes: ["crm"],
        userId: "1",
      },
    } as unknown as GrantOutcome;
    const answer = await post(
      life("ONAPPINSTALL", { VERSION: "1", LANGUAGE_ID: "de" }, { member_id: "member-2", application_token: "t2" }),
    );
    expect(answer.statusCode).toBe(200);
    expect(await store.portals.find(portalId("member-2"))).toMatchObject({
      domain: "new.example",
      applicationToken: "t2",
      language: "de",
    });
    expect(runs).toEqual(["member-2"]);
  });

  it("refuses an installation that the authorization server does not confirm, or confirms for somebody else", async () => {
    const body = life(
      "ONAPPINSTALL",
      { VERSION: "1", LANGUAGE_ID: "de" },
      { member_id: "member-3", application_token: "t" },
    );
    expect((await post(body)).statusCode).toBe(403);
    granted = {
      kind: "granted",
      grant: {
        memberId: "another",
        domain: "x",
        clientEndpoint: "https://x/rest/",
        serverEndpoint: "https://oauth.bitrix.info/rest/",
        tokens,
        scopes: [],
      },
    } as unknown as GrantOutcome;
    expect((await post(body)).statusCode).toBe(403);
    expect(await store.portals.find(portalId("member-3"))).toBeUndefined();
    expect(runs).toEqual([]);
  });

  it("binds everything anew after an update, for an update drops the handlers", async () => {
    expect(
      (await post(life("ONAPPUPDATE", { VERSION: "2", PREVIOUS_VERSION: "1", LANGUAGE_ID: "en" }))).statusCode,
    ).toBe(200);
    expect(runs).toEqual([MEMBER]);
  });

  it("drops the tokens at an uninstall and keeps the data", async () => {
    expect(
      (await post({ event: "ONAPPUNINSTALL", data: { CLEAN: "0", LANGUAGE_ID: "en" }, auth: auth() })).statusCode,
    ).toBe(200);
    expect((await store.portals.find(MEMBER))?.tokens).toBeUndefined();
    expect(await store.accounts.list(MEMBER)).toHaveLength(1);
  });

  it("erases everything at an uninstall with its data, and says so in the log", async () => {
    expect(
      (await post({ event: "ONAPPUNINSTALL", data: { CLEAN: "1", LANGUAGE_ID: "en" }, auth: auth() })).statusCode,
    ).toBe(200);
    expect(await store.portals.find(MEMBER)).toBeUndefined();
    expect(await store.accounts.list(MEMBER)).toEqual([]);
    expect(await store.conversations.find(MEMBER, conversation)).toBeUndefined();
    expect(said.join("")).toMatch(/everything of it is erased/);
  });

  it("does not uninstall for a stranger", async () => {
    expect(
      (await post({ event: "ONAPPUNINSTALL", data: { CLEAN: "1" }, auth: auth({ application_token: "guess" }) }))
        .statusCode,
    ).toBe(403);
    expect(await store.portals.find(MEMBER)).toBeDefined();
  });

  it("never writes a token into the log", () => {
    expect(said.join("")).not.toContain(TOKEN);
  });
});

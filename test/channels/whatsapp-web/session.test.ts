import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { endingOf } from "../../../src/channels/whatsapp-web/endings.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { outgoing } from "../../contract/channel-harness.ts";
import { CUSTOMER } from "./account.ts";
import { QUICK, type Setup, type SetupOptions, setUp } from "./harness.ts";

const text = (words: string) => ({ body: plainText(words), attachments: [] });
/** A minute from now, in WhatsApp's seconds: later than anything else that a test writes. */
const soon = () => Math.floor(Date.now() / 1_000) + 60;
const say = (chatId: string, words: string) => outgoing(chatId, text(words));

describe("a linked account", () => {
  const setups: Setup[] = [];
  const start = async (options: SetupOptions = {}): Promise<Setup> => {
    const setup = await setUp(options);
    setups.push(setup);
    return setup;
  };
  afterEach(async () => {
    for (const setup of setups.splice(0)) await setup.close();
  });

  it("shows the code live, then says whom it is linked to", async () => {
    const { host, cloud } = await start({ unlinked: true });
    await host.reached("needs-action");
    expect(host.states.at(-1)?.prompt).toMatchObject({ kind: "qr", data: "2@code-1,key,identity,secret,1" });
    cloud.emit("qr", "2@next");
    await vi.waitFor(() => expect(host.states.at(-1)?.prompt).toMatchObject({ data: "2@next" }), { timeout: 10_000 });
    cloud.scan();
    await host.reached("connected");
    expect(host.profiles).toEqual([
      { externalId: "4915199999999", url: "https://wa.me/4915199999999", title: "Support" },
    ]);
  });

  it.each([
    ["none is named", undefined, "CHROMIUM_PATH"],
    ["none is there", "/nowhere/chromium", "CHROMIUM=yes"],
  ])("says what the operator must do about the browser when %s", async (_case, chromiumPath, words) => {
    const { host, cloud, folder } = await start({ unlinked: true, chromiumPath });
    await host.reached("failed");
    expect(host.states.at(-1)?.state.sentence).toContain(words);
    expect(cloud.starts()).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  it("is off without consent to the risk that the setup tells", async () => {
    const { host, cloud, adapter } = await start({ unlinked: true, settings: {} });
    expect(adapter.setup[0]?.warning?.en).toMatch(/ban the number/);
    expect(adapter.settings.parse({})).toMatchObject({ consent: false });
    await host.reached("needs-action");
    expect(host.states.at(-1)?.state.sentence).toContain("agree to the risk");
    expect(cloud.starts()).toBe(0);
  });

  it("says what the operator must do when Chromium may make no sandbox", async () => {
    const module = fileURLToPath(new URL("../../emulators/whatsapp-web/no-sandbox.ts", import.meta.url));
    const { host } = await start({ unlinked: true, parts: { module } });
    await host.reached("failed");
    expect(host.states.at(-1)?.state.sentence).toContain("user namespaces");
  });

  it("says in words that the library is absent", async () => {
    const { host } = await start({ unlinked: true, parts: { module: "no-such-library" } });
    await host.reached("failed");
    expect(host.states.at(-1)?.state.sentence).toContain("whatsapp-web.js");
  });

  it("is restored after a stop without another code, and leaves no profile in clear behind", async () => {
    const setup = await start();
    await setup.session.close();
    expect(await readdir(setup.folder)).toEqual([]);
    expect([...setup.host.store.keys()].some((key) => key.startsWith("profile/"))).toBe(true);
    setup.reopen();
    await setup.host.reached("connected");
    expect(setup.host.states.some((one) => one.prompt)).toBe(false);
  });

  it("keeps the running profile in a folder of its own rights", async () => {
    const { folder, account } = await start();
    expect((await stat(join(folder, account.id, "profile"))).mode & 0o777).toBe(0o700);
  });

  it("brings in order what came while it was away, once", async () => {
    const setup = await start();
    await setup.news(() => setup.cloud.write(CUSTOMER.pn, { text: "one" }));
    await setup.session.close();
    setup.cloud.write(CUSTOMER.pn, { text: "two", silent: true });
    setup.cloud.write(CUSTOMER.lid, { text: "three", silent: true });
    setup.reopen();
    await vi.waitFor(() => expect(setup.host.events.length).toBeGreaterThanOrEqual(2), { timeout: 10_000 });
    const came = setup.host.events;
    expect(came.map((event) => event.kind === "message" && event.content.body.text)).toEqual(["two", "three"]);
    expect(new Set(came.map((event) => event.chatId))).toEqual(new Set([CUSTOMER.pn]));
  });

  it.each(["getChats", "fetchMessages"])("looks again for what came meanwhile when %s fails", async (method) => {
    const setup = await start();
    await setup.news(() => setup.cloud.write(CUSTOMER.pn, { text: "one" }));
    await setup.session.close();
    setup.cloud.write(CUSTOMER.pn, { text: "two", silent: true });
    setup.cloud.fail(method, 2);
    setup.reopen();
    await setup.host.reached("connected");
    await setup.news(() => setup.cloud.write(CUSTOMER.pn, { text: "three", at: soon() }));
    await vi.waitFor(() => expect(setup.host.events).toHaveLength(2), { timeout: 10_000 });
    const texts = setup.host.events.map((event) => event.kind === "message" && event.content.body.text);
    expect(texts.toSorted()).toEqual(["three", "two"]);
  });

  it("finds a message again whose event broke off with the store", async () => {
    const setup = await start();
    await setup.news(() => setup.cloud.write(CUSTOMER.pn, { text: "one" }));
    const other = { pn: "4915166666666@c.us", name: "Clara" };
    setup.cloud.addPerson(other);
    setup.host.storeDown = true;
    setup.cloud.write(other.pn, { text: "lost" });
    setup.cloud.write(other.pn, { text: "lost too" });
    await vi.waitFor(() => expect(setup.host.broken).toBeGreaterThan(0), { timeout: 10_000 });
    setup.host.storeDown = false;
    setup.cloud.write(other.pn, { text: "after", at: soon() });
    await vi.waitFor(() => expect(setup.host.events).toHaveLength(4), { timeout: 10_000 });
    const texts = setup.host.events.map((event) => event.kind === "message" && event.content.body.text);
    expect(texts.toSorted()).toEqual(["after", "lost", "lost too", "one"]);
  });

  it("brings nothing from before it was first linked", async () => {
    const setup = await start({ unlinked: true });
    await setup.host.reached("needs-action");
    setup.cloud.write(CUSTOMER.pn, { text: "old", silent: true, at: 1_600_000_000 });
    setup.cloud.scan();
    await setup.host.reached("connected");
    const events = await setup.news(() => setup.cloud.write(CUSTOMER.pn, { text: "new" }));
    expect(events).toHaveLength(1);
    expect(setup.host.events).toHaveLength(1);
  });

  it("gives an event again until the store takes it", async () => {
    const setup = await start();
    setup.host.failures = 3;
    const [event] = await setup.news(() => setup.cloud.write(CUSTOMER.pn, { text: "hello" }));
    expect(event).toMatchObject({ kind: "message", chatId: CUSTOMER.pn });
    expect(setup.host.failures).toBe(0);
  });

  it("starts again when the worker dies, without a code", async () => {
    const setup = await start();
    await setup.session.close();
    setup.reopen();
    await setup.host.reached("connected");
    const before = setup.cloud.starts();
    setup.cloud.die();
    await vi.waitFor(() => expect(setup.cloud.starts()).toBe(before + 1), { timeout: 10_000 });
    await setup.host.reached("connected");
    expect(setup.host.states.map((one) => one.state.kind)).toContain("transient-disconnect");
  });

  it("is uncertain about a message under which the worker died, and knows it later as its own", async () => {
    const setup = await start();
    await setup.news(() => setup.cloud.write(CUSTOMER.pn, { text: "hello" }));
    await setup.session.close();
    setup.reopen();
    await setup.host.reached("connected");
    setup.cloud.fault("die-after");
    expect(await setup.session.send(say(CUSTOMER.pn, "on my way"), "k")).toMatchObject({ kind: "uncertain" });
    await setup.host.reached("connected");
    setup.cloud.write(CUSTOMER.pn, { text: "after" });
    await vi.waitFor(() => expect(setup.host.events.at(-1)).toMatchObject({ content: { body: { text: "after" } } }), {
      timeout: 10_000,
    });
    expect(setup.host.events).toHaveLength(1);
    expect(setup.host.events.filter((one) => one.kind === "message" && one.fromDevice)).toEqual([]);
    expect(setup.cloud.sentTo(CUSTOMER.pn)).toHaveLength(1);
  });

  it("says that it was unlinked on the phone, forgets the session and starts nothing by itself", async () => {
    const setup = await start();
    await setup.session.close();
    setup.reopen();
    await setup.host.reached("connected");
    const starts = setup.cloud.starts();
    setup.cloud.unlink();
    await setup.host.reached("logged-out");
    expect([...setup.host.store.keys()].filter((key) => key.startsWith("profile"))).toEqual([]);
    expect(setup.cloud.starts()).toBe(starts);
    expect(await setup.session.send(say(CUSTOMER.pn, "x"), "k")).toMatchObject({ kind: "account-down" });
  });

  it("says that it was unlinked while it was away, and asks for another scan", async () => {
    const setup = await start();
    await setup.session.close();
    setup.cloud.forgetDevice();
    setup.reopen();
    await setup.host.reached("needs-action");
    expect(setup.host.states.at(-1)).toMatchObject({
      state: { sentence: expect.stringContaining("while it was away") },
      prompt: { kind: "qr" },
    });
    setup.cloud.scan();
    await setup.host.reached("connected");
  });

  it("has a worker and a folder of its own beside another account's", async () => {
    const [one, two] = [await start(), await start()];
    expect(one.cloud.workerPid()).not.toBe(two.cloud.workerPid());
    one.cloud.die();
    await vi.waitFor(() => expect(one.cloud.starts()).toBe(2), { timeout: 10_000 });
    expect(two.cloud.starts()).toBe(1);
    expect(two.host.now()).toBe("connected");
  });

  it("stops at signs of a restriction, also after a restart", async () => {
    const setup = await start();
    const events = await setup.news(() => setup.cloud.write(CUSTOMER.pn, { text: "hello" }));
    const sent = await setup.session.send(say(CUSTOMER.pn, "hi"), "k");
    if (sent.kind !== "sent") throw new Error(JSON.stringify(sent));
    for (let at = 0; at < 5; at += 1) setup.cloud.ack(sent.externalIds[0] ?? "", -1);
    await setup.host.reached("failed");
    expect(setup.host.events.at(events.length)?.kind).toBe("failure");
    expect(await setup.session.send(say(CUSTOMER.pn, "more"), "k")).toMatchObject({ kind: "account-down" });
    const starts = setup.cloud.starts();
    await setup.session.close();
    setup.reopen();
    await setup.host.reached("failed");
    expect(setup.cloud.starts()).toBe(starts);
  });

  it("gives up on a page that stays silent, in time", async () => {
    const setup = await start({ unlinked: true, parts: { times: { ...QUICK, startMs: 2_000, restartMs: 60_000 } } });
    await setup.host.reached("needs-action");
    await setup.session.close();
    setup.cloud.silence(true);
    setup.reopen();
    await setup.host.reached("transient-disconnect");
    expect(setup.host.states.at(-1)?.state.sentence).toContain("in time");
  });

  it("starts again when it grows over its memory", async () => {
    const setup = await start({
      unlinked: true,
      parts: {
        limits: { memoryBytes: 1024 * 1024, memoryCheckMs: 20, stopMs: 2_000 },
        times: { ...QUICK, restartMs: 60_000 },
      },
    });
    await setup.host.reached("transient-disconnect");
    expect(setup.host.states.at(-1)?.state.sentence).toMatch(/\d MB/);
  });

  it("tells who was unlinked from here, and wipes what it remembered", async () => {
    const setup = await start();
    await setup.session.logout();
    await setup.session.closed;
    expect(setup.host.now()).toBe("logged-out");
    expect(setup.host.store.size).toBe(0);
  });

  it("waits while the page has no connection", async () => {
    const setup = await start();
    setup.cloud.setState("TIMEOUT");
    await setup.host.reached("transient-disconnect");
    expect(await setup.session.send(say(CUSTOMER.pn, "x"), "k")).toMatchObject({ kind: "retry" });
    setup.cloud.setState("CONNECTED");
    await setup.host.reached("connected");
  });
});

describe("reasons of a disconnection", () => {
  it.each([
    ["LOGOUT", "logged-out"],
    ["UNPAIRED", "logged-out"],
    ["UNPAIRED_IDLE", "logged-out"],
    ["TOS_BLOCK", "failed"],
    ["SMB_TOS_BLOCK", "failed"],
    ["PROXYBLOCK", "failed"],
    ["DEPRECATED_VERSION", "failed"],
    ["Max qrcode retries reached", "needs-action"],
  ])("%s ends as %s", (reason, kind) => {
    expect(endingOf(reason)).toMatchObject({ kind: "over", connection: { kind } });
  });
  it.each(["NAVIGATION", "CONFLICT", "TIMEOUT"])("%s passes", (reason) => {
    expect(endingOf(reason).kind).toBe("passing");
  });
});

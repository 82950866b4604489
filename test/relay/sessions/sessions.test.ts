import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ChannelEvent } from "../../../src/channels/contract/events.ts";
import { createLocalBus } from "../../../src/dispatch/bus.ts";
import { createSealedBus } from "../../../src/dispatch/sealed-bus.ts";
import type { Account, ConnectionState } from "../../../src/domain/account.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { createLogger } from "../../../src/log/log.ts";
import { createMetrics } from "../../../src/log/metrics.ts";
import { createMediaHandover } from "../../../src/media/handover.ts";
import { createInboundAcceptor } from "../../../src/relay/accept-inbound.ts";
import { keptFiles } from "../../../src/relay/files.ts";
import { NO_NEWS } from "../../../src/relay/news.ts";
import { withSessions } from "../../../src/relay/sessions/adapter.ts";
import { createSessionBroker } from "../../../src/relay/sessions/broker.ts";
import { createSessionHost, type HostTiming } from "../../../src/relay/sessions/session-host.ts";
import { createTally } from "../../../src/relay/tally.ts";
import type { Store } from "../../../src/store/contract.ts";
import { content, installation, newPortalId } from "../../contract/store-fixtures.ts";
import { type FakeSession, sessionChannel } from "../../support/session-channel.ts";
import { freshStore } from "../../support/store/fresh-store.ts";
import { until } from "../../support/world/until.ts";

const log = createLogger("silent");
const FAST: Partial<HostTiming> = { lookMs: 15, lockMs: 600, closeMs: 200, pauseMs: (failures) => failures * 20 };
const PLACE = { webhookUrl: "https://t.example/x", https: true };

let store: Store;
let dir: string;
let stops: (() => unknown)[];

beforeAll(async () => {
  store = await freshStore({ secretKey: "k".repeat(32), log });
});
afterAll(() => store.close());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "threadline-sessions-"));
  stops = [];
});
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  for (const { portal, id } of await store.accounts.listByChannel("standing")) await store.accounts.delete(portal, id);
  await rm(dir, { recursive: true, force: true });
});

async function newAccount(connection: ConnectionState["kind"] = "starting"): Promise<Account> {
  const portal = newPortalId();
  await store.portals.install(installation(portal));
  return store.accounts.create(portal, {
    channel: "standing",
    name: "Standing",
    credentials: { phone: "+1" },
    settings: {},
    webhookSecret: "s",
    connection: { kind: connection, sentence: "Stored before." },
  });
}

interface World {
  readonly opened: FakeSession[];
  readonly adapter: ReturnType<typeof sessionChannel>["adapter"];
  readonly broker: ReturnType<typeof createSessionBroker>;
  readonly host: ReturnType<typeof createSessionHost>;
  readonly woken: string[];
}

/** One process of ours; those of one test share store, bus and data folder. */
function process(bus = createLocalBus(() => undefined), given: { readonly paced?: boolean } = {}): World {
  const { adapter: channel, opened } = sessionChannel(given);
  const owner = randomUUID();
  const handover = createMediaHandover({ dataDir: dir, now: () => new Date() });
  const broker = createSessionBroker({
    bus: createSealedBus(bus, "k".repeat(32)),
    processId: owner,
    files: keptFiles({ open: async () => undefined, link: () => "" }),
    handover,
    log,
    timing: { pingMs: 60, workingMs: 20, silenceMs: 120 },
  });
  const channels = withSessions(new Map([["standing", channel]]), { broker, handover });
  const adapter = channels.get("standing");
  if (!adapter) throw new Error("no adapter");
  const woken: string[] = [];
  const dispatcher = { wake: (lane: string) => void woken.push(lane), wakeAt: () => undefined };
  const acceptor = createInboundAcceptor({
    news: NO_NEWS,
    store,
    dispatcher,
    metrics: createMetrics(),
    tally: createTally(),
    log,
    now: () => new Date(),
  });
  const host = createSessionHost({ store, channels, acceptor, dispatcher, log, owner, timing: FAST });
  broker.serve(host);
  stops.push(
    () => broker.close(),
    () => host.close(),
  );
  return { opened, adapter, broker, host, woken };
}

const count = (world: World, wanted: number) =>
  until(() => world.opened.length === wanted, 5_000, `${wanted} sessions`);
const last = (world: World): FakeSession => {
  const session = world.opened.at(-1);
  if (!session) throw new Error("no session");
  return session;
};
const connection = async (account: Account) => (await store.accounts.findAnywhere(account.id))?.connection;
const becomes = (account: Account, kind: ConnectionState["kind"]) =>
  until(async () => (await connection(account))?.kind === kind, 5_000, kind);
const text = (chat: string) => ({
  chatId: chat,
  content: content("hello"),
  ...keptFiles({ open: async () => undefined, link: () => "" }),
});
const written = (key: string): ChannelEvent => ({
  kind: "message",
  key,
  chatId: "c1",
  at: new Date(),
  customer: { externalId: "c1", name: "Ann" },
  externalId: key,
  content: { body: plainText("hi"), attachments: [] },
});

describe("the host", () => {
  it("opens a session for an account that is on, keeps its states and profile, and takes its events durably", async () => {
    const account = await newAccount();
    const world = process();
    world.host.start();
    await count(world, 1);
    last(world).says("connected");
    last(world).host.profile({ title: "Me" });
    await becomes(account, "connected");
    await until(async () => (await store.accounts.findAnywhere(account.id))?.profile.title === "Me", 5_000, "profile");
    await last(world).host.accept([written("1"), written("1")]);
    const conversation = await store.conversations.findByExternalChat(account.id, "c1");
    expect(conversation).toBeDefined();
    expect(await store.messages.journal(account.portal, { limit: 10 })).toHaveLength(1);
  });

  it("writes the state again when somebody wrote an older one over it, and never a prompt", async () => {
    const account = await newAccount();
    const world = process();
    world.host.start();
    await count(world, 1);
    last(world).says("needs-action", { kind: "qr", data: "QR-SECRET" });
    await becomes(account, "needs-action");
    await store.accounts.update(account.portal, account.id, {
      connection: { kind: "starting", sentence: "An old request." },
    });
    await becomes(account, "needs-action");
    expect(JSON.stringify(await store.accounts.findAnywhere(account.id))).not.toContain("QR-SECRET");
  });

  it("opens again with growing pauses after an end that time may heal, and rests after one that it does not", async () => {
    const account = await newAccount();
    const world = process();
    world.host.start();
    for (let n = 1; n <= 3; n++) {
      await count(world, n);
      last(world).says("transient-disconnect");
      last(world).end();
    }
    await count(world, 4);
    last(world).says("bad-credentials");
    last(world).end();
    await becomes(account, "bad-credentials");
    const second = await newAccount();
    await count(world, 5);
    expect(last(world).account.id).toBe(second.id);
    // Several looks have passed since; the first account still rests, until somebody connects it again.
    const { connection: started } = await world.adapter.connect(account, PLACE);
    expect(started.kind).toBe("starting");
    await store.accounts.update(account.portal, account.id, { connection: started });
    await count(world, 6);
    expect(last(world).account.id).toBe(account.id);
  });

  it("lets go when the account is switched off, and opens anew with changed credentials", async () => {
    const account = await newAccount();
    const world = process();
    world.host.start();
    await count(world, 1);
    await store.accounts.update(account.portal, account.id, { credentials: { phone: "+2" } });
    await count(world, 2);
    expect(world.opened[0]?.ended).toBe(true);
    expect(last(world).account.credentials).toEqual({ phone: "+2" });
    await store.accounts.update(account.portal, account.id, { enabled: false });
    await until(() => last(world).ended, 5_000, "the end of the second");
    await store.accounts.update(account.portal, account.id, { enabled: true });
    await count(world, 3);
    await store.accounts.delete(account.portal, account.id);
    await until(() => last(world).ended, 5_000, "the end of the third");
  });

  it("keeps what a session remembers, and refuses it once the session is no longer ours", async () => {
    const account = await newAccount();
    const world = process();
    world.host.start();
    await count(world, 1);
    const { memory } = last(world).host;
    await memory.set("keys/1", Buffer.from("one"));
    expect(await memory.list("keys/")).toEqual([{ key: "keys/1", value: Buffer.from("one") }]);
    await world.host.close();
    await expect(memory.set("keys/1", Buffer.from("late"))).rejects.toThrow(/no longer/);
    expect((await store.channelState.get(account.portal, account.id, "keys/1"))?.toString()).toBe("one");
  });

  it("never has two sessions of an account in two processes, and hands over when the first lets go", async () => {
    await newAccount();
    const bus = createLocalBus(() => undefined);
    const [one, two] = [process(bus), process(bus)];
    one.host.start();
    two.host.start();
    await until(() => one.opened.length + two.opened.length > 0, 5_000, "a session");
    const [first, second] = one.opened.length > 0 ? [one, two] : [two, one];
    await until(
      async () => !(await store.locks.acquire(`session:${last(first).account.id}`, "x", 1)),
      1_000,
      "the lock",
    );
    expect(second.opened).toHaveLength(0);
    await first.host.close();
    await count(second, 1);
    expect(last(first).ended).toBe(true);
  });

  it("lets go at once when its lock is another's, before that one can be taken for the only one", async () => {
    const account = await newAccount();
    const world = process();
    world.host.start();
    await count(world, 1);
    await store.locks.releaseAll();
    await store.locks.acquire(`session:${account.id}`, "another", 60_000);
    await until(() => last(world).ended, 5_000, "the end");
    expect(await world.broker.ask(account.id, { method: "state" })).toEqual({ kind: "nobody" });
    expect(world.opened).toHaveLength(1);
  });

  it("says so when a session does not end, and opens no second one beside it", async () => {
    const account = await newAccount();
    const world = process();
    world.host.start();
    await count(world, 1);
    last(world).stubborn = true;
    await store.accounts.update(account.portal, account.id, { credentials: { phone: "+3" } });
    await becomes(account, "failed");
    expect((await connection(account))?.sentence).toMatch(/Restart the server/);
    expect(world.opened).toHaveLength(1);
    await world.host.close();
    expect(await store.locks.acquire(`session:${account.id}`, "another", 1)).toBe(false);
    last(world).end();
  });

  it("logs out, forgets what was remembered, and rests", async () => {
    const account = await newAccount();
    const world = process();
    world.host.start();
    await count(world, 1);
    last(world).says("connected");
    await last(world).host.memory.set("keys", Buffer.from("k"));
    expect(await world.broker.ask(account.id, { method: "logout" })).toEqual({ kind: "answered", answer: {} });
    expect(last(world).loggedOut).toBe(true);
    await becomes(account, "logged-out");
    expect(await store.channelState.list(account.portal, account.id, "")).toEqual([]);
    expect(world.opened).toHaveLength(1);
  });
});

describe("calls", () => {
  /** The session lives in `owner`; `other` asks it over the bus. */
  async function pair(given: { readonly paced?: boolean } = {}) {
    const account = await newAccount();
    const bus = createLocalBus(() => undefined);
    const owner = process(bus, given);
    owner.host.start();
    await count(owner, 1);
    return { account, owner, other: process(bus, given) };
  }

  it.each(["here", "elsewhere"])("reach the session %s and bring its answers back", async (where) => {
    const { account, owner, other } = await pair();
    const { adapter } = where === "here" ? owner : other;
    expect(await adapter.send(account, text("c1"), "key-1")).toEqual({ kind: "sent", externalIds: ["x1"] });
    expect(last(owner).sent).toEqual([{ text: "hello", key: "key-1", files: [] }]);
    const change = { chatId: "c1", externalIds: ["x1"], content: content("new") };
    expect(await adapter.edit?.(account, change)).toMatchObject({ externalIds: ["edited"] });
    expect(await adapter.remove?.(account, change)).toMatchObject({ externalIds: ["removed"] });
    const reaction = { chatId: "c1", externalId: "x1", emoji: "👍" };
    expect(await adapter.react?.(account, reaction)).toMatchObject({ externalIds: ["reacted"] });
    expect(await adapter.findPerson?.(account, { phone: "+5" })).toMatchObject({ chatId: "chat of +5" });
    const opened = await adapter.openMedia?.(account, "ref1", new AbortController().signal);
    if (opened?.kind !== "opened") throw new Error(`not opened: ${opened?.kind}`);
    const chunks: Buffer[] = [];
    for await (const chunk of opened.stream) chunks.push(Buffer.from(chunk));
    expect(Buffer.concat(chunks).toString()).toBe("bytes of ref1");
    expect(opened).toMatchObject({ name: "ref1.bin", size: 13 });
    expect(await readdir(join(dir, "handover"))).toEqual([]);
    expect(await adapter.openMedia?.(account, "gone", new AbortController().signal)).toMatchObject({ kind: "gone" });
  });

  it("are certainly not done where nobody holds the session", async () => {
    const account = await newAccount("logged-out");
    const { adapter } = process();
    const outcome = await adapter.send(account, text("c1"), "k");
    expect(outcome).toMatchObject({ kind: "retry", sentence: "The account is not connected. Stored before." });
    expect(await adapter.findPerson?.(account, { phone: "+5" })).toMatchObject({ kind: "unknown" });
  });

  it("are uncertain when the owner dies after it took them, which its silence tells", async () => {
    const { account, owner, other } = await pair();
    last(owner).next = new Promise(() => undefined);
    const sending = other.adapter.send(account, text("c1"), "k");
    await until(() => last(owner).sent.length === 1, 5_000, "the call");
    owner.broker.close();
    // What it would say from now on is not heard: the same for the asker as its death.
    last(owner).next = undefined;
    expect((await sending).kind).toBe("uncertain");
  });

  it("wait for an owner that is slow and alive", async () => {
    const { account, owner, other } = await pair();
    let finish: (outcome: { kind: "sent"; externalIds: string[] }) => void = () => undefined;
    last(owner).next = new Promise((resolve) => {
      finish = resolve;
    });
    const sending = other.adapter.send(account, text("c1"), "k");
    const early = await Promise.race([sending, new Promise((resolve) => setTimeout(() => resolve("waiting"), 400))]);
    expect(early).toBe("waiting");
    finish({ kind: "sent", externalIds: ["slow"] });
    expect(await sending).toEqual({ kind: "sent", externalIds: ["slow"] });
  });

  it("are uncertain when the session throws", async () => {
    const { account, owner, other } = await pair();
    last(owner).next = Promise.reject(new Error("a bug"));
    last(owner).next?.catch(() => undefined);
    expect((await other.adapter.send(account, text("c1"), "k")).kind).toBe("uncertain");
  });

  describe("of a channel whose messages wait for their turn", () => {
    /** `turn()` lets the message out of the session's line. */
    async function waiting(where: "here" | "elsewhere") {
      const { account, owner, other } = await pair({ paced: true });
      let turn = (): void => undefined;
      last(owner).turn = new Promise((resolve) => {
        turn = resolve;
      });
      const asked: number[] = [];
      const send = (leave: () => Promise<boolean>) =>
        (where === "here" ? owner : other).adapter.send(
          account,
          {
            ...text("c1"),
            leave: () => {
              asked.push(last(owner).sent.length);
              return leave();
            },
          },
          "k",
        );
      return { account, owner, other, turn, asked, send };
    }

    it.each(["here", "elsewhere"] as const)("are on record only when the turn has come, %s", async (where) => {
      const { owner, turn, asked, send } = await waiting(where);
      const sending = send(async () => true);
      // Longer than an owner may be silent: it says that it is there.
      const early = await Promise.race([sending, new Promise((resolve) => setTimeout(() => resolve("waits"), 300))]);
      expect([early, asked]).toEqual(["waits", []]);
      turn();
      expect(await sending).toEqual({ kind: "sent", externalIds: ["x1"] });
      expect(asked).toEqual([0]);
      expect(last(owner).sent).toHaveLength(1);
    });

    it.each(["here", "elsewhere"] as const)("do not leave when they may not, %s", async (where) => {
      const { owner, turn, send } = await waiting(where);
      const sending = send(async () => false);
      turn();
      expect(await sending).toMatchObject({ kind: "retry", afterMs: 7 });
      expect(last(owner).sent).toEqual([]);
    });

    it("do not leave when nobody can say whether they may", async () => {
      const { owner, turn, send } = await waiting("elsewhere");
      const sending = send(() => Promise.reject(new Error("the database is away")));
      turn();
      expect(await sending).toMatchObject({ kind: "retry", afterMs: 7 });
      expect(last(owner).sent).toEqual([]);
    });

    it("have certainly not left when the owner dies before their turn, nor do they afterwards", async () => {
      const { owner, turn, asked, send } = await waiting("elsewhere");
      const sending = send(async () => true);
      await until(() => last(owner).waiting === 1, 5_000, "the message in the session's line");
      owner.broker.close();
      expect(await sending).toMatchObject({ kind: "retry", sentence: expect.stringContaining("has not left") });
      // The owner only could not be heard: what it asks now is not answered, and that is a no.
      const answers: (boolean | undefined)[] = [];
      last(owner).said = (may) => void answers.push(may);
      turn();
      await until(() => answers.length === 1, 5_000, "the answer");
      expect([answers, asked, last(owner).sent]).toEqual([[false], [], []]);
    });

    it("may have arrived when the owner dies after it", async () => {
      const { owner, turn, send } = await waiting("elsewhere");
      last(owner).next = new Promise(() => undefined);
      const sending = send(async () => true);
      turn();
      await until(() => last(owner).sent.length === 1, 5_000, "the request");
      owner.broker.close();
      expect((await sending).kind).toBe("uncertain");
    });
  });

  it("cannot be made by somebody on the bus who has not our key", async () => {
    const { account, owner } = await pair();
    const bus = createLocalBus(() => undefined);
    const heard: string[] = [];
    const sealed = createSealedBus(bus, "k".repeat(32));
    sealed.subscribe("t", (notice) => heard.push(notice));
    bus.publish("t", JSON.stringify({ kind: "ping" }));
    createSealedBus(bus, "z".repeat(32)).publish("t", "stranger");
    bus.subscribe("t", (raw) => expect(raw).not.toContain("secret"));
    sealed.publish("t", "secret");
    await until(() => heard.length > 0, 1_000, "the notice");
    expect(heard).toEqual(["secret"]);
    expect(last(owner).account.id).toBe(account.id);
  });
});

import { randomUUID } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { type Cloud, startCloud } from "../../emulators/whatsapp-web/cloud.ts";
import type { AppProcess } from "../../support/world/app-process.ts";
import { withEmulatedWhatsapp } from "../../support/world/emulated-whatsapp.ts";
import { until } from "../../support/world/until.ts";
import { type ApiAccount, type JournalMessage, World, type WorldOptions } from "../../support/world/world.ts";
import { CUSTOMER } from "./account.ts";

/**
 * A linked WhatsApp account as an administrator, a customer and an agent meet it: the real server in processes of its own,
 * its session host, the channel and the channel's worker process, between the emulated portal and the emulated library.
 */

const AGENT = 5;
const PATIENCE_MS = 60_000;

interface SessionState {
  readonly open: boolean;
  readonly connection: { readonly kind: string; readonly sentence: string };
  readonly prompt: { readonly kind: string; readonly data?: string } | null;
}

interface Place {
  readonly world: World;
  readonly cloud: Cloud;
  readonly account: ApiAccount;
}

describe("a linked WhatsApp account through the app", () => {
  const stops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  async function linked(services?: WorldOptions["services"]): Promise<Place> {
    const cloud = await startCloud();
    stops.push(() => cloud.close());
    cloud.addPerson(CUSTOMER);
    const world = await World.start({
      unpaced: true,
      ...(services && { services }),
      env: withEmulatedWhatsapp(cloud.path),
    });
    stops.push(() => world.stop());
    await world.install();
    const body = { channel: "whatsapp-web", name: "Support number", settings: { consent: true } };
    const { id } = await world.api<ApiAccount>("/api/accounts", { method: "POST", body });
    const account = await world.api<ApiAccount>(`/api/accounts/${id}`, { method: "PATCH", body: { line: 1 } });
    const place = { world, cloud, account };
    await until(
      async () => (await sessionOf(place)).prompt?.kind === "qr",
      PATIENCE_MS,
      "the code",
      () => said(place),
    );
    expect((await sessionOf(place)).prompt?.data).toBe("2@code-1,key,identity,secret,1");
    cloud.scan();
    await becomes(place, "connected");
    return place;
  }

  const sessionOf = ({ world, account }: Place) => world.api<SessionState>(`/api/accounts/${account.id}/session`);
  const said = ({ world }: Place) => world.processes.map((one) => one.tail(15)).join("\n--\n");
  const becomes = (place: Place, kind: string) =>
    until(
      async () => (await sessionOf(place)).connection.kind === kind,
      PATIENCE_MS,
      `the account to be ${kind}`,
      async () => `${JSON.stringify(await sessionOf(place))}\n${said(place)}`,
    );

  /** What the customer said, as the agents see it, in order. */
  function heard({ world }: Place): string[] {
    const { portal } = world.portal.portal();
    return [...portal.chats.values()]
      .flatMap((chat) => portal.chatMessages(chat))
      .filter((message) => message.from === "customer")
      .map((message) => message.text);
  }
  const hears = (place: Place, texts: readonly string[]) =>
    until(
      () => heard(place).length >= texts.length,
      PATIENCE_MS,
      `${texts.join(", ")} to reach the portal`,
      () => `${JSON.stringify(heard(place))}\n${said(place)}`,
    ).then(() => expect(heard(place)).toEqual(texts));

  /** What reached the customer, in order. */
  const reached = ({ cloud }: Place): string[] => cloud.sentTo(CUSTOMER.pn).map(({ data }) => data.body);
  const reaches = (place: Place, texts: readonly string[]) =>
    until(
      () => reached(place).length >= texts.length,
      PATIENCE_MS,
      `${texts.join(", ")} to reach WhatsApp`,
      () => `${JSON.stringify(reached(place))}\n${said(place)}`,
    ).then(() => expect(reached(place)).toEqual(texts));

  function answer({ world }: Place, text: string): void {
    const portal = world.portal.portal();
    const [chat] = [...portal.portal.chats.values()];
    if (!chat) throw new Error("there is no chat to answer in");
    portal.operatorWrites(chat.id, { text, userId: AGENT });
  }

  /** The process of the server that has the account's connection now. */
  async function holderOf({ world, cloud }: Place): Promise<AppProcess> {
    const status = await readFile(`/proc/${cloud.workerPid()}/status`, "utf8");
    const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
    const holder = world.processes.find(({ pid, running }) => running && pid === parent);
    if (!holder) throw new Error(`no process of the server is the parent ${parent} of the worker`);
    return holder;
  }

  /** Politely: its profile is kept then, and whoever opens it next needs no code. */
  async function restartHolder(place: Place): Promise<void> {
    const starts = place.cloud.starts();
    const holder = await holderOf(place);
    await holder.kill("SIGTERM");
    await holder.start();
    await until(
      () => place.cloud.starts() > starts,
      PATIENCE_MS,
      "it to be opened again",
      () => said(place),
    );
    await becomes(place, "connected");
  }

  const stateOf = async ({ world }: Place, text: string): Promise<string | undefined> =>
    (await world.api<JournalMessage[]>("/api/journal")).find((row) => row.text === text)?.state;
  const settles = (place: Place, text: string, states: readonly string[]) =>
    until(
      async () => states.includes((await stateOf(place, text)) ?? ""),
      PATIENCE_MS,
      `“${text}” to be ${states.join(" or ")}`,
      async () => `${await stateOf(place, text)}\n${said(place)}`,
    );

  it("carries both ways, is restored after a restart with its profile kept sealed, and fills the gap", async () => {
    const place = await linked();
    const { world, cloud, account } = place;
    cloud.write(CUSTOMER.pn, { text: "Hello" });
    await hears(place, ["Hello"]);
    answer(place, "Good morning");
    await reaches(place, ["Good morning"]);
    await settles(place, "Good morning", ["sent", "delivered"]);
    const [sent] = cloud.sentTo(CUSTOMER.pn);
    cloud.ack(sent?.data.id._serialized ?? "", 3);
    await settles(place, "Good morning", ["read"]);

    const profile = join(world.dataDir, "whatsapp", account.id, "profile");
    expect((await stat(profile)).mode & 0o777).toBe(0o700);
    const token = await readFile(join(profile, "Default", "IndexedDB", "session"), "utf8");
    const many = Array.from({ length: 10 }, (_, at) => `Item ${at + 1}`);
    for (const text of many) answer(place, text);
    await until(
      () => reached(place).length >= 4,
      PATIENCE_MS,
      "the first of many",
      () => said(place),
    );
    const stopping = performance.now();
    await world.web.kill("SIGTERM");
    // Those that only waited for their pace did not hold up the stop.
    expect(performance.now() - stopping).toBeLessThan(10_000);
    expect(reached(place).length).toBeLessThan(11);
    expect(await readdir(join(world.dataDir, "whatsapp"))).toEqual([]);
    expect(await holds(world.dataDir, token)).toBe(false);

    cloud.write(CUSTOMER.pn, { text: "Are you there?", silent: true });
    cloud.write(CUSTOMER.lid, { text: "It is urgent", silent: true });
    await world.web.start();
    await becomes(place, "connected");
    expect((await sessionOf(place)).prompt).toBeNull();
    await hears(place, ["Hello", "Are you there?", "It is urgent"]);
    answer(place, "Back again");
    await reaches(place, ["Good morning", ...many, "Back again"]);
    expect([...world.portal.portal().portal.chats.values()]).toHaveLength(1);
  }, 120_000);

  it("is opened again when its worker is killed in the middle of a message, which is neither lost nor doubled", async () => {
    const place = await linked();
    const { cloud, world } = place;
    cloud.write(CUSTOMER.pn, { text: "Hello" });
    await hears(place, ["Hello"]);
    await restartHolder(place);
    const starts = cloud.starts();
    cloud.fault("no-answer");
    answer(place, "On my way");
    await reaches(place, ["On my way"]);
    process.kill(cloud.workerPid(), "SIGKILL");
    await until(
      () => cloud.starts() > starts,
      PATIENCE_MS,
      "another worker",
      () => said(place),
    );
    await becomes(place, "connected");
    await settles(place, "On my way", ["uncertain"]);

    cloud.write(CUSTOMER.pn, { text: "Thank you" });
    await hears(place, ["Hello", "Thank you"]);
    answer(place, "You are welcome");
    await reaches(place, ["On my way", "You are welcome"]);
    await settles(place, "You are welcome", ["sent", "delivered"]);
    // Found again in the chat's history, it is known as ours: it does not come back as written on the phone.
    const rows = await world.api<JournalMessage[]>("/api/journal");
    expect(rows.map(({ direction, text }) => `${direction} ${text}`).sort()).toEqual(
      ["in Hello", "in Thank you", "out On my way", "out You are welcome"].sort(),
    );
  }, 120_000);

  it("moves to another process when the one that holds it is killed; a call in flight is uncertain, nothing is doubled", async () => {
    const place = await linked({ ...(await freshServices()), workers: 2 });
    const { cloud, world } = place;
    // The web process has no connections: what it tells came over the sealed bus.
    expect(await sessionOf(place)).toMatchObject({ open: true, connection: { kind: "connected" } });
    cloud.write(CUSTOMER.pn, { text: "Hello" });
    await hears(place, ["Hello"]);
    answer(place, "Good morning");
    await reaches(place, ["Good morning"]);
    await settles(place, "Good morning", ["sent", "delivered"]);
    await restartHolder(place);

    const holder = await holderOf(place);
    expect(holder).not.toBe(world.web);
    const starts = cloud.starts();
    cloud.fault("no-answer");
    answer(place, "In flight");
    await reaches(place, ["Good morning", "In flight"]);
    await holder.kill("SIGKILL");
    // Its worker sees that and leaves no profile in clear behind, long before anybody else may open the account.
    await until(async () => (await readdir(join(world.dataDir, "whatsapp"))).length === 0, 15_000, "the folder to go");
    cloud.write(CUSTOMER.pn, { text: "While it moves", silent: true });

    await until(
      () => cloud.starts() > starts,
      PATIENCE_MS,
      "the other process to open it",
      () => said(place),
    );
    await becomes(place, "connected");
    expect(await holderOf(place)).not.toBe(holder);
    await settles(place, "In flight", ["uncertain"]);
    await hears(place, ["Hello", "While it moves"]);

    answer(place, "After the move");
    await reaches(place, ["Good morning", "In flight", "After the move"]);
    await settles(place, "After the move", ["sent", "delivered"]);
    await holder.start();
    cloud.write(CUSTOMER.pn, { text: "All well" });
    await hears(place, ["Hello", "While it moves", "All well"]);
    expect(cloud.starts()).toBe(starts + 1);
    expect(reached(place)).toEqual(["Good morning", "In flight", "After the move"]);
  }, 180_000);
});

/** Whether any file below holds these bytes. */
async function holds(folder: string, words: string): Promise<boolean> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    if ((await readFile(join(entry.parentPath, entry.name))).includes(words)) return true;
  }
  return false;
}

async function freshServices(): Promise<{ readonly databaseUrl: string; readonly redisUrl: string }> {
  const [databaseUrl = "", redisUrl = ""] = [process.env.TEST_DATABASE_URL, process.env.TEST_REDIS_URL];
  const name = `linked_${randomUUID().replaceAll("-", "")}`;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return { databaseUrl: url.href, redisUrl };
}

/** Automation rules of the emulated portal call our robots, through the whole application, and go on with what they return. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RobotRun } from "../emulators/portal/automation.ts";
import { runRobot } from "../emulators/portal/run-robot.ts";
import { cardsWith } from "../relay/crm/cards.ts";
import { until } from "../support/world/until.ts";
import { World } from "../support/world/world.ts";
import { journalOf } from "./support.ts";

const BORIS = 7;
const PATIENCE_MS = 20_000;
const TIMEOUT_MS = 60_000;
let world: World;
let phone: string;
let customer: number;
let lead: number;
let conversation: string;
let people = 0;

beforeAll(async () => {
  world = await World.start({ unpaced: true });
  await world.install();
  await world.connectTelegram();
  await world.api("/api/rules", { method: "PUT", body: { ruleset: { owner: { who: "rules" } }, basedOn: 0 } });
}, TIMEOUT_MS);
afterAll(() => world?.stop());

/** Somebody new has written, and has a lead. */
beforeEach(async () => {
  people += 1;
  phone = `+7908${String(5_300_000 + people)}`;
  customer = world.telegram.addPerson().id;
  world.telegram.userWrites(customer, `call ${phone}`);
  await until(() => cardsWith(world.portal, "lead", phone).length > 0, PATIENCE_MS, "the lead");
  lead = cardsWith(world.portal, "lead", phone)[0]?.id ?? 0;
  conversation = (await journalOf(world)).find(({ text }) => text === `call ${phone}`)?.conversation ?? "";
});

const run = (code: string, properties: Record<string, unknown>, more: { workflow?: string; again?: RobotRun } = {}) =>
  runRobot(world.portal.portal().portal, {
    ...{ code: `threadline_${code}`, document: ["crm", "CCrmDocumentLead", `LEAD_${lead}`], properties, ...more },
  });

async function returned(one: RobotRun): Promise<Record<string, unknown>> {
  await until(
    () => one.state === "closed",
    PATIENCE_MS,
    `${one.code} to return`,
    () => JSON.stringify(one),
  );
  return one.returned ?? {};
}

const got = () => world.telegram.sentTo(customer).map(({ text }) => text);
const inLine = () => [...world.portal.portal().portal.messages.values()].map(({ text }) => text);

describe("sending", () => {
  test("goes to the customer once, says so to the workflow, and is a robot's on every surface", async () => {
    const one = run("send", { channel: "best", text: "Your order is ready" });
    expect(await returned(one)).toMatchObject({
      result: "sent",
      reason: "",
      sent_by: "Telegram",
      account: "Support bot",
    });
    expect(got()).toEqual(["Your order is ready"]);
    run("send", {}, { again: one });
    await world.portal.events.settled();
    expect(world.portal.events.sent.at(-1)?.status).toBe(200);
    await until(() => inLine().includes("[b]Robot:[/b]\nYour order is ready"), PATIENCE_MS, "the line to show it");
    const [row] = (await world.api<{ text: string; automatic?: object }[]>("/api/journal?direction=out")).filter(
      ({ text }) => text === "Your order is ready",
    );
    expect(row?.automatic).toEqual({ by: "robot" });
    expect(got()).toEqual(["Your order is ready"]);
  });

  test("goes by the next channel of the chain, with why the first one did not", async () => {
    const one = run("send", { channel: "viber", otherwise: "telegram", otherwise2: "email", text: "Hello" });
    expect(await returned(one)).toMatchObject({
      result: "sent",
      sent_by: "Telegram",
      reason: "No account of this channel is connected and switched on.",
    });
    const none = run("send", { channel: "viber", otherwise: "none", text: "Hello" });
    expect(await returned(none)).toMatchObject({
      ...{ result: "not_sent", reason: "No account of this channel is connected and switched on." },
    });
    expect(got()).toEqual(["Hello"]);
  });

  test("is not lost and not doubled when the server dies while it is at it", async () => {
    const one = run("send", { text: "Through a crash" });
    await world.portal.events.settled();
    await world.web.kill("SIGKILL");
    await world.web.start();
    // Who had it is gone: it is taken again after a minute, unless it was not taken yet.
    await until(() => one.state === "closed", 100_000, "the workflow to go on");
    expect(one.returned).toMatchObject({ result: "sent" });
    expect(got()).toEqual(["Through a crash"]);
  }, 120_000);
});

describe("a file", () => {
  const kept = (name: string) => {
    const { portal } = world.portal.portal();
    return portal.fileUrl(portal.addFile(0, name, "application/pdf", Buffer.from(`%PDF-1.4 ${name}`), 1));
  };
  const pathOf = (link: string) => new URL(link).pathname;
  const nameOf = (file: unknown) =>
    typeof file === "object" && file !== null && "file_name" in file ? file.file_name : undefined;
  const names = () => world.telegram.sentTo(customer).map(({ document }) => nameOf(document));

  test("goes to the customer with the text, in every shape in which a portal describes one", async () => {
    const shapes: readonly ((link: string) => unknown)[] = [
      (link) => link,
      (link) => [link],
      (link) => [{ id: 5, url: "https://unused.example/needs-a-session", urlMachine: link }],
      (link) => ({ id: 5, downloadUrl: pathOf(link), showUrl: "/show" }),
    ];
    const files = shapes.map((_shape, n) => `offer ${n} of ${people}, 100%.pdf`);
    const runs = shapes.map((shape, n) => run("send", { text: `Offer ${n}`, files: shape(kept(files[n] ?? "")) }));
    for (const one of runs) expect(await returned(one)).toMatchObject({ result: "sent", reason: "" });
    expect(names().toSorted()).toEqual(files);
  });

  test("that cannot be read or had is not sent, nor is the text without it, and the workflow is told why", async () => {
    const gone = kept("x.pdf").replace(/download\/.*/, "download/99999/100%");
    const wrong: readonly [unknown, RegExp][] = [
      [["17"], /gave no link/],
      [[{ id: "17" }], /gave no link/],
      [["https://files.example/a.pdf", { id: "17" }], /gave no link/],
      ["javascript:alert(1)", /gave no link/],
      ["http://192.168.0.1/list.pdf", /not safe to open|private address/],
      [gone, /no longer gives out a file/],
    ];
    const runs = wrong.map(([files]) => run("send", { text: "Your offer", files }));
    for (const [n, one] of runs.entries())
      expect(await returned(one)).toMatchObject({
        result: "not_sent",
        reason: expect.stringMatching(wrong[n]?.[1] ?? /x/),
      });
    expect(got()).toEqual([]);
  });
});

describe("waiting", () => {
  test("returns what the customer answers, also what came before the robot was asked", async () => {
    const sent = run("send", { text: "Shall we deliver today?" });
    await returned(sent);
    world.telegram.userWrites(customer, "yes please");
    await until(() => inLine().includes("yes please"), PATIENCE_MS, "the answer to be there");
    const { workflow } = sent;
    expect(await returned(run("wait", { minutes: "60" }, { workflow }))).toMatchObject({
      result: "answered",
      answered: "Y",
      text: "yes please",
      channel: "Telegram",
      who: expect.stringMatching(/\S/),
    });
    const later = run("wait", { minutes: "60" });
    await world.portal.events.settled();
    expect(later.state).toBe("waiting");
    world.telegram.userWrites(customer, "one more thing");
    expect(await returned(later)).toMatchObject({ result: "answered", text: "one more thing" });
  });

  test("ends when its time is over, though the server was away then", async () => {
    const one = run("wait", { minutes: "0.05" });
    await world.portal.events.settled();
    await world.web.kill("SIGKILL");
    await world.web.start();
    await until(() => one.state === "closed", 100_000, "the workflow to go on");
    expect(one.returned).toMatchObject({
      result: "timeout",
      answered: "N",
      reason: expect.stringContaining("in time"),
    });
  }, 120_000);
});

test("tags, assigns and closes what is open with the customer, and finds nobody where no account can look", async () => {
  const look = () => world.api<{ open: boolean }>(`/api/conversations/${conversation}`);
  expect(await returned(run("tag", { tag: "vip" }))).toMatchObject({ result: "done", count: "1" });
  expect(await world.api("/api/tags")).toEqual(["vip"]);
  expect(await returned(run("assign", { user: `user_${BORIS}` }))).toMatchObject({ result: "done", count: "1" });
  const chat = [...world.portal.portal().portal.chats.values()].find((one) => one.externalUserId === String(customer));
  expect(chat?.ownerId).toBe(BORIS);
  expect(await returned(run("close", {}))).toMatchObject({ result: "done", count: "1" });
  expect((await look()).open).toBe(false);
  expect(await returned(run("close", {}))).toMatchObject({ result: "nothing", count: "0" });
  expect(await returned(run("find", { phone }))).toMatchObject({ result: "not_found", found: "N" });
});

test("nothing is taken from whoever cannot prove to be the portal", async () => {
  const { memberId } = world.portal.portal().portal;
  const ask = async (code: string, auth: Record<string, string>) => {
    const form = { event_token: "t", "document_id[2]": `LEAD_${lead}`, "properties[text]": "forged" };
    const body = new URLSearchParams(form);
    for (const [name, value] of Object.entries(auth)) body.set(`auth[${name}]`, value);
    return (await fetch(`${world.web.url}/robots/${code}`, { method: "POST", body })).status;
  };
  expect(await ask("send", { member_id: memberId, application_token: "guessed" })).toBe(403);
  expect(await ask("send", { member_id: memberId })).toBe(401);
  expect(await ask("send", { member_id: "nobody", application_token: "guessed" })).toBe(403);
  expect(await ask("rob", { member_id: memberId })).toBe(404);
  expect(got()).toEqual([]);
});

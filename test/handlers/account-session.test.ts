import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../src/log/log.ts";
import { type AccountSessions, createSessionHost } from "../../src/relay/sessions/session-host.ts";
import { sessionChannel } from "../support/session-channel.ts";
import { until } from "../support/world/until.ts";
import { openSite, type Site } from "./support/site.ts";

const { adapter, opened } = sessionChannel();
let site: Site;
let admin: string;
let host: AccountSessions;
let path: string;

beforeAll(async () => {
  site = await openSite({ channels: [adapter] });
  admin = await site.install();
});
afterAll(() => site.stop());

beforeEach(async () => {
  opened.length = 0;
  host = createSessionHost({
    store: site.store,
    channels: new Map([[adapter.id, adapter]]),
    acceptor: { accept: async () => undefined },
    dispatcher: { wake: () => undefined },
    log: createLogger("silent"),
    owner: "host",
    timing: { lookMs: 15 },
  });
  site.broker.serve(host);
  host.start();
  const created = await site.api(admin, "POST", "/accounts", { channel: "standing", credentials: {}, settings: {} });
  expect(created.statusCode).toBe(201);
  path = `/accounts/${created.json().id}/session`;
  await until(() => opened.length === 1, 5_000, "the session");
});
afterEach(async () => {
  await host.close();
  for (const { portal, id } of await site.store.accounts.listByChannel("standing"))
    await site.store.accounts.delete(portal, id);
});

describe("an account's standing connection", () => {
  it("shows its state and its prompt live, and keeps the prompt nowhere", async () => {
    const until = new Date("2030-01-01T00:00:00Z");
    opened[0]?.says("needs-action", { kind: "qr", data: "QR-DATA", until });
    expect((await site.api(admin, "GET", path)).json()).toEqual({
      open: true,
      connection: { kind: "needs-action", sentence: "It is needs-action." },
      prompt: { kind: "qr", data: "QR-DATA", until: "2030-01-01T00:00:00.000Z" },
    });
    expect((await site.api(admin, "GET", path.replace("/session", ""))).body).not.toContain("QR-DATA");
    opened[0]?.says("needs-action", { kind: "password", label: "Password", hint: "first pet" });
    expect((await site.api(admin, "GET", path)).json().prompt).toEqual({
      kind: "password",
      label: "Password",
      hint: "first pet",
    });
    opened[0]?.says("connected");
    expect((await site.api(admin, "GET", path)).json().prompt).toBeNull();
  });

  it("is announced by its channel, with the warning to agree to", async () => {
    const channels: { id: string; sessions: boolean; signIn: object; setup: { warning?: string }[] }[] = (
      await site.api(admin, "GET", "/channels")
    ).json();
    expect(channels.map(({ id, sessions }) => [id, sessions])).toEqual([
      ["telegram", false],
      ["standing", true],
    ]);
    expect(channels[1]?.setup[0]?.warning).toMatch(/may block/);
    expect(channels.map(({ signIn }) => signIn)).toEqual([{}, { qr: ["Scan it."] }]);
  });

  it("takes what was typed, and says why it was not right", async () => {
    expect((await site.api(admin, "POST", `${path}/answer`, { text: "12345" })).statusCode).toBe(204);
    const wrong = await site.api(admin, "POST", `${path}/answer`, { text: "wrong" });
    expect(wrong.statusCode).toBe(422);
    expect(wrong.json().error).toEqual({ code: "not_accepted", message: "The code is not right.", field: "text" });
    expect(opened[0]?.answered).toEqual(["12345", "wrong"]);
    expect((await site.api(admin, "POST", `${path}/answer`, { text: "" })).statusCode).toBe(400);
  });

  it("begins anew when it is asked to, as for a code that did not arrive", async () => {
    opened[0]?.says("needs-action", { kind: "code", label: "Code" });
    expect((await site.api(admin, "POST", `${path}/restart`)).statusCode).toBe(204);
    await until(() => opened.length === 2, 5_000, "the second session");
    expect(opened[0]?.ended).toBe(true);
    expect((await site.api(admin, "GET", path)).json()).toMatchObject({ open: true, connection: { kind: "starting" } });
  });

  it("logs out, after which nothing is open and nothing can be answered", async () => {
    expect((await site.api(admin, "POST", `${path}/logout`)).statusCode).toBe(204);
    expect(opened[0]?.loggedOut).toBe(true);
    const after = (await site.api(admin, "GET", path)).json();
    expect(after).toMatchObject({ open: false, connection: { kind: "logged-out" }, prompt: null });
    expect((await site.api(admin, "POST", `${path}/answer`, { text: "1" })).statusCode).toBe(409);
    expect((await site.api(admin, "POST", `${path}/logout`)).statusCode).toBe(409);
  });

  it("is for administrators, of accounts that have one", async () => {
    const person = [...site.portal.portal.users.values()].find((user) => !user.admin);
    if (!person) throw new Error("the emulated portal has nobody but administrators");
    const agent = await site.sessionOf(Number(person.id));
    expect((await site.api(agent, "GET", path)).statusCode).toBe(403);
    expect((await site.api(agent, "POST", `${path}/answer`, { text: "1" })).statusCode).toBe(403);
    expect((await site.api(agent, "POST", `${path}/restart`)).statusCode).toBe(403);
    expect((await site.api(undefined, "GET", path)).statusCode).toBe(401);
    const bot = await site.api(admin, "POST", "/accounts", {
      channel: "telegram",
      credentials: { token: "1234567890:abc" },
    });
    expect((await site.api(admin, "GET", `/accounts/${bot.json().id}/session`)).statusCode).toBe(404);
  });
});

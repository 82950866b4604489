import { pino } from "pino";
import { beforeEach, describe, expect, test } from "vitest";
import { accountId } from "../../src/domain/ids.ts";
import { applyLineEvent } from "../../src/relay/line-events.ts";
import { admin, create, OTHER, patch, receive, site, status, TOKEN, useApi } from "./support/api.ts";

useApi();

describe("accounts", () => {
  test("are made, connected, listed without secrets", async () => {
    const created = await create();
    expect(created.statusCode).toBe(201);
    const account = created.json();
    expect(account).toMatchObject({
      channel: "telegram",
      name: "Shop bot",
      line: null,
      connector: null,
      enabled: true,
      connection: { kind: "connected" },
      profile: { title: "Bot 123456" },
      credentials: { token: "••••efgh" },
      backlog: 0,
      links: [{ id: "chat", title: "Opens the chat", url: "https://t.me/bot_123456" }],
    });
    expect(site.channel.connected[0]?.webhookUrl).toBe(`http://threadline.test/channels/telegram/${account.id}`);
    const listed = await site.api(admin, "GET", "/accounts");
    expect(listed.json()).toEqual([account]);
    expect(listed.body).not.toContain(TOKEN);
    expect(listed.body).not.toContain(site.channel.connected[0]?.account.webhookSecret);
  });

  test("take the vendor's name when none is given", async () => {
    expect((await create({ name: undefined })).json().name).toBe("Bot 123456");
  });

  test.each([
    ["an unknown channel", { channel: "fax" }, 400],
    ["no token", { credentials: {} }, 400],
    ["a token of the wrong shape", { credentials: { token: "short" } }, 400],
    ["a token the vendor does not know", { credentials: { token: "bad-token-0000" } }, 422],
    ["settings of the wrong shape", { settings: { greeting: 5 } }, 400],
    ["a name that is too long", { name: "x".repeat(300) }, 400],
    ["zero bytes", { name: "a\0b" }, 400],
    ["a line that is none", { line: { a: 1 } }, 400],
  ])("%s: refused, nothing stored", async (_name, body, code) => {
    const answer = await create(body);
    expect(answer.statusCode).toBe(code);
    expect(answer.json().error.message).not.toBe("");
    expect(await site.store.accounts.list(site.memberId)).toEqual([]);
  });

  test("the same credentials are not connected twice", async () => {
    await create();
    const again = await create({ name: "Again" });
    expect(again.statusCode).toBe(409);
    expect(again.json().error).toMatchObject({ code: "account_exists" });
  });

  test("new credentials are tried before they are stored", async () => {
    const { id } = (await create()).json();
    const bad = await patch(id, { credentials: { token: "bad-token-0000" } });
    expect(bad.statusCode).toBe(422);
    expect((await site.store.accounts.find(site.memberId, accountId(id)))?.credentials).toEqual({ token: TOKEN });
    expect((await patch(id, { credentials: { token: OTHER }, name: "Renamed" })).json()).toMatchObject({
      name: "Renamed",
      credentials: { token: "••••efgh" },
      profile: { title: "Bot 987654" },
    });
  });

  test("unknown and malformed ids are 404", async () => {
    for (const id of ["00000000-0000-4000-8000-000000000000", "nonsense", "1"]) {
      expect((await patch(id, { name: "x" })).statusCode).toBe(404);
      expect((await site.api(admin, "DELETE", `/accounts/${id}`)).statusCode).toBe(404);
      expect((await site.api(admin, "POST", `/accounts/${id}/reconnect`)).statusCode).toBe(404);
    }
  });

  test("another portal's accounts are not there", async () => {
    const { id } = (await create()).json();
    const stranger = await site.sessions.issue({
      portal: site.memberId,
      userId: "1",
      admin: true,
      placement: "DEFAULT",
      options: {},
    });
    expect((await site.api(stranger, "GET", `/accounts/${id}`)).statusCode).toBe(200);
    expect(await site.store.accounts.find("other" as typeof site.memberId, accountId(id))).toBeUndefined();
  });
});

describe("lines", () => {
  test("a line is connected under the channel's connector, and messages are woken", async () => {
    const { id } = (await create()).json();
    await receive(id, "waiting");
    const answer = await patch(id, { line: 1 });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ line: "1", connector: "threadline_telegram" });
    expect(site.portal.portal.isLineActive("threadline_telegram", 1)).toBe(true);
    expect(site.portal.portal.connectors.get("threadline_telegram")).toMatchObject({
      placementHandler: "http://threadline.test/placements/connector-setup",
    });
    expect(site.woken).toHaveLength(1);
    const lines = (await site.api(admin, "GET", "/lines")).json();
    expect(lines[0]).toMatchObject({
      id: "1",
      name: "Sales",
      active: true,
      accounts: [{ id, connector: "threadline_telegram" }],
    });
  });

  test("the second account of a channel on one line gets a connector of its own", async () => {
    const first = (await create({ line: "1" })).json();
    const second = (await create({ name: "Second", credentials: { token: OTHER }, line: "1" })).json();
    expect([first.connector, second.connector]).toEqual(["threadline_telegram", "threadline_telegram_2"]);
    expect(site.portal.portal.isLineActive("threadline_telegram_2", 1)).toBe(true);
    const third = (await patch(second.id, { line: "2" })).json();
    expect(third).toMatchObject({ line: "2", connector: "threadline_telegram_2" });
    expect(status("threadline_telegram_2", 1)?.active ?? false).toBe(false);
    expect(site.portal.portal.isLineActive("threadline_telegram", 1)).toBe(true);
  });

  test("null takes it off the line", async () => {
    const { id } = (await create({ line: "1" })).json();
    expect((await patch(id, { line: null })).json()).toMatchObject({ line: null, connector: null });
    expect(status("threadline_telegram", 1)?.active ?? false).toBe(false);
  });

  test("a portal that refuses is quoted and nothing changes", async () => {
    const { id } = (await create({ line: "1" })).json();
    site.emulator.faults.add({
      kind: "command-error",
      method: "imconnector.activate",
      error: { status: 400, code: "PROVIDER_ERROR", description: "The line is locked by its owner" },
    });
    const answer = await patch(id, { line: "2" });
    expect(answer.statusCode).toBe(502);
    expect(answer.json().error.message).toContain("The line is locked by its owner");
    expect(await site.store.accounts.find(site.memberId, accountId(id))).toMatchObject({
      line: "1",
      connector: "threadline_telegram",
    });
    expect(site.portal.portal.isLineActive("threadline_telegram", 1)).toBe(true);
  });

  test("the connector's page sees and undoes what no account feeds", async () => {
    const { id } = (await create({ line: "1" })).json();
    expect((await site.api(admin, "GET", "/connectors/threadline_telegram/lines/1")).json()).toMatchObject({
      channel: "telegram",
      account: id,
      active: true,
    });
    await site.store.accounts.update(site.memberId, accountId(id), { line: null, connector: null });
    expect((await site.api(admin, "GET", "/connectors/threadline_telegram/lines/1")).json()).toMatchObject({
      account: null,
      active: true,
    });
    expect((await site.api(admin, "DELETE", "/connectors/threadline_telegram/lines/1")).statusCode).toBe(204);
    expect(status("threadline_telegram", 1)?.active ?? false).toBe(false);
  });
});

describe("switches", () => {
  test("on again asks about the backlog, and each answer does what it says", async () => {
    const { id } = (await create()).json();
    expect((await patch(id, { enabled: false })).json().enabled).toBe(false);
    await receive(id, "one");
    await receive(id, "two");
    const asked = await patch(id, { enabled: true });
    expect(asked.statusCode).toBe(409);
    expect(asked.json().error).toMatchObject({ code: "backlog", backlog: 2 });
    expect((await site.store.accounts.find(site.memberId, accountId(id)))?.enabled).toBe(false);

    expect((await patch(id, { enabled: true, backlog: "drop" })).json()).toMatchObject({ enabled: true, backlog: 0 });
    const journal = (await site.api(admin, "GET", `/journal?account=${id}`)).json();
    expect(journal.map((row: { state: string }) => row.state)).toEqual(["failed", "failed"]);
    expect(journal[0].error).toContain("dropped");

    await patch(id, { enabled: false });
    await receive(id, "three");
    expect((await patch(id, { enabled: true, backlog: "deliver" })).json()).toMatchObject({
      enabled: true,
      backlog: 1,
    });
    expect(site.woken.length).toBeGreaterThan(0);
  });

  test("the portal's switch asks too", async () => {
    const { id } = (await create()).json();
    expect((await site.api(admin, "PATCH", "/portal", { active: false, name: "  My shop " })).json()).toMatchObject({
      active: false,
      name: "My shop",
    });
    await receive(id, "one");
    expect((await site.api(admin, "PATCH", "/portal", { active: true })).statusCode).toBe(409);
    expect((await site.api(admin, "PATCH", "/portal", { active: true, backlog: "deliver" })).json()).toMatchObject({
      active: true,
    });
  });
});

describe("deleting", () => {
  test("lets go of line and vendor, and is gone with its conversations", async () => {
    const { id } = (await create({ line: "1" })).json();
    await receive(id, "hello");
    expect((await site.api(admin, "DELETE", `/accounts/${id}`)).statusCode).toBe(204);
    expect(status("threadline_telegram", 1)?.active ?? false).toBe(false);
    expect(site.channel.disconnected).toContain(id);
    expect((await site.api(admin, "GET", "/journal")).json()).toEqual([]);
  });

  test("is not held up by a portal that refuses", async () => {
    const { id } = (await create({ line: "1" })).json();
    site.emulator.faults.add({
      kind: "command-error",
      method: "imconnector.activate",
      error: { status: 403, code: "ACCESS_DENIED", description: "no" },
    });
    expect((await site.api(admin, "DELETE", `/accounts/${id}`)).statusCode).toBe(204);
    expect(await site.store.accounts.list(site.memberId)).toEqual([]);
  });
});

describe("a channel with groups", () => {
  const groups = (on: boolean) =>
    Object.assign(site.channel.adapter, { capabilities: { ...site.channel.adapter.capabilities, groups: on } });
  const seen = (connector: string) => ({
    active: status(connector, 1)?.active === true,
    group: site.portal.portal.connectors.get(connector)?.chatGroup,
  });

  beforeEach(() => {
    groups(true);
    return () => void groups(false);
  });

  test("has a second connector on the account's line, which goes with it", async () => {
    const { id } = (await create({ line: 1 })).json();
    expect(seen("threadline_telegram")).toEqual({ active: true, group: false });
    expect(seen("threadline_telegram_group")).toEqual({ active: true, group: true });
    const second = (await create({ line: 1, credentials: { token: OTHER } })).json();
    expect(second.connector).toBe("threadline_telegram_2");
    expect(seen("threadline_telegram_2_group")).toEqual({ active: true, group: true });

    for (const connector of ["threadline_telegram_group", "threadline_telegram_2_group"]) {
      const state = await site.api(admin, "GET", `/connectors/${connector}/lines/1`);
      expect(state.json()).toMatchObject({ channel: "telegram", active: true });
      expect(state.json().account).toBe(connector.includes("_2_") ? second.id : id);
    }
    await patch(id, { line: null });
    expect(seen("threadline_telegram").active).toBe(false);
    expect(seen("threadline_telegram_group").active).toBe(false);
    expect(seen("threadline_telegram_2_group").active).toBe(true);
    await site.api(admin, "DELETE", `/accounts/${second.id}`);
    expect(seen("threadline_telegram_2_group").active).toBe(false);
  });

  test("keeps its account on the line when the portal disconnects groups alone", async () => {
    const { id } = (await create({ line: 1 })).json();
    const event = { kind: "connector-off", portal: site.memberId, line: "1" } as const;
    const deps = { store: site.store, news: site.news, log: pino({ level: "silent" }) };
    await applyLineEvent(deps, { ...event, connector: "threadline_telegram_group" });
    expect((await site.api(admin, "GET", `/accounts/${id}`)).json().line).toBe("1");
    await site.api(admin, "DELETE", "/connectors/threadline_telegram_group/lines/1");
    expect(seen("threadline_telegram_group").active).toBe(false);
    expect(seen("threadline_telegram").active).toBe(true);
    await applyLineEvent(deps, { ...event, connector: "threadline_telegram" });
    expect((await site.api(admin, "GET", `/accounts/${id}`)).json().line).toBeNull();
  });
});

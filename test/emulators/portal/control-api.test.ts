import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect, createWorld, oneMessage, type World } from "./harness.ts";
import type { Fields } from "./values.ts";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.stop());

async function control(method: string, path: string, body?: Fields): Promise<{ status: number; body: Fields }> {
  const response = await fetch(`${world.emulator.oauthUrl}/_emulator${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Fields };
}

const act = (action: string, body: Fields = {}) => control("POST", `/portals/portal1/actions/${action}`, body);

describe("the app's life, seen from the portal", () => {
  it("opens the installer with the documented query and body", () => {
    const [install] = world.app.received;
    const url = new URL(install?.path ?? "", world.app.url);
    expect(url.pathname).toBe("/install");
    expect([...url.searchParams.keys()]).toEqual(["DOMAIN", "PROTOCOL", "LANG", "APP_SID"]);
    expect(install?.form).toMatchObject({
      AUTH_ID: expect.any(String),
      AUTH_EXPIRES: "3600",
      REFRESH_ID: expect.any(String),
      SERVER_ENDPOINT: `${world.emulator.oauthUrl}/rest/`,
      APPLICATION_TOKEN: expect.any(String),
      member_id: world.portal.portal.memberId,
      status: "F",
      PLACEMENT: "DEFAULT",
    });
  });

  it("sends install, update and uninstall events; an update removes all handlers", async () => {
    const handler = `${world.app.url}/events`;
    const bind = async () => {
      for (const event of ["ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL"])
        await world.call("event.bind", { event, handler });
    };
    await bind();
    world.portal.sendInstallEvent();
    await world.portal.updateApp({ version: 3 });
    expect(world.portal.portal.eventBindings).toEqual([]);
    await bind();
    world.portal.uninstall({ clean: true });
    await world.emulator.events.settled();
    expect(world.app.events("ONAPPINSTALL")).toMatchObject([
      { data: { INSTALLED: "Y" }, auth: { refresh_token: expect.any(String), scope: expect.stringContaining(" ") } },
    ]);
    expect(world.app.events("ONAPPUPDATE")).toMatchObject([{ data: { VERSION: "3", PREVIOUS_VERSION: "1" } }]);
    const [uninstalled] = world.app.events("ONAPPUNINSTALL");
    expect(uninstalled).toMatchObject({ data: { CLEAN: "1" }, auth: { application_token: expect.any(String) } });
    expect(uninstalled?.auth).not.toHaveProperty("access_token");
    expect(await world.call("profile")).toMatchObject({ status: 401, body: { error: "NO_AUTH_FOUND" } });
  });

  it("opens widgets and connector settings with their options, and reads the page's boot data", async () => {
    const connector = await connect(world);
    world.app.respond = () => ({
      status: 200,
      body: '<html><script type="application/json" id="boot">{"session":"s1"}</script></html>',
    });
    await world.call("placement.bind", {
      PLACEMENT: "CRM_DEAL_DETAIL_TAB",
      HANDLER: `${world.app.url}/placements/deal-tab`,
      TITLE: "Chat",
    });
    const page = await world.portal.openPlacement("CRM_DEAL_DETAIL_TAB", { ID: "12" }, { userId: 5 });
    expect(page).toMatchObject({
      status: 200,
      boot: { session: "s1" },
      fields: { PLACEMENT: "CRM_DEAL_DETAIL_TAB", PLACEMENT_OPTIONS: '{"ID":"12"}' },
    });
    const settings = await world.portal.openConnectorSettings(connector, 1);
    expect(JSON.parse(settings.fields.PLACEMENT_OPTIONS ?? "")).toMatchObject({
      CONNECTOR: connector,
      LINE: "1",
      STATUS: true,
      ERROR_STATUS: false,
    });
  });
});

describe("control API", () => {
  it("drives a conversation and shows all of it", async () => {
    const connector = await connect(world);
    await world.call("imconnector.send.messages", oneMessage(connector, "Hello"));
    const state = await control("GET", "/portals/portal1/state");
    const [chat] = state.body.chats as { id: number; messages: Fields[] }[];
    expect(chat?.messages).toMatchObject([{ text: "Hello", from: "customer", connectorMid: ["m1"] }]);
    await act("operator-write", {
      chatId: chat?.id,
      text: "Hi",
      userId: 5,
      files: [{ name: "a.txt", base64: "YQ==" }],
    });
    expect((await act("finish", { chatId: chat?.id })).body).toEqual({ result: true });
    const after = await control("GET", `/portals/portal1/chats/${chat?.id}`);
    expect(after.body.messages).toMatchObject([
      { from: "customer" },
      { from: "operator", text: "Hi", files: [{ name: "a.txt", size: 1 }] },
    ]);
    const requests = await control("GET", "/requests?method=imconnector.send.messages");
    expect(requests.body.requests).toMatchObject([{ processed: true, status: 200 }]);
  });

  it("arms and removes faults", async () => {
    const added = await control("POST", "/faults", { kind: "status-500", method: "server.time", times: 2 });
    expect((await world.call("server.time")).status).toBe(500);
    expect((await control("DELETE", `/faults/${added.body.id}`)).body).toEqual({ result: true });
    expect((await world.call("server.time")).status).toBe(200);
    expect((await control("POST", "/faults", { kind: "nonsense" })).status).toBe(400);
  });

  it("refuses what makes no sense", async () => {
    expect((await act("no-such-action")).status).toBe(409);
    expect((await act("operator-write", { chatId: 1, text: "x" })).status).toBe(409);
    expect((await act("operator-write", { chat: 1 })).status).toBe(400);
  });

  it("adds portals and installs the app into them", async () => {
    const added = await control("POST", "/portals", { id: "second" });
    expect(added.body.domain).not.toBe(world.portal.portal.domain);
    const installed = await control("POST", "/portals/second/actions/install", {});
    expect(installed.body).toMatchObject({ result: { status: 200 } });
    await control("POST", "/portals/second/actions/finish-install");
    expect(world.emulator.portal("second").portal.installation("app.emulated.1")?.installed).toBe(true);
  });
});

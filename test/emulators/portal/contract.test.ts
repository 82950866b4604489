import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contractTable } from "./contract.ts";
import { callRest, createWorld, type World } from "./harness.ts";
import { methodRegistry } from "./methods/registry.ts";

describe("the emulated portal's strictness", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ portals: [{ bucketCapacity: 1000 }] });
  });
  afterAll(() => world.stop());

  it("plays only methods that the contract knows", () => {
    const unknown = [...methodRegistry.keys()].filter((name) => contractTable.methods[name] === undefined);
    expect(unknown).toEqual([]);
  });

  it("answers 404 to a method that does not exist", async () => {
    expect(await world.call("crm.deal.fetch")).toMatchObject({
      status: 404,
      body: { error: "ERROR_METHOD_NOT_FOUND" },
    });
  });

  it("names the missing required parameter with the documented code", async () => {
    const noLine = await world.call("imconnector.activate", { CONNECTOR: "x", ACTIVE: 1 });
    expect(noLine).toEqual({
      status: 400,
      body: { error: "ERROR_ARGUMENT", error_description: "Argument 'LINE' is null or empty" },
    });
    expect(await world.call("feature.get")).toMatchObject({ status: 400, body: { error: "CODE_EMPTY" } });
    expect(await world.call("imopenlines.config.get")).toMatchObject({
      status: 400,
      body: { error: "CONFIG_ID_EMPTY" },
    });
    expect(await world.call("im.notify.system.add", { USER_ID: 1 })).toMatchObject({
      body: { error: "MESSAGE_EMPTY" },
    });
    expect(await world.call("placement.bind", { PLACEMENT: "LEFT_MENU" })).toMatchObject({
      status: 200,
      body: { error: "ERROR_ARGUMENT", argument: "HANDLER" },
    });
  });

  it("refuses unknown parameter names and wrong coarse types with codes of its own", async () => {
    expect(await world.call("crm.item.get", { entityTypeId: 2, id: 1, ID: 1 })).toMatchObject({
      status: 400,
      body: { error: "ERROR_EMULATOR_UNKNOWN_PARAMETER" },
    });
    expect(await world.call("crm.item.get", { entityTypeId: "deal", id: 1 })).toMatchObject({
      status: 400,
      body: { error: "ERROR_EMULATOR_WRONG_TYPE" },
    });
    expect(await world.call("crm.item.add", { entityTypeId: 2, fields: "title" })).toMatchObject({
      body: { error: "ERROR_EMULATOR_WRONG_TYPE" },
    });
  });

  it("checks required values inside nested blocks", async () => {
    const answer = await world.call("imconnector.send.messages", {
      CONNECTOR: "x",
      LINE: 1,
      MESSAGES: [{ user: { id: "1" }, message: { text: "hi" } }],
    });
    expect(answer).toMatchObject({ status: 400, body: { error: "ERROR_ARGUMENT" } });
  });

  it("answers 501 to a documented method that it does not play, and remembers it", async () => {
    const before = world.emulator.notImplemented.length;
    expect(await world.call("im.chat.mute", { CHAT_ID: 1, MUTE: "Y" })).toMatchObject({
      status: 501,
      body: { error: "ERROR_EMULATOR_NOT_IMPLEMENTED" },
    });
    expect(world.emulator.notImplemented.slice(before)).toEqual(["im.chat.mute"]);
  });

  it("wants the scope, the administrator and the application context where the contract does", async () => {
    const limited = world.portal.issueWebhook(undefined, ["im"]);
    const webhook = world.portal.issueWebhook();
    expect(await world.call("crm.settings.mode.get", {}, limited)).toMatchObject({
      status: 403,
      body: { error: "insufficient_scope" },
    });
    expect(await world.call("placement.get", {}, world.token(5))).toMatchObject({
      status: 403,
      body: { error: "ACCESS_DENIED" },
    });
    expect(await world.call("imconnector.status", { CONNECTOR: "x", LINE: 1 }, webhook)).toMatchObject({
      status: 403,
      body: { error: "WRONG_AUTH_TYPE" },
    });
  });

  it("tells unknown tokens from expired ones", async () => {
    expect(await world.call("profile", {}, "nonsense")).toMatchObject({
      status: 401,
      body: { error: "NO_AUTH_FOUND" },
    });
    const token = world.token();
    world.clock.advance(3_600_000);
    expect(await world.call("profile", {}, token)).toMatchObject({ status: 401, body: { error: "expired_token" } });
  });

  it("takes GET and POST, forms and JSON, double slashes and the .json suffix", async () => {
    const token = world.token();
    const endpoint = world.portal.portal.clientEndpoint;
    const get = await fetch(`${endpoint}/profile.json?auth=${token}`);
    expect(await get.json()).toMatchObject({ result: { ID: "1", ADMIN: true } });
    const form = await fetch(`${endpoint}crm.item.add`, {
      method: "POST",
      body: new URLSearchParams({
        auth: token,
        entityTypeId: "3",
        "fields[name]": "Form",
        "fields[fm][0][typeId]": "PHONE",
        "fields[fm][0][value]": "+7 999 123-45-67",
      }),
    });
    expect(await form.json()).toMatchObject({
      result: { item: { name: "Form", fm: [{ typeId: "PHONE", value: "+7 999 123-45-67" }] } },
    });
    expect(
      await callRest(`${endpoint}/`, "crm.duplicate.findbycomm", {
        auth: token,
        type: "PHONE",
        values: ["8 (999) 1234567"],
      }),
    ).toMatchObject({
      body: { result: { CONTACT: [expect.any(Number)] } },
    });
  });

  it("refuses a second binding of the same handler", async () => {
    const binding = { event: "ONCRMDEALADD", handler: `${world.app.url}/events` };
    const token = world.token();
    expect(await world.call("event.bind", binding, token)).toMatchObject({ body: { result: true } });
    expect(await world.call("event.bind", binding, token)).toMatchObject({
      status: 400,
      body: { error: "ERROR_CORE" },
    });
    expect(await world.call("event.get", {}, token)).toMatchObject({
      body: { result: [{ event: "ONCRMDEALADD", offline: 0 }] },
    });
    expect(await world.call("event.unbind", binding, token)).toMatchObject({ body: { result: { count: 1 } } });
    expect(await world.call("event.bind", { event: "ONNOTHING", handler: binding.handler }, token)).toMatchObject({
      body: { error: "ERROR_EVENT_NOT_FOUND" },
    });
  });
});

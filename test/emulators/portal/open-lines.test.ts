import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { at, connect, createWorld, oneMessage, type RestAnswer, type World } from "./harness.ts";
import type { Chat } from "./model.ts";

let world: World;

beforeEach(async () => {
  world = await createWorld({
    portals: [
      { bucketCapacity: 1000, lines: [{ name: "Sales", config: { CRM_CREATE: "none" } }, { name: "Support" }] },
    ],
  });
});
afterEach(() => world.stop());

async function bindAll(token?: string): Promise<void> {
  const names = [
    "MESSAGEADD",
    "MESSAGEUPDATE",
    "MESSAGEDELETE",
    "DIALOGSTART",
    "DIALOGFINISH",
    "STATUSDELETE",
    "LINEDELETE",
  ];
  for (const name of names)
    await world.call("event.bind", { event: `ONIMCONNECTOR${name}`, handler: `${world.app.url}/events` }, token);
}

function onlyChat(): Chat {
  const [chat] = world.portal.portal.chats.values();
  if (chat === undefined) throw new Error("no chat");
  return chat;
}

function texts(chat: Chat): string[] {
  return world.portal.portal.chatMessages(chat).map((message) => message.text);
}

const element = (answer: RestAnswer, path: string): unknown => at(answer, `result.DATA.RESULT.0.${path}`);

describe("imconnector.activate", () => {
  it('is switched on by any filled text, "N" included, and off by 0', async () => {
    const connector = await connect(world);
    const status = async (): Promise<unknown> =>
      at(await world.call("imconnector.status", { CONNECTOR: connector, LINE: 1 }), "result.STATUS");
    await world.call("imconnector.activate", { CONNECTOR: connector, LINE: 1, ACTIVE: 0 });
    expect(await status()).toBe(false);
    await world.call("imconnector.activate", { CONNECTOR: connector, LINE: 1, ACTIVE: "N" });
    expect(await status()).toBe(true);
    await world.call("imconnector.set.error", { CONNECTOR: connector, LINE: 1 });
    expect(await world.call("imconnector.status", { CONNECTOR: connector, LINE: 1 })).toMatchObject({
      body: { result: { LINE: 1, CONNECTOR: connector, ERROR: true, CONFIGURED: true, STATUS: false } },
    });
    expect(await world.call("imconnector.send.messages", oneMessage(connector, "hi"))).toMatchObject({
      status: 400,
      body: { error: "NOT_ACTIVE_LINE" },
    });
  });

  it("reports registration problems with status 200", async () => {
    const answer = await world.call("imconnector.register", {
      ID: "with.dot",
      NAME: "x",
      ICON: { DATA_IMAGE: "x" },
      PLACEMENT_HANDLER: "x",
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { result: { result: false, error: "APPLICATION_REGISTRATION_ERROR_POINT" } },
    });
  });
});

describe("imconnector.send.messages", () => {
  it("answers each element in the documented shape and opens chat and session", async () => {
    const connector = await connect(world);
    const parts = { user: { skip_phone_validate: "Y" }, chat: { name: "Channel", url: "https://example.com/c1" } };
    const answer = await world.call("imconnector.send.messages", oneMessage(connector, "Hello", parts));
    const chat = onlyChat();
    expect(at(answer, "result")).toEqual({
      SUCCESS: true,
      DATA: {
        RESULT: [
          {
            user: String(chat.portalUserId),
            message: { id: "m1", date: {}, text: "Hello", files: [] },
            chat: { id: "c1", name: "Channel", description: "Link to the original post: https://example.com/c1" },
            extra: { skip_phone_validate: "Y" },
            SUCCESS: true,
            session: { ID: String(chat.currentSessionId), CHAT_ID: String(chat.id) },
          },
        ],
      },
    });
    const opened = await world.call("imopenlines.session.open", {
      USER_CODE: `${connector}|1|c1|${chat.portalUserId}`,
    });
    expect(at(opened, "result.chatId")).toBe(String(chat.id));
  });

  it("keeps the order of arrival and never removes duplicates", async () => {
    const connector = await connect(world);
    const message = (id: string, text: string, date: number): object => ({
      user: { id: "u1" },
      message: { id, text, date },
      chat: { id: "c1" },
    });
    const MESSAGES = [
      message("a", "second by date", 2000),
      message("b", "first by date", 1000),
      message("a", "second by date", 2000),
    ];
    await world.call("imconnector.send.messages", { CONNECTOR: connector, LINE: 1, MESSAGES });
    expect(texts(onlyChat())).toEqual(["second by date", "first by date", "second by date"]);
  });

  it("downloads files during the call, follows redirects, takes only status 200 and drops the rest silently", async () => {
    const connector = await connect(world);
    world.app.files.set("/files/a.txt", { status: 200, body: "content" });
    world.app.files.set("/files/moved", { status: 302, body: "", location: "/files/a.txt" });
    world.app.files.set("/files/gone", { status: 404, body: "no" });
    const files = [{ url: `${world.app.url}/files/moved`, name: "a.txt" }, { url: `${world.app.url}/files/gone` }];
    const sent = await world.call("imconnector.send.messages", oneMessage(connector, "see", { message: { files } }));
    expect(element(sent, "SUCCESS")).toBe(true);
    const [message] = world.portal.portal.chatMessages(onlyChat());
    expect(message?.fileIds).toHaveLength(1);
    expect(world.app.received.find((request) => request.path === "/files/moved")?.userAgent).toBe(
      "Bitrix Connector Client",
    );
    const stored = world.portal.portal.files.get(message?.fileIds[0] ?? 0);
    expect(Buffer.from(stored?.content ?? []).toString()).toBe("content");
    expect(await (await fetch(stored === undefined ? "" : world.portal.portal.fileUrl(stored.meta))).text()).toBe(
      "content",
    );
  });

  it("fails an element whose only file could not be had, inside a successful answer", async () => {
    const connector = await connect(world);
    world.app.files.set("/files/gone", { status: 500, body: "no" });
    const files = [{ url: `${world.app.url}/files/gone` }];
    const answer = await world.call("imconnector.send.messages", oneMessage(connector, "", { message: { files } }));
    expect(answer).toMatchObject({ status: 200, body: { result: { SUCCESS: true } } });
    expect(element(answer, "SUCCESS")).toBe(false);
    expect(element(answer, "ERRORS")).toHaveLength(1);
    expect(world.portal.portal.chats.size).toBe(0);
  });

  it("updates and deletes by outside id, and history shows what the portal holds", async () => {
    const connector = await connect(world);
    await world.call("imconnector.send.messages", oneMessage(connector, "typo"));
    const updated = await world.call("imconnector.update.messages", oneMessage(connector, "corrected"));
    expect(element(updated, "SUCCESS")).toBe(true);
    const chat = onlyChat();
    const history = await world.call("imopenlines.session.history.get", { CHAT_ID: chat.id });
    const messageId = String(chat.messageIds[0]);
    expect(at(history, `result.message.${messageId}`)).toMatchObject({
      senderid: String(chat.portalUserId),
      text: "corrected",
      params: { connectorMid: ["m1"] },
    });
    expect(at(history, "result.sessionId")).toBe(chat.currentSessionId);
    const { message, ...rest } = { message: { id: "m1" }, user: { id: "u1" }, chat: { id: "c1" } };
    const removed = await world.call("imconnector.delete.messages", {
      CONNECTOR: connector,
      LINE: 1,
      MESSAGES: [{ message, ...rest }],
    });
    expect(element(removed, "SUCCESS")).toBe(true);
    expect(element(await world.call("imconnector.update.messages", oneMessage(connector, "x")), "SUCCESS")).toBe(false);
  });

  it("takes ten thousand messages in two hundred batches", async () => {
    const connector = await connect(world);
    for (let batch = 0; batch < 200; batch += 1) {
      const commands = Array.from({ length: 50 }, (_, index) => {
        const chat = `c${(batch * 50 + index) % 500}`;
        const element = (part: string): string => `MESSAGES[0]${part}`;
        const query = [
          `CONNECTOR=${connector}`,
          "LINE=1",
          `${element("[user][id]")}=${chat}`,
          `${element("[chat][id]")}=${chat}`,
          `${element("[message][id]")}=${batch}-${index}`,
          `${element("[message][text]")}=text`,
        ];
        return [`k${index}`, `imconnector.send.messages?${query.join("&")}`];
      });
      const answer = await world.call("batch", { cmd: Object.fromEntries(commands) });
      expect(at(answer, "result.result_error")).toEqual([]);
      world.clock.advance(500);
    }
    expect(world.portal.portal.messages.size).toBe(10_000);
    expect(world.portal.portal.chats.size).toBe(500);
  });
});

describe("events of the connector", () => {
  it("go out once, all values as text, and are never sent again after a failure", async () => {
    const connector = await connect(world);
    await bindAll();
    await world.call("imconnector.send.messages", oneMessage(connector, "Hello"));
    await world.emulator.events.settled();
    world.app.respond = () => ({ status: 500, body: "down" });
    const chat = onlyChat();
    const message = world.portal.operatorWrites(chat.id, { userId: 5, text: "Good day" });
    await world.emulator.events.settled();
    world.clock.advance(3_600_000);
    await world.emulator.events.settled();
    const sent = world.app.events("ONIMCONNECTORMESSAGEADD");
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      data: {
        CONNECTOR: connector,
        LINE: "1",
        MESSAGES: [
          {
            im: { chat_id: String(chat.id), message_id: String(message.id) },
            message: { user_id: "5", text: "Good day" },
            chat: { id: "c1" },
          },
        ],
      },
      auth: {
        member_id: world.portal.portal.memberId,
        user_id: "5",
        application_token: expect.any(String),
        access_token: expect.any(String),
      },
    });
    expect(world.emulator.sentEvents({ event: "ONIMCONNECTORMESSAGEADD" })).toMatchObject([{ status: 500 }]);
  });

  it("give up on a handler that cannot be reached, and say so", async () => {
    const connector = await connect(world);
    await world.call("event.bind", { event: "ONIMCONNECTORMESSAGEADD", handler: "http://127.0.0.1:9/events" });
    await world.call("imconnector.send.messages", oneMessage(connector, "Hello"));
    world.portal.operatorWrites(onlyChat().id, { text: "anyone?" });
    await world.emulator.events.settled();
    expect(world.emulator.sentEvents({ event: "ONIMCONNECTORMESSAGEADD" })).toMatchObject([
      { status: null, error: expect.any(String) },
    ]);
  });

  it("wait for a silent handler only so long", async () => {
    await world.stop();
    world = await createWorld({ eventTimeoutMs: 20 });
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const connector = await connect(world);
    const handler = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/events`;
    await world.call("event.bind", { event: "ONIMCONNECTORMESSAGEADD", handler });
    await world.call("imconnector.send.messages", oneMessage(connector, "Hello"));
    world.portal.operatorWrites(onlyChat().id, { text: "anyone?" });
    await world.emulator.events.settled();
    expect(world.emulator.sentEvents({ event: "ONIMCONNECTORMESSAGEADD" })).toMatchObject([
      { status: null, error: expect.stringMatching(/timeout|aborted/i) },
    ]);
    silent.close();
  });

  it("tell of edits and deletions only after delivery was confirmed; edit ids are a list, deletion ids are not", async () => {
    const connector = await connect(world);
    await bindAll();
    await world.call("imconnector.send.messages", oneMessage(connector, "Hello"));
    const chat = onlyChat();
    const message = world.portal.operatorWrites(chat.id, { text: "draft" });
    world.portal.operatorEdits(message.id, "unseen edit");
    await world.call("imconnector.send.status.delivery", {
      CONNECTOR: connector,
      LINE: 1,
      MESSAGES: [
        {
          im: { chat_id: chat.id, message_id: message.id },
          message: { id: ["ext-1", "ext-2"], date: 1 },
          chat: { id: "c1" },
        },
      ],
    });
    world.portal.operatorEdits(message.id, "edit");
    world.portal.operatorDeletes(message.id);
    await world.emulator.events.settled();
    const updates = world.app.events("ONIMCONNECTORMESSAGEUPDATE");
    expect(updates).toMatchObject([{ data: { MESSAGES: [{ message: { id: ["ext-1", "ext-2"], text: "edit" } }] } }]);
    const deletions = world.app.events("ONIMCONNECTORMESSAGEDELETE");
    expect(deletions).toMatchObject([
      { data: { MESSAGES: [{ message: { id: "ext-1" } }, { message: { id: "ext-2" } }] } },
    ]);
  });

  it("carry the operator's name unless the connector does without", async () => {
    const connector = await connect(world, { NEED_SIGNATURE: true });
    await bindAll();
    await world.call("imconnector.send.messages", oneMessage(connector, "Hello"));
    world.portal.operatorWrites(onlyChat().id, {
      userId: 5,
      text: "Hi",
      files: [{ name: "p.png", type: "image/png", content: Buffer.from("png") }],
    });
    await world.emulator.events.settled();
    expect(world.app.events("ONIMCONNECTORMESSAGEADD")).toMatchObject([
      {
        data: {
          MESSAGES: [
            { message: { text: "[b]Anna Agent:[/b] [br]Hi", files: [{ name: "p.png", type: "image", size: "3" }] } },
          ],
        },
      },
    ]);
  });

  it("announce the start and end of dialogues; a message after the end opens a new session in the same chat", async () => {
    const connector = await connect(world);
    await bindAll();
    await world.call("imconnector.send.messages", oneMessage(connector, "one"));
    const chat = onlyChat();
    expect(at(await world.call("imopenlines.operator.answer", { CHAT_ID: chat.id }, world.token(5)), "result")).toBe(
      true,
    );
    expect(at(await world.call("imopenlines.operator.finish", { CHAT_ID: chat.id }, world.token(5)), "result")).toBe(
      true,
    );
    await world.call("imconnector.send.messages", oneMessage(connector, "two"));
    await world.emulator.events.settled();
    expect(world.portal.portal.chats.size).toBe(1);
    expect(chat.sessionIds).toHaveLength(2);
    expect(world.app.events("ONIMCONNECTORDIALOGSTART")).toHaveLength(2);
    expect(world.app.events("ONIMCONNECTORDIALOGFINISH")).toMatchObject([
      { data: { DATA: [{ connector: { chat_id: "c1" }, session: { closed: "Y" } }] } },
    ]);
  });

  it("report a deleted line as a bare number and a disconnection in small letters", async () => {
    const connector = await connect(world);
    await connect(world, {}, 2);
    await bindAll();
    world.portal.disconnectConnector(connector, 1);
    world.portal.deleteLine(2);
    await world.emulator.events.settled();
    expect(world.app.events("ONIMCONNECTORSTATUSDELETE")).toMatchObject([{ data: { connector, line: "1" } }]);
    expect(world.app.events("ONIMCONNECTORLINEDELETE")).toMatchObject([{ data: "2" }]);
  });

  it("reach only the application that owns the connector", async () => {
    const connector = await connect(world);
    const foreign = world.emulator.configureApplication({ clientId: "app.foreign", baseUrl: world.app.url });
    await world.portal.installApp({ clientId: foreign.clientId });
    world.portal.finishInstall({ clientId: foreign.clientId });
    await bindAll(world.portal.issueTokens({ clientId: foreign.clientId }).accessToken);
    await world.call("imconnector.send.messages", oneMessage(connector, "Hello"));
    world.portal.operatorWrites(onlyChat().id, { text: "secret" });
    await world.emulator.events.settled();
    expect(world.app.events("ONIMCONNECTORMESSAGEADD")).toEqual([]);
  });

  it("stay silent until the installation is finished", async () => {
    await world.stop();
    world = await createWorld({ finish: false });
    const connector = await connect(world);
    await bindAll();
    await world.call("imconnector.send.messages", oneMessage(connector, "Hello"));
    world.portal.operatorWrites(onlyChat().id, { text: "early" });
    await world.emulator.events.settled();
    expect(world.emulator.sentEvents()).toEqual([]);
    world.portal.finishInstall();
    world.portal.operatorWrites(onlyChat().id, { text: "now" });
    await world.emulator.events.settled();
    expect(world.app.events("ONIMCONNECTORMESSAGEADD")).toHaveLength(1);
  });
});

describe("CRM at the start of a session", () => {
  it("links what exists by phone and creates nothing with CRM_CREATE=none", async () => {
    const connector = await connect(world);
    const contact = await world.call("crm.item.add", {
      entityTypeId: 3,
      fields: { name: "Other", fm: [{ typeId: "PHONE", value: "+7 999 123-45-67" }] },
    });
    const contactId = at(contact, "result.item.id");
    await world.call("imconnector.send.messages", oneMessage(connector, "Hi", { user: { phone: "8 999 1234567" } }));
    expect(onlyChat().crm).toMatchObject({ contact: contactId, lead: 0, deal: 0 });
    const chats = await world.call("imopenlines.crm.chat.get", { CRM_ENTITY_TYPE: "contact", CRM_ENTITY: contactId });
    expect(at(chats, "result")).toMatchObject([{ CHAT_ID: String(onlyChat().id), CONNECTOR_ID: connector }]);
  });

  it("creates a lead or a deal where the line says so", async () => {
    const connector = await connect(world, {}, 2);
    await world.call(
      "imconnector.send.messages",
      oneMessage(connector, "Hi", { line: 2, user: { id: "u7", email: "u7@example.com" } }),
    );
    const leadId = onlyChat().crm.lead;
    expect(at(await world.call("crm.item.get", { entityTypeId: 1, id: leadId }), "result.item")).toMatchObject({
      sourceId: "2|THREADLINE_TEST",
      stageSemanticId: "P",
    });
    await world.call("imopenlines.config.update", {
      CONFIG_ID: 2,
      PARAMS: { CRM_CREATE: "deal", CRM_CREATE_SECOND: 1 },
    });
    await world.call(
      "imconnector.send.messages",
      oneMessage(connector, "Hi", { line: 2, user: { id: "u8", name: "Nora" }, chat: { id: "c8" } }),
    );
    const chat = [...world.portal.portal.chats.values()][1];
    expect(at(await world.call("crm.item.get", { entityTypeId: 2, id: chat?.crm.deal }), "result.item")).toMatchObject({
      categoryId: 1,
      stageId: "C1:NEW",
      contactId: chat?.crm.contact,
    });
  });
});

describe("imopenlines.operator.transfer", () => {
  it("gives the chat to another employee at once, never to whoever asks, and nobody has a new one", async () => {
    const connector = await connect(world);
    await world.call("imconnector.send.messages", oneMessage(connector, "hi"));
    const CHAT_ID = onlyChat().id;
    const owner = async () => at(await world.call("imopenlines.dialog.get", { CHAT_ID }), "result.owner");
    expect(await owner()).toBe(0);
    expect(await world.call("imopenlines.operator.transfer", { CHAT_ID, USER_ID: 7 })).toMatchObject({
      body: { result: true },
    });
    expect(await owner()).toBe(7);
    expect(await world.call("imopenlines.operator.transfer", { CHAT_ID, USER_ID: 1 })).toMatchObject({
      status: 400,
      body: { error: "OPERATOR_WRONG" },
    });
    await world.call("imopenlines.session.intercept", { CHAT_ID });
    expect(await owner()).toBe(1);
    await world.call("imopenlines.operator.another.finish", { CHAT_ID });
    expect(await owner()).toBe(0);
  });
});

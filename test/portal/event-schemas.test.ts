import fc from "fast-check";
import qs from "qs";
import { describe, expect, test } from "vitest";
import { parsePortalEvent } from "../../src/portal/event-schemas.ts";

const auth = {
  member_id: "m1",
  application_token: "t1",
  domain: "p.bitrix24.com",
  client_endpoint: "https://p.bitrix24.com/rest/",
  server_endpoint: "https://oauth.bitrix.info/rest/",
  scope: "crm,im",
};
/** As it comes over the wire. */
const wire = (body: object) => qs.parse(qs.stringify(body), { depth: 10, arrayLimit: 20 });
const claims = {
  memberId: "m1",
  applicationToken: "t1",
  domain: "p.bitrix24.com",
  clientEndpoint: "https://p.bitrix24.com/rest/",
  serverEndpoint: "https://oauth.bitrix.info/rest/",
  scopes: ["crm", "im"],
};
const message = {
  im: { chat_id: 1807, message_id: 86497 },
  message: { user_id: 27, text: "[b]Klaus[/b] hi" },
  chat: { id: "channel-123" },
};

test("an operator's message with a file", () => {
  const files = [{ name: "a.png", type: "image", link: "/disk/1", size: 12, width: 3, height: 0 }, { name: "no link" }];
  const data = {
    CONNECTOR: "threadline_telegram",
    LINE: 107,
    MESSAGES: [{ ...message, message: { ...message.message, files } }],
  };
  expect(
    parsePortalEvent(wire({ event: "OnImConnectorMessageAdd", event_handler_id: 5, data, ts: 1773759161, auth })),
  ).toEqual({
    kind: "messages-added",
    name: "ONIMCONNECTORMESSAGEADD",
    auth: claims,
    at: new Date(1_773_759_161_000),
    connector: "threadline_telegram",
    line: "107",
    messages: [
      {
        imChatId: "1807",
        imMessageId: "86497",
        chatId: "channel-123",
        text: "[b]Klaus[/b] hi",
        userId: "27",
        files: [
          {
            kind: "photo",
            source: { by: "portal", url: "https://p.bitrix24.com/disk/1" },
            name: "a.png",
            size: 12,
            width: 3,
          },
        ],
      },
    ],
  });
});

test("a list that comes as a map with numeric keys is a list", () => {
  const event = parsePortalEvent({
    event: "ONIMCONNECTORMESSAGEADD",
    auth,
    data: { CONNECTOR: "c", LINE: "1", MESSAGES: { 0: message, 7: message } },
  });
  expect(event).toMatchObject({
    kind: "messages-added",
    messages: [{ imMessageId: "86497" }, { imMessageId: "86497" }],
  });
});

describe("every event of ours is read", () => {
  const changed = { im: message.im, chat: message.chat };
  const dialog = {
    connector: { connector_id: "c", line_id: 105, chat_id: 8, user_id: 0 },
    session: { id: 3282, closed: "N", parent_id: 0, close_term: 10 },
    chat: { id: 9 },
    user: { id: 4 },
  };
  test.each([
    [
      "ONAPPINSTALL",
      { VERSION: "1", ACTIVE: "Y", INSTALLED: "Y", LANGUAGE_ID: "de" },
      { kind: "app-installed", installed: true, language: "de" },
    ],
    [
      "ONAPPUPDATE",
      { VERSION: "2", PREVIOUS_VERSION: "1", LANGUAGE_ID: "de" },
      { kind: "app-updated", version: "2", previousVersion: "1" },
    ],
    ["ONAPPUNINSTALL", { LANGUAGE_ID: "de", CLEAN: 1 }, { kind: "app-uninstalled", clean: true }],
    ["ONAPPUNINSTALL", { LANGUAGE_ID: "de", CLEAN: 0 }, { kind: "app-uninstalled", clean: false }],
    [
      "ONAPPPAYMENT",
      { CODE: "x", VERSION: 1, STATUS: "S", PAYMENT_EXPIRED: "N", DAYS: 28 },
      { kind: "app-payment", expired: false, status: "S" },
    ],
    [
      "ONIMCONNECTORMESSAGEUPDATE",
      { CONNECTOR: "c", LINE: 1, MESSAGES: [{ ...changed, message: { id: ["e1", "e2"], text: "new" } }] },
      { kind: "messages-updated", messages: [{ externalIds: ["e1", "e2"], text: "new" }] },
    ],
    [
      "ONIMCONNECTORMESSAGEDELETE",
      { CONNECTOR: "c", LINE: 1, MESSAGES: [{ ...changed, message: { id: "e1" } }] },
      { kind: "messages-deleted", messages: [{ externalIds: ["e1"], text: "" }] },
    ],
    [
      "ONIMCONNECTORDIALOGSTART",
      { CONNECTOR: "c", LINE: "105", DATA: [dialog] },
      { kind: "dialogs-started", dialogs: [{ imChatId: "9", chatId: "8", sessionId: "3282", portalUserId: "4" }] },
    ],
    ["ONIMCONNECTORDIALOGFINISH", { CONNECTOR: "c", LINE: "105", DATA: [dialog] }, { kind: "dialogs-finished" }],
    [
      "ONIMCONNECTORSTATUSDELETE",
      { connector: "c", line: 107 },
      { kind: "status-deleted", connector: "c", line: "107" },
    ],
    ["ONIMCONNECTORLINEDELETE", 107, { kind: "line-deleted", line: "107" }],
  ])("%s", (event, data, expected) => {
    expect(parsePortalEvent(wire({ event, data, auth }))).toMatchObject(expected);
  });
});

test("installation events separate scopes by blanks", () => {
  expect(parsePortalEvent({ event: "ONAPPINSTALL", data: {}, auth: { ...auth, scope: "crm im" } })).toMatchObject({
    auth: { scopes: ["crm", "im"] },
  });
});

test("what we do not know is named, and what is broken says where", () => {
  expect(parsePortalEvent({ event: "ONCRMLEADADD", data: {}, auth })).toEqual({
    kind: "unknown",
    name: "ONCRMLEADADD",
    auth: claims,
  });
  expect(parsePortalEvent({ event: "ONIMCONNECTORMESSAGEADD", data: { CONNECTOR: "c" }, auth })).toMatchObject({
    kind: "malformed",
    reason: expect.stringContaining("LINE"),
  });
  expect(parsePortalEvent({ event: "ONAPPINSTALL", data: {} })).toMatchObject({ kind: "malformed" });
});

test("nothing makes it throw", () => {
  fc.assert(
    fc.property(
      fc.anything(),
      fc.constantFrom("ONIMCONNECTORMESSAGEADD", "ONIMCONNECTORDIALOGSTART", "X"),
      (data, event) => {
        expect(parsePortalEvent({ event, data, auth }).kind).toBeTypeOf("string");
        expect(parsePortalEvent(data).kind).toBeTypeOf("string");
      },
    ),
  );
});

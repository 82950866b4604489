import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { plainText } from "../../src/domain/rich-text.ts";
import { toBbcode } from "../../src/portal/bbcode.ts";
import { linkRequest } from "../emulators/portal/links.ts";
import { Relay } from "./harness.ts";

/** The notice about a message that ended badly leads to it, inside the portal. */
let relay: Relay;
let count = 0;

beforeAll(async () => {
  relay = await Relay.start({ toBBCode: toBbcode });
});
afterAll(() => relay.stop());
beforeEach(async () => {
  const { code } = relay.emulator.application();
  await relay.store.portals.update(relay.portal, { installation: { ok: true, problems: [], application: code } });
});

async function refused(kind: "message" | "edit" = "message") {
  count += 1;
  const who = `linked-${count}`;
  const conversation = await relay.customerWrites(who, "hello");
  await relay.run("in", conversation);
  const chat = Number((await relay.store.conversations.find(relay.portal, conversation))?.imChatId);
  const { id } = relay.emulator.portal().operatorWrites(chat, { text: "offer [b]1[/b]", userId: 5 });
  const words = { body: plainText("offer [b]1[/b]"), attachments: [] };
  const action = { chatId: conversation, imChatId: String(chat), imMessageId: String(id), authorId: "5" };
  const no = { kind: "refused", code: "x", sentence: "The customer blocked the bot." } as const;
  if (kind === "message") relay.channel.answers = [no];
  const message = await relay.operatorDoes({ kind: "message", ...action, content: words });
  if (message.kind !== "stored") throw new Error("not stored");
  await relay.run("out", conversation);
  return message.message;
}

const lastNotice = () => relay.emulator.portal().portal.notifications.at(-1)?.message ?? "";
const linkIn = (notice: string) => /\[url=([^\]]+)\]Show the message\[\/url\]/.exec(notice)?.[1];

describe("the notice about a message that did not arrive", () => {
  it("has a link that the portal opens as our page, told which message it is", async () => {
    const message = await refused();
    const link = linkIn(lastNotice());
    expect(link).toBeDefined();
    expect(link).not.toMatch(/[[\]]/);
    // Our own portal's host, as the authorization server named it.
    expect(new URL(link ?? "").origin).toBe(new URL(relay.emulator.portal().portal.clientEndpoint).origin);
    expect(lastNotice().split("\n")[0]).toContain("was not delivered. The customer blocked the bot.");
    relay.emulator.portal().portal.placements.push({ ...binding(), clientId: relay.emulator.application().clientId });
    const request = linkRequest(relay.emulator.portal(), link ?? "", 5);
    expect(request.fields["PLACEMENT"]).toBe("REST_APP_URI");
    expect(JSON.parse(request.fields["PLACEMENT_OPTIONS"] ?? "{}")).toEqual({ message, URI: "/stream/" });
  });

  it("has none while the portal has not told our code there", async () => {
    await relay.store.portals.update(relay.portal, { installation: { ok: true, problems: [] } });
    await refused();
    expect(lastNotice()).toContain("was not delivered. The customer blocked the bot.");
    expect(lastNotice()).not.toContain("[url=");
  });
});

describe("the notice about a letter that went and did not reach everybody", () => {
  it("tells its author once who did not get it, also when the portal cannot be asked at first", async () => {
    const conversation = await relay.customerWrites("letters", "hello");
    await relay.run("in", conversation);
    const chat = Number((await relay.store.conversations.find(relay.portal, conversation))?.imChatId);
    const { id } = relay.emulator.portal().operatorWrites(chat, { text: "To all of you", userId: 5 });
    const why = "Not delivered to boris@c.example (550 no such box); delivered to the others.";
    relay.channel.answers = [{ kind: "sent", externalIds: ["<1@shop.example>"], missed: why }];
    const address = { address: "anna@c.example" };
    const letter = {
      ...{ messageId: "<1@shop.example>", subject: "All", from: address, to: [address], cc: [] },
      class: "human" as const,
    };
    const { notifications } = relay.emulator.portal().portal;
    const before = notifications.length;
    await relay.operatorDoes({
      ...{ kind: "message", chatId: conversation, imChatId: String(chat), imMessageId: String(id), authorId: "5" },
      content: { body: plainText("To all of you"), attachments: [], letter },
    });
    relay.emulator.faults.add({ method: "im.notify.system.add", kind: "drop-before" });
    await relay.run("out", conversation);
    relay.emulator.faults.clear();
    relay.advance(120_000);
    await relay.run("out", conversation);
    await relay.run("out", conversation);
    const told = notifications.slice(before);
    expect(told.map(({ userId }) => userId)).toEqual([5]);
    expect(told[0]?.message).toContain(`Your letter "To all of you" did not reach everybody. ${why}`);
    // It did leave: the line shows no clock at it.
    expect(relay.emulator.portal().portal.messages.get(id)?.sending).toBe(false);
  });
});

const binding = () => ({
  id: 1,
  placement: "REST_APP_URI",
  handler: "http://127.0.0.1:9/placements/workplace",
  title: "Message",
  description: "",
  langAll: {},
  options: {},
  userId: 0,
});

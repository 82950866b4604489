import type { tl } from "@mtcute/core";
import { describe, expect, it } from "vitest";
import { encodeRef, refOfDocument } from "../../../src/channels/telegram-person/media-ref.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { outgoing } from "../../contract/channel-harness.ts";
import {
  addDocument,
  addGroup,
  addMessage,
  addPerson,
  addUpdate,
  comeBack,
  goDown,
  loseNews,
  type PersonTelegram,
  personWrites,
  sentTo,
} from "../../emulators/telegram-person/telegram.ts";
import { CUSTOMER, type Opened, openConnected, settled, signedInTelegram, until } from "./harness.ts";

const text = (words: string) => ({ body: plainText(words), attachments: [] });
const refused = (words: string, code = 420) => ({ kind: "refused", code, text: words }) as const;
const words = ({ host }: Opened) =>
  host.events.flatMap((event) => (event.kind === "message" ? [event.content.body.text] : []));
const STRANGER = 77;

/** Known before, away for long, and back. */
async function away(telegram: PersonTelegram, meanwhile: () => void): Promise<Opened> {
  const opened = await openConnected({ telegram });
  personWrites(telegram, CUSTOMER, { message: "before" });
  await until(() => opened.host.events.length === 1);
  await settled();
  goDown(telegram);
  meanwhile();
  return opened;
}

describe("a time of which Telegram tells nothing any more", () => {
  it("is read from the chats themselves, in order, before what follows, and once", async () => {
    const telegram = signedInTelegram();
    addPerson(telegram, { id: STRANGER, firstName: "Eva" });
    addGroup(telegram, 55, "Family");
    const opened = await away(telegram, () => {
      personWrites(telegram, CUSTOMER, { message: "one" });
      personWrites(telegram, STRANGER, { message: "two, by somebody new" });
      personWrites(telegram, CUSTOMER, { message: "three" });
      const peerId = { _: "peerChat", chatId: 55 } as const;
      addMessage(telegram, { peerId, fromId: { _: "peerUser", userId: CUSTOMER }, message: "four, in a group" });
      addMessage(telegram, { peerId: { _: "peerUser", userId: CUSTOMER }, out: true, message: "five, from the phone" });
      loseNews(telegram);
      personWrites(telegram, CUSTOMER, { message: "six, told as ever" });
    });
    comeBack(telegram);
    await until(() => words(opened).includes("six, told as ever"));
    expect(words(opened)).toEqual([
      "before",
      "one",
      "two, by somebody new",
      "three",
      "four, in a group",
      "five, from the phone",
      "six, told as ever",
    ]);
    expect(opened.host.events.find(({ chatId }) => chatId === String(STRANGER))).toMatchObject({
      customer: { name: "Eva" },
    });
    expect(opened.host.states.at(-1)?.sentence).not.toContain("look through the chats");
    await opened.session.close();
  });

  it("of a channel is read from that channel", async () => {
    const telegram = signedInTelegram();
    addGroup(telegram, 900, "Customers", true);
    const peerId = { _: "peerChannel", channelId: 900 } as const;
    const fromId = { _: "peerUser", userId: CUSTOMER } as const;
    const opened = await openConnected({ telegram });
    addMessage(telegram, { peerId, fromId, message: "before" });
    await until(() => opened.host.events.length === 1);
    goDown(telegram);
    addMessage(telegram, { peerId, fromId, message: "missed" });
    loseNews(telegram, -1_000_000_000_900);
    addMessage(telegram, { peerId, fromId, message: "told" });
    comeBack(telegram);
    await until(() => opened.host.events.length === 3);
    expect(words(opened)).toEqual(["before", "missed", "told"]);
    await opened.session.close();
  });

  it("is paced, waits out a short flood, and says what it could not read", async () => {
    const telegram = signedInTelegram();
    const opened = await away(telegram, () => {
      for (let at = 0; at < 450; at += 1) personWrites(telegram, CUSTOMER, { message: `missed ${at}` });
      loseNews(telegram);
    });
    telegram.fault = { names: ["messages.getDialogs"], failure: refused("FLOOD_WAIT_9"), effect: false };
    comeBack(telegram);
    await until(() => words(opened).includes("missed 449"));
    expect(opened.waits).toContain(9_000);
    // Bounded: the newest of them, and a sentence about the rest.
    expect(words(opened).slice(1)).toEqual(Array.from({ length: 300 }, (_, at) => `missed ${150 + at}`));
    expect(telegram.calls.filter((call) => call._ === "messages.getHistory")).toHaveLength(3);
    expect(opened.host.states.at(-1)?.sentence).toContain("look through the chats");
    await opened.session.close();
  });

  it("that cannot be read now holds nothing up, and is said", async () => {
    const telegram = signedInTelegram();
    const opened = await away(telegram, () => {
      personWrites(telegram, CUSTOMER, { message: "missed" });
      loseNews(telegram);
      personWrites(telegram, CUSTOMER, { message: "told" });
    });
    telegram.fault = { names: ["messages.getDialogs"], failure: refused("FLOOD_WAIT_3600"), effect: false };
    comeBack(telegram);
    await until(() => words(opened).includes("told"));
    expect(words(opened)).toEqual(["before", "told"]);
    expect(opened.host.states.at(-1)?.sentence).toContain("look through the chats");
    await opened.session.close();
  });
});

describe("what the person changes on their phone", () => {
  const changes = (telegram: PersonTelegram, message: tl.RawMessage, to: string, editDate: number) =>
    addUpdate(telegram, {
      _: "updateEditMessage",
      message: { ...message, message: to, editDate },
      pts: 0,
      ptsCount: 1,
    });

  it("of an agent's message is told as their words, once; our own changes are not", async () => {
    const telegram = signedInTelegram();
    const opened = await openConnected({ telegram });
    const sent = await opened.session.send(outgoing(String(CUSTOMER), text("Until six.")), "k");
    if (sent.kind !== "sent") throw new Error(JSON.stringify(sent));
    const stored = () => {
      const [message] = sentTo(telegram, CUSTOMER);
      if (!message) throw new Error("nothing was sent");
      return message.message;
    };
    const change = { chatId: String(CUSTOMER), externalIds: sent.externalIds, content: text("Until eight.") };
    expect(await opened.session.edit?.(change)).toMatchObject({ kind: "sent" });
    changes(telegram, stored(), "Until eight.", 1_800_000_000);
    await settled();
    expect(opened.host.events).toEqual([]);
    changes(telegram, stored(), "Until nine.", 1_800_000_001);
    changes(telegram, stored(), "Until nine.", 1_800_000_001);
    await until(() => opened.host.events.length > 0);
    await settled();
    expect(opened.host.events).toMatchObject([
      {
        kind: "message",
        fromDevice: true,
        chatId: String(CUSTOMER),
        content: { body: { text: "Changed the message to: Until nine." }, quote: { externalId: sent.externalIds[0] } },
      },
    ]);
    await opened.session.close();
  });

  it("of a message they wrote there is a change of that message", async () => {
    const telegram = signedInTelegram();
    const opened = await openConnected({ telegram });
    const peerId = { _: "peerUser", userId: CUSTOMER } as const;
    const written = addMessage(telegram, { peerId, out: true, message: "By phone" });
    changes(telegram, written, "By my phone", 1_800_000_000);
    await until(() => opened.host.events.length === 2);
    expect(opened.host.events).toMatchObject([
      { kind: "message", fromDevice: true, externalId: String(written.id) },
      { kind: "edit", externalId: String(written.id), content: { body: { text: "By my phone" } } },
    ]);
    await opened.session.close();
  });
});

describe("a file", () => {
  const file = async (size: number) => {
    const telegram = signedInTelegram();
    const { session, waits } = await openConnected({ telegram });
    const bytes = Buffer.alloc(size, "0123456789abcdef-");
    const document = addDocument(telegram, { bytes, name: "a" }, "text/plain", []);
    const message = personWrites(telegram, CUSTOMER, { media: { _: "messageMediaDocument", document } });
    const ref = encodeRef(refOfDocument(document, { chatId: CUSTOMER, messageId: message.id }));
    const open = () => session.openMedia?.(ref, AbortSignal.timeout(5_000));
    return { telegram, session, waits, bytes, open };
  };
  const read = async (opened: Awaited<ReturnType<Awaited<ReturnType<typeof file>>["open"]>>) => {
    if (opened?.kind !== "opened") throw new Error(`not opened: ${opened?.kind}`);
    const chunks: Buffer[] = [];
    for await (const chunk of opened.stream) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  };

  it("that lies at another data centre is fetched from there", async () => {
    const { telegram, session, bytes, open } = await file(700_000);
    telegram.fileCentre = 2;
    expect((await read(await open())).equals(bytes)).toBe(true);
    const calls = telegram.calls.filter((call) => call._ === "upload.getFile");
    expect(calls).toHaveLength(3);
    await session.close();
  });

  it("is asked for later when Telegram wants a pause before it, and waited for in the middle of it", async () => {
    const { telegram, session, waits, bytes, open } = await file(1_200_000);
    telegram.fault = { names: ["upload.getFile"], failure: refused("FLOOD_WAIT_17"), effect: false };
    expect(await open()).toMatchObject({ kind: "retry", afterMs: 17_000 });
    const opened = await open();
    telegram.fault = { names: ["upload.getFile"], failure: refused("FLOOD_PREMIUM_WAIT_5"), effect: false };
    expect((await read(opened)).equals(bytes)).toBe(true);
    expect(waits).toContain(5_000);
    await session.close();
  });

  it("whose download is refused in the middle ends in an error, and not as a whole file", async () => {
    const { telegram, session, open } = await file(1_200_000);
    const opened = await open();
    telegram.fault = { names: ["upload.getFile"], failure: refused("FILE_ID_INVALID", 400), effect: false };
    await expect(read(opened)).rejects.toThrow("FILE_ID_INVALID");
    await session.close();
  });
});

describe("a basic group that becomes a supergroup", () => {
  it("is one move, told by both chats", async () => {
    const telegram = signedInTelegram();
    addGroup(telegram, 55, "Family");
    addGroup(telegram, 900, "Family", true);
    const opened = await openConnected({ telegram });
    const told = (peerId: tl.TypePeer, action: tl.TypeMessageAction): void => {
      const message = { _: "messageService", id: 5_000, peerId, date: 1_760_000_000, action } as const;
      addUpdate(telegram, { _: "updateNewMessage", message, pts: 0, ptsCount: 1 });
    };
    told({ _: "peerChat", chatId: 55 }, { _: "messageActionChatMigrateTo", channelId: 900 });
    told({ _: "peerChannel", channelId: 900 }, { _: "messageActionChannelMigrateFrom", title: "Family", chatId: 55 });
    await settled();
    expect(opened.host.events).toMatchObject([
      { kind: "moved", chatId: "-55", toChatId: "-1000000000900", idsEnd: true },
    ]);
    await opened.session.close();
  });
});

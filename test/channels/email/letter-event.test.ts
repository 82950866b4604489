import { describe, expect, it } from "vitest";
import type { PendingLetter } from "../../../src/channels/contract/letters.ts";
import { chooseFolders } from "../../../src/channels/email/folders.ts";
import { type LetterFacts, letterEvent } from "../../../src/channels/email/letter-event.ts";
import { rangeOf } from "../../../src/channels/email/lister.ts";
import { decodePart, encodePart } from "../../../src/channels/email/media-ref.ts";
import { LISTED, seenLetter, UNDATED } from "../../../src/channels/email/seen.ts";
import { createSources } from "../../../src/channels/email/sources.ts";
import { readMail } from "../../../src/mail/reading/read-mail.ts";
import { BOX, mail } from "./harness.ts";

const pending: PendingLetter = { letter: "7", thread: "t1", folder: "INBOX", validity: "1", uid: 3 };
const came = new Date("2026-05-04T10:00:00Z");

async function event(source: string, more: Partial<LetterFacts> = {}) {
  return letterEvent({ pending, mail: await readMail(Buffer.from(source)), address: BOX, came, sent: false, ...more });
}

describe("a mail as a message", () => {
  it("is from its sender, in the conversation of its thread, at the time that stands in it", async () => {
    const date = new Date("2026-05-04T09:59:00Z");
    const told = await event(mail({ id: "a", date, text: "Hello", subject: "Price" }));
    expect(told).toMatchObject({
      kind: "message",
      event: {
        key: "letter:7",
        externalId: "letter:7",
        chatId: "t1",
        at: date,
        customer: { email: "anna@example.com" },
      },
    });
  });

  it("is not from a time to come, whatever its sender's clock says", async () => {
    const told = await event(mail({ date: new Date("2031-01-01T00:00:00Z") }));
    expect(told).toMatchObject({ event: { at: came } });
  });

  it("that was sent is to the first who is not the box itself", async () => {
    const told = await event(mail({ from: BOX, to: `${BOX.toUpperCase()}, Boris <boris@example.com>` }), {
      sent: true,
    });
    expect(told).toMatchObject({
      event: { fromDevice: true, customer: { externalId: "boris@example.com", name: "Boris" } },
    });
    expect(await event(mail({ from: BOX, to: BOX }), { sent: true })).toMatchObject({ kind: "passed" });
  });

  it("without words has its subject, and without that a dash", async () => {
    expect(await event(mail({ text: "", subject: "Call me" }))).toMatchObject({
      event: { content: { body: { text: "Call me" } } },
    });
    expect(await event(mail({ text: "", subject: "" }))).toMatchObject({ event: { content: { body: { text: "—" } } } });
  });

  it("is none when nobody wrote it, or our own address stands in it as its sender", async () => {
    for (const source of [mail({ from: BOX }), "Subject: x\n\nno sender"])
      expect(await event(source)).toMatchObject({ kind: "passed" });
  });

  it("is no longer than a message may be, and never half a sign", async () => {
    const told = await event(mail({ text: "😀😀😀 and so on\n".repeat(8_000) }));
    const text = told.kind === "message" ? told.event.content.body.text : "";
    expect(text.length).toBeLessThanOrEqual(100_000);
    expect(text.isWellFormed()).toBe(true);
  });
});

describe("what a list tells of a mail", () => {
  const place = { folder: "INBOX", validity: "1", sent: false };

  it("is read with nothing in it, and with nonsense in it", () => {
    expect(seenLetter(place, { seq: 1, uid: 1 })).toMatchObject({
      subject: "",
      to: [],
      cc: [],
      history: false,
    });
    const nonsense = seenLetter(place, {
      seq: 1,
      uid: 1,
      internalDate: "never",
      headers: Buffer.from(
        [
          "References: <a@x> garbage <b@x>\r\n <a@x> <",
          "Date: no date",
          "Message-ID: without brackets",
          "From: only a name",
          "To: undisclosed-recipients:;",
          "\0 no header at all",
        ].join("\r\n"),
      ),
    });
    expect(nonsense).toMatchObject({ references: ["<a@x>", "<b@x>"], to: [] });
    expect(nonsense.messageId).toBeUndefined();
    expect(nonsense.from).toBeUndefined();
    expect(nonsense.date.getTime()).not.toBeNaN();
  });

  it("is read from its header lines, in whatever charset they came", () => {
    const lines = [
      "MESSAGE-ID: <Order-1@Shop.example>",
      "In-Reply-To:\r\n <Order-0@Shop.example>",
      "Thread-Index: AdnQ\r\n\tb3dl",
      "From: =?utf-8?B?0JzQsNGA0LjRjw==?= <maria@shop.example>",
      'To: "Sales, Shop" <sales@firm.example>, Team: a@firm.example, b@firm.example;',
      "Subject: =?koi8-r?B?+sHLwdo=?=\r\n of today",
      "Date: Mon, 2 Mar 2026 10:00:00 +0300",
    ];
    expect(seenLetter(place, { seq: 1, uid: 1, headers: Buffer.from(lines.join("\r\n")) })).toMatchObject({
      messageId: "<Order-1@Shop.example>",
      inReplyTo: "<Order-0@Shop.example>",
      threadIndex: "AdnQb3dl",
      from: { address: "maria@shop.example", name: "Мария" },
      to: [
        { address: "sales@firm.example", name: "Sales, Shop" },
        { address: "a@firm.example" },
        { address: "b@firm.example" },
      ],
      subject: "Заказ of today",
      date: new Date("2026-03-02T07:00:00Z"),
    });
    const raw = Buffer.concat([Buffer.from("Subject: "), Buffer.from([0xc7, 0xe0, 0xea, 0xe0, 0xe7])]);
    expect(seenLetter(place, { seq: 1, uid: 1, headers: raw }).subject).toBe("Заказ");
  });

  it("has the group that handed it on and who wrote; a list that nobody writes to is none", () => {
    const lines = [
      "From: 'Maria' via Sales <sales@firm.example>",
      "Reply-To: Maria <maria@shop.example>",
      "List-ID: <sales.firm.example>",
    ];
    const seen = (more: readonly string[]) =>
      seenLetter(place, { seq: 1, uid: 1, headers: Buffer.from([...lines, ...more].join("\r\n")) });
    const replyTo = [{ address: "maria@shop.example", name: "Maria" }];
    const post = "List-Post: <https://groups.example/post>, <mailto:Sales@firm.example?subject=x>";
    expect(seen([post])).toMatchObject({ replyTo, group: "sales@firm.example" });
    expect(seen(["List-Post: NO"])).not.toHaveProperty("group");
    expect(seen(["X-BeenThere: sales@firm.example"])).not.toHaveProperty("group");
    expect(LISTED.headers).toEqual(expect.arrayContaining(["list-post", "reply-to"]));
  });

  it("is history when it came before the box was connected, unless it is what has just come", () => {
    const message = { seq: 1, uid: 1, internalDate: new Date("2026-01-01") };
    expect(seenLetter({ ...place, began: new Date("2026-01-02") }, message).history).toBe(true);
    expect(seenLetter({ ...place, began: new Date("2025-12-31") }, message).history).toBe(false);
    expect(seenLetter(place, message).history).toBe(false);
    const unasked = { seq: 1, uid: 1, headers: Buffer.from("Date: Mon, 02 Mar 2026 10:00:00 +0300") };
    const past = { ...place, began: new Date("2026-01-02"), isPast: true };
    expect(seenLetter(past, unasked)).toMatchObject({ history: true, date: new Date("2026-03-02T07:00:00Z") });
    expect(seenLetter(past, { seq: 1, uid: 1 }).date).toBe(UNDATED);
  });
});

describe("numbers in a command", () => {
  it("are ranges where they are neighbours", () => {
    expect(rangeOf([1, 2, 3, 7, 9, 10])).toBe("1:3,7,9:10");
    expect(rangeOf([])).toBe("");
  });
});

describe("the folders that are watched", () => {
  const folder = (path: string, more: object = {}) => ({
    path,
    name: path.split("/").at(-1) ?? path,
    flags: new Set<string>(),
    ...more,
  });

  it("are the inbox and what the server says is the sent mail", () => {
    const listed = [
      folder("INBOX"),
      folder("Sent"),
      folder("Archiv/Gesendet", { specialUse: "\\Sent", specialUseSource: "extension" }),
    ];
    expect(chooseFolders(listed, "")).toEqual([
      { path: "INBOX", role: "inbox" },
      { path: "Archiv/Gesendet", role: "sent" },
    ]);
  });

  it.each(["Отправленные", "Enviados", "Gesendete Objekte", "Sent Items"])(
    "know the sent mail by its name: %s",
    (name) => {
      expect(chooseFolders([folder("INBOX"), folder(`INBOX/${name}`)], "")[1]).toEqual({
        path: `INBOX/${name}`,
        role: "sent",
      });
    },
  );

  it("are those that were named too, but no folder that cannot be opened", () => {
    const listed = [folder("Inbox"), folder("Orders"), folder("All", { flags: new Set(["\\Noselect"]) })];
    expect(chooseFolders(listed, " orders ,All, ,none")).toEqual([
      { path: "Inbox", role: "inbox" },
      { path: "Orders", role: "other" },
    ]);
  });
});

describe("references to files", () => {
  it.each([{ by: "html" }, { by: "index", index: 12 }, { by: "number", number: "2.1" }] as const)(
    "survive: %j",
    (part) => {
      const place = { folder: "Входящие/«а»", validity: "77", uid: 5, messageId: "<a@x>", part };
      expect(decodePart(encodePart(place))).toEqual(place);
    },
  );

  it.each(["", "{}", "!!!", Buffer.from('{"f":"a","v":"1","u":1,"p":"1 FETCH"}').toString("base64url")])(
    "are none of ours: %j",
    (text) => {
      expect(decodePart(text)).toBeUndefined();
    },
  );

  it("are answered from what was read a moment ago, as long as there is room", () => {
    const sources = createSources(100);
    sources.put("a", Buffer.alloc(40));
    sources.put("b", Buffer.alloc(40));
    expect(sources.get("a")).toHaveLength(40);
    sources.put("c", Buffer.alloc(40));
    sources.put("huge", Buffer.alloc(101));
    expect(
      [sources.get("a"), sources.get("b"), sources.get("c"), sources.get("huge")].map((one) => one?.length),
    ).toEqual([40, undefined, 40, undefined]);
  });
});

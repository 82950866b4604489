import { buffer } from "node:stream/consumers";
import { ImapFlow } from "imapflow";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { EmailOptions } from "../../../src/channels/email/adapter.ts";
import { createMemoryLetters } from "../../support/mail/memory-letters.ts";
import { type Dovecot, MAIL_PASSWORD, startDovecot } from "../../support/services/dovecot.ts";
import { until } from "../../support/world/until.ts";
import { type Box, becomes, COMMON, hears, mail, mailAccount, openBox, QUICK, texts } from "./harness.ts";

/** A mailbox at a real Dovecot: what comes, what was sent elsewhere, what was there before, its files. */

const DAY_MS = 86_400_000;

describe("a mailbox", () => {
  let server: Dovecot;
  const boxes: Box[] = [];
  let users = 0;

  beforeAll(async () => {
    server = await startDovecot();
  });
  afterEach(async () => {
    await Promise.all(boxes.splice(0).map((box) => box.close()));
  });
  afterAll(async () => {
    await server?.stop();
  });

  /** A box that nobody has had before. */
  function newAddress(): string {
    users += 1;
    return `box${users}@shop.test`;
  }

  function open(
    settings: Readonly<Record<string, unknown>>,
    options: EmailOptions & Partial<Pick<Box, "letters" | "values">> = {},
    at: Pick<Dovecot, "port"> = server,
  ): Box {
    const box = openBox(mailAccount(at, settings), { timing: QUICK, ...options });
    boxes.push(box);
    return box;
  }

  async function connected(...given: Parameters<typeof open>): Promise<Box> {
    const box = open(...given);
    await becomes(box, "connected");
    return box;
  }

  const modseqOf = (box: Box): unknown => JSON.parse(String(box.values.get("folder:INBOX"))).modseq;

  async function signedIn(address: string): Promise<ImapFlow> {
    const auth = { user: address, pass: MAIL_PASSWORD };
    const client = new ImapFlow({ host: "127.0.0.1", port: server.port, secure: false, auth, logger: false });
    await client.connect();
    return client;
  }

  it("gives a mail on within a second of its delivery, with its envelope, once", async () => {
    const address = newAddress();
    const box = await connected({ address }, { timing: { ...QUICK, othersMs: 30_000 } });
    const waits: number[] = [];
    for (let count = 1; count <= 10; count += 1) {
      const began = performance.now();
      box.heard = () => waits.push(performance.now() - began);
      server.deliver(address, mail({ id: `quick-${count}`, to: address, text: `Hello ${count}` }));
      await hears(box, count);
    }
    console.info(`delivered to accepted, ms: ${waits.map(Math.round).join(" ")}`);
    // Most of them: Dovecot itself waits half a second for more.
    expect(waits.toSorted((one, other) => one - other).at(5)).toBeLessThan(2_000);
    expect(box.messages()[0]).toMatchObject({
      kind: "message",
      key: "letter:<quick-1@example.com>",
      customer: { externalId: "anna@example.com", email: "anna@example.com", name: "Anna Berg" },
      content: {
        body: { text: "Hello 1" },
        letter: { messageId: "<quick-1@example.com>", class: "human", from: { address: "anna@example.com" } },
      },
    });
    expect(new Set(box.given.values())).toEqual(new Set([1]));
  });

  it("tells what was sent from another program as written by the box's own person, and passes over what is nobody's letter", async () => {
    const address = newAddress();
    const box = await connected({ address });
    const other = await signedIn(address);
    const sent = (id: string, to: string, text: string) =>
      other.append("Sent", mail({ id, from: `Olga <${address}>`, to, text }).replaceAll("\n", "\r\n"));
    await sent("sent-1", "Anna <anna@example.com>", "On its way");
    await sent("to-myself", address, "Do not forget");
    server.deliver(address, mail({ id: "forged", from: address, to: address, text: "I am you" }));
    server.deliver(
      address,
      mail({ id: "news", to: address, headers: ["List-Unsubscribe: <https://x.example/u>", "List-Id: <x.example>"] }),
    );
    await hears(box, 1);
    await until(
      () =>
        ["to-myself", "forged", "news"].every(
          (id) => typeof box.letters.letters.get(`<${id}@example.com>`)?.state === "object",
        ),
      10_000,
      "the others to be passed over",
      () => JSON.stringify([...box.letters.letters.values()].map(({ id, state }) => [id, state])),
    );
    await other.logout();
    expect(box.messages()).toHaveLength(1);
    expect(box.messages()[0]).toMatchObject({
      fromDevice: true,
      customer: { externalId: "anna@example.com" },
      content: { body: { text: "On its way" } },
    });
  });

  it("looks through the last days, the newest first, and marks nothing as read", async () => {
    const address = newAddress();
    // Servers count the last days from midnight or from now.
    for (const day of Array.from({ length: 40 }, (_, at) => 39 - at).filter((one) => one < 5 || one > 9)) {
      const came = new Date(Date.now() - day * DAY_MS);
      // What stands in them does not count.
      server.deliver(address, mail({ id: `day-${day}`, to: address, date: new Date() }), "", came);
    }
    const box = await connected({ address, days: 7 });
    await hears(box, 5);
    expect([...box.letters.letters.values()].every(({ history }) => history)).toBe(true);
    await until(() => box.state()?.sentence === `Receives the mail of ${address}.`, 10_000, "the scan to be over");
    server.deliver(address, mail({ id: "new", to: address, text: "New" }));
    await hears(box, 6);
    expect([...box.letters.letters.keys()].filter((id) => id.startsWith("<day"))).toHaveLength(5);
    expect(box.letters.letters.get("<new@example.com>")?.history).toBe(false);
    const other = await signedIn(address);
    const { unseen } = (await other.status("INBOX", { unseen: true })) || {};
    await other.logout();
    expect(unseen).toBe(36);
  });

  it("looks at nothing that was there before when it is told so", async () => {
    const address = newAddress();
    server.deliver(address, mail({ id: "old", to: address }));
    const box = await connected({ address, days: 0 });
    server.deliver(address, mail({ id: "after", to: address, text: "After" }));
    await hears(box, 1);
    expect(texts(box)).toEqual(["After"]);
    expect(box.letters.letters.has("<old@example.com>")).toBe(false);
  });

  it("watches the folders that are named", async () => {
    const address = newAddress();
    server.deliver(address, mail({ id: "sorted-before", to: address, text: "Before" }), "Orders");
    const box = await connected({ address, folders: "orders, Nothing", days: 7 });
    server.deliver(address, mail({ id: "sorted", to: address, text: "Sorted" }), "Orders");
    await hears(box, 2);
    expect(texts(box).toSorted()).toEqual(["Before", "Sorted"]);
  });

  it("hands out the files of a mail, its HTML and the pictures inside, also when it was read long ago", async () => {
    const address = newAddress();
    const box = await connected({ address });
    server.deliver(address, withFiles(address));
    await hears(box, 1);
    const files = box.messages()[0]?.content.attachments ?? [];
    expect(files.map(({ name, kind, role }) => [name, kind, role])).toEqual([
      ["letter.html", "file", "letter"],
      [expect.any(String), "photo", "inside"],
      ["price.pdf", "file", undefined],
    ]);
    expect(files[1]?.contentId).toBe("logo@x");
    const read = async (index: number): Promise<string> => {
      const source = files[index]?.source;
      const ref = source?.by === "channel" ? source.ref : "";
      const opened = await box.session.openMedia?.(ref, AbortSignal.timeout(10_000));
      if (opened?.kind !== "opened") throw new Error(JSON.stringify(opened));
      return (await buffer(opened.stream as NodeJS.ReadableStream)).toString();
    };
    const expected = [expect.stringContaining('<img src="cid:logo@x">'), expect.stringMatching(/^%PDF-1.4 price\s*$/)];
    expect(await Promise.all([read(0), read(2)])).toEqual(expected);
    await box.session.close();
    // Another process knows nothing of what the first one read, and the folder has new numbers by now.
    await server.stopServer();
    server.renumber(address);
    await server.startServer();
    const again = open({ address }, { letters: box.letters });
    await becomes(again, "connected");
    box.session = again.session;
    expect(await Promise.all([read(0), read(2)])).toEqual(expected);
  });

  it("reads a mail of many megabytes by its parts, and streams its file", async () => {
    const address = newAddress();
    const box = await connected({ address });
    const big = Buffer.alloc(9 * 1_024 * 1_024, "a large drawing ");
    server.deliver(address, largeMail(address, big));
    await hears(box, 1);
    const [message] = box.messages();
    expect(message?.content.body.text).toBe("The drawing, Schöne Grüße");
    expect(message?.content.attachments.map(({ name, mime }) => [name, mime])).toEqual([
      ["plan.bin", "application/octet-stream"],
    ]);
    const source = message?.content.attachments[0]?.source;
    const opened = await box.session.openMedia?.(
      source?.by === "channel" ? source.ref : "",
      AbortSignal.timeout(20_000),
    );
    if (opened?.kind !== "opened") throw new Error(JSON.stringify(opened));
    expect((await buffer(opened.stream as NodeJS.ReadableStream)).equals(big)).toBe(true);
    server.deliver(address, mail({ id: "after-big", to: address, text: "And now?" }));
    await hears(box, 2);
  });

  it("puts what tells of a mail beside that mail", async () => {
    const address = newAddress();
    const box = await connected({ address });
    const other = await signedIn(address);
    await other.append(
      "Sent",
      mail({ id: "lost", from: address, to: "gone@example.com", text: "Hello?" }).replaceAll("\n", "\r\n"),
    );
    await other.logout();
    await hears(box, 1);
    server.deliver(address, bounce(address));
    await hears(box, 2);
    const [sent, told] = box.messages();
    expect(told).toMatchObject({
      chatId: sent?.chatId,
      customer: { externalId: "gone@example.com" },
      content: {
        letter: { class: "bounce-hard", failed: { recipients: ["gone@example.com"], of: "<lost@example.com>" } },
      },
    });
  });

  it("is one message in fifty boxes that receive the same mail", async () => {
    const letters = createMemoryLetters();
    const addresses = Array.from({ length: 50 }, newAddress);
    const all = addresses.map((address) => open({ address, days: 0 }, { letters }));
    await Promise.all(all.map((box) => becomes(box, "connected")));
    for (const address of addresses)
      server.deliver(
        address,
        mail({ id: "to-all", to: addresses.join(", "), text: "To all of you", date: new Date(0) }),
      );
    const letter = () => letters.letters.get("<to-all@example.com>");
    await until(
      () => letter()?.sightings.size === 50,
      30_000,
      "all boxes to see it",
      () => String(letter()?.sightings.size),
    );
    await until(() => letter()?.state === "done", 10_000, "it to be read");
    expect(all.flatMap(texts)).toEqual(["To all of you"]);
  }, 60_000);

  it.each([
    ["all that it can", undefined],
    ["CONDSTORE alone, as Gmail", `${COMMON} CONDSTORE`],
  ])("compares what lies there with what was read, once and again (%s)", async (_what, capability) => {
    const another = capability === undefined ? undefined : await startDovecot({ capability });
    try {
      const at = another ?? server;
      const address = newAddress();
      const letters = createMemoryLetters();
      const before = await connected({ address }, { letters }, at);
      await until(() => before.values.has("folder:INBOX"), 5_000, "how far it was read");
      const mark = JSON.parse(String(before.values.get("folder:INBOX")));
      await before.close();
      // As if all numbers up to this one had been read: nothing that comes will be above it.
      const values = new Map(before.values).set("folder:INBOX", Buffer.from(JSON.stringify({ ...mark, last: 1_000 })));
      at.deliver(address, mail({ to: address, text: "Never new" }));
      const box = await connected({ address }, { letters, values, timing: { ...QUICK, reconcileMs: 400 } }, at);
      await hears(box, 1);
      await until(() => modseqOf(box) !== undefined, 5_000, "the folder to be compared to its end");
      at.deliver(address, mail({ to: address, text: "Nor this" }));
      await hears(box, 2);
      expect(texts(box)).toEqual(["Never new", "Nor this"]);
      await box.close();
    } finally {
      await another?.stop();
    }
  });

  it("is asked each minute where the server tells nothing by itself", async () => {
    const mute = await startDovecot({
      capability: "IMAP4rev1 LITERAL+ SASL-IR ID ENABLE NAMESPACE UIDPLUS SPECIAL-USE",
    });
    try {
      const address = newAddress();
      const box = await connected({ address }, {}, mute);
      mute.deliver(address, mail({ id: "polled", to: address, text: "Anybody there?" }));
      await hears(box, 1);
      expect(texts(box)).toEqual(["Anybody there?"]);
      await box.close();
    } finally {
      await mute.stop();
    }
  });
});

function withFiles(to: string): string {
  return [
    "From: Anna <anna@example.com>",
    `To: ${to}`,
    "Subject: Price",
    `Date: ${new Date().toUTCString()}`,
    "Message-ID: <files@example.com>",
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="m"',
    "",
    "--m",
    'Content-Type: multipart/related; boundary="r"',
    "",
    "--r",
    "Content-Type: text/html; charset=utf-8",
    "",
    '<p>Price <img src="cid:logo@x"></p>',
    "--r",
    "Content-Type: image/png",
    "Content-ID: <logo@x>",
    "Content-Disposition: inline",
    "Content-Transfer-Encoding: base64",
    "",
    "iVBORw0KGgo=",
    "--r--",
    "--m",
    "Content-Type: application/pdf",
    'Content-Disposition: attachment; filename="price.pdf"',
    "",
    "%PDF-1.4 price",
    "--m--",
    "",
  ].join("\n");
}

function largeMail(to: string, file: Buffer): string {
  return [
    "From: Anna <anna@example.com>",
    `To: ${to}`,
    "Subject: Drawing",
    `Date: ${new Date().toUTCString()}`,
    "Message-ID: <large@example.com>",
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="m"',
    "",
    "--m",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "The drawing, Sch=C3=B6ne Gr=C3=BC=C3=9Fe",
    "--m",
    "Content-Type: application/octet-stream",
    'Content-Disposition: attachment; filename="plan.bin"',
    "Content-Transfer-Encoding: base64",
    "",
    (file.toString("base64").match(/.{1,76}/g) ?? []).join("\n"),
    "--m--",
    "",
  ].join("\n");
}

function bounce(to: string): string {
  return [
    "Return-Path: <>",
    "From: Mail Delivery System <mailer-daemon@mx.example.com>",
    `To: ${to}`,
    "Subject: Undelivered Mail Returned to Sender",
    `Date: ${new Date().toUTCString()}`,
    "Message-ID: <bounce@mx.example.com>",
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    "",
    "--b",
    "Content-Type: text/plain",
    "",
    "It could not be delivered.",
    "--b",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.example.com",
    "",
    "Final-Recipient: rfc822; gone@example.com",
    "Action: failed",
    "Status: 5.1.1",
    "Diagnostic-Code: smtp; 550 5.1.1 No such user",
    "",
    "--b",
    "Content-Type: text/rfc822-headers",
    "",
    `From: ${to}`,
    "To: gone@example.com",
    "Message-ID: <lost@example.com>",
    "Subject: Order",
    "",
    "--b--",
    "",
  ].join("\n");
}

import { ImapFlow } from "imapflow";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Outgoing, SendOutcome } from "../../../src/channels/contract/sending.ts";
import type { Letter } from "../../../src/domain/letter.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { startSmtp, type TestSmtp } from "../../support/mail/smtp.ts";
import { type Dovecot, MAIL_PASSWORD, startDovecot } from "../../support/services/dovecot.ts";
import { until } from "../../support/world/until.ts";
import { BOX, type Box, becomes, hears, mail, mailAccount, openBox, QUICK, texts } from "./harness.ts";

/** Letters both ways: what leaves by a real SMTP server, lies in the Sent folder of a real Dovecot, and is answered. */

describe("a mailbox that is written from", () => {
  let server: Dovecot;
  let smtp: TestSmtp;
  let box: Box;

  beforeEach(async () => {
    [server, smtp] = await Promise.all([startDovecot(), startSmtp({ allowInsecureAuth: true })]);
    const out = { smtpHost: "127.0.0.1", smtpPort: smtp.port, smtpSecurity: "none" };
    box = openBox(mailAccount(server, out), { timing: { ...QUICK, othersMs: 30_000 } });
    await becomes(box, "connected");
  });
  afterEach(async () => {
    await box.close();
    await Promise.all([server.stop(), smtp.stop()]);
  });

  function letter(id: string, to: string, subject: string): Letter {
    return {
      messageId: `<${id}@shop.test>`,
      subject,
      from: { address: BOX },
      to: [{ address: to }],
      cc: [],
      class: "human",
    };
  }

  async function send(chatId: string, text: string, of: Letter): Promise<SendOutcome> {
    const message: Outgoing = {
      chatId,
      content: { body: plainText(text), attachments: [], letter: of },
      openFile: () => Promise.reject(new Error("there are no files")),
    };
    return await box.session.send(message, of.messageId);
  }

  async function inSent(): Promise<string[]> {
    const auth = { user: BOX, pass: MAIL_PASSWORD };
    const client = new ImapFlow({ host: "127.0.0.1", port: server.port, secure: false, auth, logger: false });
    await client.connect();
    const { exists } = await client.mailboxOpen("Sent", { readOnly: true });
    const found = exists === 0 ? [] : await client.fetchAll("1:*", { envelope: true });
    await client.logout();
    return found.map(({ envelope }) => envelope?.messageId ?? "");
  }

  it("answers in the thread, files its copy, and does not tell it as something new", async () => {
    server.deliver(BOX, mail({ id: "question", text: "How much?" }));
    await hears(box, 1);
    const chatId = box.messages()[0]?.chatId ?? "";
    const outcome = await send(chatId, "Ten.", letter("answer-1", "anna@example.com", "Re: Price"));
    expect(outcome).toEqual({ kind: "sent", externalIds: ["<answer-1@shop.test>"] });
    const raw = smtp.taken[0]?.raw.toString() ?? "";
    expect(raw).toMatch(/^In-Reply-To: <question@example.com>/im);
    expect(raw).toMatch(/^Message-ID: <answer-1@shop.test>/im);
    expect(await inSent()).toEqual(["<answer-1@shop.test>"]);
    const reply = ["In-Reply-To: <answer-1@shop.test>", "References: <question@example.com> <answer-1@shop.test>"];
    server.deliver(BOX, mail({ id: "reply", text: "I take it", headers: reply }));
    await hears(box, 2);
    await until(
      () => box.letters.letters.get("<answer-1@shop.test>")?.state !== "pending",
      10_000,
      "the copy to be met",
    );
    expect(texts(box)).toEqual(["How much?", "I take it"]);
    expect(box.messages().map((message) => message.chatId)).toEqual([chatId, chatId]);
  });

  it("begins a conversation, which goes on in the thread of its letter", async () => {
    const found = await box.session.findPerson?.({ email: " New@Example.com " });
    if (found?.kind !== "found") throw new Error(JSON.stringify(found));
    expect(found.customer).toEqual({ externalId: "new@example.com", email: "new@example.com" });
    await send(found.chatId, "Good day", letter("first-1", "new@example.com", "An offer"));
    await until(() => box.events.some(({ kind }) => kind === "moved"), 10_000, "the conversation to get its thread");
    const [moved] = box.events;
    expect(moved).toMatchObject({ kind: "moved", chatId: found.chatId, idsEnd: false });
    server.deliver(
      BOX,
      mail({ id: "yes", from: "new@example.com", text: "Yes, please", headers: ["In-Reply-To: <first-1@shop.test>"] }),
    );
    await hears(box, 1);
    expect(box.messages()[0]?.chatId).toBe(moved?.kind === "moved" ? moved.toChatId : "");
    expect(texts(box)).toEqual(["Yes, please"]);
  });

  it("says who cannot be written to, and what the server refuses", async () => {
    expect(await box.session.findPerson?.({ email: "not an address" })).toMatchObject({ kind: "nobody" });
    expect(await box.session.findPerson?.({ email: BOX.toUpperCase() })).toMatchObject({ kind: "nobody" });
    smtp.rcpt = () => ({ code: 550, text: "5.1.1 No such user" });
    expect(await send("to:gone@example.com", "Hello", letter("gone-1", "gone@example.com", "Hello"))).toMatchObject({
      kind: "refused",
      sentence: expect.stringContaining("gone@example.com"),
    });
    expect(await inSent()).toEqual([]);
  });

  it("asks the Sent folder before it sends again what may have left", async () => {
    smtp.hold = () => new Promise(() => undefined);
    const sending = send("to:slow@example.com", "Once", letter("once-1", "slow@example.com", "Once"));
    await until(() => smtp.taken.length === 1, 10_000, "the letter to arrive");
    smtp.cut();
    expect((await sending).kind).toBe("uncertain");
    smtp.hold = () => Promise.resolve();
    // Its provider had filed it.
    const auth = { user: BOX, pass: MAIL_PASSWORD };
    const client = new ImapFlow({ host: "127.0.0.1", port: server.port, secure: false, auth, logger: false });
    await client.connect();
    await client.append(
      "Sent",
      mail({ id: "x" }).replace("<x@example.com>", "<once-1@shop.test>").replaceAll("\n", "\r\n"),
    );
    await client.logout();
    expect(await send("to:slow@example.com", "Once", letter("once-1", "slow@example.com", "Once"))).toMatchObject({
      kind: "sent",
    });
    expect(smtp.taken).toHaveLength(1);
  });
});

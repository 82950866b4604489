import { ImapFlow } from "imapflow";
import PostalMime from "postal-mime";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Outgoing } from "../../../src/channels/contract/sending.ts";
import type { Letter } from "../../../src/domain/letter.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { startSmtp, type TestSmtp } from "../../support/mail/smtp.ts";
import { type Dovecot, MAIL_PASSWORD, startDovecot } from "../../support/services/dovecot.ts";
import { until } from "../../support/world/until.ts";
import { type Box, becomes, hears, mail, mailAccount, openBox, QUICK } from "./harness.ts";

/** What comes into a mailbox and proves something of the letters that went out of it: real IMAP, real SMTP. */

describe("a letter from a mailbox", () => {
  let server: Dovecot;
  let smtp: TestSmtp;
  const boxes: Box[] = [];
  let users = 0;

  beforeAll(async () => {
    [server, smtp] = await Promise.all([
      startDovecot(),
      startSmtp({ hideSTARTTLS: true, disabledCommands: ["STARTTLS"], allowInsecureAuth: true }),
    ]);
  });
  afterEach(async () => {
    Object.assign(smtp, { hold: () => Promise.resolve(), rcpt: () => undefined });
    await Promise.all(boxes.splice(0).map((box) => box.close()));
  });
  afterAll(() => Promise.all([server?.stop(), smtp?.stop()]));

  async function connected(): Promise<Box & { readonly address: string }> {
    users += 1;
    const address = `writer${users}@shop.test`;
    const place = { smtpHost: "127.0.0.1", smtpPort: smtp.port, smtpSecurity: "none" };
    const box = openBox(mailAccount(server, { address, ...place }), { timing: QUICK });
    boxes.push(box);
    await becomes(box, "connected");
    return Object.assign(box, { address });
  }

  async function inSent(address: string): Promise<string[]> {
    const auth = { user: address, pass: MAIL_PASSWORD };
    const client = new ImapFlow({ host: "127.0.0.1", port: server.port, secure: false, auth, logger: false });
    await client.connect();
    await client.mailboxOpen("Sent").catch(() => undefined);
    const ids: string[] = [];
    if (client.mailbox && client.mailbox.path === "Sent" && client.mailbox.exists > 0)
      for await (const { envelope } of client.fetch("1:*", { envelope: true })) ids.push(envelope?.messageId ?? "");
    await client.logout();
    return ids;
  }

  let count = 0;
  function letter(box: { readonly address: string }, chatId: string, more: Partial<Letter> = {}): Outgoing {
    count += 1;
    return {
      chatId,
      content: {
        body: plainText("On its way"),
        attachments: [],
        letter: {
          ...{ messageId: `<Written-${count}@shop.test>`, subject: "Re: Order", from: { address: box.address } },
          ...{ to: [{ address: "anna@example.com" }], cc: [], class: "human" as const, ...more },
        },
      },
      openFile: () => Promise.reject(new Error("no file")),
    };
  }
  const idOf = ({ content }: Outgoing) => content.letter?.messageId ?? "";
  const taken = (id: string) => smtp.taken.filter(({ raw }) => raw.includes(id));

  it("goes out once, lies in Sent, and is nothing new when it is met there; its answer proves that it was read", async () => {
    const box = await connected();
    server.deliver(box.address, mail({ id: "Question-1", to: box.address }));
    await hears(box, 1);
    const [question] = box.messages();
    const answer = letter(box, question?.chatId ?? "", {
      sending: { place: { messageId: "<Question-1@example.com>", references: [] } },
    });
    expect(await box.session.send(answer, "key")).toEqual({ kind: "sent", externalIds: [idOf(answer)] });
    expect(await box.session.send(answer, "key")).toEqual({ kind: "sent", externalIds: [idOf(answer)] });
    const [went] = taken(idOf(answer));
    expect((await PostalMime.parse(went?.raw ?? "")).inReplyTo).toBe("<Question-1@example.com>");
    expect(taken(idOf(answer))).toHaveLength(1);
    expect(await inSent(box.address)).toEqual([idOf(answer)]);
    server.deliver(
      box.address,
      mail({ id: "thanks", to: box.address, headers: [`In-Reply-To: ${idOf(answer)}`], text: "Thank you" }),
    );
    await hears(box, 2);
    expect(box.messages().map(({ content }) => content.body.text)).not.toContain("On its way");
    expect(box.messages()[1]?.chatId).toBe(question?.chatId);
    await until(() => box.events.some(({ kind }) => kind === "receipt"), 10_000, "the answer to prove it");
    expect(box.events.find(({ kind }) => kind === "receipt")).toMatchObject({
      externalIds: [idOf(answer)],
      state: "read",
    });
  });

  it("that came back is told as not delivered, at the letter that it is about", async () => {
    const box = await connected();
    const first = letter(box, "to:anna@example.com");
    expect((await box.session.send(first, "key")).kind).toBe("sent");
    server.deliver(
      box.address,
      [
        ...["From: Mail Delivery System <MAILER-DAEMON@mx.test>", `To: ${box.address}`],
        ...["Subject: Undelivered Mail Returned to Sender", `Date: ${new Date().toUTCString()}`],
        ...["Message-ID: <bounce-1@mx.test>", "Auto-Submitted: auto-replied", "MIME-Version: 1.0"],
        ...['Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "", "--b"],
        ...["Content-Type: text/plain", "", "It could not be delivered.", "", "--b"],
        ...["Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.test", ""],
        ...["Final-Recipient: rfc822; anna@example.com", "Action: failed", "Status: 5.1.1"],
        ...["Diagnostic-Code: smtp; 550 5.1.1 No such user", "", "--b", "Content-Type: message/rfc822", ""],
        ...[`From: ${box.address}`, "To: anna@example.com", `Message-ID: ${idOf(first)}`, "Subject: Re: Order", ""],
        ...["On its way", "--b--", ""],
      ].join("\n"),
    );
    await until(() => box.events.some(({ kind }) => kind === "failure"), 10_000, "the bounce to be told");
    expect(box.events.find(({ kind }) => kind === "failure")).toMatchObject({
      externalIds: [idOf(first)],
      sentence: expect.stringContaining("anna@example.com"),
    });
  });
});

/** What a report of a complaint says: its kind, and whom the letter went to. */
import { expect, test } from "vitest";
import { readMail } from "../../../src/mail/reading/read-mail.ts";

const report = (fields: readonly string[], returned: readonly string[] = ["Message-ID: <q1@firm.example>"]): Buffer =>
  Buffer.from(
    [
      ...["From: feedback@provider.example", "To: sales@firm.example", "Subject: complaint", "MIME-Version: 1.0"],
      ...['Content-Type: multipart/report; report-type=feedback-report; boundary="b"', "", "--b"],
      ...["Content-Type: text/plain", "", "A user marked this as spam.", "--b"],
      ...["Content-Type: message/feedback-report", "", ...fields, "", "--b"],
      ...["Content-Type: text/rfc822-headers", "", ...returned, "", "--b--", ""],
    ].join("\n"),
  );

test.each([
  ["its kind in any case", ["Feedback-Type: Abuse"], { type: "abuse", recipients: [] }],
  [
    "its readers, each once, in each form",
    [
      ...[
        "Feedback-Type: abuse",
        "Original-Rcpt-To: <Ivan@customer.example>",
        "Original-Rcpt-To: rfc822;two@x.example",
      ],
      "Removal-Recipient: ivan@customer.example",
    ],
    { type: "abuse", recipients: ["ivan@customer.example", "two@x.example"] },
  ],
  [
    "no reader where the address was taken out",
    ["Feedback-Type: abuse", "Original-Rcpt-To: [redacted]"],
    { type: "abuse", recipients: [] },
  ],
  ["a kind of the drafts", ["Feedback-Type: opt-out"], { type: "opt-out", recipients: [] }],
])("tells %s", async (_what, fields, complaint) => {
  expect(await readMail(report(fields))).toMatchObject({
    ...{ class: "complaint", complaint, originalMessageId: "<q1@firm.example>" },
  });
});

test.each(["not-spam", "auth-failure"])("of %s is no complaint", async (type) => {
  const mail = await readMail(report([`Feedback-Type: ${type}`, "Original-Rcpt-To: <ivan@customer.example>"]));
  expect([mail.class, mail.complaint]).toEqual(["system-notice", undefined]);
});

test("of Microsoft, older than the standard, names its reader in a header of its own", async () => {
  const source = [
    ...["From: staff@hotmail.com", "Subject: complaint about message from 192.0.2.9", "MIME-Version: 1.0"],
    ...['Content-Type: multipart/mixed; boundary="b"', "", "--b", "Content-Type: message/rfc822", ""],
    ...["X-HmXmrOriginalRecipient: Ivan@customer.example", "Message-ID: <q1@firm.example>", "", "Offer", "--b--", ""],
  ].join("\n");
  expect((await readMail(Buffer.from(source))).complaint).toEqual({
    ...{ type: "abuse", recipients: ["ivan@customer.example"] },
  });
});

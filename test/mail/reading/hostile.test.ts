/** Mails that are made to keep a reader busy: a megabyte each of what expressions and parsers like least. */
import { expect, test } from "vitest";
import { readMail } from "../../../src/mail/reading/read-mail.ts";

const SIZE = 1_000_000;
const fill = (unit: string): string => unit.repeat(Math.ceil(SIZE / unit.length));
const plain = (body: string, headers = "") =>
  `From: ivan@customer.example\r\nSubject: x\r\n${headers}Content-Type: text/plain; charset=utf-8\r\n\r\n${body}`;
const html = (body: string) => `From: ivan@customer.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${body}`;
const bounce = (body: string) =>
  `Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: failure notice\r\n\r\n${body}`;

const hostile: Readonly<Record<string, string>> = {
  "one word": plain(fill("a")),
  "blanks between words": plain(`a${fill(" ")}b`),
  "empty lines": plain(`a${fill("\n")}b`),
  "quoting marks": plain(fill(">")),
  "lines of quoting marks": plain(fill("> \n")),
  attributions: plain(fill("On 12.05.2026 10:15, Anna wrote:\n> x\n")),
  "attributions without end": plain(fill("On 12.05.2026 10:15, Anna ")),
  rules: plain(fill("________\n\n")),
  labels: plain(fill("From: a\n")),
  "at signs": plain(fill("@")),
  "addresses without at": bounce(fill("aaaaaaaa.")),
  "addresses in a bounce": bounce(fill("<ivan@customer.example>:\n")),
  "empty lines in a bounce": bounce(`a${fill("\n")}b`),
  "marks in a bounce": bounce(fill(">")),
  "open tags": html(fill("<div>")),
  "open quotes": html(fill("<blockquote type=cite>")),
  "style without end": html(fill("<style")),
  "less-than signs": html(fill("<")),
  entities: html(fill("&#60;")),
  "a long subject": plain("x", `Subject: ${fill("re: ")}\r\n`),
  "many addresses": plain("x", `To: ${fill("a@b.example, ")}\r\n`),
  "open comments in an address": plain("x", `Cc: ${fill("(")}\r\n`),
  "open comments in a date": plain("x", `Date: ${fill("(")}\r\n`),
  "many references": plain("x", `References: ${fill("<a@b> ")}\r\n`),
  "folded header": plain("x", `X-A: ${fill("\r\n a")}\r\n`),
  "encoded words": plain("x", `Subject: ${fill("=?utf-8?Q?=D0?=")}\r\n`),
  "words of a bounce": bounce(fill("попыт")),
  "blanks in a bounce": bounce(`to${fill(" ")}x`),
  "words about answers above a quote": plain(
    `${fill("ответ ")}\n${fill("ответ")}\n\n________________\nFrom: Anna <a@b.example>\nSent: 12.05.2026 10:15\nTo: c@d.example\nSubject: x\n\ny`,
  ),
  "lines of Outlook in each other": html(`${'<div style="border-top:solid #E1E1E1">a'.repeat(900)}${fill("a ")}`),
  "lines of Outlook beside each other": html(fill('<div style="border-top:solid #E1E1E1">a@b.example From: To:</div>')),
  "sentences broken in lines": bounce(fill("aaa \n  b")),
  parts: `Content-Type: multipart/mixed; boundary=b\r\n\r\n${fill("--b\r\n\r\nx\r\n")}`,
};

test.each(Object.entries(hostile))("%s", async (_, source) => {
  const started = process.cpuUsage();
  const mail = await readMail(Buffer.from(source));
  const { user } = process.cpuUsage(started);
  expect(typeof mail.text).toBe("string");
  // A megabyte of anything: seconds would mean that its time grows with the square of its length.
  expect(user / 1e6).toBeLessThan(4);
});

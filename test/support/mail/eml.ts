/** Mails for tests, written as they are read: lines, no carriage returns. */

import { readMail } from "../../../src/mail/reading/read-mail.ts";
import type { ReadMail } from "../../../src/mail/reading/read-mail-types.ts";

/** A mail of headers and a body; what the caller does not set has a plain value. */
export function eml(headers: Readonly<Record<string, string>>, body = "Hello."): Buffer {
  const all: Readonly<Record<string, string>> = {
    From: "Anna <anna@customer.example>",
    To: "sales@firm.example",
    Subject: "Question",
    "Message-ID": "<one@customer.example>",
    "Content-Type": "text/plain; charset=utf-8",
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([...lines, "", body].join("\r\n"));
}

export const read = (headers: Readonly<Record<string, string>>, body?: string): Promise<ReadMail> =>
  readMail(eml(headers, body));

/** Bounces, automatic mails, and people who look like them: what each is, whom it did not reach, what may follow. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { presentMail } from "../../../src/inspect/mail.ts";
import { readMail } from "../../../src/mail/reading/read-mail.ts";
import { mailsIn } from "../../support/mail/mails-file.ts";

const fixtures = (name: string) => mailsIn(fileURLToPath(new URL(`../../fixtures/mail/${name}`, import.meta.url)));

describe.each([
  ["bounces", 60],
  ["automatic", 60],
])("%s", (folder, least) => {
  const mails = fixtures(folder);

  test.each(mails)("$name", async ({ source, expected }) => {
    const answer = presentMail(await readMail(source));
    expect(answer).toMatchObject(JSON.parse(expected));
  });

  test("there are enough of them", () => {
    expect(mails.length).toBeGreaterThanOrEqual(least);
  });
});

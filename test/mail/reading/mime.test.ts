/**
 * Odd and broken mails: charsets and lying labels, names of files, structures, what is cut or nonsense. Each `.eml` of
 * `test/fixtures/mail/mime` with what `expected.json` says of it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readMail } from "../../../src/mail/reading/read-mail.ts";

const folder = fileURLToPath(new URL("../../fixtures/mail/mime", import.meta.url));
const expected: Readonly<Record<string, Readonly<Record<string, unknown>>>> = JSON.parse(
  readFileSync(join(folder, "expected.json"), "utf8"),
);

test("every mail has its expectation", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".eml"));
  expect(files.map((file) => file.replace(/[.]eml$/, "")).sort()).toEqual(Object.keys(expected).sort());
});

test.each(Object.entries(expected))("%s", async (name, wanted) => {
  const mail = await readMail(readFileSync(join(folder, `${name}.eml`)));
  const plain: Record<string, unknown> = JSON.parse(JSON.stringify({ ...mail, from: mail.from ?? null }));
  expect(plain).toMatchObject(wanted);
  expect(`${mail.visible}${mail.folded}`.length > 0).toBe(mail.text.length > 0);
  for (const attachment of mail.attachments) expect(attachment.content().byteLength).toBe(attachment.size);
});

/** The examination: mails whose author knew neither the code nor the fixtures beside it. See `test/fixtures/mail/unseen`. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { presentMail } from "../../../src/inspect/mail.ts";
import { readMail } from "../../../src/mail/reading/read-mail.ts";

const folder = fileURLToPath(new URL("../../fixtures/mail/unseen", import.meta.url));
const golden = <Shape extends z.ZodType>(part: string, shape: Shape) =>
  ["first", "second"].flatMap((time) => {
    const path = `${time}/${part}`;
    const all = z.record(z.string(), shape).parse(JSON.parse(readFileSync(`${folder}/${path}/golden.json`, "utf8")));
    return Object.entries(all).map(([file, wanted]) => [`${path}/${file}`, wanted] as const);
  });
const read = async (file: string) => presentMail(await readMail(readFileSync(`${folder}/${file}`)));

const Class = z.strictObject({
  class: z.array(z.string()),
  mayCreateLead: z.boolean().optional(),
  mayAutoAnswer: z.boolean().optional(),
  failedRecipients: z.array(z.string()).optional(),
  originalMessageId: z.string().nullish(),
  why: z.string(),
});

describe("what a mail is", () => {
  test.each(golden("classes", Class))("%s", async (file, { class: classes, failedRecipients, why, ...wanted }) => {
    const answer = await read(file);
    expect(answer, why).toMatchObject(wanted);
    if (failedRecipients) expect(answer.failedRecipients.toSorted(), why).toEqual(failedRecipients.toSorted());
    expect(classes, why).toContain(answer.class);
  });
});

const Quote = z.strictObject({
  visible: z.array(z.string()),
  folded: z.array(z.string()).optional(),
  why: z.string(),
});

describe("what is new in a mail", () => {
  const flat = (text: string) => text.replace(/\s+/gu, " ");

  test.each(golden("quotes", Quote))("%s", async (file, { visible, folded = [], why }) => {
    const answer = await read(file);
    const missing = visible.filter((piece) => !flat(answer.visible).includes(flat(piece)));
    const left = folded.filter((piece) => !flat(answer.folded).includes(flat(piece)));
    expect({ missing, left }, why).toEqual({ missing: [], left: [] });
  });
});

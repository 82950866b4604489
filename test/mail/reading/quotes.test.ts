/**
 * Quotes folded away, over the mails of `test/fixtures/mail/quotes`: those written before the code and those beside it are
 * counted apart, and printed.
 */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readMail } from "../../../src/mail/reading/read-mail.ts";
import { type FixtureMail, mailsIn } from "../../support/mail/mails-file.ts";

const folder = fileURLToPath(new URL("../../fixtures/mail/quotes", import.meta.url));
const words = (text: string): readonly string[] => text.split(/\s+/u).filter((word) => word !== "");
const counted = (text: string) => {
  const counts = new Map<string, number>();
  for (const word of words(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};

async function judge({ name, source, expected }: FixtureMail) {
  const { visible, folded, text } = await readMail(source);
  const right = words(visible).join(" ") === words(expected).join(" ");
  const kept = counted(`${visible}\n${folded}`);
  const lost = [...counted(text)].filter(([word, count]) => (kept.get(word) ?? 0) < count).map(([word]) => word);
  return { name, right, lost, visible };
}

describe.each(["frozen", "open"])("the %s mails", (part) => {
  test("are folded as a person would, 97 of 100 at least, and lose no word", async () => {
    const mails = mailsIn(`${folder}/${part}`);
    const judged = await Promise.all(mails.map(judge));
    const wrong = judged.filter(({ right }) => !right);
    console.log(`quotes, ${part}: ${judged.length - wrong.length} of ${judged.length} right`);
    for (const { name, visible } of wrong) console.log(`  ${name}\n${visible.replace(/^/gm, "    | ")}`);
    expect(judged.filter(({ lost }) => lost.length > 0).map(({ name, lost }) => ({ name, lost }))).toEqual([]);
    expect((judged.length - wrong.length) / judged.length).toBeGreaterThanOrEqual(0.97);
  });
});

test("there are at least two hundred, a third of them frozen, half and more in public shapes", () => {
  const frozen = mailsIn(`${folder}/frozen`);
  const all = [...frozen, ...mailsIn(`${folder}/open`)];
  expect(all.length).toBeGreaterThanOrEqual(200);
  expect(frozen.length * 3).toBeGreaterThanOrEqual(all.length);
  expect(all.filter(({ name }) => name.endsWith("(public shape)")).length * 2).toBeGreaterThanOrEqual(all.length);
});

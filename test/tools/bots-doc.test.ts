import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { botAnswerSchema, botEventSchema } from "../../src/rules/bots/protocol.ts";
import { BOTS_DOC, withSchemas } from "../../tools/bots-schemas.ts";

const page = readFileSync(BOTS_DOC, "utf8");

test("docs/bots.md has the schemas that the server uses (run `node tools/bots-schemas.ts` after a change)", () => {
  expect(page).toBe(withSchemas(page));
});

test("its examples are what they say", () => {
  const examples = [...page.matchAll(/```json (event|answer)\n([\s\S]*?)```/g)].map(([, kind, text = ""]) => ({
    schema: kind === "event" ? botEventSchema : botAnswerSchema,
    value: JSON.parse(text) as unknown,
  }));
  expect(examples.length).toBeGreaterThan(2);
  for (const { schema, value } of examples) expect(schema.safeParse(value)).toMatchObject({ success: true });
});

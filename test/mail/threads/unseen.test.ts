/** The examination of threads, see `test/fixtures/mail/unseen`. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";
import { ask, sorted } from "./ask.ts";

const folder = fileURLToPath(new URL("../../fixtures/mail/unseen", import.meta.url));
const files = ["first", "second"].flatMap((time) =>
  readdirSync(`${folder}/${time}/threads`).map((file) => `${time}/threads/${file}`),
);
const Lists = z.array(z.array(z.number()));
const Case = z.strictObject({
  why: z.string(),
  input: z.unknown(),
  expect: z.strictObject({ messages: Lists.optional(), threads: Lists.optional(), activities: Lists.optional() }),
});

test.each(files)("%s", async (file) => {
  const { why, input, expect: wanted } = Case.parse(JSON.parse(readFileSync(`${folder}/${file}`, "utf8")));
  const answer = await ask(input);
  const parts = z.array(z.enum(["messages", "threads", "activities"])).parse(Object.keys(wanted));
  expect(parts.length).toBeGreaterThan(0);
  for (const part of parts) expect(sorted(answer[part]), `${part}: ${why}`).toEqual(sorted(wanted[part] ?? []));
});

/**
 * The JSON schemas at the end of `docs/bots.md`, from the schemas that the server itself uses: `node tools/bots-schemas.ts`
 * writes them anew. A unit test fails while the committed ones are others.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { botAnswerSchema, botEventSchema } from "../src/rules/bots/protocol.ts";

export const BOTS_DOC = fileURLToPath(new URL("../docs/bots.md", import.meta.url));
const BEGIN = "<!-- schemas: node tools/bots-schemas.ts -->";

/** The page with the schemas as they are now. */
export function withSchemas(page: string): string {
  const [words] = page.split(BEGIN);
  return `${words}${BEGIN}\n\n## BotEvent\n\n${block(botEventSchema, "output")}\n\n## BotAnswer\n\n${block(botAnswerSchema, "input")}\n`;
}

const block = (schema: z.ZodType, io: "input" | "output"): string =>
  ["```json", JSON.stringify(z.toJSONSchema(schema, { io }), null, 1), "```"].join("\n");

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(BOTS_DOC, withSchemas(readFileSync(BOTS_DOC, "utf8")));

import { once } from "node:events";
import { createInterface } from "node:readline";
import { Readable, type Writable } from "node:stream";
import { text } from "node:stream/consumers";
import type { z } from "zod";

export interface CommandContext {
  /** What stands behind the command's name. */
  readonly args: readonly string[];
  readonly input: Readable;
  readonly output: Writable;
}

export interface Command {
  /** What may stand behind the name; empty for nothing. */
  readonly synopsis: string;
  /** What it reads and prints, in a sentence or two for its users. */
  readonly about: string;
  /** Answers with the exit code. */
  run(context: CommandContext): Promise<number>;
}

/**
 * Answers each line of JSON with one line, in the order in which they came. A line that cannot be read is answered with
 * `{error}` in its place, and the others all the same; blank lines are passed over.
 *
 * @returns 1 when there was such a line, else 0
 */
export async function answerLines<Question>(
  { input, output }: Pick<CommandContext, "input" | "output">,
  schema: z.ZodType<Question>,
  answer: (question: Question) => unknown,
): Promise<number> {
  let code = 0;
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    const text = number === 1 ? line.replace(/^\ufeff/, "") : line;
    if (text.trim() === "") continue;
    const read = readLine(text, number, schema);
    if (read.kind === "bad") code = 1;
    await print(output, read.kind === "bad" ? { error: read.sentence } : answer(read.question));
  }
  return code;
}

/** `answerLines` for questions that people write over many lines, too: one a line, or a single one however it is written. */
export async function answerWhole<Question>(
  { input, output }: Pick<CommandContext, "input" | "output">,
  schema: z.ZodType<Question>,
  answer: (question: Question) => unknown,
): Promise<number> {
  const whole = await text(input);
  return answerLines({ input: Readable.from([onOneLine(whole) ?? whole]), output }, schema, answer);
}

/** A single question written over several lines, as one line. */
function onOneLine(whole: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(whole.replace(/^\ufeff/, "")));
  } catch {
    return undefined;
  }
}

/** One value, one line; waits while the reader is slow. */
export async function print(output: Writable, value: unknown): Promise<void> {
  if (!output.write(`${JSON.stringify(value)}\n`)) await once(output, "drain");
}

type Read<Question> =
  | { readonly kind: "ok"; readonly question: Question }
  | { readonly kind: "bad"; readonly sentence: string };

function readLine<Question>(text: string, number: number, schema: z.ZodType<Question>): Read<Question> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "bad", sentence: `Line ${number} is no JSON. Write one JSON object a line.` };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { kind: "ok", question: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join(".")}: ${message}` : message,
  );
  return { kind: "bad", sentence: `Line ${number} cannot be read: ${problems.join("; ")}.` };
}

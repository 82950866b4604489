import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect } from "vitest";
import { threads } from "../../../src/inspect/threads.ts";

export type Lists = readonly (readonly number[])[];

/** Asks `inspect -- threads`, as another program would. */
export async function ask(question: unknown): Promise<Record<"messages" | "threads" | "activities", number[][]>> {
  const output = new PassThrough();
  const said = text(output);
  const code = await threads.run({ args: [], input: Readable.from([JSON.stringify(question)]), output });
  output.end();
  expect(code, await said).toBe(0);
  return JSON.parse(await said);
}

export const sorted = (lists: Lists): number[][] =>
  lists.map((list) => list.toSorted((a, b) => a - b)).toSorted(([a = 0], [b = 0]) => a - b);

import { z } from "zod";
import type { Refused } from "./front.ts";

const errorSchema = z.object({ error: z.object({ message: z.string() }) });

/** What an answer of ours refuses, and in which words; a refusal without words throws. */
export async function refusalOf(response: Response): Promise<Refused | undefined> {
  const text = await response.text();
  if (response.ok) return undefined;
  return { status: response.status, sentence: errorSchema.parse(JSON.parse(text)).error.message };
}

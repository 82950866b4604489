import { z } from "zod";
import { connection } from "./accounts.ts";
import { text } from "./common.ts";

const prompt = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("qr"), data: z.string(), until: z.string().nullable() }),
  z.object({ kind: z.enum(["code", "password"]), label: z.string(), hint: z.string().nullable() }),
]);

export const accountSession = z.object({
  open: z.boolean().describe("Whether a connection is open just now; otherwise the state is the last one known."),
  connection,
  prompt: prompt.nullable().describe("What the person who sets it up must do now. Asked live, kept nowhere."),
});

export const accountSessionAnswer = z.object({ text: text(200).min(1) });

export type AccountSessionAnswer = z.output<typeof accountSession>;

import { expect } from "vitest";
import type { MediaOutcome, SendOutcome } from "../../src/channels/contract/sending.ts";
import type { Account } from "../../src/domain/account.ts";

/** Small checks of the channel battery. */

/** Bodies no adapter may stumble over. */
export const GARBAGE: readonly Buffer[] = [
  "",
  "null",
  "[]",
  "{}",
  "42",
  '"text"',
  "{",
  '{"a":',
  "\u0000",
  "<html></html>",
  '{"update_id":"1","message":null}',
  '{"message":{"chat":{"id":{}}}}',
  '{"__proto__":{"x":1}}',
  `${"[".repeat(2_000)}${"]".repeat(2_000)}`,
  "x".repeat(100_000),
]
  .map((text) => Buffer.from(text))
  .concat([Buffer.from([0xff, 0xfe, 0x00, 0xd8]), Buffer.from([0x1f, 0x8b, 0x08, 0x00])]);

export function sentIds(outcome: SendOutcome): readonly string[] {
  if (outcome.kind !== "sent") throw new Error(`not sent: ${JSON.stringify(outcome)}`);
  return outcome.externalIds;
}

export function expectSentence(outcome: SendOutcome): void {
  const sentence =
    outcome.kind === "account-down" ? outcome.connection.sentence : "sentence" in outcome && outcome.sentence;
  expect(sentence).toMatch(/^\p{Lu}[\s\S]{15,}[.!?]$/u);
}

/** Something of the account's secrets that must show up nowhere; a channel without any has none to leak. */
export function secretOf(account: Account): string {
  const secret = Object.values(account.credentials).find(
    (value): value is string => typeof value === "string" && value.length >= 8,
  );
  return secret ?? account.webhookSecret;
}

export async function bytesOf(opened: MediaOutcome | undefined): Promise<Buffer> {
  if (opened?.kind !== "opened") throw new Error("nothing was opened");
  const chunks: Buffer[] = [];
  for await (const chunk of opened.stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/**
 * Requests to outside bots (`docs/bots.md`): one POST, signed over the time and the very bytes that are sent.
 *
 * Where it goes is what an administrator wrote, so it is judged as a portal's address is: https, no private network, judged
 * again by what the name resolves to for the very connection. Nothing is followed, nothing of more than 64 KB is read, and
 * everything together must be done within the time-out. Slow, lying, gone: a sentence, and people take over.
 */
import { createHmac } from "node:crypto";
import { type Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { type Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { z } from "zod";
import type { BotAddress, BotCaller, BotReply } from "../relay/bots/ports.ts";
import { type BotEvent, botAnswerSchema, EMPTY_ANSWER, MOST_ANSWER_BYTES } from "../rules/bots/protocol.ts";

export interface HttpCallerOptions {
  readonly agents: { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent };
  /** Judges an address as it is written; `undefined`: it may be asked. */
  readonly refusal: (url: string) => string | undefined;
  readonly now: () => Date;
}

/** `sha256=` and the hexadecimal HMAC of `<timestamp>.<body>`. */
export const signatureOf = (secret: string, timestamp: string, body: string): string =>
  `sha256=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`;

export function createHttpCaller({ agents, refusal, now }: HttpCallerOptions): BotCaller {
  return {
    async ask(bot, event) {
      if (refusal(bot.url) !== undefined) return failed("The bot's address is not one that may be asked.");
      const signal = AbortSignal.timeout(bot.timeoutMs);
      try {
        return await read(await send(bot, event, signal), signal);
      } catch (error) {
        if (signal.aborted) return failed(`The bot did not answer within ${bot.timeoutMs / 1000} seconds.`);
        if (error instanceof Error && "code" in error && error.code === "ERR_PRIVATE_ADDRESS")
          return failed("The bot's address leads into a private network, where this server asks nobody.");
        return failed("The bot cannot be reached.");
      }
    },
  };

  function send({ url, secret }: BotAddress, event: BotEvent, signal: AbortSignal): Promise<IncomingMessage> {
    const body = JSON.stringify(event);
    const timestamp = String(Math.floor(now().getTime() / 1000));
    const isSecure = url.startsWith("https:");
    const options = {
      method: "POST",
      headers: {
        ...{ "content-type": "application/json", accept: "application/json", "user-agent": "Threadline/1" },
        ...{ "content-length": Buffer.byteLength(body), "threadline-id": event.id, "threadline-timestamp": timestamp },
        "threadline-signature": signatureOf(secret, timestamp, body),
      },
      ...{ signal, agent: isSecure ? agents.httpsAgent : agents.httpAgent },
    };
    return new Promise((resolve, reject) => {
      (isSecure ? httpsRequest : httpRequest)(url, options, resolve).once("error", reject).end(body);
    });
  }
}

async function read(answer: IncomingMessage, signal: AbortSignal): Promise<BotReply> {
  const { statusCode = 0, headers } = answer;
  if (statusCode === 204) {
    answer.resume();
    return { kind: "answer", answer: EMPTY_ANSWER };
  }
  if (statusCode !== 200) {
    answer.destroy();
    return failed(
      statusCode >= 300 && statusCode < 400
        ? "The bot answered with a redirect, and none is followed."
        : `The bot answered with the status ${statusCode}.`,
    );
  }
  if (!/^application\/json\b/i.test(headers["content-type"] ?? "")) {
    answer.destroy();
    return failed("The bot's answer is no JSON.");
  }
  const text = await textUpTo(answer, MOST_ANSWER_BYTES, signal);
  if (text === undefined) return failed("The bot's answer is larger than 64 KB.");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failed("The bot's answer is no JSON.");
  }
  const parsed = botAnswerSchema.safeParse(value);
  if (parsed.success) return { kind: "answer", answer: parsed.data };
  return failed(`The bot's answer is not what was agreed: ${problemOf(parsed.error)}`);
}

/** Where the first fault is, and which: enough to find it, and nothing of what the bot wrote. */
function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const where = issue?.path.map(String).join(".") ?? "";
  return `${where === "" ? "the answer" : where} (${issue?.code ?? "unknown"})`;
}

async function textUpTo(answer: IncomingMessage, most: number, signal: AbortSignal): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  const stop = () => answer.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > most) {
        answer.destroy();
        return undefined;
      }
      chunks.push(chunk);
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const failed = (sentence: string): BotReply => ({ kind: "failed", sentence });

import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { EmulatedBot } from "./bot.ts";
import type { FloodLimiter } from "./limiter.ts";
import type { Fault, LogEntry, Person, StoredMessage } from "./types.ts";

import type { UserContent, UserFile, WriteOptions } from "./users.ts";

/**
 * The emulator by HTTP, for scripts that run it as a program of its own. JSON in and out; files as base64 in `base64`.
 *
 *   GET  /_emulator/state     bots, people, chats with their messages, webhooks, waiting updates
 *   GET  /_emulator/log       every call: method, params, begin, end, processed, status; `?method=sendMessage&since=<id>`
 *   GET  /_emulator/attempts  webhook deliveries
 *   POST /_emulator/bots      {token?, username?, firstName?}
 *   POST /_emulator/people    {id?, first_name?, …, bot?}
 *   POST /_emulator/groups    {id, title, bot?}
 *   POST /_emulator/write     {chat, text | photo | voice | document | album | …, replyTo?, quote?, from?, bot?}
 *   POST /_emulator/edit      {chat, message, text | caption …, bot?}
 *   POST /_emulator/block, /unblock, /deactivate   {chat, bot?}
 *   POST /_emulator/revoke    {bot?}: the token stops working
 *   POST /_emulator/faults    a fault (see `Fault`); DELETE takes all away
 *   POST /_emulator/limits    {perBotPerSecond, perChatPerSecond, chatBurst} or {off: true}
 *   POST /_emulator/webhook-origins  {"https://public": "http://127.0.0.1:8080"}
 *   POST /_emulator/retry-webhooks   deliver now what waits for its next try
 *   POST /_emulator/down      {forMs}: unreachable for so long
 */

const bot = z.string().optional();
const chat = z.number().int();
const fileSchema = z.looseObject({ base64: z.string().optional() });
const contentSchema = z.looseObject({
  text: z.string().optional(),
  caption: z.string().optional(),
  entities: z.array(z.looseObject({})).optional(),
  raw: z.looseObject({}).optional(),
  ...Object.fromEntries(
    ["photo", "video", "voice", "audio", "document", "animation", "sticker"].map((kind) => [
      kind,
      fileSchema.optional(),
    ]),
  ),
});
const writeSchema = contentSchema.extend({
  chat,
  bot,
  album: z.array(contentSchema).optional(),
  replyTo: z.number().optional(),
  quote: z.string().optional(),
  from: z.number().optional(),
});
const who = z.object({ chat, bot });
const faultSchema = z.object({
  method: z.string().optional(),
  kind: z.enum([
    "429",
    "500",
    "502-html",
    "502-html-after",
    "drop-before",
    "drop-after",
    "hang",
    "hang-after",
    "garbage-after",
    "error",
  ]),
  times: z.number().optional(),
  after: z.number().optional(),
  retryAfter: z.number().optional(),
  code: z.number().optional(),
  description: z.string().optional(),
});

/** What of the emulator is steered from outside. */
interface Steered {
  readonly bots: ReadonlyMap<string, EmulatedBot>;
  readonly limiter: FloodLimiter;
  readonly webhookOrigins: Map<string, string>;
  bot(token?: string): EmulatedBot;
  addBot(options: { token?: string; username?: string; firstName?: string }): EmulatedBot;
  addPerson(person: Partial<Person>, token?: string): Person;
  userWrites(chatId: number, content: UserContent, options: WriteOptions): StoredMessage[];
  userEdits(chatId: number, messageId: number, content: UserContent, options: WriteOptions): StoredMessage;
  blockBot(chatId: number, token?: string): void;
  unblockBot(chatId: number, token?: string): void;
  deactivate(chatId: number, token?: string): void;
  calls(method?: string): readonly LogEntry[];
  attempts(token?: string): readonly unknown[];
  retryWebhooks(token?: string): void;
  fault(fault: Fault): void;
  clearFaults(): void;
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
}

export function addControl(app: FastifyInstance, emulator: Steered): void {
  const post = <T extends z.ZodType>(path: string, schema: T, act: (body: z.infer<T>) => unknown): void => {
    app.post(`/_emulator/${path}`, async (request, reply) => {
      const parsed = schema.safeParse(jsonOf(request.body));
      if (!parsed.success) return reply.code(400).send({ error: z.prettifyError(parsed.error) });
      return reply.send((await act(parsed.data)) ?? { ok: true });
    });
  };

  app.get("/_emulator/state", (_request, reply) => reply.send({ bots: [...emulator.bots.values()].map(describeBot) }));
  app.get<{ Querystring: { method?: string; since?: string } }>("/_emulator/log", (request, reply) => {
    const since = Number(request.query.since ?? 0);
    return reply.send(emulator.calls(request.query.method).filter((entry) => entry.id > since));
  });
  app.get<{ Querystring: { bot?: string } }>("/_emulator/attempts", (request, reply) =>
    reply.send(emulator.attempts(request.query.bot)),
  );
  app.delete("/_emulator/faults", (_request, reply) => {
    emulator.clearFaults();
    return reply.send({ ok: true });
  });

  post("bots", z.object({ token: bot, username: bot, firstName: bot }), (body) =>
    describeBot(emulator.addBot(clean(body))),
  );
  post("people", z.looseObject({ bot }), ({ bot: token, ...person }) =>
    emulator.addPerson(person as Partial<Person>, token),
  );
  post("groups", z.object({ id: chat, title: z.string(), bot }), (body) =>
    emulator.bot(body.bot).addGroup(body.id, body.title),
  );
  post("write", writeSchema, ({ chat: to, bot: token, replyTo, quote, from, album, ...content }) => {
    const options = clean({ bot: token, replyTo, quote, from }) as WriteOptions;
    const full = { ...withBytes(content), ...(album && { album: album.map(withBytes) }) };
    return emulator.userWrites(to, full, options);
  });
  post("edit", writeSchema.extend({ message: z.number() }), ({ chat: to, message, bot: token, ...content }) =>
    emulator.userEdits(to, message, withBytes(content), clean({ bot: token }) as WriteOptions),
  );
  post("block", who, (body) => emulator.blockBot(body.chat, body.bot));
  post("unblock", who, (body) => emulator.unblockBot(body.chat, body.bot));
  post("deactivate", who, (body) => emulator.deactivate(body.chat, body.bot));
  post("revoke", z.object({ bot }), (body) => {
    emulator.bot(body.bot).revoked = true;
  });
  post("faults", faultSchema, (fault) => emulator.fault(clean(fault) as Fault));
  post("limits", z.union([z.object({ off: z.literal(true) }), limitsSchema]), (limits) => {
    emulator.limiter.limits = "off" in limits ? undefined : limits;
  });
  post("webhook-origins", z.record(z.string(), z.string()), (origins) => {
    for (const [from, to] of Object.entries(origins)) emulator.webhookOrigins.set(from, to);
  });
  post("retry-webhooks", z.object({ bot }), (body) => emulator.retryWebhooks(body.bot));
  post("down", z.object({ forMs: z.number().positive() }), ({ forMs }) => {
    // After this answer, which would be broken off otherwise.
    setTimeout(() => {
      void emulator.goDown();
      setTimeout(() => void emulator.comeUp(), forMs);
    }, 20);
  });
}

const limitsSchema = z.object({
  perBotPerSecond: z.number().positive(),
  perChatPerSecond: z.number().positive(),
  chatBurst: z.number().positive(),
});

function describeBot(one: EmulatedBot): unknown {
  return {
    id: one.id,
    token: one.token,
    username: one.username,
    webhook: one.webhook ?? null,
    allowedUpdates: one.allowedUpdates,
    pending: one.updates.length,
    people: [...one.people.values()],
    chats: [...one.chats.values()].map((known) => ({ ...known, messages: one.history(known.id) })),
  };
}

/** A body that is not JSON becomes a text, which no schema here takes. */
function jsonOf(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    if (error instanceof SyntaxError) return body.toString();
    throw error;
  }
}

function withBytes(content: Readonly<Record<string, unknown>>): UserContent {
  const entries = Object.entries(content).map(([key, value]) => {
    if (typeof value !== "object" || value === null || !("base64" in value)) return [key, value];
    const { base64, ...file } = value;
    return [key, { ...file, bytes: Buffer.from(String(base64), "base64") } satisfies UserFile];
  });
  return Object.fromEntries(entries) as UserContent;
}

function clean<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

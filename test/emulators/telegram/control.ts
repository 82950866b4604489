import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { controlOf, defined, withBytes } from "../shared/control.ts";
import type { EmulatedBot } from "./bot.ts";
import type { FloodLimiter } from "./limiter.ts";
import type { BusinessConnection, Fault, LogEntry, Person, StoredMessage } from "./types.ts";
import type { UserContent, WriteOptions } from "./users.ts";

/**
 * The emulator by HTTP, for scripts that run it as a program of its own. JSON in and out; files as base64 in `base64`.
 *
 *   GET  /_emulator/state     bots, people, chats with their messages, webhooks, waiting updates
 *   GET  /_emulator/log       every call: method, params, begin, end, processed, status; `?method=sendMessage&since=<id>`
 *   GET  /_emulator/attempts  webhook deliveries
 *   POST /_emulator/bots      {token?, username?, firstName?}
 *   POST /_emulator/people    {id?, first_name?, …, bot?}
 *   POST /_emulator/groups    {id, title, type?, bot?}
 *   POST /_emulator/migrate   {chat, to, bot?}: a group becomes the supergroup of that id
 *   POST /_emulator/start     {chat, payload?, bot?}: somebody presses Start, by a link or without
 *   POST /_emulator/write     {chat, text | photo | voice | document | album | …, replyTo?, quote?, from?, bot?}
 *   POST /_emulator/edit      {chat, message, text | caption …, bot?}
 *   POST /_emulator/react     {chat, message, emoji, old?, bot?}; an empty emoji takes it off
 *   POST /_emulator/business  {owner?, bot?}: an account lets the bot answer for it; answers the connection
 *   POST /_emulator/business-rights  {connection, enabled?, canReply?}
 *   POST /_emulator/business-write   {connection, chat, text | photo …, byOwner?}
 *   POST /_emulator/business-remove  {connection, chat, messages: [1, 2]}
 *   POST /_emulator/block, /unblock, /deactivate   {chat, bot?}
 *   POST /_emulator/revoke    {bot?}: the token stops working
 *   POST /_emulator/faults    a fault (see `Fault`); DELETE takes all away
 *   POST /_emulator/limits    {perBotPerSecond, perChatPerSecond, chatBurst, perGroupPerMinute?} or {off: true}
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
  userReacts(chatId: number, messageId: number, emoji: string, old?: string, token?: string): void;
  userStarts(chatId: number, payload?: string, token?: string): StoredMessage[];
  groupMigrates(chatId: number, newId: number, token?: string): void;
  addBusiness(owner?: number, token?: string): BusinessConnection;
  changeBusiness(connection: string, rights: { readonly enabled?: boolean; readonly canReply?: boolean }): void;
  businessWrites(connection: string, chatId: number, content: UserContent, byOwner?: boolean): StoredMessage;
  businessRemoves(connection: string, chatId: number, ids: readonly number[]): void;
  blockBot(chatId: number, token?: string): void;
  unblockBot(chatId: number, token?: string): void;
  deactivate(chatId: number, token?: string): void;
  calls(method?: string): readonly LogEntry[];
  attempts(token?: string): readonly unknown[];
  retryWebhooks(token?: string): void;
  fault(fault: Fault): void;
  clearFaults(): void;
  awayFor(ms: number): void;
}

export function addControl(app: FastifyInstance, emulator: Steered): void {
  const post = controlOf(app);
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
    describeBot(emulator.addBot(defined(body))),
  );
  post("people", z.looseObject({ bot }), ({ bot: token, ...person }) =>
    emulator.addPerson(person as Partial<Person>, token),
  );
  const group = z.object({ id: chat, title: z.string(), type: z.enum(["group", "supergroup"]).optional(), bot });
  post("groups", group, (body) => emulator.bot(body.bot).addGroup(body.id, body.title, body.type));
  post("write", writeSchema, ({ chat: to, bot: token, replyTo, quote, from, album, ...content }) => {
    const options = defined({ bot: token, replyTo, quote, from }) as WriteOptions;
    const full = {
      ...withBytes<UserContent>(content),
      ...(album && { album: album.map((one) => withBytes<UserContent>(one)) }),
    };
    return emulator.userWrites(to, full, options);
  });
  post("edit", writeSchema.extend({ message: z.number() }), ({ chat: to, message, bot: token, ...content }) =>
    emulator.userEdits(to, message, withBytes<UserContent>(content), defined({ bot: token }) as WriteOptions),
  );
  post("start", who.extend({ payload: z.string().optional() }), ({ chat: by, payload, bot: token }) =>
    emulator.userStarts(by, payload, token),
  );
  post(
    "react",
    who.extend({ message: z.number(), emoji: z.string(), old: z.string().optional() }),
    ({ chat: at, message, emoji, old, bot: token }) => emulator.userReacts(at, message, emoji, old, token),
  );
  post("migrate", who.extend({ to: chat }), ({ chat: from, to, bot: token }) =>
    emulator.groupMigrates(from, to, token),
  );
  post("business", z.object({ owner: chat.optional(), bot }), ({ owner, bot: token }) =>
    emulator.addBusiness(owner, token),
  );
  post(
    "business-rights",
    z.object({ connection: z.string(), enabled: z.boolean().optional(), canReply: z.boolean().optional() }),
    ({ connection, ...rights }) => emulator.changeBusiness(connection, defined(rights)),
  );
  post(
    "business-write",
    contentSchema.extend({ connection: z.string(), chat, byOwner: z.boolean().optional() }),
    ({ connection, chat: to, byOwner, ...content }) =>
      emulator.businessWrites(connection, to, withBytes<UserContent>(content), byOwner),
  );
  post(
    "business-remove",
    z.object({ connection: z.string(), chat, messages: z.array(z.number()) }),
    ({ connection, chat: at, messages }) => emulator.businessRemoves(connection, at, messages),
  );
  post("block", who, (body) => emulator.blockBot(body.chat, body.bot));
  post("unblock", who, (body) => emulator.unblockBot(body.chat, body.bot));
  post("deactivate", who, (body) => emulator.deactivate(body.chat, body.bot));
  post("revoke", z.object({ bot }), (body) => {
    emulator.bot(body.bot).revoked = true;
  });
  post("faults", faultSchema, (fault) => emulator.fault(defined(fault) as Fault));
  post("limits", z.union([z.object({ off: z.literal(true) }), limitsSchema]), (limits) => {
    emulator.limiter.limits = "off" in limits ? undefined : limits;
  });
  post("webhook-origins", z.record(z.string(), z.string()), (origins) => {
    for (const [from, to] of Object.entries(origins)) emulator.webhookOrigins.set(from, to);
  });
  post("retry-webhooks", z.object({ bot }), (body) => emulator.retryWebhooks(body.bot));
  post("down", z.object({ forMs: z.number().positive() }), ({ forMs }) => emulator.awayFor(forMs));
}

const limitsSchema = z.object({
  perBotPerSecond: z.number().positive(),
  perChatPerSecond: z.number().positive(),
  chatBurst: z.number().positive(),
  perGroupPerMinute: z.number().positive().default(20),
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

import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { controlOf, defined } from "../shared/control.ts";
import type { EmulatedBot } from "./bot.ts";
import type { Fault, LogEntry, Person } from "./types.ts";

/**
 * The emulator by HTTP, for scripts that run it as a program of its own. JSON in and out. `bot` is a token; without one,
 * the first.
 *
 *   GET  /_emulator/state        bots with their people, messages, webhooks
 *   GET  /_emulator/log          every call; `?method=send_message&since=<id>`
 *   GET  /_emulator/attempts     callbacks and what they were answered; `?bot=`
 *   POST /_emulator/people       {name?, language?, api_version?, subscribed?, …, bot?}
 *   POST /_emulator/files        {base64, name}: kept as Viber keeps files; {url} for a message's `media`
 *   POST /_emulator/write        {person, message: {type, text | media | …}, bot?}
 *   POST /_emulator/open         {person, context?, bot?}: opens the bot; answers the welcome message, if any
 *   POST /_emulator/subscribe, /_emulator/unsubscribe  {person, bot?}
 *   POST /_emulator/receipt      {token, event: delivered | seen | failed, desc?, bot?}
 *   POST /_emulator/revoke       {bot?}: the token stops working
 *   POST /_emulator/faults       a fault (see `Fault`); DELETE takes all away
 *   POST /_emulator/limits       {perPersonPerHour?, perTenSeconds?}; absent: off
 *   POST /_emulator/webhook-origins  {"https://public": "http://127.0.0.1:8080"}
 *   POST /_emulator/down         {forMs}
 */

const bot = z.string().optional();
const who = z.object({ person: z.string(), bot });
const faultSchema = z.object({
  method: z.string().optional(),
  kind: z.enum([
    "error",
    "502-html",
    "502-html-after",
    "drop-before",
    "drop-after",
    "hang",
    "hang-after",
    "garbage-after",
    "redirect",
  ]),
  times: z.number().optional(),
  after: z.number().optional(),
  status: z.number().optional(),
  message: z.string().optional(),
});

/** What of the emulator is steered from outside. */
interface Steered {
  readonly bots: ReadonlyMap<string, EmulatedBot>;
  readonly origins: Map<string, string>;
  find(token?: string): EmulatedBot;
  addPerson(person: Partial<Person> & { readonly subscribed?: boolean }, bot?: EmulatedBot): Person;
  host(bytes: Buffer, name: string): string;
  calls(method?: string): readonly LogEntry[];
  fault(fault: Fault): void;
  clearFaults(): void;
  awayFor(ms: number): void;
}

export function addControl(app: FastifyInstance, emulator: Steered): void {
  const post = controlOf(app);
  app.get("/_emulator/state", (_request, reply) => reply.send({ bots: [...emulator.bots.values()].map(describe) }));
  app.get<{ Querystring: { method?: string; since?: string } }>("/_emulator/log", (request, reply) => {
    const since = Number(request.query.since ?? 0);
    return reply.send(emulator.calls(request.query.method).filter((entry) => entry.id > since));
  });
  app.get<{ Querystring: { bot?: string } }>("/_emulator/attempts", (request, reply) =>
    reply.send(emulator.find(request.query.bot).attempts),
  );
  app.delete("/_emulator/faults", (_request, reply) => {
    emulator.clearFaults();
    return reply.send({ ok: true });
  });

  const person = z.object({
    id: z.string().optional(),
    name: z.string().optional(),
    avatar: z.string().optional(),
    country: z.string().optional(),
    language: z.string().optional(),
    api_version: z.number().optional(),
    subscribed: z.boolean().optional(),
    bot,
  });
  post("people", person, ({ bot: token, ...one }) => emulator.addPerson(defined(one), emulator.find(token)));
  post("files", z.object({ base64: z.string(), name: z.string() }), ({ base64, name }) => ({
    url: emulator.host(Buffer.from(base64, "base64"), name),
  }));
  post("write", who.extend({ message: z.looseObject({ type: z.string() }) }), (body) =>
    emulator.find(body.bot).write(body.person, body.message),
  );
  post("open", who.extend({ context: z.string().optional() }), async (body) => ({
    welcome: (await emulator.find(body.bot).open(body.person, body.context))?.body ?? null,
  }));
  post("subscribe", who, (body) => emulator.find(body.bot).subscribe(body.person));
  post("unsubscribe", who, (body) => emulator.find(body.bot).unsubscribe(body.person));
  const receipt = z.object({ token: z.string(), event: z.enum(["delivered", "seen", "failed"]), desc: bot, bot });
  post("receipt", receipt, ({ token, event, desc, bot: of }) => emulator.find(of).receipt(event, token, desc));
  post("revoke", z.object({ bot }), (body) => {
    emulator.find(body.bot).revoked = true;
  });
  post("faults", faultSchema, (fault) => emulator.fault(defined(fault)));
  const limits = z.object({
    perPersonPerHour: z.number().positive().optional(),
    perTenSeconds: z.number().positive().optional(),
  });
  post("limits", limits, (given) => {
    for (const one of emulator.bots.values()) one.limits = defined(given);
  });
  post("webhook-origins", z.record(z.string(), z.string()), (origins) => {
    for (const [from, to] of Object.entries(origins)) emulator.origins.set(from, to);
  });
  post("down", z.object({ forMs: z.number().positive() }), ({ forMs }) => emulator.awayFor(forMs));
}

function describe(one: EmulatedBot): unknown {
  return {
    token: one.token,
    name: one.name,
    webhook: one.webhook,
    events: one.events,
    people: [...one.people.values()].map((person) => ({ ...person, subscribed: one.subscribed.has(person.id) })),
    messages: one.messages.map(({ bytes, ...message }) => ({ ...message, ...(bytes && { size: bytes.length }) })),
  };
}

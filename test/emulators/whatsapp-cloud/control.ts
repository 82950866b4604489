import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { controlOf, defined, withBytes } from "../shared/control.ts";
import type { Business } from "./business.ts";
import type { SendLimiter } from "./limiter.ts";
import { tellFailed, tellStatus } from "./messages.ts";
import { type PersonContent, personMoves, personReacts, personWrites } from "./people.ts";
import type { Fault, LogEntry, Operation, Person } from "./types.ts";

/**
 * The emulator by HTTP, for scripts that run it as a program of its own. JSON in and out; files as base64 in `base64`.
 * `number` is a phone number id; without one, the first.
 *
 *   GET  /_emulator/state     numbers, people, messages, callbacks, waiting webhooks
 *   GET  /_emulator/log       every call; `?operation=messages&since=<id>`
 *   GET  /_emulator/attempts  webhook deliveries
 *   POST /_emulator/people    {waId?, name?, username?, number?}
 *   POST /_emulator/write     {waId, text | image | document … | raw, replyTo?, forwarded?, number?}
 *   POST /_emulator/react     {waId, message, emoji, number?}
 *   POST /_emulator/move      {waId, to, number?}
 *   POST /_emulator/read      {message, number?}: the person read it
 *   POST /_emulator/fail      {message, code, number?}: a late failure
 *   POST /_emulator/revoke    {number?}: the token stops working
 *   POST /_emulator/templates {templates: [{name, language, status, components}], number?}: these and no others
 *   POST /_emulator/quality   {rating: GREEN | YELLOW | RED, number?}
 *   POST /_emulator/down      {forMs}
 *   POST /_emulator/faults    a fault (see `Fault`); DELETE takes all away
 *   POST /_emulator/limits    {perSecond, pairMs, pairBurst} or {off: true}
 *   POST /_emulator/webhook-origins  {"https://public": "http://127.0.0.1:8080"}
 */

const number = z.string().optional();
const file = z.looseObject({ base64: z.string(), mime: z.string() }).optional();
const writeSchema = z.object({
  waId: z.string(),
  number,
  replyTo: z.string().optional(),
  forwarded: z.boolean().optional(),
  text: z.string().optional(),
  image: file,
  video: file,
  audio: file,
  document: file,
  sticker: file,
  raw: z.looseObject({ type: z.string() }).optional(),
});
const faultSchema = z.object({
  operation: z.enum(["messages", "upload", "download", "number", "templates", "subscribe", "configure"]).optional(),
  kind: z.enum([
    "error",
    "502-html",
    "502-html-after",
    "drop-before",
    "drop-after",
    "hang",
    "hang-after",
    "garbage-after",
  ]),
  times: z.number().optional(),
  after: z.number().optional(),
  code: z.number().optional(),
  status: z.number().optional(),
  details: z.string().optional(),
  retryAfter: z.number().optional(),
});
const limitsSchema = z.object({
  perSecond: z.number().positive(),
  pairMs: z.number().positive(),
  pairBurst: z.number().positive(),
});

/** What of the emulator is steered from outside. */
interface Steered {
  readonly businesses: ReadonlyMap<string, Business>;
  readonly limiter: SendLimiter;
  readonly webhookOrigins: Map<string, string>;
  awayFor(ms: number): void;
  business(phoneNumberId?: string): Business;
  addPerson(person: Partial<Person>, phoneNumberId?: string): Person;
  calls(operation?: Operation): readonly LogEntry[];
  attempts(phoneNumberId?: string): readonly unknown[];
  fault(fault: Fault): void;
  clearFaults(): void;
}

export function addControl(app: FastifyInstance, emulator: Steered): void {
  const post = controlOf(app);
  const sent = (message: string, of: string | undefined) => {
    const business = emulator.business(of);
    const found = business.sent.find((one) => one.id === message);
    if (!found) throw new Error("there is no such message");
    return { business, found };
  };

  app.get("/_emulator/state", (_request, reply) =>
    reply.send({ numbers: [...emulator.businesses.values()].map(describe) }),
  );
  app.get<{ Querystring: { operation?: Operation; since?: string } }>("/_emulator/log", (request, reply) => {
    const since = Number(request.query.since ?? 0);
    return reply.send(emulator.calls(request.query.operation).filter((entry) => entry.id > since));
  });
  app.get<{ Querystring: { number?: string } }>("/_emulator/attempts", (request, reply) =>
    reply.send(emulator.attempts(request.query.number)),
  );
  app.delete("/_emulator/faults", (_request, reply) => {
    emulator.clearFaults();
    return reply.send({ ok: true });
  });

  const person = z.object({ waId: number, name: number, username: number, number });
  post("people", person, ({ number: of, ...one }) => emulator.addPerson(defined(one), of));
  post("write", writeSchema, ({ waId, number: of, replyTo, forwarded, ...content }) =>
    personWrites(emulator.business(of), waId, withBytes<PersonContent>(content), defined({ replyTo, forwarded })),
  );
  post(
    "react",
    z.object({ waId: z.string(), message: z.string(), emoji: z.string(), number }),
    ({ waId, message, emoji, number: of }) => personReacts(emulator.business(of), waId, message, emoji),
  );
  post("move", z.object({ waId: z.string(), to: z.string(), number }), ({ waId, to, number: of }) =>
    personMoves(emulator.business(of), waId, to),
  );
  post("read", z.object({ message: z.string(), number }), ({ message, number: of }) => {
    const { business, found } = sent(message, of);
    tellStatus(business, found, "read");
  });
  post("fail", z.object({ message: z.string(), code: z.number(), number }), ({ message, code, number: of }) => {
    const { business, found } = sent(message, of);
    tellFailed(business, found, code, "The message failed.");
  });
  post("revoke", z.object({ number }), ({ number: of }) => {
    emulator.business(of).revoked = true;
  });
  const template = z.object({
    name: z.string(),
    language: z.string(),
    status: z.enum(["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED"]),
    components: z.array(z.record(z.string(), z.unknown())),
  });
  post("templates", z.object({ templates: z.array(template), number }), ({ templates, number: of }) => {
    emulator.business(of).templates = templates;
  });
  post("quality", z.object({ rating: z.enum(["GREEN", "YELLOW", "RED"]), number }), ({ rating, number: of }) => {
    emulator.business(of).quality = rating;
  });
  post("down", z.object({ forMs: z.number().positive() }), ({ forMs }) => emulator.awayFor(forMs));
  post("faults", faultSchema, (fault) => emulator.fault(defined(fault)));
  post("limits", z.union([z.object({ off: z.literal(true) }), limitsSchema]), (limits) => {
    emulator.limiter.limits = "off" in limits ? undefined : limits;
  });
  post("webhook-origins", z.record(z.string(), z.string()), (origins) => {
    for (const [from, to] of Object.entries(origins)) emulator.webhookOrigins.set(from, to);
  });
}

function describe(one: Business): unknown {
  const { phoneNumberId, businessAccountId, accessToken, appSecret, displayPhoneNumber, override, callback } = one;
  return {
    phoneNumberId,
    businessAccountId,
    accessToken,
    appSecret,
    displayPhoneNumber,
    subscribed: one.subscribed,
    callback: override ?? callback ?? null,
    waiting: one.webhooks.length,
    people: [...one.people.values()],
    reactions: Object.fromEntries(one.reactions),
    sent: one.sent.map(({ media, ...message }) => ({
      ...message,
      ...(media && { file: { mime: media.mime, size: media.bytes.length } }),
    })),
  };
}

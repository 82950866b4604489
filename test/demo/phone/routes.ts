/**
 * The customer's phone: a page with one Telegram chat, played by the emulated Telegram. What the customer does there
 * reaches the server as any message of Telegram's does.
 */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { streamStates } from "../../emulators/portal/page/stream.ts";
import type { TelegramEmulator } from "../../emulators/telegram/emulator.ts";
import type { UserContent } from "../../emulators/telegram/users.ts";
import { phoneView } from "./view.ts";

const person = z.number().int();
const text = z.string().max(4096);
const file = z.strictObject({
  kind: z.enum(["photo", "voice", "audio", "video", "document"]),
  name: z.string().max(200),
  type: z.string().max(200),
  base64: z.string(),
  duration: z.number().nonnegative().optional(),
});
const writeBody = z.strictObject({
  person,
  text: text.default(""),
  file: file.optional(),
  replyTo: z.number().int().optional(),
  quote: text.optional(),
});
const editBody = z.strictObject({ person, message: z.number().int(), text: text.min(1), isCaption: z.boolean() });
const personBody = z.strictObject({ firstName: z.string().trim().min(1).max(60), lastName: z.string().trim().max(60) });
const liveQuery = z.object({ person: z.coerce.number().int().optional() });

export function mountPhone(app: FastifyInstance, telegram: TelegramEmulator): void {
  app.get("/phone/live", (request, reply) => {
    const { person: chosen } = liveQuery.parse(request.query);
    const bot = telegram.bot();
    streamStates(reply, () => phoneView(bot, chosen ?? [...bot.people.keys()][0] ?? 0));
  });
  app.post("/phone/write", async (request, reply) => {
    const body = writeBody.parse(request.body);
    telegram.userWrites(body.person, contentOf(body), {
      ...(body.replyTo !== undefined && { replyTo: body.replyTo }),
      ...(body.quote !== undefined && { quote: body.quote }),
    });
    return reply.send({ ok: true });
  });
  app.post("/phone/edit", async (request, reply) => {
    const body = editBody.parse(request.body);
    telegram.userEdits(body.person, body.message, body.isCaption ? { caption: body.text } : { text: body.text });
    return reply.send({ ok: true });
  });
  app.post("/phone/people", async (request, reply) => {
    const { firstName, lastName } = personBody.parse(request.body);
    const username = `${firstName}_${Date.now()}`.toLowerCase().replaceAll(/\W/g, "");
    return reply.send(
      telegram.addPerson({ first_name: firstName, last_name: lastName, username, language_code: "en" }),
    );
  });
  app.get<{ Params: { id: string } }>("/phone/file/:id", async (request, reply) => {
    const stored = telegram.bot().files.get(request.params.id);
    if (stored?.bytes === undefined) return reply.code(404).send({ error: "no such file" });
    return reply.type(stored.mime ?? "application/octet-stream").send(stored.bytes);
  });
}

function contentOf(body: z.infer<typeof writeBody>): UserContent {
  if (body.file === undefined) return { text: body.text };
  const { kind, name, type, base64, duration } = body.file;
  const one = { name, mime: type, bytes: Buffer.from(base64, "base64"), ...(duration !== undefined && { duration }) };
  return { [kind]: one, ...(body.text !== "" && { caption: body.text }) };
}

import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { PostedAnswer, ReceiptAnswer, VisitorMessage, WrongFields } from "../../src/api/webchat.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { messageId } from "../../src/domain/ids.ts";
import type { Message, Quote } from "../../src/domain/message.ts";
import { type ReadDetails, TEXT_LIMIT, type WebchatDependencies } from "./contract.ts";
import { type Caller, callerOf, fail } from "./guard.ts";
import { readPage, toAnswer, toVisitorMessage, type VisitorView } from "./history.ts";

export const clientIdSchema = z.uuid().transform((value) => value.toLowerCase());

/** Control characters other than tab and line break go: nobody types them, and what reads XML behind us chokes on them. */
const cleanText = (text: string) =>
  text
    .toWellFormed()
    .replace(/[^\P{Cc}\t\n]/gu, "")
    .trim();

const language = z
  .string()
  .regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*$/)
  .max(35);

const short = z.string().max(300).optional().catch(undefined);
const long = z.string().max(2_000).optional().catch(undefined);

/** Beside a message. What a page tells of itself is a courtesy: never a reason to refuse a message. */
export const detailsSchema = z.object({
  form: z.enum(["pre-chat", "offline"]).optional().catch(undefined),
  name: short,
  phone: short,
  email: short,
  consent: long,
  visit: z
    .object({
      url: long,
      title: long,
      referrer: long,
      landing: long,
      utm: z.record(z.string().max(40), z.unknown()).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

const postBody = z.object({
  id: clientIdSchema,
  text: z.string().max(TEXT_LIMIT).transform(cleanText).pipe(z.string().min(1)),
  /** Id of a message of this conversation. */
  quote: z.uuid().optional(),
  language: language.optional().catch(undefined),
  details: detailsSchema.optional().catch(undefined),
});

const position = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const historyQuery = z
  .object({
    after: position.optional(),
    before: position.optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  })
  .refine((query) => query.after === undefined || query.before === undefined, "after and before exclude each other");

const typingBody = z.object({ text: z.string().max(TEXT_LIMIT).optional().catch(undefined) }).catch({});

const receiptBody = z.object({ delivered: position.optional(), read: position.optional() });

/** Receipts reach back this far; a visitor who was away longer has read the rest as well, but nobody waits for that tick. */
const RECEIPT_ROWS = 100;

export function getMessages(deps: WebchatDependencies) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const query = historyQuery.safeParse(request.query);
    if (!query.success) return fail(reply, 400, "bad-query", z.prettifyError(query.error));
    const { after, before, limit } = query.data;
    const page = await readPage(deps, callerOf(request), rangeOf(after, before), limit);
    return reply.send(toAnswer(page));
  };
}

/**
 * A visitor's text. The answer leaves after the commit. Crash before it: the browser heard nothing and sends the same id
 * again. Crash after it: the same, and the second one is dropped by its key.
 */
export function postMessage(deps: WebchatDependencies) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const caller = callerOf(request);
    const body = postBody.safeParse(request.body);
    if (!body.success) return fail(reply, 400, "bad-message", z.prettifyError(body.error));
    const { id, text, language, details } = body.data;
    const [quote, known] = await Promise.all([
      body.data.quote === undefined ? undefined : findQuote(deps, caller, body.data.quote),
      deps.store.conversations.findByExternalChat(caller.account.id, caller.visitor),
    ]);
    const read = judgeDetails(deps, caller, details, known);
    if (read.kind === "wrong") return refuseDetails(reply, read.fields);
    const events = deps.desk.messages(caller.visitor, {
      ...{ clientId: id, text, attachments: [], quote, language },
      url: known === undefined ? read.site.page?.url : known.customer.url,
      contact: read.contact,
      site: read.site,
    });
    await deps.acceptInbound(caller.account, events);
    return reply.send(await finishPost(deps, caller, id));
  };
}

/** Whether a form may go with the first message. Nothing is kept: that message brings it along. */
export function postDetails(deps: WebchatDependencies) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const read = judgeDetails(deps, callerOf(request), detailsSchema.safeParse(request.body).data, undefined);
    return read.kind === "wrong" ? refuseDetails(reply, read.fields) : reply.code(204).send();
  };
}

/** After the commit: the visitor's other tabs hear of it, and this one gets the row as it is kept. */
export async function finishPost(deps: WebchatDependencies, caller: Caller, clientId: string): Promise<PostedAnswer> {
  deps.desk.hub.notify(caller.account.id, caller.visitor);
  const message = await messageByClientId(deps, caller, clientId);
  return { clientId, ...(message !== undefined && { message }) };
}

/** The stored form of a message that this visitor sent under this id. */
export async function messageByClientId(
  deps: WebchatDependencies,
  view: VisitorView,
  clientId: string,
): Promise<VisitorMessage | undefined> {
  const row = await deps.store.messages.findByExternal(view.account.id, deps.desk.externalId(view.visitor, clientId));
  return row?.direction === "in" ? toVisitorMessage(row, deps.desk, view) : undefined;
}

/** `delivered` and `read` name positions: everything of the team up to there arrived, or was seen. */
export function postReceipts(deps: WebchatDependencies) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const caller = callerOf(request);
    const body = receiptBody.safeParse(request.body);
    if (!body.success) return fail(reply, 400, "bad-receipt", z.prettifyError(body.error));
    const { read, delivered } = body.data;
    const isReadReady = read === undefined || (await receipt(deps, caller, read, "read"));
    const isDeliveredReady =
      delivered === undefined || delivered <= (read ?? 0) || (await receipt(deps, caller, delivered, "delivered"));
    return reply.send({ again: !(isReadReady && isDeliveredReady) } satisfies ReceiptAnswer);
  };
}

export function postTyping(deps: WebchatDependencies) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { account, visitor } = callerOf(request);
    const { text } = typingBody.parse(request.body ?? {});
    deps.visitorTyping(account, visitor, deps.desk.draft(account, text));
    return reply.code(204).send();
  };
}

const rangeOf = (after: number | undefined, before: number | undefined) => {
  if (after !== undefined) return { after };
  return before === undefined ? ("latest" as const) : { before };
};

/**
 * Passes a receipt on for rows that are not as far yet. A row that a worker is just finishing has no id at the channel
 * yet, and a receipt for it would be lost: `false` asks the browser to tell again.
 */
async function receipt(
  deps: WebchatDependencies,
  caller: Caller,
  upTo: number,
  state: "delivered" | "read",
): Promise<boolean> {
  const { account, visitor } = caller;
  const conversation = await deps.store.conversations.findByExternalChat(account.id, visitor);
  if (!conversation) return true;
  const rows = await deps.store.messages.journal(account.portal, {
    conversation: conversation.id,
    direction: "out",
    before: Math.min(upTo, Number.MAX_SAFE_INTEGER - 1) + 1,
    limit: RECEIPT_ROWS,
  });
  const lower = state === "read" ? ["sent", "delivered", "uncertain"] : ["sent", "uncertain"];
  const externalIds = rows.filter((row) => lower.includes(row.state)).flatMap((row) => row.externalIds);
  if (externalIds.length > 0) await deps.acceptInbound(account, [deps.desk.receipt(visitor, externalIds, state)]);
  return !rows.some((row) => row.state === "sending");
}

/** The quoted message, if it is one of this conversation that the visitor can see. */
async function findQuote(deps: WebchatDependencies, caller: Caller, id: string): Promise<Quote | undefined> {
  const [quoted, conversation] = await Promise.all([
    deps.store.messages.find(caller.account.portal, messageId(id)),
    deps.store.conversations.findByExternalChat(caller.account.id, caller.visitor),
  ]);
  if (!quoted || !conversation || quoted.conversation !== conversation.id) return undefined;
  if (!toVisitorMessage(quoted, deps.desk, caller)) return undefined;
  const [externalId] = quoted.externalIds;
  return { ...(externalId !== undefined && { externalId }), text: quoteText(quoted) };
}

const quoteText = (quoted: Message) =>
  quoted.content.body.text.slice(0, 300) || (quoted.content.attachments[0]?.name ?? "");

/**
 * What the browser sent beside a message, judged. The page on which the conversation began, which an agent sees as the
 * person's link, stays the first one: the portal rewrites the person whenever the link changes.
 */
export function judgeDetails(
  deps: WebchatDependencies,
  caller: Caller,
  given: z.output<typeof detailsSchema> | undefined,
  known: Conversation | undefined,
): ReadDetails {
  const { form, name, phone, email, consent, visit } = given ?? {};
  return deps.desk.details(caller.account, { form, name, phone, email, consent, visit }, known === undefined);
}

export const refuseDetails = (reply: FastifyReply, fields: WrongFields) =>
  reply.code(422).send({
    error: { code: "details-needed", message: "The form is not filled in as the site asks.", fields },
  });

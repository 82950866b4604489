import { z } from "zod";
import { id, text } from "./common.ts";
import { desk } from "./desk.ts";
import { letter } from "./letters.ts";

const messageState = z.enum(["stored", "sending", "sent", "delivered", "read", "refused", "failed", "uncertain"]);
const direction = z.enum(["in", "out"]);

export const attachment = z.object({
  kind: z.string(),
  name: z.string().optional(),
  mime: z.string().optional(),
  size: z.number().optional(),
  width: z.number().optional().describe("Pixels, as the sender tells."),
  height: z.number().optional(),
  url: z.string().optional().describe("Opens for a short while; absent until the file is here."),
});

export const span = z.object({
  kind: z.enum(["bold", "italic", "underline", "strike", "code", "pre", "quote", "link"]),
  start: z.number().int(),
  end: z.number().int().describe("Exclusive."),
  url: z.string().optional().describe("Only of a link, as it was written: not proved to be harmless."),
});

const reaction = z.object({
  emoji: z.string(),
  by: z.enum(["customer", "team"]),
  name: z.string().optional().describe("Of the customer, in a group."),
});

const checkpoint = z.object({
  name: z
    .enum([
      "written",
      "stored",
      "decided",
      "sent-to-portal",
      "sent-to-channel",
      "answered",
      "kept",
      "postponed",
      "refused",
      "failed",
      "uncertain",
      "delivered",
      "read",
      "card",
    ])
    .describe(
      "written: by the clock of the messenger or the portal, the others by ours. stored: received and kept in one. decided: where it belongs, by the rules. sent-to-…: the last attempt left. answered: the other side took it. kept: nothing was to be sent, it is for our own surfaces. postponed, refused, failed, uncertain: what became of the last attempt instead. delivered, read: told by the channel. card: stood in the CRM first.",
    ),
  at: z.iso.datetime(),
  by: z
    .string()
    .optional()
    .describe(
      "written: customer, phone (the account's own person at the messenger), agent, application, robot, bot or provider (the CRM's own \"send message\"). decided: id of the decision. answered: portal or channel.",
    ),
});

/** A change of ours that the customer does not have, or may not. */
const changeNotTaken = z.object({
  id: z.string(),
  kind: z.enum(["edit", "delete"]),
  text: z.string(),
  state: messageState,
  attempts: z.number().int(),
  error: z.string().nullable(),
});

export const message = z.object({
  id: z.string(),
  conversation: z.string(),
  account: z.string(),
  direction: direction.describe("in: from the customer; out: to the customer."),
  kind: z.enum(["message", "edit", "delete", "reaction"]),
  target: z.string().optional().describe("The message that an edit or a deletion changes, or a reaction is on."),
  text: z.string(),
  spans: z
    .array(span)
    .describe("Formatting of `text`: sorted, nested or apart, never crossing; offsets are UTF-16 code units."),
  state: messageState,
  attempts: z.number().int(),
  /** When the last attempt left. */
  attemptedAt: z.iso.datetime().nullable(),
  error: z.string().nullable(),
  retriable: z.boolean(),
  sentAt: z.string(),
  createdAt: z.string(),
  seq: z.number().int(),
  quote: z.object({ author: z.string().optional(), text: z.string().optional() }).optional(),
  attachments: z.array(attachment),
  fromPhone: z
    .boolean()
    .describe("Written by the account's own person at the messenger itself: it is ours, though it came in."),
  automatic: z
    .object({
      by: z.enum(["engine", "robot", "bot", "provider"]),
      name: z.string().optional().describe("Of the bot."),
    })
    .optional()
    .describe(
      "Nobody wrote it at that moment. engine: this application (a greeting, a closing text, and such). robot: an automation rule or workflow of the portal. bot: an outside bot, or one of the portal's own in its line. provider: the CRM's own \"send message\".",
    ),
  fromCrm: z.boolean().optional().describe('Sent by `agent` with the CRM\'s own "send message".'),
  author: z.string().optional().describe("In a group: who wrote."),
  agent: z
    .object({ id: z.string(), name: z.string().optional().describe("Known of whoever opened one of our pages.") })
    .optional()
    .describe("The employee who wrote it, in Open Lines or on a page of ours."),
  clientId: z.string().optional().describe("As the page made it, of what was written on a page of ours."),
  place: z
    .object({
      latitude: z.number(),
      longitude: z.number(),
      title: z.string().optional(),
      address: z.string().optional(),
      url: z.string().describe("Opens a map."),
    })
    .optional(),
  contacts: z
    .array(z.object({ name: z.string(), phones: z.array(z.string()), emails: z.array(z.string()) }))
    .optional()
    .describe("Cards of other people."),
  forwarded: z.object({ from: z.string().optional() }).optional().describe("Not the writer's own words."),
  notice: z
    .enum(["call-missed", "joined", "left", "moved", "unsubscribed", "other"])
    .optional()
    .describe("Told by the messenger, said by nobody; `text` is its sentence."),
  buttons: z
    .array(
      z.array(
        z.object({ kind: z.enum(["reply", "link", "share-phone"]), text: z.string(), url: z.string().optional() }),
      ),
    )
    .optional()
    .describe("Rows of buttons under the message."),
  template: z
    .object({ name: z.string(), language: z.string(), variables: z.array(z.string()) })
    .optional()
    .describe("The vendor's approved text that this was sent as."),
  letter: letter.optional(),
  reactions: z.array(reaction).optional().describe("On this message now. Only in a conversation's thread."),
  changed: z
    .object({
      edited: z.boolean(),
      deleted: z.boolean(),
      notTaken: changeNotTaken.optional().describe("Our newest change of it, where the customer may not have it."),
    })
    .optional()
    .describe(
      "What became of it since it was said. Only in a conversation's thread, and absent where nothing did; `text` is edited already.",
    ),
  notInLine: z
    .object({
      id: z.string().describe("To be tried again by, as a message is."),
      what: z.enum(["message", "edit", "delete"]),
      state: messageState,
      attempts: z.number().int(),
      error: z.string().nullable(),
    })
    .optional()
    .describe(
      "What of it Open Lines does not show (uncertain: may not), though the customer has it. Only in a conversation's thread.",
    ),
  checkpoints: z
    .array(checkpoint)
    .optional()
    .describe("Its way so far, in the order in which messages go. Only in the journal and of a single message."),
  customer: z.string().optional().describe("With whom the conversation is. Only in the journal."),
});

const position = z.coerce.number().int().nonnegative();

const states = z
  .string()
  .transform((value) => value.split(","))
  .pipe(z.array(messageState).min(1).max(messageState.options.length));

export const journalQuery = z.object({
  state: states.optional().describe("One of the states, or several with commas between."),
  conversation: id.optional(),
  account: id.optional(),
  channel: id.optional(),
  direction: direction.optional(),
  text: text(200)
    .optional()
    .describe(
      "Words that stand in the message, a file's name, or what is known of the customer (name, number, e-mail); or a telephone number, however it is written.",
    ),
  since: z.iso.datetime({ offset: true }).optional().describe("Stored at this time or later."),
  until: z.iso.datetime({ offset: true }).optional().describe("Stored before this time."),
  changes: z.enum(["true", "false"]).optional().describe("true: edits, deletions and reactions too."),
  after: position
    .optional()
    .describe("Rows after this position, oldest first. Knows no text, channel, time, and one state."),
  before: position.optional().describe("Rows before this position, newest first."),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** Where the conversations of one person are read as one. */
const together = z
  .enum(["true", "false"])
  .optional()
  .describe("true: with all other conversations of the same person that the viewer may read, in one order.");

export const firstQuery = z.object({
  together,
  since: z.iso.datetime({ offset: true }).describe("Sent at this time or later, by the messenger's clock."),
});

export const firstMessage = z.object({
  seq: z.number().int().nullable().describe("Its position; null where nothing was said since."),
});

export const threadSearchQuery = z.object({
  together,
  text: text(200).min(1).describe("Words, all of which stand in the message or in the names of its files."),
  before: position.optional().describe("Only messages before this position."),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

export const threadQuery = z.object({
  together,
  changes: z
    .enum(["true", "false"])
    .optional()
    .describe("true: edits, deletions and reactions too, as rows of their own."),
  after: position.optional(),
  before: position.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const messageParams = z.object({ id });

export const sessionAction = z
  .object({
    action: z.enum(["accept", "transfer", "finish", "reopen", "spam"]),
    to: z
      .string()
      .regex(/^\d{1,15}$/, "must be the id of a colleague")
      .optional()
      .describe("Of a transfer: to whom."),
  })
  .refine(
    ({ action, to }) => (action === "transfer") === (to !== undefined),
    "a transfer, and nothing else, names `to`",
  );

/** How a conversation stands in its line. */
const lineState = z.object({
  open: z.boolean().describe("A session is open in the line."),
  operator: z
    .object({ id: z.string(), name: z.string().optional() })
    .nullable()
    .describe("The colleague who has it in the line, as far as that is known."),
  accepted: z.boolean().describe("They have taken it, and it does not only wait for them."),
  bot: z
    .object({ name: z.string().optional() })
    .nullable()
    .describe(
      "The bot that has it, the account's or one of the portal's in the line; whoever accepts it takes it over.",
    ),
  stateAt: z.iso
    .datetime()
    .nullable()
    .describe("How old this knowledge is: the portal tells of accepting and transferring by no event of its own."),
});

export const conversation = z.object({
  id: z.string(),
  person: z.string().nullable().describe("Whoever writes in it, once that was found out. Groups have nobody."),
  account: z.string(),
  accountName: z.string(),
  channel: z.string(),
  customer: z.object({
    name: z.string(),
    username: z.string().optional(),
    phone: z.string().optional(),
    email: z.string().optional(),
    url: z.string().optional(),
  }),
  ...lineState.shape,
  alone: z
    .boolean()
    .describe("In no line: it is accepted, passed on and closed here, and Bitrix24 is told nothing of it."),
  group: z.boolean().describe("A chat of several people; `customer` is then the group."),
  chat: z.string().nullable().describe("Id of the chat in the portal's messenger, once it has one."),
  lastMessageAt: z.string(),
  lastCustomerAt: z.string().nullable().describe("When the customer wrote last."),
  desk: desk.optional().describe("Only in the list of conversations, and after a change of it."),
});

/** A message, and the conversation it stands in. */
export const messageInPlace = z.object({ message, conversation });

export const messageSearch = z.object({
  text: text(200).trim().min(2).describe("Words that stand in the message or in a file's name."),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});

export const foundMessages = messageInPlace.array();

export const cardParams = z.object({
  type: z.enum(["lead", "deal", "contact", "company"]),
  id: z.string().regex(/^\d{1,15}$/, "must be a number"),
});

export type ReactionAnswer = z.output<typeof reaction>;
export type CheckpointAnswer = z.output<typeof checkpoint>;
export type MessageAnswer = z.output<typeof message>;
export type LineStateAnswer = z.output<typeof lineState>;
export type ConversationAnswer = z.output<typeof conversation>;
export type AttachmentAnswer = z.output<typeof attachment>;
export type MessageInPlaceAnswer = z.output<typeof messageInPlace>;

import { z } from "zod";
import { PERIODS } from "../rules/reports/period.ts";
import { id, text } from "./common.ts";
import { message } from "./messages.ts";

const times = z
  .object({
    count: z.number().int(),
    total: z.number().describe("All of them together."),
    average: z.number().optional(),
    max: z.number().optional(),
    median: z.number().optional(),
    p90: z.number().optional().describe("Nine of ten answers did not take longer."),
  })
  .describe("Seconds. Exact; absent where nothing was answered.");

const stars = z.object({ count: z.number().int(), average: z.number().optional() });

const figures = z.object({
  received: z.number().int().describe("Messages of customers."),
  answers: z.number().int().describe("Messages of people of the company, also from the account's own phone."),
  automatic: z.number().int().describe("Messages of machines: texts of the line, of bots, and of this application."),
  opened: z
    .number()
    .int()
    .describe("Conversations that began: with the first word, and again with the first word after they were closed."),
  begunByUs: z.number().int().describe("Of those: we wrote first."),
  closed: z.number().int(),
  open: z.number().int().describe("At the end of the period."),
  dealsWon: z
    .number()
    .int()
    .describe(
      "Deals of the CRM that were won in the period, within 30 days after a conversation with their customer began. Each counts once, at the latest conversation that began before.",
    ),
  asked: z.number().int().describe("Times that a customer began to wait for an answer."),
  answered: z.number().int(),
  noReply: z.number().int().describe("Of those asked: somebody said that nothing needs an answer."),
  unanswered: z.number().int().describe("Of those asked: they still wait, or were closed without a word."),
  first: times.describe("Until the first answer in a conversation."),
  further: times.describe("Until each further answer."),
  customerStars: stars.describe("1 to 5."),
  supervisorStars: stars.describe("1 to 5."),
});

const slot = z.object({
  received: z.number().int(),
  answers: z.number().int(),
  opened: z.number().int(),
  closed: z.number().int(),
  asked: z.number().int(),
  unanswered: z.number().int(),
  average: z.number().optional().describe("Seconds until an answer, first and further ones together."),
});

const span = z.object({
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  from: z.string().describe("Day by the clock of the portal."),
  to: z.string().describe("The last day of it."),
});

const ROW_FIGURES = ["received", "answers", "automatic"] as const;
const WAIT_FIGURES = ["asked", "answered", "first", "further", "no-reply", "unanswered"] as const;
const TALK_FIGURES = ["opened", "closed", "open"] as const;

const day = z.iso.date();

export const reportQuery = z.object({
  period: z.enum(PERIODS).default("7d").describe("own: from `from` to `to`."),
  from: day.optional(),
  to: day.optional().describe("Belongs to it. At most 366 days."),
  channel: id.optional(),
  account: id.optional(),
  line: id.optional(),
  agent: id.optional().describe("An employee's id; `phone`: answers from the accounts' own phones."),
  tag: text(60).min(1).optional().describe("On the conversation, as it was when last counted (`countedTo`)."),
});

export const report = z.object({
  zone: z.string().describe("Days and hours are by this clock."),
  period: span,
  before: span.describe(
    "What it is compared with. Of a period that is still going on: up to the same time of the one before.",
  ),
  ongoing: z.boolean(),
  countedTo: z.iso.datetime().nullable().describe("What came before is in the figures."),
  behind: z.boolean().describe("Messages are still being counted: the figures grow."),
  own: z.boolean().describe("Only what the viewer did: others are shown to supervisors and administrators."),
  total: figures,
  totalBefore: figures,
  days: z.array(slot.extend({ day: z.string() })).describe("Each day of the period."),
  hours: z
    .array(slot.extend({ weekday: z.number().int().describe("0 is Monday."), hour: z.number().int() }))
    .describe("Hours of the week in which there was anything."),
  channels: z.array(figures.extend({ channel: z.string() })),
  accounts: z.array(figures.extend({ id: z.string(), name: z.string(), channel: z.string() })),
  agents: z
    .array(
      figures.extend({
        id: z
          .string()
          .nullable()
          .describe("`phone`: the accounts' own phones; null: nobody answered, and nobody has it."),
        name: z.string().optional(),
      }),
    )
    .describe("What customers and machines said is nobody's here."),
});

export const behindQuery = reportQuery.extend({
  figure: z.enum([...ROW_FIGURES, ...WAIT_FIGURES, ...TALK_FIGURES, "dealsWon"]),
  before: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe("Goes on from there: the header `x-next` of the page before."),
});

const dealBehind = z.object({
  id: z.string(),
  title: z.string().nullable().describe("null: the CRM does not show it to the viewer, or cannot be asked just now."),
  stage: z.string().optional(),
  amount: z.object({ value: z.number(), currency: z.string() }).optional(),
  responsible: z.object({ id: z.string(), name: z.string().optional() }).optional(),
});

export const behind = z.array(
  z.object({
    at: z.iso.datetime(),
    conversation: z.object({ id: z.string(), customer: z.string(), account: z.string() }).nullable(),
    message: message.nullable().describe("What was said, asked, or opened the conversation; null: not kept any more."),
    answer: message.nullable().optional().describe("What ended the wait; null: not kept any more."),
    seconds: z.number().int().optional(),
    ended: z.enum(["answered", "no-reply", "closed"]).optional(),
    closedAt: z.iso.datetime().optional(),
    deal: dealBehind.optional(),
    agent: z.object({ id: z.string(), name: z.string().optional() }).optional(),
  }),
);

export type ReportAnswer = z.output<typeof report>;
export type ReportFiguresAnswer = z.output<typeof figures>;
export type ReportSlotAnswer = z.output<typeof slot>;
export type ReportQuery = z.output<typeof reportQuery>;
export type BehindQuery = z.output<typeof behindQuery>;
export type BehindAnswer = z.output<typeof behind>;

/** The figures as a person with a pencil would make them: from the journal, each conversation read from its first line. */
import { DateTime } from "luxon";
import type { Message } from "../../../src/domain/message.ts";
import type { AnswerTimes, ReportFigures, ReportScope } from "../../../src/store/contract/reports.ts";
import { BOT, type Happened } from "./world.ts";

interface Question {
  readonly conversation: string;
  readonly account: string;
  readonly at: number;
  readonly first: boolean;
  end?: "answered" | "no-reply" | "closed";
  agent?: string | undefined;
  seconds?: number;
}

interface Spell {
  readonly conversation: string;
  readonly account: string;
  readonly from: number;
  readonly ours: boolean;
  to?: number;
  agent?: string;
}

const DAY = 86_400_000;
type Who = "customer" | "machine" | "nobody" | { readonly agent: string };

function who({ direction, origin, content }: Message): Who {
  if (origin.by === "device") return { agent: "phone" };
  if (direction === "in") {
    if (content.notice) return "nobody";
    return content.letter && content.letter.class !== "human" ? "machine" : "customer";
  }
  if (origin.by === "surface") return { agent: origin.authorId };
  if (origin.by === "open-line" && origin.authorId !== BOT && origin.authorId && origin.authorId !== "0")
    return { agent: origin.authorId };
  return "machine";
}

export interface ByHand {
  figures(scope: ReportScope): ReportFigures;
  byDay(scope: ReportScope, zone: string): ReadonlyMap<string, number>;
  byHour(scope: ReportScope, zone: string): ReadonlyMap<string, number>;
}

export function byHand(
  said: readonly Message[],
  happened: readonly Happened[],
  operators: ReadonlyMap<string, string | undefined>,
  tagged: ReadonlySet<string>,
): ByHand {
  const questions: Question[] = [];
  const spells: Spell[] = [];
  const stars: { conversation: string; account: string; at: number; stars: number; agent?: string | undefined }[] = [];
  for (const [conversation, messages] of Map.groupBy(said, (message) => message.conversation)) {
    let spell: Spell | undefined;
    let question: Question | undefined;
    for (const message of messages) {
      const at = message.createdAt.getTime();
      const { account } = message;
      const by = who(message);
      const old = at - message.sentAt.getTime() > DAY;
      const rating = message.content.site?.rating;
      if (by === "customer" && rating)
        stars.push({ conversation, account, at, stars: rating.value, agent: spell?.agent });
      else if ((by === "customer" || typeof by === "object") && !old) {
        if (!spell || spell.to !== undefined) {
          spell = { conversation, account, from: at, ours: by !== "customer" };
          spells.push(spell);
        }
        if (by === "customer" && !question) {
          question = { conversation, account, at, first: spell.agent === undefined };
          questions.push(question);
        }
        if (by !== "customer") {
          spell.agent ??= by.agent;
          if (question) {
            const written = Math.min(Math.max(message.sentAt.getTime(), question.at), at);
            Object.assign(question, {
              end: "answered",
              agent: by.agent,
              seconds: Math.round((written - question.at) / 1000),
            });
          }
          question = undefined;
        }
      }
      for (const mark of happened.filter((one) => one.conversation === conversation && one.seq === message.seq)) {
        if (mark.kind === "taken-back") continue;
        if (question)
          Object.assign(question, { end: mark.kind, ...(mark.kind === "closed" && { agent: mark.operator }) });
        question = undefined;
        if (mark.kind === "closed" && spell) spell.to ??= mark.at.getTime();
      }
    }
  }
  for (const question of questions) if (!question.end) question.agent = operators.get(question.conversation);
  const whose = ({ agent, to, conversation }: Spell) =>
    agent ?? (to === undefined ? operators.get(conversation) : undefined);

  function figures(scope: ReportScope): ReportFigures {
    const [since, until] = [scope.since.getTime(), scope.until.getTime()];
    const inScope = (one: { conversation: string; account: string }) =>
      scope.accounts.some((id) => id === one.account) && (scope.tag === undefined || tagged.has(one.conversation));
    const theirs = (agent: string | undefined) => scope.agent === undefined || agent === scope.agent;
    const within = (at: number | undefined) => at !== undefined && at >= since && at < until;
    const asked = questions.filter((one) => inScope(one) && within(one.at) && theirs(one.agent));
    const answered = asked.filter(({ end }) => end === "answered");
    const noReply = asked.filter(({ end }) => end === "no-reply").length;
    const own = spells.filter((one) => inScope(one) && theirs(whose(one)));
    const opened = own.filter(({ from }) => within(from));
    const given = stars.filter((one) => inScope(one) && within(one.at) && theirs(one.agent));
    const words = said
      .filter((one) => inScope(one) && within(one.createdAt.getTime()))
      .map(who)
      .filter((by) => scope.agent === undefined || (typeof by === "object" && by.agent === scope.agent));
    return {
      received: words.filter((by) => by === "customer").length,
      answers: words.filter((by) => typeof by === "object").length,
      automatic: words.filter((by) => by === "machine").length,
      opened: opened.length,
      // Nobody of that world has a card.
      dealsWon: 0,
      begunByUs: opened.filter(({ ours }) => ours).length,
      closed: own.filter(({ to }) => within(to)).length,
      open: own.filter(({ from, to }) => from < until && (to === undefined || to >= until)).length,
      asked: asked.length,
      answered: answered.length,
      noReply,
      unanswered: asked.length - answered.length - noReply,
      first: times(answered.filter(({ first }) => first)),
      further: times(answered.filter(({ first }) => !first)),
      customerStars: { count: given.length, sum: given.reduce((sum, one) => sum + one.stars, 0) },
      supervisorStars: { count: 0, sum: 0 },
    };
  }

  function counted(scope: ReportScope, key: (at: Date) => string): ReadonlyMap<string, number> {
    const [since, until] = [scope.since.getTime(), scope.until.getTime()];
    const found = said.filter(
      (one) =>
        who(one) === "customer" &&
        one.createdAt.getTime() >= since &&
        one.createdAt.getTime() < until &&
        scope.accounts.some((id) => id === one.account),
    );
    return new Map([...Map.groupBy(found, (one) => key(one.createdAt))].map(([at, rows]) => [at, rows.length]));
  }

  return {
    figures,
    byDay: (scope, zone) => counted(scope, (at) => DateTime.fromJSDate(at, { zone }).toFormat("yyyy-MM-dd")),
    byHour: (scope, zone) =>
      counted(scope, (at) => {
        const there = DateTime.fromJSDate(at, { zone });
        return String((there.weekday - 1) * 24 + there.hour);
      }),
  };
}

function times(answered: readonly Question[]): AnswerTimes {
  const seconds = answered.map((one) => one.seconds ?? Number.NaN).sort((a, b) => a - b);
  const part = (share: number) => seconds[Math.ceil(share * seconds.length) - 1];
  const total = seconds.reduce((sum, one) => sum + one, 0);
  const [median, p90, max] = [part(0.5), part(0.9), seconds.at(-1)];
  return {
    ...{ count: seconds.length, total },
    ...(max !== undefined && { max }),
    ...(median !== undefined && { median }),
    ...(p90 !== undefined && { p90 }),
  };
}

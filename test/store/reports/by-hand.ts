/** The figures as a person with a pencil would make them: from the journal, each conversation read from its first line. */
import { DateTime } from "luxon";
import type { Message } from "../../../src/domain/message.ts";
import type { AnswerTimes, ReportFigures, ReportScope, ReportSeriesRow } from "../../../src/store/contract/reports.ts";
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
  /** In the order of their keys. */
  days(scope: ReportScope, zone: string): readonly ReportSeriesRow[];
  hours(scope: ReportScope, zone: string): readonly ReportSeriesRow[];
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

  /** What of all that is within a scope, whenever it was. */
  function within(scope: ReportScope) {
    const inScope = (one: { conversation: string; account: string }) =>
      scope.accounts.some((id) => id === one.account) && (scope.tag === undefined || tagged.has(one.conversation));
    const theirs = (agent: string | undefined) => scope.agent === undefined || agent === scope.agent;
    return {
      asked: questions.filter((one) => inScope(one) && theirs(one.agent)),
      spells: spells.filter((one) => inScope(one) && theirs(whose(one))),
      given: stars.filter((one) => inScope(one) && theirs(one.agent)),
      words: said
        .filter(inScope)
        .map((one) => ({ at: one.createdAt.getTime(), by: who(one) }))
        .filter(({ by }) => scope.agent === undefined || (typeof by === "object" && by.agent === scope.agent)),
    };
  }

  function figures(scope: ReportScope): ReportFigures {
    const [since, until] = [scope.since.getTime(), scope.until.getTime()];
    const during = (at: number | undefined) => at !== undefined && at >= since && at < until;
    const all = within(scope);
    const asked = all.asked.filter(({ at }) => during(at));
    const answered = asked.filter(({ end }) => end === "answered");
    const noReply = asked.filter(({ end }) => end === "no-reply").length;
    const opened = all.spells.filter(({ from }) => during(from));
    const given = all.given.filter(({ at }) => during(at));
    const words = all.words.filter(({ at }) => during(at)).map(({ by }) => by);
    return {
      received: words.filter((by) => by === "customer").length,
      answers: words.filter((by) => typeof by === "object").length,
      automatic: words.filter((by) => by === "machine").length,
      opened: opened.length,
      // Nobody of that world has a card.
      dealsWon: 0,
      begunByUs: opened.filter(({ ours }) => ours).length,
      closed: all.spells.filter(({ to }) => during(to)).length,
      open: all.spells.filter(({ from, to }) => from < until && (to === undefined || to >= until)).length,
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

  function series(scope: ReportScope, key: (at: DateTime) => string, zone: string): readonly ReportSeriesRow[] {
    const rows = new Map<string, { -readonly [Name in keyof ReportSeriesRow]: ReportSeriesRow[Name] }>();
    const add = (at: number | undefined, name: Exclude<keyof ReportSeriesRow, "key">, amount = 1) => {
      if (at === undefined || at < scope.since.getTime() || at >= scope.until.getTime()) return;
      const place = key(DateTime.fromMillis(at, { zone }));
      const row = rows.get(place) ?? { ...NOTHING, key: place };
      rows.set(place, row);
      row[name] += amount;
    };
    const all = within(scope);
    for (const { at, by } of all.words) {
      if (by === "customer") add(at, "received");
      if (typeof by === "object") add(at, "answers");
    }
    for (const { from, to } of all.spells) {
      add(from, "opened");
      add(to, "closed");
    }
    for (const { at, end, seconds = 0 } of all.asked) {
      add(at, "asked");
      if (end === undefined || end === "closed") add(at, "unanswered");
      if (end !== "answered") continue;
      add(at, "answered");
      add(at, "seconds", seconds);
    }
    return [...rows.values()].toSorted((a, b) => a.key.localeCompare(b.key, "en", { numeric: true }));
  }

  return {
    figures,
    days: (scope, zone) => series(scope, (at) => at.toFormat("yyyy-MM-dd"), zone),
    hours: (scope, zone) => series(scope, (at) => String((at.weekday - 1) * 24 + at.hour), zone),
  };
}

const NOTHING = { received: 0, answers: 0, opened: 0, closed: 0, asked: 0, unanswered: 0, answered: 0, seconds: 0 };

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

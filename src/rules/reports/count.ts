import type { ConversationId } from "../../domain/ids.ts";
import {
  AUTO,
  type Counted,
  type CountedSoFar,
  CUSTOMER,
  type GivenStars,
  type SaidRow,
  type Talk,
  type TalkMark,
  type Wait,
  type WaitEnd,
  type Writer,
} from "../../domain/report.ts";
import { isPerson, saidBy } from "./said-by.ts";

/**
 * What was sent that long before we got it is no question of today: a mailbox that is read for the first time, a messenger that
 * hands over its history. It is counted as a message and opens neither a talk nor a wait.
 */
const HISTORY_MS = 24 * 3_600_000;

type Step = { readonly seq: number } & (
  | { readonly row: SaidRow; readonly mark?: undefined }
  | { readonly mark: TalkMark; readonly row?: undefined }
);

/**
 * Takes one conversation on through what happened in it, in the order of positions; a mark stands behind the message of its
 * position. Pure: in one go or in pieces, what comes of it is the same.
 *
 * A talk is opened by a customer's or a colleague's word while none is open, and ended by being closed. A wait begins with a
 * customer's word while nobody waits, and ends with the first word of a person, with being closed, or when somebody says
 * that nothing needs an answer. Times are those at which we had the message, because nobody could answer before; an answer
 * counts from when it was written, where that lies between.
 */
export function countOn(
  of: ConversationId,
  before: CountedSoFar,
  rows: readonly SaidRow[],
  marks: readonly TalkMark[],
  bots: ReadonlySet<string> = new Set(),
): Counted {
  const talks = new Map<number, Talk>();
  const waits = new Map<number, Wait>();
  const stars: GivenStars[] = [];
  const noTalks = new Set<number>();
  const noWaits = new Set<number>();
  let { talk, prior, wait } = before;

  const setTalk = (now: Talk) => {
    talk = now;
    talks.set(now.n, now);
    noTalks.delete(now.n);
  };
  const endWait = (end: WaitEnd) => {
    if (!wait) return;
    waits.set(wait.askedSeq, { ...wait, end });
    wait = undefined;
  };
  const open = ({ conversation, account, seq, createdAt }: SaidRow, byUs: boolean): Talk => {
    if (talk && !talk.closed) return talk;
    prior = talk;
    const opened = { conversation, account, n: (talk?.n ?? 0) + 1, openedAt: createdAt, openedSeq: seq, byUs };
    setTalk(opened);
    return opened;
  };

  function customerSaid(row: SaidRow): void {
    const { conversation, account, seq, createdAt, rating } = row;
    if (rating) {
      const given = talk?.answered?.agent;
      stars.push({
        ...{ conversation, account, seq, at: createdAt, stars: starsOf(rating) },
        ...(given !== undefined && { agent: given }),
      });
      return;
    }
    if (isHistory(row)) return;
    const { answered } = open(row, false);
    if (wait) return;
    wait = { conversation, account, askedAt: createdAt, askedSeq: seq, first: answered === undefined };
    waits.set(seq, wait);
  }

  function personSaid(row: SaidRow, agent: Writer): void {
    if (isHistory(row)) return;
    const { seq } = row;
    const current = open(row, true);
    if (!current.answered) setTalk({ ...current, answered: { seq, agent } });
    if (wait) endWait({ kind: "answered", seq, agent, seconds: secondsBetween(wait, row) });
  }

  /** A number of stars opens nothing; what was asked before it is over with it. */
  function rated(seq: number): void {
    if (wait && wait.askedSeq < seq) endWait({ kind: "no-reply", seq });
    if (wait) {
      waits.delete(wait.askedSeq);
      noWaits.add(wait.askedSeq);
      wait = undefined;
    }
    if (!talk || talk.openedSeq !== seq || talk.answered || talk.closed) return;
    talks.delete(talk.n);
    noTalks.add(talk.n);
    talk = prior;
  }

  function marked({ kind, seq, at, agent }: TalkMark): void {
    if (kind === "no-reply") endWait({ kind, seq });
    if (kind === "rated") rated(seq);
    if (kind !== "closed") return;
    endWait({ kind, seq, ...(agent !== undefined && { agent }) });
    if (!talk || talk.closed) return;
    // Positions and clocks may differ by a moment: nothing ends before it begins.
    setTalk({ ...talk, closed: { seq, at: at < talk.openedAt ? talk.openedAt : at } });
  }

  for (const { row, mark } of inOrder(rows, marks)) {
    if (mark) {
      marked(mark);
      continue;
    }
    const writer = saidBy(row, bots);
    // Stars that are given beside the chat are told as a notice, which is nobody's word.
    if (writer === CUSTOMER || isRating(row)) customerSaid(row);
    else if (writer !== AUTO && isPerson(writer)) personSaid(row, writer);
  }
  return {
    of,
    talks: [...talks.values()],
    waits: [...waits.values()],
    stars,
    noTalks: [...noTalks],
    noWaits: [...noWaits],
  };
}

function inOrder(rows: readonly SaidRow[], marks: readonly TalkMark[]): readonly Step[] {
  const steps: Step[] = [
    ...rows.map((row) => ({ row, seq: row.seq })),
    ...marks.map((mark) => ({ mark, seq: mark.seq })),
  ];
  return steps.sort((a, b) => a.seq - b.seq || (a.mark?.id ?? 0) - (b.mark?.id ?? 0));
}

const isHistory = ({ sentAt, createdAt }: SaidRow): boolean => createdAt.getTime() - sentAt.getTime() > HISTORY_MS;

/** Vendors' clocks differ from ours: an answer is written neither before the question came nor after we had it. */
function secondsBetween({ askedAt }: Wait, { sentAt, createdAt }: SaidRow): number {
  const written = Math.min(Math.max(sentAt.getTime(), askedAt.getTime()), createdAt.getTime());
  return Math.max(0, Math.round((written - askedAt.getTime()) / 1000));
}

const isRating = ({ rating, origin }: SaidRow): boolean => rating !== undefined && origin.by === "channel";

const starsOf = ({ scale, value }: NonNullable<SaidRow["rating"]>): number =>
  Math.min(5, Math.max(1, Math.round(scale === "stars" ? value : 1 + 4 * value)));

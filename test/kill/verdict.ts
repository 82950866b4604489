import { OVERTAKING_MS } from "../../handlers/events.ts";
import type { JournalMessage, World } from "../support/world/world.ts";
import type { Said } from "./traffic.ts";

/** What the two sides hold in the end, held against what was said. */
export interface Verdict {
  readonly said: number;
  readonly arrived: number;
  readonly uncertain: number;
  /** Uncertain, with their call open in the emulator's log at a kill. */
  readonly open: number;
  /** Uncertain, recorded as leaving within the grace of a kill, their call not open in the log at that very millisecond. */
  readonly edge: number;
  /** Answers that arrived after later ones, as the portal had it. */
  readonly overtaken: number;
  /** How far from a kill a call may have been to be called cut off by it, ms. */
  readonly graceMs: number;
  readonly problems: readonly string[];
}

/**
 * The moment of the kill is known to the killer, the call's beginning and end to the emulator: between recording an
 * attempt and the first byte at the other side, and between the last byte and recording the outcome, lie a few
 * milliseconds that belong to the call although the emulator does not see them. A process that has just started is slow at
 * first (cold code, a database opening), and rounds are short, so the milliseconds may be some hundred. On a machine that
 * is busy they are more: twice what it took at most, in this very run, where nobody was killed. Seconds would be a fault of
 * ours, and do not excuse themselves.
 */
const GRACE_MS = 500;
const MOST_GRACE_MS = 2_000;

function graceOf(world: World, journal: readonly JournalMessage[]): number {
  const calls = new Map(world.telegram.calls("sendMessage").map((call) => [String(call.params.text), call]));
  const slowest = journal.reduce((most, { direction, text, attemptedAt, checkpoints }) => {
    const call = direction === "out" ? calls.get(text) : undefined;
    const answered = checkpoints.find(({ name }) => name === "answered")?.at;
    if (call?.end === undefined || attemptedAt === null || answered === undefined) return most;
    return Math.max(most, call.begin - Date.parse(attemptedAt), Date.parse(answered) - call.end);
  }, 0);
  return Math.min(MOST_GRACE_MS, Math.max(GRACE_MS, 2 * slowest));
}

export async function judge(world: World, said: Said, kills: readonly number[]): Promise<Verdict> {
  const journal = await readJournal(world);
  const byText = new Map<string, JournalMessage[]>();
  for (const message of journal) byText.set(message.text, [...(byText.get(message.text) ?? []), message]);
  const problems: string[] = [];
  const total = { said: 0, arrived: 0, uncertain: 0, open: 0, edge: 0, overtaken: 0 };
  const graceMs = graceOf(world, journal);

  const compare = (
    side: string,
    texts: readonly string[],
    arrived: readonly string[],
    callsOf: (text: string) => readonly Call[],
  ): void => {
    total.said += texts.length;
    total.arrived += arrived.length;
    const unique = new Set(arrived);
    if (unique.size !== arrived.length)
      problems.push(`${side}: doubled: ${arrived.filter((text, index) => arrived.indexOf(text) !== index).join(", ")}`);
    const turned = unique.size === arrived.length ? turnedRound(texts, arrived) : [];
    const ours = turned.filter(([said, before]) => !portalTurnedRound(world, kills, said, before));
    total.overtaken += turned.length - ours.length;
    if (ours.length > 0) {
      const paths = [...new Set(ours.flat())]
        .flatMap((text) => byText.get(text) ?? [])
        .map((row) => pathOf(world, row));
      const pairs = ours.map(([said, before]) => `"${said}" after "${before}"`).join(", ");
      problems.push(`${side}: order differs: ${pairs}\n  ${paths.join("\n  ")}\n  kills ${kills.join(" ")}`);
    }
    for (const text of texts) {
      const rows = byText.get(text) ?? [];
      if (rows.length > 1) problems.push(`${side}: "${text}" stands in the journal ${rows.length} times`);
      const uncertain = rows.some((row) => row.state === "uncertain");
      if (!uncertain && !unique.has(text))
        problems.push(
          `${side}: lost: "${text}" (journal: ${rows.map((row) => `${row.state} ${row.error ?? ""}`).join(", ") || "nothing"})`,
        );
      if (!uncertain) continue;
      total.uncertain += 1;
      const calls = callsOf(text);
      const open = kills.some((kill) =>
        calls.some((call) => call.begin <= kill && kill <= (call.end ?? Number.POSITIVE_INFINITY)),
      );
      // Recorded as leaving, and killed before the other side saw it, or after it answered and before that was recorded.
      const edge = kills.some(
        (kill) =>
          calls.some(
            (call) => call.begin - graceMs <= kill && kill <= (call.end ?? Number.POSITIVE_INFINITY) + graceMs,
          ) || rows.some((row) => row.attemptedAt !== null && Math.abs(kill - Date.parse(row.attemptedAt)) <= graceMs),
      );
      if (open) total.open += 1;
      else if (edge) total.edge += 1;
      else
        problems.push(
          `${side}: "${text}" is uncertain, but its call was not under way at a kill, nor within ${graceMs} ms of one (calls: ${JSON.stringify(calls)})`,
        );
    }
  };

  for (const [person, texts] of said.customers)
    compare(`customer ${person}`, texts, inOpenLines(world, person), (text) => portalCalls(world, text));
  for (const [person, texts] of said.operators) {
    compare(
      `operator to ${person}`,
      texts,
      world.telegram.sentTo(person).map((message) => message.text ?? ""),
      (text) => telegramCalls(world, text),
    );
  }
  return { ...total, graceMs, problems };
}

interface Call {
  readonly begin: number;
  readonly end: number | undefined;
}

/** Which text arrived after which one that was said later. */
function turnedRound(said: readonly string[], arrived: readonly string[]): (readonly [string, string])[] {
  const place = new Map(said.map((text, index) => [text, index]));
  const placeOf = (text: string) => place.get(text) ?? -1;
  return arrived.flatMap((text, index) =>
    arrived.slice(0, index).flatMap((before) => (placeOf(before) > placeOf(text) ? [[text, before] as const] : [])),
  );
}

const eventsOf = (world: World, text: string) =>
  world.portal.events.sent.filter(({ data }) => JSON.stringify(data).includes(`"${text}"`));

/**
 * The portal promises no order, and brings an event once. Two cases are its own, and its log has to show them:
 * - Of two that were under way at a kill the later one was stored and the earlier one lost: nobody knows of it before the
 *   next start, when the later one has gone out.
 * - The earlier one came later than an answer waits for those before it. (What is here is taken in the order of its coming,
 *   so a slow server of ours does not look like that; `test/handlers/events.test.ts`.)
 */
function portalTurnedRound(world: World, kills: readonly number[], earlier: string, later: string): boolean {
  const taken = eventsOf(world, later).filter(({ status }) => status === 200);
  return eventsOf(world, earlier).some(({ sentAt, finishedAt, status }) => {
    if (sentAt === null || finishedAt === null) return false;
    const isUnderWay = (kill: number) => sentAt <= kill && kill <= finishedAt;
    return taken.some((other) => {
      if (other.sentAt === null || other.finishedAt === null) return false;
      if (status === 200) return finishedAt - other.finishedAt > OVERTAKING_MS;
      const began = other.sentAt;
      return sentAt <= other.finishedAt && kills.some((kill) => isUnderWay(kill) && began <= kill);
    });
  });
}

/** How a message came here and left, in ms since 1970 like the kills: so that a run that cannot be repeated tells its cause. */
function pathOf(world: World, row: JournalMessage): string {
  const events = eventsOf(world, row.text).map(
    ({ sentAt, finishedAt, status, error }) => `event ${sentAt} to ${finishedAt} ${status ?? error}`,
  );
  const steps = row.checkpoints.map(({ name, at }) => `${name} ${Date.parse(at)}`);
  return `${row.text} (row ${row.seq}): ${[...events, ...steps].join(", ")}`;
}

function inOpenLines(world: World, person: number): string[] {
  const { portal } = world.portal.portal();
  const messages = [...portal.chats.values()]
    .filter((chat) => chat.externalUserId === String(person))
    .flatMap((chat) => chat.messageIds.map((id) => portal.messages.get(id)))
    .filter((message) => message?.from === "customer");
  return messages.flatMap((message) => (message ? [message.text] : []));
}

function portalCalls(world: World, text: string): Call[] {
  const { portal } = world.portal.portal();
  const message = [...portal.messages.values()].find((candidate) => candidate.text === text);
  const entries = world.portal.requests.entries({ method: "imconnector.send.messages" });
  const carrying =
    message?.connectorMid[0] === undefined
      ? entries
      : entries.filter((entry) =>
          entry.commands.some((command) => command.elements.some((element) => element.messageId === message.id)),
        );
  return carrying.map((entry) => ({ begin: entry.startedAt, end: entry.answeredAt ?? entry.brokenAt ?? undefined }));
}

function telegramCalls(world: World, text: string): Call[] {
  return world.telegram
    .calls("sendMessage")
    .filter((call) => call.params.text === text)
    .map((call) => ({ begin: call.begin, end: call.end }));
}

export async function readJournal(world: World): Promise<JournalMessage[]> {
  const all: JournalMessage[] = [];
  for (;;) {
    const last = all.at(-1)?.seq;
    const page = await world.api<JournalMessage[]>(`/api/journal?limit=500&after=${last ?? 0}`);
    all.push(...page);
    if (page.length < 500) return all;
  }
}

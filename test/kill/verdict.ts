import { OVERTAKING_MS } from "../../src/relay/accept-reply.ts";
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
  /** Answers that arrived after later ones because the portal brought them so. */
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

/** When a process was killed, ms since 1970: the signal takes a moment to arrive. */
export interface Kill {
  readonly from: number;
  readonly to: number;
  /** It listened to the portal. */
  readonly isWeb: boolean;
  /** When it worked again. */
  backAt?: number;
}

export async function judge(world: World, said: Said, kills: readonly Kill[]): Promise<Verdict> {
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
    const strange = [...unique].filter((text) => !texts.includes(text));
    if (strange.length > 0) problems.push(`${side}: nobody said: ${strange.join(", ")}`);
    const turned = unique.size === arrived.length ? turnedRound(texts, arrived) : [];
    const ours = turned.filter((pair) => !portalTurnedRound({ world, byText, kills, graceMs }, pair));
    total.overtaken += new Set(turned.filter((pair) => !ours.includes(pair)).map(({ earlier }) => earlier)).size;
    if (ours.length > 0) {
      const texts = new Set(ours.flatMap(({ earlier, later }) => [earlier, later]));
      const paths = [...texts].flatMap((text) => byText.get(text) ?? []).map((row) => pathOf(world, row));
      const pairs = ours.map(({ earlier, later }) => `"${earlier}" after "${later}"`).join(", ");
      problems.push(`${side}: order differs: ${pairs}\n  ${paths.join("\n  ")}\n  kills ${JSON.stringify(kills)}`);
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
        calls.some((call) => call.begin <= kill.to && kill.from <= (call.end ?? Number.POSITIVE_INFINITY)),
      );
      // Recorded as leaving, and killed before the other side saw it, or after it answered and before that was recorded.
      const edge = kills.some(
        (kill) =>
          calls.some(
            (call) => call.begin - graceMs <= kill.to && kill.from <= (call.end ?? Number.POSITIVE_INFINITY) + graceMs,
          ) ||
          rows.some(({ attemptedAt }) => {
            const left = attemptedAt === null ? Number.NaN : Date.parse(attemptedAt);
            return left - graceMs <= kill.to && kill.from <= left + graceMs;
          }),
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

/** Two texts of one person that arrived the other way round. */
interface Turned {
  readonly earlier: string;
  readonly later: string;
}

function turnedRound(said: readonly string[], arrived: readonly string[]): Turned[] {
  const place = new Map(said.map((text, index) => [text, index]));
  const isLater = (one: string, other: string) => (place.get(one) ?? -1) > (place.get(other) ?? -1);
  return arrived.flatMap((earlier, index) =>
    arrived.slice(0, index).flatMap((later) => (isLater(later, earlier) ? [{ earlier, later }] : [])),
  );
}

const eventsOf = (world: World, text: string) =>
  world.portal.events.sent.filter(({ data }) => JSON.stringify(data).includes(`"${text}"`));

/**
 * The portal promises no order, and brings an event once. So it is the portal's order if the later answer waited as long as
 * an answer does, the earlier one was not here then, and the portal's log shows why:
 * - it came only later, and was stored soon after it was sent (what lies with us for seconds is our fault);
 * - or a kill cut it off when the later one was stored already, which left before the server was back.
 */
function portalTurnedRound(
  by: {
    readonly world: World;
    readonly byText: ReadonlyMap<string, readonly JournalMessage[]>;
    readonly kills: readonly Kill[];
    readonly graceMs: number;
  },
  { earlier, later }: Turned,
): boolean {
  const timeOf = (text: string, name: string) => {
    const at = by.byText.get(text)?.[0]?.checkpoints.find((checkpoint) => checkpoint.name === name)?.at;
    return at === undefined ? Number.NaN : Date.parse(at);
  };
  const [laterCame, left, earlierCame] = [
    timeOf(later, "stored"),
    timeOf(later, "sent-to-channel"),
    timeOf(earlier, "stored"),
  ];
  const hasWaited = left - laterCame >= OVERTAKING_MS - 1;
  // A row's own time is the beginning of its statement, which waits for others of the conversation and for the disk.
  if (!hasWaited || !(earlierCame >= left - by.graceMs)) return false;
  return eventsOf(by.world, earlier).some(({ sentAt, finishedAt, status }) => {
    if (sentAt === null || finishedAt === null) return false;
    if (status === 200) return earlierCame - sentAt <= MOST_GRACE_MS;
    const cutOff = ({ from, to, isWeb, backAt = Number.POSITIVE_INFINITY }: Kill) =>
      isWeb &&
      sentAt <= to &&
      from <= finishedAt &&
      from - sentAt <= MOST_GRACE_MS &&
      laterCame <= to &&
      left <= backAt;
    return by.kills.some(cutOff);
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

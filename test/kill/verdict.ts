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
  const total = { said: 0, arrived: 0, uncertain: 0, open: 0, edge: 0 };
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
    const inOrder = texts.filter((text) => unique.has(text));
    if (unique.size === arrived.length && inOrder.join("\n") !== arrived.join("\n"))
      problems.push(`${side}: order differs:\n  said    ${inOrder.join(" | ")}\n  arrived ${arrived.join(" | ")}`);
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

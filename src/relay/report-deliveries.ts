import { parseLane } from "../domain/ids.ts";
import type { Say } from "../domain/localised.ts";
import { authorOf, type Message } from "../domain/message.ts";
import { plainText, type RichText } from "../domain/rich-text.ts";
import type { DeliveryReport, PortalOutcome } from "../portal/contract.ts";
import type { LaneContents } from "../store/contract/lanes.ts";
import type { Unreported } from "../store/contract/messages.ts";
import { backoff } from "./backoff.ts";
import { lineAddress } from "./inbound-route.ts";
import { messageLink } from "./message-link.ts";
import { type Drained, IDLE, later, type RelayDeps, type Turn } from "./ports.ts";
import { sayIn } from "./speech.ts";
import { badEnding, SHOW_MESSAGE } from "./wording.ts";

const MAX_REPORTS = 50;
const BUSY_RETRY_MS = 30_000;

/**
 * Tells the portal what became of the agents' messages. Of what reached the customer: without it the portal shows
 * "sending" for ever and sends no edit or deletion. Of what ended badly, and of a letter that some of its recipients did not
 * get: as a notice to its author, because the line itself shows no failure, with a link that opens the conversation at the
 * message.
 *
 * Both are marks on the rows, written with the ending: a crash before they are told, or before it is written down that
 * they were, tells (again) at the next run. A report may be made twice, and a notice with the same tag replaces the first.
 */
export async function reportDeliveries(deps: RelayDeps, turn: Turn): Promise<Drained> {
  const lane = parseLane(turn.lane);
  if (!lane) return IDLE;
  const untold = await deps.store.messages.unreported(lane.conversation, MAX_REPORTS);
  if (untold.length === 0) return IDLE;
  const contents = await deps.store.lanes.read(turn.lane, 0);
  if (!contents) return IDLE;
  const arrived = untold.filter((one) => one.what === "arrived");
  // Before it counts as told that they arrived: a crash in between tells both again.
  const missed = await tellMissed(deps, arrived);
  const steps = [
    missed,
    missed === undefined ? await reportArrivals(deps, contents, arrived) : undefined,
    await tellEndings(
      deps,
      untold.filter((one) => one.what === "bad-ending"),
    ),
  ];
  const pauses = steps.filter((pause) => pause !== undefined);
  if (pauses.length > 0) return later(new Date(deps.now().getTime() + Math.min(...pauses)));
  return untold.length < MAX_REPORTS ? IDLE : later(deps.now());
}

/** Answers after how many milliseconds to try again, if so. */
async function reportArrivals(
  deps: RelayDeps,
  { account, conversation }: LaneContents,
  arrived: readonly Unreported[],
): Promise<number | undefined> {
  if (arrived.length === 0) return undefined;
  const adapter = deps.channels.get(account.channel);
  const at = adapter && lineAddress(account, adapter, conversation);
  const reports = arrived.flatMap((one) => reportOf(one.message, deps.now()));
  // No line any more: nobody waits for these reports.
  if (at && reports.length > 0) {
    const outcome = await deps.portals.lines(conversation.portal).reportDelivery(at, reports);
    if (outcome.kind !== "ok" && outcome.kind !== "refused") return pauseAfter(outcome);
    if (outcome.kind === "refused")
      deps.log.warn({ portal: conversation.portal, code: outcome.code }, "the portal refused a delivery report");
  }
  await deps.store.messages.markReported(arrived);
  return undefined;
}

/** A letter that went, and not to everybody: what arrived says so in its error. */
async function tellMissed(deps: RelayDeps, arrived: readonly Unreported[]): Promise<number | undefined> {
  for (const { message } of arrived) {
    if (message.error === undefined || message.content.letter === undefined) continue;
    const pause = await tellAuthor(deps, message);
    if (pause !== undefined) return pause;
  }
  return undefined;
}

/** One after another, each written down when it is told. */
async function tellEndings(deps: RelayDeps, ended: readonly Unreported[]): Promise<number | undefined> {
  for (const one of ended) {
    const pause = await tellAuthor(deps, one.message);
    if (pause !== undefined) return pause;
    await deps.store.messages.markReported([one]);
  }
  return undefined;
}

/** Answers after how many milliseconds to try again, if so. */
async function tellAuthor(deps: RelayDeps, message: Message): Promise<number | undefined> {
  const author = authorOf(message.origin);
  if (author === undefined) return undefined;
  const portal = await deps.store.portals.find(message.portal);
  const say = await sayIn(deps.speech, message.portal);
  const text = deps.toBBCode(notice(message, say, portal && messageLink(portal, message)));
  const outcome = await deps.portals.lines(message.portal).notify(author, text, `threadline-${message.id}`);
  if (outcome.kind === "ok") return undefined;
  if (outcome.kind !== "refused") return pauseAfter(outcome);
  deps.log.warn(
    { message: message.id, code: outcome.code },
    "the agent could not be told about an undelivered message",
  );
  return undefined;
}

function notice(message: Message, say: Say, link: string | undefined): RichText {
  const words = badEnding(message, say);
  if (link === undefined) return plainText(words);
  const text = `${words}\n${say(SHOW_MESSAGE)}`;
  return { text, spans: [{ kind: "link", start: words.length + 1, end: text.length, url: link }] };
}

const pauseAfter = (outcome: PortalOutcome<unknown>): number =>
  outcome.kind === "unreachable" ? backoff(4) : BUSY_RETRY_MS;

function reportOf(row: Message, now: Date): DeliveryReport[] {
  const date = Math.floor(now.getTime() / 1000);
  if (row.origin.by === "open-line" && row.externalIds.length > 0) {
    const { imChatId, imMessageId } = row.origin;
    return [{ imChatId, imMessageId, externalIds: row.externalIds, date }];
  }
  // Written on our own page: the line knows it by our id, from the first time it was said.
  const { imChatId, imMessageId } = row;
  if (row.origin.by === "device" || imChatId === undefined || imMessageId === undefined) return [];
  return [{ imChatId, imMessageId, externalIds: [row.id], date }];
}

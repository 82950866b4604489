/**
 * Reads votes that open lines ask for by themselves: what customers gave, once the line's texts say that it was a vote, and what
 * supervisors gave, which a session tells when it is asked (`sessionVoteHead`). No event tells of either.
 *
 * - Killed: the row is still due. A trigger is told before the vote is kept, and knows each vote by its session: once.
 * - Several workers: a lock lets one be at it.
 * - Traffic: texts of a line are remembered; sessions are asked about three times at most, ten of a portal in a minute.
 * - The portal is away or refuses to talk now: that portal is left alone for a while. It refuses a session: that one is over.
 */
import type { PortalId } from "../../domain/ids.ts";
import type { RichText } from "../../domain/rich-text.ts";
import type { Logger } from "../../log/log.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import { mayBeVote, type VoteTexts, voteOf } from "../../rules/lines/line-vote.ts";
import type { EndedSession, PerhapsVote } from "../../store/contract/line-votes.ts";
import type { Store } from "../../store/contract.ts";
import type { TriggerWatch } from "../automation/watch.ts";
import type { News } from "../news.ts";
import { createRounds } from "../rounds.ts";
import { withLock } from "../with-lock.ts";

export interface VoteReaderDeps {
  readonly store: Pick<Store, "accounts" | "lineVotes" | "locks" | "messages">;
  readonly portals: Pick<PortalDirectory, "lines" | "lineSettings">;
  readonly triggers: Pick<TriggerWatch, "happened">;
  readonly news: Pick<News, "ofConversation">;
  /** BBCode of the portal -> neutral text. */
  readonly fromBBCode: (text: string) => RichText;
  /** Work inside counts as that portal's. */
  readonly inTurn: <T>(portal: PortalId, work: () => T) => T;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Names this process in locks. */
  readonly owner: string;
  readonly now: () => Date;
}

export interface VoteReader {
  start(): void;
  /** One run over all portals; what `start` does again and again. */
  run(): Promise<void>;
  close(): Promise<void>;
}

const EVERY_MS = 5_000;
const LOCK_MS = 60_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How long after a session ended its supervisor's vote is looked for: they vote when they look through what was said. */
export const LOOKS_MS: readonly number[] = [HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS];
const SESSIONS = 10;
const VOTES = 50;
const REMEMBER_MS = 10 * MINUTE_MS;
const REMEMBERED = 1_000;
const AFTER_REFUSAL_MS = 15 * MINUTE_MS;
const AGAIN_MS = MINUTE_MS;
const BETWEEN = 6;

export function createVoteReader(deps: VoteReaderDeps): VoteReader {
  const { accounts, lineVotes, locks, messages } = deps.store;
  const texts = new Map<string, { readonly value: VoteTexts; readonly until: number }>();
  const looksFrom = new Map<PortalId, number>();

  async function run(): Promise<void> {
    await withLock({ ...deps, locks }, "votes", LOCK_MS, async () => {
      await each(await lineVotes.unread(deps.now(), VOTES), read);
      await each(await lineVotes.toLook(deps.now(), SESSIONS), look);
    });
  }

  async function each<Row>(
    found: ReadonlyMap<PortalId, readonly Row[]>,
    work: (portal: PortalId, rows: readonly Row[]) => Promise<void>,
  ): Promise<void> {
    for (const [portal, rows] of found) {
      if (rounds.over.aborted) return;
      try {
        await deps.inTurn(portal, () => work(portal, rows));
      } catch (error) {
        deps.log.warn({ err: error, portal }, "Votes of lines could not be read; tried again in a moment");
      }
    }
  }

  async function read(portal: PortalId, votes: readonly PerhapsVote[]): Promise<void> {
    for (const vote of votes) await lineVotes.settle(vote, await judged(portal, vote));
  }

  async function judged(portal: PortalId, vote: PerhapsVote) {
    const { account: id, conversation, session, thankedSeq } = vote;
    const account = await accounts.find(portal, id);
    if (account?.line === undefined) return undefined;
    const of = { conversation, before: thankedSeq + 1, limit: BETWEEN };
    const [thanks, ...latest] = await messages.journal(portal, of);
    const said = thanks?.seq === thankedSeq ? mayBeVote(thanks, latest) : undefined;
    if (!thanks || !said) return undefined;
    const asked = await textsOf(portal, account.line);
    if (!asked) return { againAt: new Date(deps.now().getTime() + AGAIN_MS) };
    const stars = voteOf(said, thanks, asked);
    if (stars === undefined) return undefined;
    const key = `rating:${conversation}:line:${session}`;
    await deps.triggers.happened(portal, { conversation, account: id }, [
      { kind: "rating", key, stars, at: said.createdAt },
    ]);
    deps.news.ofConversation(portal, conversation);
    return { stars, saidSeq: said.seq, at: said.createdAt };
  }

  /** `undefined`: cannot be asked now. A line that is gone asks nobody. */
  async function textsOf(portal: PortalId, line: string): Promise<VoteTexts | undefined> {
    const key = `${portal} ${line}`;
    const now = deps.now().getTime();
    const kept = texts.get(key);
    if (kept && kept.until > now) return kept.value;
    const outcome = await deps.portals.lineSettings(portal).voteTexts(line);
    if (outcome.kind !== "ok" && outcome.kind !== "refused") return undefined;
    const told = outcome.kind === "ok" ? outcome.value : { asks: false, liked: "", disliked: "" };
    const asGot = (text: string) => deps.fromBBCode(text).text;
    const value = { asks: told.asks, liked: asGot(told.liked), disliked: asGot(told.disliked) };
    if (texts.size >= REMEMBERED) texts.clear();
    texts.set(key, { value, until: now + REMEMBER_MS });
    return value;
  }

  async function look(portal: PortalId, sessions: readonly EndedSession[]): Promise<void> {
    const now = deps.now();
    if ((looksFrom.get(portal) ?? 0) > now.getTime()) return;
    looksFrom.set(portal, now.getTime() + MINUTE_MS);
    const lines = deps.portals.lines(portal);
    await Promise.all(
      sessions.map(async (session) => {
        const outcome = await lines.supervisorVote(session.session);
        if (outcome.kind === "ok" && outcome.value !== undefined) {
          await lineVotes.looked(session, { stars: outcome.value, at: now });
          deps.news.ofConversation(portal, session.conversation);
          return;
        }
        if (outcome.kind === "ok") return lineVotes.looked(session, { againAt: nextLook(session.looks, now) });
        if (outcome.kind === "refused") return lineVotes.looked(session, { againAt: undefined });
        looksFrom.set(portal, now.getTime() + AFTER_REFUSAL_MS);
        deps.log.info({ portal, outcome: outcome.kind }, "Bitrix24 did not tell supervisors' votes; asked again later");
      }),
    );
  }

  const rounds = createRounds(EVERY_MS, run, (error) =>
    deps.log.warn({ err: error }, "Votes of lines could not be read; tried again"),
  );

  return {
    start: rounds.start,
    run,
    close: rounds.close,
  };
}

/** After so many looks, the last of them now; `undefined`: it was the last one. */
function nextLook(looks: number, now: Date): Date | undefined {
  const [last, next] = [LOOKS_MS[looks], LOOKS_MS[looks + 1]];
  return last === undefined || next === undefined ? undefined : new Date(now.getTime() + next - last);
}

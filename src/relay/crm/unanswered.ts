import type { PortalOutcome } from "../../portal/contract.ts";
import { type Decision, decisionSchema } from "../../rules/decision.ts";
import { factsSchema } from "../../rules/facts.ts";
import { isMissed, type SessionTalk } from "../../rules/missed.ts";
import type { StoredDecision, Talk, Writer } from "../../store/contract/rules.ts";
import { answerOf, type Case, type CrmDeps } from "./context.ts";
import { titleBy } from "./create.ts";
import { isInLine, SILENCE_MS } from "./session.ts";
import { doStep } from "./steps.ts";

const TITLED = ["lead", "deal"] as const;

/** Whether the end of the session is to be waited for: something was made that would be called differently. */
export const mayBeMissed = ({ judged, steps }: StoredDecision, { missedTitle }: Decision): boolean =>
  !judged && missedTitle !== null && steps.some(({ name }) => TITLED.some((type) => type === name));

/**
 * Judges once for a session that is over whether anybody has answered. If nobody has, the lead or deal that was made for it
 * gets the title for unanswered chats, unless somebody has given it another one meanwhile: that stays.
 *
 * Crash before the mark: judged again, and the step's own record keeps the card from being written twice. Closed twice, or
 * opened again: what was judged is not judged again. The next session begun before this was done: found by `unjudged`, and
 * judged by what was said before the next one. Answered after it was closed and before this ran: that counts as answered.
 */
export async function judgeSession(deps: CrmDeps, of: Case, stored: StoredDecision): Promise<void> {
  const { portal } = of.conversation;
  const decision = decisionSchema.safeParse(stored.decision).data;
  if (!decision || !mayBeMissed(stored, decision)) {
    if (stored.ended) await deps.store.decisions.noteJudged(portal, stored.id);
    return;
  }
  const talk = await deps.store.decisions.talk(portal, stored.id);
  const end = talk && endOf(deps, of, stored, decision, talk);
  // One that goes on under the same decision is judged when it is over.
  if (end === "open" && !stored.ended) return;
  if (talk && end && isMissed(await talkOf(deps, of, stored, talk, end))) await rename(deps, of, stored, decision);
  await deps.store.decisions.noteJudged(portal, stored.id);
}

/** In the line only its own word counts that it was closed: a session that has not begun yet looks the same without it. */
function endOf(
  { now }: CrmDeps,
  of: Case,
  { closedAt }: StoredDecision,
  decision: Decision,
  { lastAt, nextAt }: Talk,
): SessionTalk["end"] {
  if (closedAt !== undefined) return "closed";
  if (isInLine(of, decision)) return "open";
  return (nextAt ?? now()).getTime() - lastAt.getTime() >= SILENCE_MS ? "silence" : "open";
}

async function talkOf(
  deps: CrmDeps,
  of: Case,
  { facts }: StoredDecision,
  talk: Talk,
  end: SessionTalk["end"],
): Promise<SessionTalk> {
  const { event } = factsSchema.parse(facts);
  const [answers, before] = [await kindsOf(deps, of, talk.writers), await kindsOf(deps, of, talk.before)];
  return { event, end, begunBy: before.includes("person") ? "us" : "customer", answers };
}

async function kindsOf(
  deps: CrmDeps,
  { conversation }: Case,
  writers: readonly Writer[],
): Promise<SessionTalk["answers"]> {
  if (writers.some(({ by }) => by === "surface" || by === "device")) return ["person"];
  const authors = writers.flatMap(({ authorId }) => authorId ?? []);
  const known = answerOf(await deps.writers.whoAre(conversation.portal, authors));
  return writers.map(({ authorId }) => {
    // Texts of the line have no author: its greeting, "nobody is here just now", questions for a rating.
    if (authorId === undefined) return "line";
    const writer = known?.get(authorId);
    if (writer === undefined) return "unknown";
    return writer.isPerson ? "person" : "bot";
  });
}

async function rename(deps: CrmDeps, of: Case, stored: StoredDecision, decision: Decision): Promise<void> {
  const facts = factsSchema.parse(stored.facts);
  for (const type of TITLED) {
    const end = stored.steps.find((step) => step.name === type)?.end;
    if (end?.kind !== "done" || end.id === undefined || decision.missedTitle === null) continue;
    const { id } = end;
    const given = titleBy(of, facts, decision.title[type]);
    const wanted = titleBy(of, facts, decision.missedTitle[type]);
    if (given === wanted) continue;
    const titled = async (): Promise<PortalOutcome<string>> => {
      const held = await of.crm.values(type, id);
      return held.kind === "ok" ? { kind: "ok", value: String(held.value.title ?? "").trim() } : held;
    };
    const result = await doStep(deps, stored, of.conversation.portal, {
      name: `missed:${type}:${id}`,
      make: async (leave) => {
        if (!(await leave())) return { kind: "withdrawn" };
        const held = await titled();
        if (held.kind !== "ok") return held;
        if (held.value === wanted) return { kind: "ok", value: id };
        if (held.value !== given) return { kind: "ok", value: undefined };
        const outcome = await of.crm.update(type, id, { title: wanted });
        return outcome.kind === "ok" ? { kind: "ok", value: id } : outcome;
      },
      find: async () => {
        const held = await titled();
        if (held.kind !== "ok") return held;
        return { kind: "ok", value: held.value === wanted ? id : undefined };
      },
    });
    if (result.kind === "refused")
      deps.log.warn({ decision: stored.id, type, id, code: result.code }, "The portal refused the title of a card");
  }
}

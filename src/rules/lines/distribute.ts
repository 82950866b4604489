/** To whom a conversation goes: given to somebody, offered to everybody, or looked after again. Pure. */
import { canTake, chooseAgent, isPresent } from "./choose-agent.ts";
import { act, mark, type Run, say, set, stand } from "./draft.ts";
import { opensAt } from "./open-hours.ts";
import type { Agent } from "./own-session.ts";

/** Nobody could be found: looked for again after that. */
const LOOK_AGAIN_MS = 60_000;

/** Nobody has accepted it: finds out whose turn it is. */
export function distribute(run: Run) {
  const { draft, settings, facts } = run;
  draft.look = null;
  const opening = opensAt(settings.hours, facts.now);
  if (opening !== facts.now) {
    if (draft.operator !== null) draft.given = mark(run, facts.now);
    else if (opening !== undefined) draft.look = mark(run, opening);
    return;
  }
  const { responsible, queue } = facts;
  if (settings.toResponsible && responsible && !draft.tried.includes(responsible.id) && canTake(responsible, settings))
    return give(run, responsible.id);
  if (queue === undefined) return lookAgain(run);
  if (settings.distribution === "all") return offer(run, queue);
  const current = draft.operator === null ? [] : [draft.operator];
  const next =
    chooseAgent(queue, [...draft.tried, ...current], settings) ??
    // Everybody was asked once: a new round.
    chooseAgent(queue, current, settings);
  if (!next) return keep(run, queue);
  if (draft.tried.includes(next.id)) draft.tried = current;
  give(run, next.id);
}

function give(run: Run, to: string) {
  const { draft, facts } = run;
  const given = mark(run, facts.now);
  set(run, { operator: to, accepted: false, offered: false, tried: [...draft.tried, to], given });
  stand(run, { open: true, operator: to, accepted: false });
  act(run, { kind: "turn", of: to });
  act(run, { kind: "tell", about: "given", people: [to] });
}

function offer(run: Run, queue: readonly Agent[]) {
  const { draft, settings } = run;
  const people = queue.filter((agent) => canTake(agent, settings)).map((agent) => agent.id);
  if (people.length === 0) return keep(run, queue);
  const hadOne = draft.operator !== null;
  set(run, { operator: null, offered: true, tried: [], given: null });
  if (hadOne) stand(run, { open: true, operator: null, accepted: false });
  act(run, { kind: "tell", about: "offered", people });
}

/** There is nobody else: it stays with whoever has it, as long as they are there. */
function keep(run: Run, queue: readonly Agent[]) {
  const { draft, settings, facts } = run;
  const current = [...queue, ...(facts.responsible ? [facts.responsible] : [])].find(({ id }) => id === draft.operator);
  // Whoever was chosen by hand is in no queue, and nothing is known against them.
  const stays = draft.operator !== null && (current === undefined || isPresent(current, settings));
  if (stays) {
    draft.given = mark(run, facts.now);
    return;
  }
  if (draft.operator !== null) stand(run, { open: true, operator: null, accepted: false });
  set(run, { operator: null, given: null, tried: [] });
  lookAgain(run);
  const isAnybodyThere = queue.some((agent) => isPresent(agent, settings));
  if (isAnybodyThere || queue.length === 0 || draft.absenceTold || !settings.offHoursReply) return;
  draft.absenceTold = true;
  say(run, "off-hours", settings.offHoursReply);
}

function lookAgain(run: Run) {
  const { draft, settings, facts } = run;
  if (settings.queue.length > 0) draft.look = mark(run, facts.now + LOOK_AGAIN_MS);
}

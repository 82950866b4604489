/**
 * The engine: what a conversation without a line does at an event. Pure and total; the same state, event, settings and
 * facts give the same answer, so a step that was lost before it was kept is made again with the same ids.
 *
 * Late (a worker was down): what has happened since is taken in first, and only then is it judged what is due now, once
 * however often it was due. What measures agents is the exception: an answer that came too late was late.
 * Out of order or twice: whoever calls tells each event once and in its order; an event that does not fit the state (a
 * close of what is closed) changes nothing.
 */
import { distribute } from "./distribute.ts";
import { act, mark, type Run, say, set, stand, standClosed } from "./draft.ts";
import { opensAt } from "./open-hours.ts";
import type { OwnLine } from "./own-line.ts";
import { type Agent, type LineFacts, NO_SESSION, type OwnEvent, type OwnSession, type Stepped } from "./own-session.ts";
import { RATING_WITHIN_MS, starsIn } from "./rating.ts";
import { type Timer, timersOf } from "./timers.ts";

/** Whoever got an answer so recently knows that somebody is there. */
const TALKING_MS = 30 * 60_000;
const MINUTE_MS = 60_000;
/** What people have done stands in the conversation already, whatever would have been made of what came before it. */
const BY_PEOPLE: ReadonlySet<OwnEvent["kind"]> = new Set(["accepted", "passed-on", "given-up", "closed", "reopened"]);

/** @param state `undefined`: the engine has not seen this conversation yet */
function step(state: OwnSession | undefined, event: OwnEvent, settings: OwnLine, facts: LineFacts): Stepped {
  const run: Run = { draft: { ...(state ?? NO_SESSION) }, effects: [], settings, facts };
  fireDue(run, event.at, (timer) => timer.kind === "late");
  take(run, event);
  if (event.kind === "time-came") fireDue(run, facts.now, () => true);
  return { state: run.draft, effects: run.effects, dueAt: timersOf(run.draft, settings)[0]?.at };
}

/** Several events in their order, and then what is due. Who was given it in one step has had their turn in the next. */
export function stepThrough(
  state: OwnSession | undefined,
  events: readonly OwnEvent[],
  settings: OwnLine,
  facts: LineFacts,
): Stepped {
  let stepped: Stepped = { state: state ?? NO_SESSION, effects: [], dueAt: undefined };
  let known = facts;
  for (const event of [...events, { kind: "time-came", at: facts.now } as const]) {
    const next = step(stepped.state, event, settings, known);
    const before = BY_PEOPLE.has(event.kind) ? stepped.effects.filter(({ kind }) => kind !== "stand") : stepped.effects;
    stepped = { ...next, effects: [...before, ...next.effects] };
    for (const effect of next.effects) if (effect.kind === "turn") known = withTurn(known, effect.of);
  }
  return stepped;
}

function withTurn(facts: LineFacts, of: string): LineFacts {
  const { queue = [], responsible } = facts;
  const lastTurn = 1 + Math.max(0, ...queue.map((agent) => agent.lastTurn));
  const had = (agent: Agent): Agent => (agent.id === of ? { ...agent, lastTurn } : agent);
  return { ...facts, queue: facts.queue?.map(had), ...(responsible && { responsible: had(responsible) }) };
}

function take(run: Run, event: OwnEvent) {
  const { draft } = run;
  switch (event.kind) {
    case "customer-wrote":
      return customerWrote(run, event);
    case "agent-wrote":
      return agentWrote(run, event);
    case "bot-wrote":
      if (draft.phase === "open" && draft.bot) draft.silence = mark(run, event.at);
      return;
    case "accepted":
      return draft.phase === "open" ? held(run, event.by) : reopened(run, event.at, event.by);
    case "passed-on":
      return passedOn(run, event.to);
    case "given-up":
      if (draft.phase !== "open") return;
      set(run, { operator: null, accepted: false, offered: false, tried: [], given: null });
      return distribute(run);
    case "closed":
      // Nobody is to be asked, and nothing is to be sent.
      if (event.quiet) set(run, { rating: null, answered: false });
      if (draft.phase === "open") close(run, event.quiet ? undefined : "closing");
      return;
    case "reopened":
      if (draft.phase !== "open") reopened(run, event.at, event.by);
      return;
    case "settings-changed":
      if (draft.phase !== "open" || draft.accepted || draft.operator !== null || draft.bot) return;
      draft.offered = false;
      return distribute(run);
    case "time-came":
      return botLeft(run);
  }
}

/** The queue begins where the bot ends. */
function botLeft(run: Run) {
  const { draft, facts } = run;
  if (!draft.bot || facts.bot) return;
  draft.bot = false;
  if (draft.phase !== "open" || draft.accepted || draft.operator !== null) return;
  draft.silence = null;
  draft.wait = { ...mark(run, facts.now), first: !draft.answered, told: false };
  sayOffHours(run);
  distribute(run);
}

/** Whether a message would begin a session, as far as the engine is concerned. */
export function wouldBegin(
  state: OwnSession | undefined,
  message: OwnEvent & { readonly kind: "customer-wrote" },
  { closing }: OwnLine,
  now: number,
): boolean {
  const session = state ?? NO_SESSION;
  if (session.phase === "open" || starsOf(session, message) !== undefined) return false;
  return (
    session.phase === "closed" || !session.closed || session.closed.at + closing.fullCloseMinutes * MINUTE_MS <= now
  );
}

function customerWrote(run: Run, event: OwnEvent & { readonly kind: "customer-wrote" }) {
  const { draft } = run;
  const stars = starsOf(draft, event);
  if (stars !== undefined) return rated(run, stars);
  if (draft.phase === "closed") begin(run);
  else if (draft.phase === "closing") resume(run);
  draft.silence = null;
  if (draft.bot) return;
  if (!draft.wait) {
    draft.wait = { ...mark(run, event.at), first: !draft.answered, told: false };
    sayOffHours(run);
  }
  const isNobodys = draft.operator === null && !draft.accepted && !draft.offered && !draft.look;
  if (isNobodys) distribute(run);
}

function starsOf({ rating }: OwnSession, { at, text, stars }: OwnEvent & { readonly kind: "customer-wrote" }) {
  if (stars !== undefined) return stars;
  return rating && at < rating.until && text !== undefined ? starsIn(text) : undefined;
}

function rated(run: Run, stars: number) {
  const { draft, settings } = run;
  const { session, operator } = draft.rating ?? draft;
  act(run, { kind: "rated", session, operator, stars });
  draft.rating = null;
  if (settings.rating?.thanks) say(run, "thanks", settings.rating.thanks);
  if (draft.phase !== "open") {
    if (settings.rating?.closes !== false && draft.phase === "closing") over(run);
    // What they wrote looks like something to be answered everywhere else.
    standClosed(run);
  } else if (settings.rating?.closes) {
    close(run, "rated");
    standClosed(run);
  }
}

function begin(run: Run) {
  const { draft, settings, facts } = run;
  const { session, serial, unanswered, agentWroteAt, offHoursUntil } = draft;
  set(run, { ...NO_SESSION, phase: "open", session: session + 1, serial, agentWroteAt, offHoursUntil });
  if (unanswered) act(run, { kind: "mark", unanswered: false });
  stand(run, { open: true, operator: null, accepted: false });
  draft.bot = facts.bot === true;
  // It has words of its own.
  if (draft.bot) return;
  if (settings.greeting && opensAt(settings.hours, facts.now) === facts.now) say(run, "greeting", settings.greeting);
}

/** Closed a moment ago: it goes on with whoever had it. */
function resume(run: Run) {
  const { draft } = run;
  set(run, { phase: "open", closed: null, rating: null, accepted: draft.operator !== null });
  stand(run, { open: true, operator: draft.operator, accepted: draft.accepted });
}

function agentWrote(run: Run, { at, by }: OwnEvent & { readonly kind: "agent-wrote" }) {
  const { draft } = run;
  draft.agentWroteAt = at;
  // They take leave, or it is reopened by this, which is told by itself.
  if (draft.phase !== "open") return;
  set(run, { answered: true, wait: null, silence: mark(run, at) });
  if (draft.unanswered) act(run, { kind: "mark", unanswered: false });
  draft.unanswered = false;
  if (draft.accepted) return;
  held(run, by ?? draft.operator);
  stand(run, { open: true, operator: draft.operator, accepted: true });
}

function held(run: Run, operator: string | null) {
  set(run, { operator, accepted: true, offered: false, tried: [], given: null, look: null, bot: false });
}

function passedOn(run: Run, to: string) {
  const { draft, facts } = run;
  if (draft.phase !== "open") return;
  const given = mark(run, facts.now);
  set(run, { operator: to, accepted: false, offered: false, tried: [to], given, look: null, bot: false });
  act(run, { kind: "tell", about: "given", people: [to] });
}

function reopened(run: Run, at: number, by: string | null) {
  const { draft } = run;
  if (draft.phase === "closed") {
    const { session, serial, agentWroteAt } = draft;
    set(run, { ...NO_SESSION, session: session + 1, serial, agentWroteAt });
  }
  set(run, { phase: "open", closed: null, rating: null, silence: mark(run, at) });
  held(run, by);
}

/** @param why what the customer is told and asked; absent: nothing */
function close(run: Run, why: "closing" | "silence" | "rated" | undefined) {
  const { draft, settings, facts } = run;
  const { closing, silence, rating } = settings;
  set(run, {
    phase: "closing",
    closed: mark(run, facts.now),
    ...{ accepted: false, offered: false, tried: [], given: null, look: null, wait: null, silence: null, bot: false },
  });
  const isOver = closing.fullCloseMinutes === 0;
  if (!why) return isOver ? over(run) : undefined;
  const reply = why === "silence" ? silence?.reply : closing.reply;
  if (reply) say(run, why === "silence" ? why : "closing", reply);
  // Nobody has answered: nobody is to be rated.
  if (rating && draft.answered && why !== "rated") {
    draft.rating = { session: draft.session, operator: draft.operator, until: facts.now + RATING_WITHIN_MS };
    act(run, { kind: "ask-rating", text: rating.ask });
  }
  if (isOver) over(run);
}

/** For good. What nobody answered is nothing to be sent. */
function over(run: Run) {
  const { draft, settings } = run;
  draft.phase = "closed";
  if (settings.closing.transcript && draft.answered) act(run, { kind: "transcript", operator: draft.operator });
}

/** Once in each pause of the working hours. */
function sayOffHours(run: Run) {
  const { draft, settings, facts } = run;
  const opening = opensAt(settings.hours, facts.now);
  if (opening === facts.now || !settings.offHoursReply) return;
  if (draft.offHoursUntil !== null && facts.now < draft.offHoursUntil) return;
  if (draft.agentWroteAt !== null && facts.now - draft.agentWroteAt < TALKING_MS) return;
  draft.offHoursUntil = opening ?? Number.MAX_SAFE_INTEGER;
  say(run, "off-hours", settings.offHoursReply);
}

/** Everything that is due by then, the earliest first, each once. */
function fireDue(run: Run, until: number, which: (timer: Timer) => boolean): void {
  const fired = new Set<string>();
  for (;;) {
    const due = timersOf(run.draft, run.settings).find(
      (timer) => timer.at <= until && which(timer) && !fired.has(timer.id),
    );
    if (!due) return;
    fired.add(due.id);
    fire(run, due);
  }
}

function fire(run: Run, { kind }: Timer) {
  const { draft, settings } = run;
  switch (kind) {
    case "look":
    case "forward":
      return distribute(run);
    case "late":
      return late(run);
    case "unanswered": {
      draft.unanswered = true;
      act(run, { kind: "mark", unanswered: true });
      const reply = settings.unanswered?.reply;
      if (reply) say(run, "no-answer", reply);
      return;
    }
    case "silence":
      close(run, "silence");
      return standClosed(run);
    case "full-close":
      draft.closed = null;
      over(run);
  }
}

function late(run: Run) {
  const { draft, settings } = run;
  if (!draft.wait) return;
  const { first } = draft.wait;
  draft.wait = { ...draft.wait, told: true };
  const target = first ? settings.kpi.first : settings.kpi.further;
  if (!target || target.notify.length === 0) return;
  const { notify: people, text } = target;
  act(run, { kind: "late", answer: first ? "first" : "further", people, operator: draft.operator, text });
}

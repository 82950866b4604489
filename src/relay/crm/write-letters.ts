import { buffer } from "node:stream/consumers";
import type { MessageId } from "../../domain/ids.ts";
import type { Letter, MailAddress } from "../../domain/letter.ts";
import type { Message } from "../../domain/message.ts";
import type { CrmRef, NewLetter } from "../../portal/contract/crm.ts";
import type { Target } from "../../rules/decision.ts";
import type { StoredDecision } from "../../store/contract/rules.ts";
import { answerOf, type Carried, type Case, type CrmDeps, certain } from "./context.ts";
import { isOurs, showingOf } from "./letters.ts";
import { doStep } from "./steps.ts";
import { NO_SUBJECT, QUOTED, UNSHOWN } from "./wording.ts";

/** Letters read at once. */
const MOST = 20;
/** Longer texts are cut in the card; the whole stands in our pages. */
const LONGEST_TEXT = 60_000;
/** Files that travel inside the request that records a letter; what does not fit is named in its text. */
const MOST_FILE_BYTES = 8 * 1024 * 1024;
/** An answer to a letter of so long ago is nobody's task any more. */
const OLD_MS = 3 * 24 * 3_600_000;

/**
 * Records each letter of a conversation once, as an e-mail activity of the first card that takes it, shown in the others too.
 *
 * Every write is a step of the decision (`steps.ts`): a crash between adding an activity and binding it to a second card goes
 * on with the second card; an answer that never came is settled by our own key on the activity. A letter that waits for its
 * files, or one on its way to the customer, holds up those after it, so that cards show them in their order. A card that is
 * gone ends the decision; the next letter is decided anew.
 *
 * A personal box may show subjects alone, or nothing. What somebody wants there as a whole (`wanted.ts`) is recorded so; where its
 * subject stands already, that activity is given the rest.
 */
export async function writeLetters(
  deps: CrmDeps,
  of: Case,
  carried: Carried,
  targets: readonly Target[],
): Promise<void> {
  const { stored } = carried;
  const { portal } = of.conversation;
  const [first, ...others] = targets;
  if (!first) return;
  const showing = showingOf(of.account);
  const wishes = showing === "whole" ? [] : await deps.store.wishes.open(portal, of.conversation.id);
  const begun = await beginningOf(deps, of, stored);
  for (const id of wishes) {
    const message = await deps.store.messages.find(portal, id);
    // Of a box that shows subjects, what comes next is recorded in its turn below.
    if (!message || (showing === "subject" && message.seq > begun)) continue;
    if (isUnderWay(message)) return;
    const there = await recordedAs(deps, of, message.id);
    if (there !== undefined) await showWhole(deps, of, carried, { message, activity: there, on: first });
    else if (!(await record(deps, of, carried, { message, on: first, others, whole: true }))) return;
    await deps.store.wishes.settle(portal, id, "");
  }
  if (showing === "click") return;
  for (let from = begun; ; ) {
    const messages = await deps.store.messages.journal(portal, {
      conversation: of.conversation.id,
      after: from,
      limit: MOST,
    });
    for (const message of messages) {
      if (isUnderWay(message)) return;
      const whole = showing === "whole" || wishes.includes(message.id);
      if (!(await record(deps, of, carried, { message, on: first, others, whole }))) return;
      if (showing !== "whole" && whole) await deps.store.wishes.settle(portal, message.id, "");
      await deps.store.decisions.noteWritten(portal, stored.id, message.seq);
      from = message.seq;
    }
    if (messages.length < MOST) return;
  }
}

/**
 * A thread is recorded from its first letter. One that we began on our own pages was decided by the customer's answer, and what
 * stands before that answer is no letter of an earlier decision's.
 */
async function beginningOf(deps: CrmDeps, of: Case, { steps, writtenSeq }: StoredDecision): Promise<number> {
  if (steps.some(({ name }) => name.startsWith(RECORDED))) return writtenSeq;
  const { portal, id } = of.conversation;
  const decisions = await deps.store.decisions.ofConversation(portal, id, 2);
  return decisions.length > 1 ? writtenSeq : 0;
}

const RECORDED = "letter:";

/** The step that records a letter; its end holds the activity's id. */
export const recordedStep = (message: MessageId): string => `${RECORDED}${message}`;

const isUnderWay = ({ state }: Message): boolean => state === "stored" || state === "sending";

/** Decisions of a thread in which a letter of it may have been recorded. */
const LOOK_BACK = 20;

/** The activity that a letter became, under whichever decision of its thread. */
async function recordedAs(deps: CrmDeps, { conversation }: Case, message: MessageId): Promise<string | undefined> {
  const decisions = await deps.store.decisions.ofConversation(conversation.portal, conversation.id, LOOK_BACK);
  for (const { steps } of decisions) {
    const end = steps.find(({ name }) => name === recordedStep(message))?.end;
    if (end?.kind === "done" && end.id !== undefined) return end.id;
  }
  return undefined;
}

interface Recording {
  readonly message: Message;
  readonly on: Target;
  readonly others: readonly Target[];
  /** With its text and its files; otherwise by its subject. */
  readonly whole: boolean;
}

/** A letter stands in a card by its subject: it gets its text and its files there, and stays one activity. */
async function showWhole(
  deps: CrmDeps,
  of: Case,
  carried: Carried,
  { message, activity, on }: { readonly message: Message; readonly activity: string; readonly on: Target },
): Promise<void> {
  const { letter } = message.content;
  const there = letter && certain(await of.crm.readLetter(activity));
  if (!letter || !there || !isUnshown(there.text)) return;
  const whole = await activityOf(deps, of, carried, { message, letter, on, whole: true });
  if (!whole) return;
  await doStep(deps, carried.stored, of.conversation.portal, {
    name: `letter-whole:${message.id}`,
    make: async (leave) => {
      const files = await filesOf(deps, message);
      return of.crm.showLetter(activity, { ...whole, on: there.on, files }, leave);
    },
    find: async () => {
      const now = await of.crm.readLetter(activity);
      if (now.kind !== "ok") return now;
      return { kind: "ok", value: now.value && isUnshown(now.value.text) ? undefined : activity };
    },
  });
}

const isUnshown = (text: string): boolean => Object.values(UNSHOWN).includes(text.trim());

/** Answers whether the next one may follow. */
async function record(
  deps: CrmDeps,
  of: Case,
  carried: Carried,
  { message, on, others, whole }: Recording,
): Promise<boolean> {
  const { letter } = message.content;
  const reachedNobody = isOurs(message) && (message.state === "refused" || message.state === "failed");
  if (letter === undefined || message.kind !== "message" || reachedNobody) return true;
  const { stored } = carried;
  const { portal } = of.conversation;
  const activity = await activityOf(deps, of, carried, { message, letter, on, whole });
  if (!activity) return true;
  const added = await doStep(deps, stored, portal, {
    name: recordedStep(message.id),
    make: async (leave) => of.crm.addLetter({ ...activity, files: whole ? await filesOf(deps, message) : [] }, leave),
    find: () => of.crm.findActivity(on, activity.originId),
  });
  if (added.kind === "refused") {
    deps.log.warn({ decision: stored.id, message: message.id, code: added.code }, "The portal refused a letter");
    if (!isGone(added.sentence)) return true;
    await deps.store.people.entityGone(portal, on.type, on.id);
    await deps.store.decisions.end(portal, of.conversation.id);
    return false;
  }
  const { id } = added;
  if (id === undefined) return true;
  if (activity.direction === "out") {
    const again = {
      name: `letter-done:${message.id}`,
      make: () => named(id, of.crm.completeLetter(id, activity)),
      find: () => named(id, of.crm.completeLetter(id, activity)),
    };
    await doStep(deps, stored, portal, again);
  }
  for (const other of others) {
    const bind = () => named(id, of.crm.bindActivity(id, other));
    await doStep(deps, stored, portal, {
      name: `letter-in:${message.id}:${other.type}:${other.id}`,
      make: bind,
      find: bind,
    });
  }
  return true;
}

/** Both may be said again, so asking whether it was done is doing it. */
async function named(id: string, done: ReturnType<Case["crm"]["completeLetter"]>) {
  const outcome = await done;
  return outcome.kind === "ok" ? ({ kind: "ok", value: id } as const) : outcome;
}

/** "Could not build binding …" is all that the portal says of an owner that is not there; it has no code. */
const isGone = (sentence: string): boolean => sentence.includes("Could not build binding");

async function activityOf(
  deps: CrmDeps,
  of: Case,
  carried: Carried,
  { message, letter, on, whole }: Omit<Recording, "others"> & { readonly letter: Letter },
): Promise<(Omit<NewLetter, "files"> & { readonly files: readonly [] }) | undefined> {
  const ours = isOurs(message);
  const language = await deps.speech.languageOf(of.conversation.portal);
  const counterpart = ours ? (letter.to[0] ?? letter.cc[0] ?? letter.bcc?.[0]) : letter.from;
  const responsible = await responsibleOf(deps, of, carried, on);
  if (counterpart === undefined || responsible === undefined) return undefined;
  const isOld = deps.now().getTime() - message.sentAt.getTime() > OLD_MS;
  return {
    on,
    originId: `letter:${message.id}`,
    direction: ours ? "out" : "in",
    subject: letter.subject || NO_SUBJECT[language],
    text: whole ? textOf(message, letter, QUOTED[language]) : UNSHOWN[language],
    at: message.sentAt,
    from: letter.from,
    with: { address: counterpart.address, card: cardOf(carried, on) },
    responsible,
    completed: letter.class !== "human" || isOld,
    files: [],
  };
}

/** Who has to look at it: whoever has the card, or as decided, or whoever acts in the portal for the app. */
async function responsibleOf(deps: CrmDeps, of: Case, carried: Carried, on: Target): Promise<string | undefined> {
  const { decision, facts, person } = carried;
  const { portal } = of.conversation;
  const isCard = (one: CrmRef) => one.type === on.type && one.id === on.id;
  const entity = person.entities.find(isCard);
  const known = facts.crm.found.find(isCard)?.responsible ?? decision.responsible.person ?? entity?.responsible;
  if (known !== undefined && known !== null) return known;
  const [card] = answerOf(await of.crm.list({ type: on.type, ids: [on.id] })) ?? [];
  const responsible = card?.responsible ?? (await deps.store.portals.find(portal))?.userId;
  // A card that was chosen by hand: the next letters need not ask again.
  if (entity && responsible !== undefined)
    await deps.store.people.saveEntities(portal, person.id, [{ ...entity, responsible }]);
  return responsible;
}

/** A deal holds no address of its own: its contact does. */
function cardOf({ person, facts }: Carried, on: Target): CrmRef {
  if (on.type !== "deal") return on;
  const holder = [...person.entities, ...facts.crm.found].find(({ type }) => type === "contact" || type === "company");
  return holder ? { type: holder.type, id: holder.id } : on;
}

function textOf({ content }: Message, letter: Letter, quoted: string): string {
  const who = (label: string, list: readonly MailAddress[]) =>
    list.length === 0
      ? []
      : [`${label}: ${list.map(({ address, name }) => (name ? `${name} <${address}>` : address)).join(", ")}`];
  const files = content.attachments.filter(({ role }) => role === undefined).map(({ name }) => `[${name ?? "file"}]`);
  const parts = [
    [...who("To", letter.to), ...who("Cc", letter.cc)].join("\n"),
    content.body.text,
    files.join("\n"),
    letter.folded === undefined ? "" : `--- ${quoted} ---\n${letter.folded}`,
  ];
  const text = parts.filter((part) => part !== "").join("\n\n");
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}

async function filesOf(deps: CrmDeps, { content }: Message): Promise<NewLetter["files"]> {
  const files: { name: string; base64: string }[] = [];
  let left = MOST_FILE_BYTES;
  for (const { role, source, size, name } of content.attachments) {
    if (role !== undefined || source.by !== "media" || (size ?? 0) > left) continue;
    const file = await deps.shelf.open(source.id);
    if (!file) continue;
    const bytes = await buffer(file.stream);
    left -= bytes.length;
    files.push({ name: name ?? file.name, base64: bytes.toString("base64") });
  }
  return files;
}

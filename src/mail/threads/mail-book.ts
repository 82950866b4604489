/**
 * Which mails are one, and which are one thread: the same for one new mail beside all that the index knows, and for a whole
 * list at once. Pure: it is given what is known and tells what changes.
 *
 * Threads hang together by
 * 1. Message-ID, In-Reply-To and References, also over mails that nobody has seen: two answers to an unseen mail are one
 *    thread. A ring of references is no harm: mails with an id in common belong together, whatever comes first.
 * 2. tokens of ours in the subject, and Outlook's mark of a conversation with the same subject and person.
 * 3. the subject, for a mail that says it is an answer but refers to nothing that was seen: with the same person, within
 *    thirty days, to the nearest mail before it.
 *
 * Out of order: 1 and 2 give the same threads in any order. 3 looks for answers that came before what they answer, too;
 * where several threads have the same subject and person, the order may decide, so it waits (`Guesses`) until a whole
 * backlog is there. A thread keeps its oldest id.
 */
import type { MailFacts } from "../../domain/mail.ts";
import { type Answerable, nearestAnswered } from "./by-subject.ts";
import { isSameMail, isTwin, mergeCopies } from "./identity.ts";
import {
  mailKey,
  nodeOf,
  referenceKeys,
  referenceKeysOf,
  type ScopedFacts,
  subjectKey,
  type ThreadRules,
  tokenNodes,
} from "./keys.ts";

/** A mail as the index knows it. */
export interface KnownMail extends Answerable, Pick<MailFacts, "content" | "messageId" | "relayed"> {
  readonly key: string;
  /** The ids behind `references`, as they were written. */
  readonly ids: readonly string[];
  /** The id of its thread's oldest mail, as far as known. */
  readonly thread: number;
  /** Says that it is an answer; what it answers was not found. */
  readonly orphan: boolean;
}

/** What of the index the mails have to do with. */
export interface KnownSlice {
  readonly mails: readonly KnownMail[];
  readonly nodes: ReadonlyMap<string, number>;
}

export interface Placement {
  readonly mail: number;
  readonly isNew: boolean;
  readonly thread: number;
}

export interface BookChanges {
  /** In the order of the given mails. */
  readonly placements: readonly Placement[];
  readonly added: readonly KnownMail[];
  readonly changed: readonly KnownMail[];
  readonly nodes: ReadonlyMap<string, number>;
  /** Threads that turned out to be one with an older one. */
  readonly joins: readonly { readonly kept: number; readonly givenUp: number }[];
}

/** Which answers are looked for by their subject. */
export interface Guesses {
  /** Of the given mails, and known ones that a given mail may be the beginning of. */
  readonly given: boolean;
  /** Known mails that were not looked for yet, with all candidates in the slice. */
  readonly known?: ReadonlySet<number>;
}

/**
 * @param nextId ids rise: a mail that is added later has a higher one
 */
export function placeMails(
  mails: readonly ScopedFacts[],
  known: KnownSlice,
  nextId: () => number,
  rules: ThreadRules = {},
  guesses: Guesses = { given: true },
): BookChanges {
  const byKey = new Map<string, KnownMail[]>();
  const bySubject = new Map<string, KnownMail[]>();
  const bySecond = new Map<number, KnownMail[]>();
  const current = new Map<number, KnownMail>();
  const forest = createForest();
  const nodes = new Map(known.nodes);
  const added = new Set<number>();
  const changed = new Set<number>();

  function enter(mail: KnownMail): void {
    current.set(mail.id, mail);
    push(byKey, mail.key, mail);
    if (mail.subjectKey !== undefined) push(bySubject, mail.subjectKey, mail);
    if (mail.date !== undefined) push(bySecond, mail.date.getTime(), mail);
  }
  const now = (mail: KnownMail): KnownMail => current.get(mail.id) ?? mail;
  const sharing = (key: string): KnownMail[] => (byKey.get(key) ?? []).map(now);

  /** The thread of a node, which is joined with this one. */
  function hang(node: string, thread: number): void {
    const other = nodes.get(node);
    if (other === undefined) nodes.set(node, thread);
    else forest.join(other, thread);
  }

  function hangByReferences(of: ScopedFacts, mail: KnownMail, keys: readonly string[]): void {
    for (const key of keys) {
      const candidates = sharing(key).filter(({ id }) => id !== mail.id);
      const meant = candidates.length > 1 ? mostLikelyMeant(candidates, mail) : undefined;
      if (meant === undefined) hang(nodeOf(key, of.facts.subject, rules), mail.thread);
      else if (rules.changedSubjectBeginsThread !== true || meant.subjectKey === mail.subjectKey)
        forest.join(meant.thread, mail.thread);
    }
    for (const node of tokenNodes(of)) hang(node, mail.thread);
  }

  function place(of: ScopedFacts): { readonly mail: number; readonly isNew: boolean } {
    const key = mailKey(of);
    const references = referenceKeys(of);
    const same = findSame(key, of);
    if (same !== undefined) {
      const merged = mergeCopies(same, of.facts);
      const ids = of.facts.references.filter((_, n) => !same.references.includes(references[n] ?? ""));
      const more = referenceKeysOf(ids, of.scope);
      // It was known without its id: from now on it goes by that.
      const isNamed = same.messageId === undefined && of.facts.messageId !== undefined;
      if (merged !== undefined || more.length > 0) {
        const subject = merged !== undefined && merged.subject !== same.subject ? subjectKey(of) : undefined;
        const mail = {
          ...(merged ?? same),
          references: [...same.references, ...more],
          ids: [...same.ids, ...ids],
          ...(isNamed && { key }),
          ...(subject !== undefined && { subjectKey: subject }),
        };
        if (subject !== undefined) push(bySubject, subject, mail);
        current.set(mail.id, mail);
        changed.add(mail.id);
      }
      if (isNamed) {
        push(byKey, key, same);
        hang(nodeOf(key, of.facts.subject, rules), same.thread);
      }
      hangByReferences(of, now(same), more);
      return { mail: same.id, isNew: false };
    }
    const id = nextId();
    const subject = subjectKey(of);
    const { facts } = of;
    const mail: KnownMail = {
      id,
      key,
      thread: id,
      references,
      ids: facts.references,
      orphan: facts.isReply && subject !== undefined,
      isReply: facts.isReply,
      direction: facts.direction,
      people: facts.people,
      relayed: facts.relayed,
      ...(subject !== undefined && { subjectKey: subject }),
      ...(facts.messageId !== undefined && { messageId: facts.messageId }),
      ...(facts.sender !== undefined && { sender: facts.sender }),
      ...(facts.date !== undefined && { date: facts.date }),
      ...(facts.subject !== undefined && { subject: facts.subject }),
      ...(facts.content !== undefined && { content: facts.content }),
    };
    // An id that is used again stands for the first of its mails.
    if (sharing(key).length === 0) hang(nodeOf(key, of.facts.subject, rules), id);
    enter(mail);
    added.add(id);
    hangByReferences(of, mail, references);
    return { mail: id, isNew: true };
  }

  function findSame(key: string, { facts }: ScopedFacts): KnownMail | undefined {
    const same = sharing(key).filter((mail) => isSameMail(mail, facts));
    if (same.length > 0) return same.find(({ content }) => content === facts.content) ?? same[0];
    const second = facts.date === undefined ? [] : (bySecond.get(facts.date.getTime()) ?? []);
    const twins = second.map(now).filter((mail) => isTwin(mail, facts));
    return twins.length === 1 ? twins[0] : undefined;
  }

  /** An answer without what it answers: perhaps the subject tells. */
  function adopt(orphan: KnownMail): void {
    const isParentSeen = orphan.references.some((key) => byKey.has(key));
    if (!isParentSeen) {
      const isLookedForAnew = added.has(orphan.id) || guesses.known?.has(orphan.id) === true;
      if (!guesses.given && guesses.known?.has(orphan.id) !== true) return;
      const candidates = (bySubject.get(orphan.subjectKey ?? "") ?? []).map(now);
      const answered = nearestAnswered(
        orphan,
        isLookedForAnew ? candidates : candidates.filter(({ id }) => added.has(id)),
      );
      if (answered === undefined) return;
      forest.join(answered.thread, orphan.thread);
    }
    current.set(orphan.id, { ...orphan, orphan: false });
    if (!added.has(orphan.id)) changed.add(orphan.id);
  }

  for (const mail of known.mails) enter(mail);
  const placed: { mail: number; isNew: boolean }[] = [];
  for (const index of inOrderOfTime(mails)) {
    const mail = mails[index];
    if (mail !== undefined) placed[index] = place(mail);
  }
  for (const mail of [...current.values()]) if (mail.orphan) adopt(now(mail));

  const settled = (id: number): KnownMail[] => {
    const mail = current.get(id);
    return mail === undefined ? [] : [{ ...mail, thread: forest.find(mail.thread) }];
  };
  return {
    placements: placed.map(({ mail, isNew }) => ({
      mail,
      isNew,
      thread: forest.find(current.get(mail)?.thread ?? mail),
    })),
    added: [...added].flatMap(settled),
    changed: [...changed].filter((id) => !added.has(id)).flatMap(settled),
    nodes: new Map(
      [...nodes].filter(([node]) => !known.nodes.has(node)).map(([node, thread]) => [node, forest.find(thread)]),
    ),
    joins: [...forest.givenUp()]
      .filter((thread) => !added.has(thread))
      .map((givenUp) => ({ kept: forest.find(givenUp), givenUp })),
  };
}

/** Of mails that share an id, the one that a mail refers to by it: same subject, same people, the last one before it. */
function mostLikelyMeant(candidates: readonly KnownMail[], mail: KnownMail): KnownMail | undefined {
  const rank = (one: KnownMail): number[] => [
    one.subjectKey === mail.subjectKey ? 1 : 0,
    one.people.some((person) => mail.people.includes(person)) ? 1 : 0,
    one.date !== undefined && mail.date !== undefined && one.date <= mail.date ? one.date.getTime() : 0,
    -one.id,
  ];
  return candidates.toSorted((one, other) => compareLists(rank(other), rank(one)))[0];
}

function compareLists(one: readonly number[], other: readonly number[]): number {
  for (const [index, value] of one.entries()) {
    const difference = value - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Indices by date, those without one last; mails that cannot be told apart are the same to everybody. */
function inOrderOfTime(mails: readonly ScopedFacts[]): number[] {
  const times = mails.map(({ facts }) => facts.date?.getTime() ?? Number.MAX_SAFE_INTEGER);
  const texts = new Map<number, string>();
  const textOf = (index: number): string => {
    const mail = mails[index];
    const text = texts.get(index) ?? (mail ? orderedBy(mail) : "");
    texts.set(index, text);
    return text;
  };
  return mails
    .map((_, index) => index)
    .sort((one, other) => {
      const apart = (times[one] ?? 0) - (times[other] ?? 0);
      if (apart !== 0) return apart;
      const [a, b] = [textOf(one), textOf(other)];
      if (a === b) return 0;
      return a < b ? -1 : 1;
    });
}

/** Of one second: what says more goes first, so that a copy is compared with the best one there is. */
const orderedBy = ({ facts, scope }: ScopedFacts): string =>
  [
    facts.relayed ? "1" : "0",
    facts.messageId ?? "\uffff",
    facts.sender ?? "",
    facts.content ?? "\uffff",
    facts.subject ?? "\uffff",
    facts.references.join(" "),
    facts.people.join(" "),
    scope,
  ].join("\n");

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

/** Threads that are one: the lowest id stands for all. */
function createForest() {
  const above = new Map<number, number>();
  function find(thread: number): number {
    let root = thread;
    for (let next = above.get(root); next !== undefined; next = above.get(root)) root = next;
    for (let at = thread; at !== root; ) {
      const next = above.get(at) ?? root;
      above.set(at, root);
      at = next;
    }
    return root;
  }
  return {
    find,
    join(one: number, other: number): void {
      const [a, b] = [find(one), find(other)];
      if (a !== b) above.set(Math.max(a, b), Math.min(a, b));
    },
    givenUp: () => above.keys(),
  };
}

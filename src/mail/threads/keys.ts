/**
 * What mails are looked up by. All keys are digests: short, and of no use to whoever reads them. The scope is in each of
 * them, so that a box that is kept apart never meets the others.
 */
import type { MailFacts } from "../../domain/mail.ts";
import { digest } from "./digest.ts";
import { sameId } from "./message-ids.ts";

export interface ThreadRules {
  /** A changed subject begins a new thread, whatever the mail refers to. Default: what it refers to decides. */
  readonly changedSubjectBeginsThread?: boolean;
}

/** A mail as it was found in a box. */
export interface ScopedFacts {
  readonly facts: MailFacts;
  /** "" for all boxes that share their mails; else the box that is kept apart. */
  readonly scope: string;
}

/** Tokens that nobody can guess hold a thread together whoever writes; the others only with the same person. */
const unguessable = /^t-[a-z\d]{10,}$/;

/** A mail is looked up by the same keys several times on its way into the index. */
const mailKeys = new WeakMap<ScopedFacts, string>();
const subjectKeys = new WeakMap<ScopedFacts, string>();
const keysOfReferences = new WeakMap<ScopedFacts, string[]>();

/** The same for every copy of a mail. Different mails have the same one when an id was used again. */
export const mailKey = (mail: ScopedFacts): string => once(mailKeys, mail, makeKey);

function makeKey({ facts, scope }: ScopedFacts): string {
  if (facts.messageId !== undefined) return idKey(scope, facts.messageId);
  const { sender = "", date, subject = "", people } = facts;
  return digest("made", scope, sender, date?.toISOString() ?? "", subject, ...people);
}

/** The keys of the mails that it refers to, the oldest first. */
export const referenceKeys = (mail: ScopedFacts): readonly string[] =>
  once(keysOfReferences, mail, ({ facts, scope }) => referenceKeysOf(facts.references, scope));

export const referenceKeysOf = (ids: readonly string[], scope: string): string[] => ids.map((id) => idKey(scope, id));

/** `undefined`: without a subject nothing is found by it. */
export const subjectKey = (mail: ScopedFacts): string | undefined =>
  mail.facts.subject === undefined || mail.facts.subject === "" ? undefined : once(subjectKeys, mail, makeSubjectKey);

const makeSubjectKey = ({ facts, scope }: ScopedFacts): string => digest("subject", scope, facts.subject ?? "");

/** Of what the thread of a mail with this key hangs for a mail with this subject, by which others find it. */
export function nodeOf(key: string, subject: string | undefined, rules: ThreadRules): string {
  return rules.changedSubjectBeginsThread === true ? digest("node", key, subject ?? "") : key;
}

/** Mails with one of these in common are one thread. */
export function tokenNodes({ facts, scope }: ScopedFacts): string[] {
  return facts.tokens.flatMap((token) => {
    if (unguessable.test(token)) return [digest("token", scope, token)];
    return facts.direction === "internal" ? [] : facts.people.map((one) => digest("token", scope, token, one));
  });
}

function once<Value>(known: WeakMap<ScopedFacts, Value>, mail: ScopedFacts, make: (mail: ScopedFacts) => Value): Value {
  const found = known.get(mail);
  if (found !== undefined) return found;
  const made = make(mail);
  known.set(mail, made);
  return made;
}

const idKey = (scope: string, id: string): string => digest("id", scope, sameId(id));

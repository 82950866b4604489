import type { KeptLetter, LetterBook, PendingLetter, SeenLetter } from "../../channels/contract/letters.ts";
import type { Account } from "../../domain/account.ts";
import { type MailThreadId, mailId, mailThreadId } from "../../domain/ids.ts";
import type { Logger } from "../../log/log.ts";
import type { AddressBook } from "../../mail/threads/addresses.ts";
import { mailFacts } from "../../mail/threads/facts.ts";
import type { MailPlace, WaitingMail } from "../../store/contract/mails.ts";
import type { Store } from "../../store/contract.ts";
import type { Rules } from "../crm/rulesets.ts";
import type { KnownPeople } from "./known-people.ts";
import { createOwnAddresses } from "./own-addresses.ts";
import { createOwnGroups } from "./own-groups.ts";
import type { Unsubscribing } from "./unsubscribing.ts";

/**
 * The book of letters as a mailbox sees it, over the store's index of all mails of its portal.
 *
 * - Crash at any point: the index is durable, and a mail waits there until it is handled.
 * - The same mail in several boxes: all of them see that it waits. Whoever fetches it holds a lock by its number; a killed
 *   box's lock ends by itself, and another box, or the same one at once, takes over.
 * - Whoever told of it died before the index knew, and comes back too late or not at all: it is told already.
 * - History: a mail from before the box was connected is fetched when its people are known, here or in the CRM; otherwise it
 *   is handled with nothing to show. The portal cannot be asked: it waits, and what has just come does not.
 */
export interface LetterBookDeps {
  readonly store: Pick<Store, "mails" | "accounts" | "locks" | "bcc">;
  readonly rules: Pick<Rules, "of">;
  readonly known: KnownPeople;
  readonly unsubscribing: Pick<Unsubscribing, "byComplaint" | "byMail">;
  readonly log: Pick<Logger, "warn" | "debug">;
  readonly now: () => Date;
}

/** How long a box may take for the letters that it was given at once. */
const LOCK_MS = 10 * 60_000;
const PAGE = 100;
/** Pages that are looked through for one answer: the rest has its turn with the next. */
const MOST_PAGES = 5;
const MOST_OF_THREAD = 100;
/** What came and was not fetched yet; more than that is found in the index. */
const MOST_FRESH = 1_000;

export function createLetterBooks(deps: LetterBookDeps): (account: Account) => LetterBook {
  const own = createOwnAddresses(deps);
  const groups = createOwnGroups({ ...deps, own });
  return (account) => createBook(deps, account, (seen) => groups.of(account, seen));
}

function createBook(
  deps: LetterBookDeps,
  account: Account,
  addresses: (seen: readonly SeenLetter[]) => Promise<AddressBook>,
): LetterBook {
  const { store, known, log } = deps;
  const { mails, locks } = store;
  const { portal, id } = account;
  const isApart = account.settings["apart"] === true;
  /** What has just come, in the order in which it came. */
  const fresh = new Map<string, PendingLetter>();
  const lockOf = (letter: string): string => `letter:${portal}:${letter}`;

  async function keep(seen: readonly SeenLetter[]): Promise<readonly KeptLetter[]> {
    if (seen.length === 0) return [];
    const book = await addresses(seen);
    const sightings = seen.map((letter) => ({ ...placeOf(letter), facts: mailFacts(letter, book) }));
    const kept = await mails.keep(portal, id, sightings, { apart: isApart });
    if (!kept) throw new Error("The account of this mailbox is gone");
    return kept.mails.map(({ mail, isNew, isHandled, thread }, at) => {
      const letter = seen[at];
      if (letter && isNew && !isHandled && !letter.history && fresh.size < MOST_FRESH)
        fresh.set(mail, { letter: mail, thread, folder: letter.folder, validity: letter.validity, uid: letter.uid });
      const joined = kept.joins.filter((join) => join.kept === thread).map(({ givenUp }) => givenUp);
      return { letter: mail, thread, known: !isNew, ...(joined.length > 0 && { joined }) };
    });
  }

  async function pending(limit: number): Promise<readonly PendingLetter[]> {
    const given: PendingLetter[] = [];
    for (const letter of [...fresh.values()].slice(0, limit))
      if (await take(letter.letter)) given.push({ ...letter, thread: await mails.threadNow(portal, threadOf(letter)) });
    let after: ReturnType<typeof mailId> | undefined;
    for (let page = 0; page < MOST_PAGES && given.length < limit; page += 1) {
      const rows = await mails.waiting(portal, id, { ...(after && { after }), limit: PAGE });
      const others = rows.filter(({ mail }) => !fresh.has(mail.id));
      for (const row of await wanted(others))
        if (given.length < limit && (await take(row.mail.id))) given.push(pendingOf(row));
      after = rows.at(-1)?.mail.id;
      if (rows.length < PAGE) break;
    }
    return await withJoins(given);
  }

  /** A letter in another box, or before a crash, may have joined what was two conversations here. */
  async function withJoins(given: readonly PendingLetter[]): Promise<readonly PendingLetter[]> {
    const joins = await mails.outgrown(portal, id, given.map(threadOf));
    if (joins.length === 0) return given;
    return given.map((letter) => {
      const joined = joins.filter(({ kept }) => kept === letter.thread).map(({ givenUp }) => givenUp);
      return joined.length === 0 ? letter : { ...letter, joined };
    });
  }

  const threadOf = (letter: PendingLetter): MailThreadId => mailThreadId(letter.thread);

  /** Asked once it is ours: whoever had it before may have done it since it was seen to wait. */
  async function take(letter: string): Promise<boolean> {
    if (!(await locks.acquire(lockOf(letter), id, LOCK_MS))) return false;
    const mail = await mails.find(portal, mailId(letter));
    if (mail && !mail.isHandled) {
      const told = await store.bcc.told(portal, `letter:${letter}`);
      // In this box the letter's key makes a second one harmless; in another one it would be a second message.
      if (told.every(({ account: teller }) => teller === id)) return true;
      await mails.handle(portal, [{ mail: mailId(letter) }]);
    }
    fresh.delete(letter);
    await locks.release(lockOf(letter), id);
    return false;
  }

  /** What somebody wants to see; the rest is handled. */
  async function wanted(rows: readonly WaitingMail[]): Promise<readonly WaitingMail[]> {
    const old = rows.filter(({ mail }) => mail.at < account.createdAt);
    const people = await peopleKnown(old);
    const strange = old.filter(({ mail }) => !mail.people.some((one) => people?.has(one)));
    if (people)
      await mails.handle(
        portal,
        strange.map(({ mail }) => ({ mail: mail.id })),
      );
    return rows.filter((row) => !strange.includes(row));
  }

  /** `undefined`: nobody can say just now. */
  async function peopleKnown(rows: readonly WaitingMail[]): Promise<ReadonlySet<string> | undefined> {
    try {
      return await known.of(
        portal,
        rows.flatMap(({ mail }) => mail.people),
      );
    } catch (error) {
      log.warn({ err: error, account: id }, "who is known could not be asked; old mail waits");
      return undefined;
    }
  }

  return {
    keep,
    pending,
    async done(letter, how) {
      if (how) log.debug({ account: id, letter, why: how.passed }, "a mail was passed over");
      await mails.handle(portal, [{ mail: mailId(letter) }]);
      fresh.delete(letter);
      await locks.release(lockOf(letter), id);
    },
    leaves: (came) => deps.unsubscribing.byMail(portal, came),
    complained: (report) => deps.unsubscribing.byComplaint(portal, report, isApart ? id : undefined),
    async threadOf(messageId) {
      const found = await mails.withMessageId(portal, messageId, isApart ? id : undefined);
      return found.at(-1)?.thread;
    },
    async thread(thread) {
      const found = await mails.thread(portal, mailThreadId(thread), MOST_OF_THREAD);
      const named = found.filter(({ messageId }) => messageId !== undefined);
      const last = named.at(-1);
      if (!last) return undefined;
      return {
        subject: last.subject ?? "",
        messageId: `<${last.messageId}>`,
        references: named.map(({ messageId }) => `<${messageId}>`),
        to: last.people.map((address) => ({ address })),
        cc: [],
      };
    },
  };
}

const placeOf = ({ folder, validity, uid }: Pick<SeenLetter, "folder" | "validity" | "uid">): MailPlace => ({
  folder,
  uidValidity: Number(validity),
  uid,
});

const pendingOf = ({ mail, folder, uidValidity, uid }: WaitingMail): PendingLetter => ({
  letter: mail.id,
  thread: mail.thread,
  folder,
  validity: String(uidValidity),
  uid,
});

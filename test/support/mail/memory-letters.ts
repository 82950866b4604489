import type { KeptLetter, LetterBook, PendingLetter, SeenLetter } from "../../../src/channels/contract/letters.ts";

/**
 * All mails of a portal in memory, written against the contract: what several boxes see is one letter, threads go by
 * references, and a letter waits in the box that saw it first.
 */
export interface MemoryLetters {
  book(box: string): LetterBook;
  readonly letters: ReadonlyMap<string, StoredLetter>;
  /** While set, it cannot be asked. */
  broken: boolean;
}

export interface StoredLetter {
  readonly id: string;
  readonly box: string;
  readonly first: SeenLetter;
  readonly history: boolean;
  place: Pick<SeenLetter, "folder" | "validity" | "uid">;
  thread: string;
  readonly sightings: Set<string>;
  readonly joined: string[];
  state: "pending" | "done" | { readonly passed: string };
}

export function createMemoryLetters(): MemoryLetters {
  const letters = new Map<string, StoredLetter>();
  const byMessageId = new Map<string, string>();
  const threads = new Map<string, string>();

  function keep(box: string, seen: SeenLetter): KeptLetter {
    const key = seen.messageId ?? `${seen.from?.address} ${seen.date.toISOString()} ${seen.subject}`;
    const sighting = JSON.stringify([box, seen.folder, seen.validity, seen.uid]);
    const known = [...letters.values()].find(({ id }) => id === key);
    if (known) {
      known.sightings.add(sighting);
      if (known.box === box) known.place = seen;
      return {
        letter: known.id,
        thread: known.thread,
        known: true,
        ...(known.joined.length > 0 && { joined: known.joined }),
      };
    }
    const related = [...(seen.references ?? []), ...(seen.inReplyTo ? [seen.inReplyTo] : [])];
    const found = [...new Set(related.flatMap((id) => threads.get(id) ?? []))];
    const thread = found[0] ?? `thread ${threads.size + 1}`;
    const joined = found.slice(1);
    for (const [id, of] of threads) if (joined.includes(of)) threads.set(id, thread);
    for (const letter of letters.values()) if (joined.includes(letter.thread)) letter.thread = thread;
    for (const id of [...related, key]) if (!threads.has(id)) threads.set(id, thread);
    const { history, ...place } = seen;
    letters.set(key, {
      id: key,
      box,
      first: seen,
      history,
      place,
      thread,
      sightings: new Set([sighting]),
      joined,
      state: "pending",
    });
    if (seen.messageId !== undefined) byMessageId.set(seen.messageId, key);
    return { letter: key, thread, known: false, ...(joined.length > 0 && { joined }) };
  }

  const all: MemoryLetters = {
    letters,
    broken: false,
    book: (box) => {
      const ask = async <T>(answer: () => T): Promise<T> => {
        if (all.broken) throw new Error("the book cannot be asked");
        return answer();
      };
      return {
        keep: (seen) => ask(() => seen.map((one) => keep(box, one))),
        pending: (limit) =>
          ask(() =>
            [...letters.values()]
              .filter((letter) => letter.box === box && letter.state === "pending")
              .toSorted(
                (a, b) => Number(a.history) - Number(b.history) || a.first.date.getTime() - b.first.date.getTime(),
              )
              .slice(0, limit)
              .map(({ id, thread, place }): PendingLetter => {
                const { folder, validity, uid } = place;
                return { letter: id, thread, folder, validity, uid };
              }),
          ),
        done: (letter, how) =>
          ask(() => {
            const found = letters.get(letter);
            if (found) found.state = how ?? "done";
          }),
        leaves: () => ask(() => false),
        complained: () => ask(() => false),
        threadOf: (messageId) => ask(() => letters.get(byMessageId.get(messageId) ?? "")?.thread),
        thread: (id) =>
          ask(() => {
            const mails = [...letters.values()].filter(({ thread }) => thread === id);
            const last = mails.at(-1);
            if (!last) return undefined;
            const { subject, from, cc } = last.first;
            return {
              subject,
              messageId: last.first.messageId ?? "",
              references: mails.flatMap(({ first }) => first.messageId ?? []),
              to: from ? [from] : [],
              cc,
            };
          }),
      };
    },
  };
  return all;
}

/**
 * Tells colleagues that they are named in a note, by a notification of the portal in its author's name, with a link that
 * opens the conversation.
 *
 * Whom to tell stands on the note, in the statement that kept it. A crash before anybody was told, a portal that is away:
 * the sweep tells within minutes, for a day. Told twice (two processes, a lost answer): the tag makes the second notification
 * replace the first. Order does not matter. A note that was deleted meanwhile tells nobody. An author whose token is used up
 * is no reason to keep it back: it is told in the application's name then.
 */
import type { Say } from "../domain/localised.ts";
import type { Mention, Note } from "../domain/note.ts";
import { plainText, type RichText } from "../domain/rich-text.ts";
import type { Logger } from "../log/log.ts";
import type { PortalDirectory } from "../portal/contract/directory.ts";
import type { Store } from "../store/contract.ts";
import { messageLink } from "./message-link.ts";
import { type Speech, sayIn } from "./speech.ts";
import { namedInNote, SHOW_CONVERSATION } from "./wording.ts";

export interface MentionBell {
  /** Never throws, never waits. */
  ring(note: Note): void;
  /** Begins to look for whom nobody has told. */
  start(): void;
  /** One look; what `start` does again and again. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

export interface MentionBellDeps {
  readonly store: Pick<Store, "notes" | "users" | "portals" | "conversations" | "messages">;
  readonly portals: Pick<PortalDirectory, "lines">;
  readonly speech: Speech;
  readonly toBBCode: (text: RichText) => string;
  readonly log: Pick<Logger, "warn">;
  readonly now: () => Date;
}

const EVERY_MS = 30_000;
/** Younger notes are being told by whoever kept them. */
const YOUNG_MS = 15_000;
/** Older ones are no news to anybody. */
const OLD_MS = 24 * 3_600_000;
const AT_ONCE = 50;

export function createMentionBell(deps: MentionBellDeps): MentionBell {
  const { notes } = deps.store;
  const ringing = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;

  function run(work: () => Promise<void>): Promise<void> {
    const running = work().catch((error: unknown) => {
      deps.log.warn({ err: error }, "Colleagues could not be told of a note; tried again");
    });
    ringing.add(running);
    void running.finally(() => ringing.delete(running));
    return running;
  }

  async function tell(note: Note): Promise<void> {
    const untold = await notes.untold(note.portal, note.id);
    if (untold.length === 0) return;
    const text = deps.toBBCode(await words(deps, note));
    for (const mention of untold) {
      if (!(await tellOne(note, mention, text))) return;
      await notes.told(note.portal, note.id, mention.userId);
    }
  }

  /** `false`: the portal cannot be asked just now. */
  async function tellOne(note: Note, { userId }: Mention, text: string): Promise<boolean> {
    const lines = deps.portals.lines(note.portal);
    const tag = `threadline-note-${note.id}-${userId}`;
    const own = await lines.notify(userId, text, tag, note.authorId);
    const outcome = own.kind === "unauthorised" || own.kind === "refused" ? await lines.notify(userId, text, tag) : own;
    if (outcome.kind === "ok") return true;
    if (outcome.kind !== "refused") return false;
    deps.log.warn({ note: note.id, code: outcome.code }, "The portal did not tell a colleague of a note");
    return true;
  }

  async function sweep(): Promise<void> {
    const now = deps.now().getTime();
    for (const note of await notes.withUntold(new Date(now - OLD_MS), new Date(now - YOUNG_MS), AT_ONCE))
      await tell(note);
  }

  return {
    ring: (note) => void run(() => tell(note)),
    sweep: () => run(sweep),
    start() {
      timer = setInterval(() => void run(sweep), EVERY_MS);
    },
    async close() {
      clearInterval(timer);
      await Promise.all(ringing);
    },
  };
}

async function words(deps: MentionBellDeps, note: Note): Promise<RichText> {
  const { portal, conversation: id } = note;
  const [names, conversation, found, [last], say] = await Promise.all([
    deps.store.users.names(portal, [note.authorId]),
    deps.store.conversations.find(portal, id),
    deps.store.portals.find(portal),
    deps.store.messages.journal(portal, { conversation: id, limit: 1, before: Number.MAX_SAFE_INTEGER }),
    sayIn(deps.speech, portal),
  ]);
  const { name = "", lastName = "" } = conversation?.customer ?? {};
  const told = say(namedInNote(names.get(note.authorId), `${name} ${lastName}`.trim()));
  const link = found && last && messageLink(found, last);
  return linked(`${told}\n${note.text}`, link, say);
}

function linked(words: string, link: string | undefined, say: Say): RichText {
  if (link === undefined) return plainText(words);
  const text = `${words}\n${say(SHOW_CONVERSATION)}`;
  return { text, spans: [{ kind: "link", start: words.length + 1, end: text.length, url: link }] };
}

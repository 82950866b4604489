import type { Language } from "../../domain/localised.ts";
import type { Message } from "../../domain/message.ts";
import type { Target } from "../../rules/decision.ts";
import type { StoredDecision } from "../../store/contract/rules.ts";
import type { Carried, Case, CrmDeps } from "./context.ts";
import { doStep } from "./steps.ts";
import { LONGEST_COMMENT, transcriptLines } from "./transcript.ts";
import { OPEN } from "./wording.ts";

/** Messages in one comment at most: more would make a wall of text. */
const MOST = 50;

/**
 * Writes what was said into the cards, from where the last comment ended: live, or all of it when the session is over. A
 * comment is one step for each card, so a crash between two cards writes the second one only.
 *
 * Only up to the first message that is still under way: the order in the card is the order of the conversation. A comment
 * that was begun is finished as it was begun, whatever was said since, or its words would stand there twice.
 */
export async function writeComments(
  deps: CrmDeps,
  of: Case,
  carried: Carried,
  targets: readonly Target[],
): Promise<void> {
  const { stored, decision } = carried;
  const { portal } = of.conversation;
  if (targets.length === 0 || decision.comments.form === "activity") return;
  let from = stored.writtenSeq;
  const language = await deps.speech.languageOf(portal);
  for (;;) {
    const messages = await deps.store.messages.journal(portal, {
      conversation: of.conversation.id,
      after: from,
      limit: MOST,
    });
    const settled = untilUnsettled(messages);
    const begun = begunUpTo(stored, from);
    const ready = settled.filter((message) => begun === undefined || message.seq <= begun);
    const { text: said, taken } = fitting(of, ready, language);
    const last = taken.at(-1);
    if (!last) return;
    const text = deps.escape(said);
    if (text !== "")
      for (const target of targets) {
        const result = await doStep(deps, stored, portal, {
          name: `comment:${last.seq}:${target.type}:${target.id}`,
          make: (leave) => of.crm.comment(target, text, leave),
          find: () => of.crm.findComment(target, text),
        });
        if (result.kind === "refused" && GONE.has(result.code)) {
          // The card is gone: the link goes too, and the next message is decided anew.
          await deps.store.people.entityGone(portal, target.type, target.id);
          await deps.store.decisions.end(portal, of.conversation.id);
        } else if (result.kind === "refused") {
          deps.log.warn({ decision: stored.id, target, code: result.code }, "The portal refused a comment");
        }
      }
    await deps.store.decisions.noteWritten(portal, stored.id, last.seq);
    from = last.seq;
    if (taken.length === settled.length && settled.length < MOST) return;
  }
}

/** What the portal says of a card that is not there (`crm.timeline.comment.add`). */
const GONE: ReadonlySet<string> = new Set(["OWNER_NOT_FOUND", "NOT_FOUND"]);

/** Up to where a comment goes that was begun after this position, in one card or another. */
function begunUpTo({ steps }: StoredDecision, from: number): number | undefined {
  const begun = steps.flatMap(({ name }) => {
    const [kind, seq] = name.split(":");
    return kind === "comment" && Number(seq) > from ? [Number(seq)] : [];
  });
  return begun.length === 0 ? undefined : Math.min(...begun);
}

/** As many messages as one comment holds; a single one that is longer is cut. */
function fitting(
  of: Case,
  messages: readonly Message[],
  language: Language,
): { readonly text: string; readonly taken: readonly Message[] } {
  for (let count = messages.length; ; count -= 1) {
    const taken = messages.slice(0, Math.max(1, count));
    const text = transcript(of, taken, language);
    if (text.length <= LONGEST_COMMENT) return { text, taken };
    if (count <= 1) return { text: `${text.slice(0, LONGEST_COMMENT)}…`, taken };
  }
}

function untilUnsettled(messages: readonly Message[]): readonly Message[] {
  const end = messages.findIndex((message) => message.state === "stored" || message.state === "sending");
  return end < 0 ? messages : messages.slice(0, end);
}

function transcript(of: Case, messages: readonly Message[], language: Language): string {
  const lines = transcriptLines(of, messages, language);
  return lines.length === 0 ? "" : [of.say(of.adapter.title), ...lines].join("\n");
}

/** One activity for a session in each card, with a button that opens the conversation. */
export async function addActivities(
  deps: CrmDeps,
  of: Case,
  carried: Carried,
  targets: readonly Target[],
): Promise<void> {
  const { stored, decision, facts } = carried;
  const isWanted = decision.comments.form !== "comment" || decision.create.kind === "activity";
  if (!isWanted) return;
  const { portal } = of.conversation;
  for (const target of targets) {
    const originId = `${stored.id}:activity:${target.type}:${target.id}`;
    await doStep(deps, stored, portal, {
      name: `activity:${target.type}:${target.id}`,
      make: async (leave) =>
        of.crm.addActivity(
          {
            on: target,
            originId,
            title: `${of.say(of.adapter.title)}: ${facts.customer.name || facts.customer.phones[0] || of.conversation.id}`,
            text: facts.text || of.say(of.adapter.title),
            openLabel: OPEN[await deps.speech.languageOf(portal)],
            open: { conversation: of.conversation.id },
            ...(decision.responsible.person !== null && { responsible: decision.responsible.person }),
            completed: false,
          },
          leave,
        ),
      find: () => of.crm.findActivity(target, originId),
    });
  }
}

/**
 * Says on a letter's own activity whether it was read, as blocks that the portal shows below it in every card that it stands in.
 *
 * A crash before or after the write: it is said again, which replaces what stands there. Out of order: what holds is asked when it
 * is written, not what a hit brought. The portal away: the lane comes again. Costs are bounded: each state of a letter is written
 * once. Only a person's look counts as opened; an answer proves it.
 */
import type { Localised } from "../../domain/localised.ts";
import type { Target } from "../../rules/decision.ts";
import type { SeenLetter } from "../../store/contract/tracks.ts";
import type { Carried, Case, CrmDeps } from "./context.ts";
import { doStep } from "./steps.ts";
import { recordedStep } from "./write-letters.ts";

type State = "clicked" | "answered" | "opened" | "probably" | "not-known";

const WORDS: Readonly<Record<State, Localised>> = {
  clicked: {
    en: "Opened, and a link was followed",
    ru: "Открыто, перешли по ссылке",
    es: "Abierto, y se siguió un enlace",
  },
  answered: { en: "Read: there is an answer", ru: "Прочитано: есть ответ", es: "Leído: hay respuesta" },
  opened: { en: "Opened", ru: "Открыто", es: "Abierto" },
  probably: { en: "Probably opened", ru: "Вероятно, открыто", es: "Probablemente abierto" },
  "not-known": {
    en: "Not opened yet, as far as can be seen",
    ru: "Пока не открыто, насколько это видно",
    es: "Aún no abierto, por lo que se puede ver",
  },
};

export async function tellSeen(
  deps: CrmDeps,
  of: Case,
  { stored }: Pick<Carried, "stored">,
  targets: readonly Target[],
): Promise<void> {
  const { portal, id } = of.conversation;
  const [on] = targets;
  const letters = on ? await deps.store.tracks.ofConversation(portal, id) : [];
  if (!on || letters.length === 0) return;
  // As it is now: letters that were recorded a moment ago are among its steps.
  const current = await deps.store.decisions.current(portal, id);
  if (current?.id !== stored.id) return;
  const language = await deps.speech.languageOf(portal);
  for (const letter of letters) {
    const recorded = current.steps.find(({ name }) => name === recordedStep(letter.message));
    const activity = recorded?.end?.kind === "done" ? recorded.end.id : undefined;
    const prefix = `letter-seen:${letter.message}:`;
    const state = stateOf(letter);
    const isFirst = !current.steps.some(({ name }) => name.startsWith(prefix));
    if (activity === undefined || (isFirst && state === "not-known")) continue;
    const tell = async () => {
      const outcome = await of.crm.tellInActivity(activity, on, WORDS[state][language]);
      return outcome.kind === "ok" ? ({ kind: "ok", value: activity } as const) : outcome;
    };
    const told = await doStep(deps, current, portal, {
      name: prefix + state,
      make: async (leave) => ((await leave()) ? tell() : { kind: "withdrawn" }),
      // Whether it was said is not worth a question: saying it again is as cheap, and a portal that will not have it is left alone.
      find: async () => {
        const again = await tell();
        return again.kind === "refused" ? { kind: "ok", value: activity } : again;
      },
    });
    if (told.kind === "refused" && told.code !== "")
      deps.log.warn({ message: letter.message, code: told.code }, "The portal would not say that a letter was opened");
  }
}

function stateOf({ opened, clicked, answered }: SeenLetter): State {
  if (clicked) return "clicked";
  if (answered) return "answered";
  return opened === "yes" ? "opened" : opened;
}

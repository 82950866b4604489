import type {
  AuditAnswer,
  ConflictReason,
  EntityAnswer,
  PersonAnswer,
  PointAnswer,
} from "../../../src/api/customers.ts";
import { ApiError } from "../../shared/api.ts";
import { t } from "../../shared/i18n.ts";
import { sentenceOf } from "../../shared/loaded.ts";
import type { PlainKey } from "../../shared/texts/en.ts";

/** What they are called here: by their name, else by the first thing that is known of them. */
export function nameOfPerson({ name, points }: Pick<PersonAnswer, "name" | "points">): string {
  return [name, ...points.map((point) => point.shown)].find((part) => part !== "") ?? t("chat.nameless");
}

/** The points by which a person is told apart in a list: their first phone and e-mail, and each messenger. */
export function mainPoints({ points }: PersonAnswer): readonly PointAnswer[] {
  const main = points.filter((point) => point.kind === "messenger" || point.first);
  return main.length > 0 ? main : points;
}

export const titleOfCard = ({ title, type, id }: Pick<EntityAnswer, "title" | "type" | "id">): string =>
  title === "" ? `${t(`card.${type}`)} ${id}` : title;

/** One change as a sentence, from where this person stands. */
export function aboutChange({ what, about }: AuditAnswer, person: string): string {
  const isHere = about.into === person;
  switch (what) {
    case "joined":
      return t(isHere ? "customers.change.joined" : "customers.change.joinedAway", { what: about.key ?? "" });
    case "merged":
      return t(isHere ? "customers.change.merged" : "customers.change.mergedAway");
    case "point-removed":
      return t("customers.change.removed", { what: about.shown ?? about.key ?? "" });
    case "point-moved":
      return t(isHere ? "customers.change.came" : "customers.change.went", { what: about.shown ?? about.key ?? "" });
    case "entity-removed":
      return t("customers.change.forgot", { what: about.title || about.id || "" });
    case "card-chosen":
      return t("customers.change.chose", { what: about.title || about.id || "" });
    case "split":
      return t(isHere ? "customers.change.splitOff" : "customers.change.split");
    case "undone":
      return t("customers.change.undone");
  }
}

/** The other person of a change, if there is one that may still be here. */
export function otherOf({ what, about, undone }: AuditAnswer, person: string): string | undefined {
  if (undone || (what !== "point-moved" && what !== "split")) return undefined;
  return [about.from, about.into].find((id) => id !== undefined && id !== person);
}

const CONFLICTS: Readonly<Record<ConflictReason, PlainKey>> = {
  themselves: "customers.conflict.themselves",
  "already-theirs": "customers.conflict.alreadyTheirs",
  "not-theirs": "customers.conflict.notTheirs",
  "nothing-chosen": "customers.conflict.nothingChosen",
  undone: "customers.conflict.undone",
  "chosen-already": "why.chosenAlready",
  "changed-since": "customers.conflict.changedSince",
};

/** Why a change did not work, in the viewer's language. */
export function whyNot(thrown: unknown): string {
  if (!(thrown instanceof ApiError)) return sentenceOf(thrown);
  if (thrown.status === 404) return t("customers.conflict.gone");
  const key = Object.entries(CONFLICTS).find(([reason]) => reason === thrown.details["reason"])?.[1];
  if (thrown.code !== "conflict" || key === undefined) return sentenceOf(thrown);
  return t(key, { what: String(thrown.details["about"] ?? "") });
}

import { type Ref, ref } from "vue";
import type { CardChosenAnswer, ChosenCard } from "../../src/api/belonging.ts";
import { ApiError, call } from "./api.ts";
import { t } from "./i18n.ts";
import { sentenceOf } from "./loaded.ts";

export type NamedCard = ChosenCard & { readonly title: string };

export interface Done {
  readonly text: string;
  readonly entry?: string;
}

export interface CardMoves {
  /** The card that is being moved to, by `keyOf`, or `undo`. */
  readonly busy: Readonly<Ref<string | undefined>>;
  readonly problem: Ref<string | undefined>;
  /** What was done; `entry` takes it back. */
  readonly done: Ref<Done | undefined>;
  /** Answers whether it goes there now. */
  move(card: NamedCard): Promise<boolean>;
  undo(entry: string): Promise<void>;
}

export const keyOf = ({ type, id }: Pick<NamedCard, "type" | "id">) => `${type} ${id}`;
export const nameOf = ({ type, id, title }: NamedCard) => (title === "" ? `${t(`card.${type}`)} ${id}` : title);

/** Moves what a conversation's customer writes to another card, and back. `moved` runs after each try. */
export function useCardMoves(conversation: () => string, moved: () => Promise<void>): CardMoves {
  const busy = ref<string>();
  const problem = ref<string>();
  const done = ref<Done>();

  async function send(what: string, path: string, body: unknown): Promise<CardChosenAnswer | undefined> {
    busy.value = what;
    problem.value = undefined;
    try {
      return await call<CardChosenAnswer>("POST", `/conversations/${conversation()}/${path}`, body);
    } catch (thrown) {
      const isThere = thrown instanceof ApiError && thrown.details["reason"] === "chosen-already";
      problem.value = isThere ? t("why.chosenAlready") : sentenceOf(thrown);
      return undefined;
    } finally {
      busy.value = undefined;
      await moved();
    }
  }

  return {
    busy,
    problem,
    done,
    async move(card) {
      const body: ChosenCard = { type: card.type, id: card.id };
      const answer = await send(keyOf(card), "card", body);
      if (answer) done.value = { text: t("why.moved", { what: nameOf(card) }), entry: answer.entry };
      return answer !== undefined;
    },
    async undo(entry) {
      if (await send("undo", "card/undo", { entry })) done.value = { text: t("why.movedBack") };
    },
  };
}

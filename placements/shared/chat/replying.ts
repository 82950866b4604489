import { nextTick, type Ref, ref } from "vue";
import type { ConversationAnswer, MessageAnswer } from "../../../src/api/messages.ts";
import type { ThreadRow } from "../thread-rows.ts";
import type { Answering } from "./answering.ts";
import { deskOf } from "./desk.ts";
import { t } from "./words.ts";

/** Where an agent writes. */
interface Writer {
  focus(): unknown;
  edit(message: Pick<MessageAnswer, "id" | "text" | "spans">): void;
}

interface ReplyingDeps {
  readonly answering: Pick<Answering, "answered" | "labelOf" | "find">;
  readonly rows: () => readonly ThreadRow[];
  /** Whether a free message may go there now. */
  readonly mayWrite: (conversation: ConversationAnswer) => boolean;
  readonly authorOf: (message: MessageAnswer) => string;
  /** Answers go there from now on. */
  readonly through: (conversation: string) => void;
  /** Of the conversation that is answered; another one when that changes. */
  readonly composer: () => Writer | undefined;
  readonly mayEdit: (row: ThreadRow) => boolean;
}

export interface Replying {
  /** A message is quoted where it was said, or nowhere: no messenger shows one of another. */
  reply(row: ThreadRow): void;
  edit(row: ThreadRow): void;
  /** The last message of the conversation that is answered. */
  editLast(): void;
  /** Why a message cannot be quoted. */
  readonly problem: Ref<string | undefined>;
}

const QUOTED = 300;

/** What refers to a message goes through its own conversation. */
export function useReplying(deps: ReplyingDeps): Replying {
  const { answered, labelOf, find } = deps.answering;
  const problem = ref<string>();

  function edit(row: ThreadRow): void {
    deps.through(row.conversation);
    const { id, text, spans } = row.message;
    void nextTick(() => deps.composer()?.edit({ id, text, spans }));
  }

  return {
    problem,
    edit,
    reply(row) {
      problem.value = undefined;
      const place = find(row.conversation) ?? answered.value;
      if (!deps.mayWrite(place)) {
        problem.value = t("column.cannotQuote", { place: labelOf(place.id) });
        return;
      }
      deps.through(place.id);
      const { id, text, attachments } = row.message;
      const shown = text === "" ? (attachments[0]?.name ?? "") : text;
      const quote = { id, author: deps.authorOf(row.message), text: shown.slice(0, QUOTED) };
      deskOf(place.id).write({ quote });
      void nextTick(() => deps.composer()?.focus());
    },
    editLast() {
      const last = deps.rows().findLast((row) => row.conversation === answered.value.id && deps.mayEdit(row));
      if (last) edit(last);
    },
  };
}

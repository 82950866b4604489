import { type Ref, ref, shallowRef } from "vue";
import { call } from "../api.ts";
import { sentenceOf } from "../loaded.ts";
import { harmless } from "../rich-text.ts";
import { moveSpans, type Span } from "./move-spans.ts";

export interface Edited {
  readonly id: string;
  readonly text: string;
  readonly spans: readonly Span[];
}

export interface Editing {
  /** The message that is being changed, with what stands in the input. */
  readonly message: Readonly<Ref<Edited | undefined>>;
  readonly busy: Readonly<Ref<boolean>>;
  readonly problem: Readonly<Ref<string | undefined>>;
  begin(message: Edited): void;
  write(text: string): void;
  stop(): void;
  /** What was typed stays until the server has it. */
  save(): Promise<void>;
}

/**
 * A change of a message that was sent. Saved twice it is the same change. Formatting stays on the words that it was on.
 * @param saved reads again what is shown
 */
export function useEditing(saved: () => void): Editing {
  const message = shallowRef<Edited>();
  const before = ref("");
  const busy = ref(false);
  const problem = ref<string>();

  function stop(): void {
    message.value = undefined;
    problem.value = undefined;
  }

  return {
    message,
    busy,
    problem,
    stop,
    begin({ id, text, spans }) {
      message.value = { id, text, spans: spans.filter(isSendable) };
      before.value = text;
      problem.value = undefined;
    },
    write(text) {
      const edited = message.value;
      if (edited) message.value = { ...edited, text, spans: moveSpans(edited.spans, edited.text, text) };
    },
    async save() {
      const edited = message.value;
      if (!edited || busy.value) return;
      if (edited.text === before.value) return stop();
      busy.value = true;
      problem.value = undefined;
      try {
        await call("PATCH", `/messages/${edited.id}`, { text: edited.text, spans: edited.spans });
        stop();
        saved();
      } catch (thrown) {
        problem.value = sentenceOf(thrown);
      } finally {
        busy.value = false;
      }
    },
  };
}

/** A link to what no browser should follow came in with somebody's text; it stays a word. */
const isSendable = ({ kind, url }: Span) => kind !== "link" || (url !== undefined && harmless(url) !== undefined);

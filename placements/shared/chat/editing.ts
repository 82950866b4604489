import { type Ref, ref, shallowRef } from "vue";
import { call } from "../api.ts";
import { sentenceOf } from "../loaded.ts";

export interface Edited {
  readonly id: string;
  readonly text: string;
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
 * A change of a message that was sent. Saved twice it is the same change.
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
    begin({ id, text }) {
      message.value = { id, text };
      before.value = text;
      problem.value = undefined;
    },
    write(text) {
      if (message.value) message.value = { ...message.value, text };
    },
    async save() {
      const edited = message.value;
      if (!edited || busy.value) return;
      if (edited.text === before.value) return stop();
      busy.value = true;
      problem.value = undefined;
      try {
        await call("PATCH", `/messages/${edited.id}`, { text: edited.text });
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

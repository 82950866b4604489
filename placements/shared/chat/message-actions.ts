import { type Ref, ref, shallowRef } from "vue";
import { call } from "../api.ts";
import { sentenceOf } from "../loaded.ts";
import type { ThreadRow } from "../thread-rows.ts";
import type { MessageAction } from "./actions.ts";
import { newClientId } from "./client-id.ts";
import { t } from "./words.ts";

export interface MessageActions {
  act(action: MessageAction, row: ThreadRow, value: string): void;
  /** The message that a person is asked about before it is deleted. */
  readonly removing: Ref<ThreadRow | undefined>;
  readonly busy: Readonly<Ref<boolean>>;
  /** The answer was yes. */
  remove(): Promise<void>;
  /** The answer was no. */
  keep(): void;
  /** What a screen reader hears of it. */
  readonly told: Readonly<Ref<string>>;
  readonly problem: Readonly<Ref<string | undefined>>;
}

export interface MessageActionDeps {
  /** Reads again what is shown. */
  readonly refresh: () => Promise<void>;
  readonly reply: (row: ThreadRow) => void;
  readonly edit: (row: ThreadRow) => void;
}

/** What the menu of a message does. What was lost on the way is seen in the thread, or it is not there. */
export function useMessageActions({ refresh, reply, edit }: MessageActionDeps): MessageActions {
  const told = ref("");
  const problem = ref<string>();
  const removing = shallowRef<ThreadRow>();
  const busy = ref(false);

  async function run(work: () => Promise<unknown>): Promise<void> {
    told.value = "";
    problem.value = undefined;
    busy.value = true;
    try {
      await work();
    } catch (thrown) {
      problem.value = sentenceOf(thrown);
    } finally {
      busy.value = false;
    }
  }

  async function copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      told.value = t("copied");
    } catch {
      // Browsers may forbid it inside a frame.
      problem.value = t("copyFailed");
    }
  }

  return {
    told,
    problem,
    removing,
    busy,
    act(action, row, value) {
      const { id, text } = row.message;
      if (action === "copy") void run(() => copy(text));
      if (action === "react")
        void run(async () => {
          await call("POST", `/messages/${id}/reaction`, { emoji: value, clientId: newClientId() });
          await refresh();
        });
      if (action === "reply") reply(row);
      if (action === "edit") edit(row);
      if (action === "remove") removing.value = row;
    },
    keep() {
      removing.value = undefined;
    },
    async remove() {
      const row = removing.value;
      if (!row) return;
      await run(async () => {
        await call("DELETE", `/messages/${row.message.id}`);
        await refresh();
      });
      removing.value = undefined;
    },
  };
}

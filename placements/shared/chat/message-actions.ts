import { type Ref, ref } from "vue";
import { call } from "../api.ts";
import { sentenceOf } from "../loaded.ts";
import type { ThreadRow } from "../thread-rows.ts";
import type { MessageAction } from "./actions.ts";
import { newClientId } from "./client-id.ts";
import { t } from "./words.ts";

export interface MessageActions {
  act(action: MessageAction, row: ThreadRow, value: string): void;
  /** What a screen reader hears of it. */
  readonly told: Readonly<Ref<string>>;
  readonly problem: Readonly<Ref<string | undefined>>;
}

/**
 * What the menu of a message does at once. A reaction whose answer is lost is seen in the thread, or it is not there.
 * @param refresh reads again what is shown
 */
export function useMessageActions(refresh: () => Promise<void>): MessageActions {
  const told = ref("");
  const problem = ref<string>();

  async function run(work: () => Promise<void>): Promise<void> {
    told.value = "";
    problem.value = undefined;
    try {
      await work();
    } catch (thrown) {
      problem.value = sentenceOf(thrown);
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

  async function react(id: string, emoji: string): Promise<void> {
    await call("POST", `/messages/${id}/reaction`, { emoji, clientId: newClientId() });
    await refresh();
  }

  return {
    told,
    problem,
    act(action, { message }, value) {
      if (action === "copy") void run(() => copy(message.text));
      if (action === "react") void run(() => react(message.id, value));
    },
  };
}

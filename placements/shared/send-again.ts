import { type Ref, ref, shallowRef } from "vue";
import type { MessageAnswer } from "../../src/api/messages.ts";
import type { RetryOfMessage } from "../../src/api/writing.ts";
import { call } from "./api.ts";
import { t } from "./i18n.ts";
import { sentenceOf } from "./loaded.ts";

/** What can be sent again: as the page shows it. */
export interface Sendable extends Pick<MessageAnswer, "id" | "state" | "attempts"> {
  /** Asked first where it may have arrived. */
  readonly question?: string;
}

export interface SendAgain {
  /** Whether a person is being asked about a message that may have arrived. */
  readonly asking: Ref<boolean>;
  readonly question: Readonly<Ref<string>>;
  /** Id of the message that is on its way to the server. */
  readonly busy: Readonly<Ref<string | undefined>>;
  /** Why the last one did not work. */
  readonly problem: Ref<string | undefined>;
  /** Sends it, or asks first where it may have arrived. */
  again(message: Sendable): void;
  /** The answer was yes. */
  confirm(): void;
  /** The answer was no. */
  dismiss(): void;
}

/**
 * Messages sent again by hand. A second press, or one on an old page, sends nothing a second time: the server goes by what
 * the page has seen.
 * @param reload reads again what is shown
 */
export function useSendAgain(reload: () => Promise<unknown>): SendAgain {
  const asking = ref(false);
  const question = ref("");
  const busy = ref<string>();
  const problem = ref<string>();
  const doubtful = shallowRef<Sendable>();

  async function send({ id, state, attempts }: Sendable): Promise<void> {
    if (state !== "refused" && state !== "failed" && state !== "uncertain") return;
    asking.value = false;
    busy.value = id;
    problem.value = undefined;
    try {
      const body: RetryOfMessage = { state, attempts, ...(state === "uncertain" && { anyway: true }) };
      await call<MessageAnswer>("POST", `/messages/${id}/retry`, body);
    } catch (thrown) {
      problem.value = sentenceOf(thrown);
    } finally {
      busy.value = undefined;
      await reload();
    }
  }

  return {
    asking,
    question,
    busy,
    problem,
    again(message) {
      if (message.state !== "uncertain") {
        void send(message);
        return;
      }
      doubtful.value = message;
      question.value = message.question ?? t("journal.againUncertain");
      asking.value = true;
    },
    dismiss() {
      asking.value = false;
    },
    confirm() {
      if (doubtful.value) void send(doubtful.value);
    },
  };
}

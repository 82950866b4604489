import { type Ref, ref, shallowRef } from "vue";
import type { PersonChangedAnswer } from "../../../src/api/customers.ts";
import { call } from "../../shared/api.ts";
import { t } from "../../shared/i18n.ts";
import { whyNot } from "./about-person.ts";

/** What was done last, for the bar that offers to take it back. */
export interface LastChange {
  readonly text: string;
  /** Takes it back; absent when it was taken back itself. */
  readonly entry?: string;
  /** Somebody who came out of it and is worth a look. */
  readonly look?: string;
}

export interface PersonChanges {
  readonly last: Ref<LastChange | undefined>;
  readonly busy: Ref<boolean>;
  /** Why the last one did not work. */
  readonly problem: Ref<string | undefined>;
  /** `undefined`: it did not work, and `problem` says why. `text`: what to say when it did; `looks`: at whom it ended. */
  make(path: string, body: unknown, text: string, looks?: boolean): Promise<PersonChangedAnswer | undefined>;
  undo(entry: string): Promise<PersonChangedAnswer | undefined>;
}

/** Changes of who is who: one at a time, and each with its way back. */
export function usePersonChanges(): PersonChanges {
  const last = shallowRef<LastChange>();
  const busy = ref(false);
  const problem = ref<string>();

  async function send(path: string, body: unknown): Promise<PersonChangedAnswer | undefined> {
    if (busy.value) return undefined;
    busy.value = true;
    problem.value = undefined;
    try {
      return await call<PersonChangedAnswer>("POST", path, body);
    } catch (thrown) {
      problem.value = whyNot(thrown);
      return undefined;
    } finally {
      busy.value = false;
    }
  }

  return {
    last,
    busy,
    problem,
    async make(path, body, text, looks = false) {
      const done = await send(path, body);
      if (done) last.value = { text, entry: done.entry, ...(looks && { look: done.person }) };
      return done;
    },
    async undo(entry) {
      const done = await send("/customers/undo", { entry });
      if (done) last.value = { text: t("customers.did.undone"), look: done.person };
      return done;
    },
  };
}

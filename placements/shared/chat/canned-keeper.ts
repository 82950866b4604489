import { computed, type Ref, ref, shallowRef } from "vue";
import type { CannedReplyAnswer } from "../../../src/api/canned-replies.ts";
import { call } from "../api.ts";
import { type Loaded, sentenceOf, useLoaded } from "../loaded.ts";
import { forgetReplies } from "./canned-replies.ts";
import { newClientId } from "./client-id.ts";

/** A reply as it is being written. */
export interface ReplyForm {
  readonly id: string;
  readonly isNew: boolean;
  readonly own: boolean;
  readonly shortcut: string;
  readonly text: string;
}

export interface CannedKeeper {
  readonly loaded: Loaded<readonly CannedReplyAnswer[]>;
  /** Those that are looked for. */
  readonly shown: Readonly<Ref<readonly CannedReplyAnswer[]>>;
  readonly search: Ref<string>;
  readonly form: Ref<ReplyForm | undefined>;
  readonly busy: Readonly<Ref<boolean>>;
  readonly problem: Ref<string | undefined>;
  /** The one that was deleted last, while it can be put back. */
  readonly deleted: Ref<CannedReplyAnswer | undefined>;
  begin(own: boolean): void;
  edit(reply: CannedReplyAnswer): void;
  save(): Promise<void>;
  remove(reply: CannedReplyAnswer): Promise<void>;
  undo(): Promise<void>;
}

/**
 * Keeps canned replies: everybody's, or one's own beside them. A reply is saved under the id that the page made, so saving
 * twice is once and what was deleted is put back as it was.
 */
export function useCannedKeeper(isWanted: (reply: CannedReplyAnswer) => boolean): CannedKeeper {
  const loaded = useLoaded(() => call<readonly CannedReplyAnswer[]>("GET", "/canned-replies"));
  const search = ref("");
  const form = shallowRef<ReplyForm>();
  const busy = ref(false);
  const problem = ref<string>();
  const deleted = shallowRef<CannedReplyAnswer>();

  /** Answers whether it worked. */
  async function run(work: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    problem.value = undefined;
    try {
      await work();
      forgetReplies();
      await loaded.load();
      return true;
    } catch (thrown) {
      problem.value = sentenceOf(thrown);
      return false;
    } finally {
      busy.value = false;
    }
  }

  const put = ({ id, own, shortcut, text }: Pick<ReplyForm, "id" | "own" | "shortcut" | "text">) =>
    call("PUT", `/canned-replies/${id}`, { own, shortcut, text });

  return {
    loaded,
    search,
    form,
    busy,
    problem,
    deleted,
    shown: computed(() => {
      const words = search.value.trim().toLowerCase();
      return (loaded.value.value ?? [])
        .filter(isWanted)
        .filter(({ shortcut, text }) => `${shortcut} ${text}`.toLowerCase().includes(words));
    }),
    begin(own) {
      problem.value = undefined;
      form.value = { id: newClientId(), isNew: true, own, shortcut: "", text: "" };
    },
    edit({ id, own, shortcut, text }) {
      problem.value = undefined;
      form.value = { id, isNew: false, own, shortcut, text };
    },
    async save() {
      const written = form.value;
      if (!written) return;
      if (await run(() => put({ ...written, shortcut: written.shortcut.trim() }))) form.value = undefined;
    },
    async remove(reply) {
      if (!(await run(() => call("DELETE", `/canned-replies/${reply.id}`)))) return;
      deleted.value = reply;
      if (form.value?.id === reply.id) form.value = undefined;
    },
    async undo() {
      const reply = deleted.value;
      if (reply && (await run(() => put(reply)))) deleted.value = undefined;
    },
  };
}

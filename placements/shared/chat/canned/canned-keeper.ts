import { computed, type InjectionKey, inject, provide, ref, shallowRef } from "vue";
import type { CannedFolderAnswer, CannedReplyAnswer } from "../../../../src/api/canned-replies.ts";
import { call } from "../../api.ts";
import { boot } from "../../boot.ts";
import { sentenceOf, useLoaded } from "../../loaded.ts";
import { forgetReplies } from "../canned-replies.ts";
import { newClientId } from "../client-id.ts";
import { groupsOf } from "./canned-groups.ts";

/** A reply as it is being written. */
export interface ReplyForm {
  readonly id: string;
  readonly isNew: boolean;
  readonly own: boolean;
  readonly shortcut: string;
  readonly text: string;
  readonly folder: string | null;
}

/** A folder as it is being named. */
export interface FolderForm {
  readonly id: string;
  readonly isNew: boolean;
  readonly own: boolean;
  readonly name: string;
}

/** What was done last, while it can be taken back. */
type Done =
  | { readonly kind: "deleted"; readonly reply: CannedReplyAnswer }
  /** `reply`: as it lay before. */
  | { readonly kind: "moved"; readonly reply: CannedReplyAnswer; readonly to: CannedFolderAnswer | undefined }
  | {
      readonly kind: "folder-deleted";
      readonly folder: CannedFolderAnswer;
      readonly replies: readonly CannedReplyAnswer[];
    };

type CannedKeeper = ReturnType<typeof createCannedKeeper>;

/**
 * Keeps canned replies and their folders: everybody's, or one's own beside them. Each is saved under the id that the page made,
 * so saving twice is once and what was deleted is put back as it was.
 */
export function createCannedKeeper(everybodys: boolean) {
  const loaded = useLoaded(async () => {
    const [replies, folders] = await Promise.all([
      call<readonly CannedReplyAnswer[]>("GET", "/canned-replies"),
      call<readonly CannedFolderAnswer[]>("GET", "/canned-folders"),
    ]);
    const isWanted = ({ own }: { readonly own: boolean }) => !everybodys || !own;
    return { replies: replies.filter(isWanted), folders: folders.filter(isWanted) };
  });
  const replies = computed(() => loaded.value.value?.replies ?? []);
  const folders = computed(() => loaded.value.value?.folders ?? []);
  const search = ref("");
  const form = shallowRef<ReplyForm>();
  const folderForm = shallowRef<FolderForm>();
  /** The folder of which it is asked what becomes of its replies. */
  const asking = ref<string>();
  /** The reply that is being drawn somewhere else. */
  const dragged = shallowRef<CannedReplyAnswer>();
  const busy = ref(false);
  const problem = ref<string>();
  const done = shallowRef<Done>();

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

  const put = ({ id, own, shortcut, text, folder }: Omit<ReplyForm, "isNew">) =>
    call("PUT", `/canned-replies/${id}`, { own, shortcut: shortcut.trim(), text, folder });
  const putIn = (reply: CannedReplyAnswer, folder: string | null) =>
    call("PATCH", `/canned-replies/${reply.id}`, { folder });
  const putFolder = ({ id, own, name }: Omit<FolderForm, "isNew">, inside: readonly CannedReplyAnswer[] = []) =>
    call("PUT", `/canned-folders/${id}`, {
      ...{ own, name },
      replies: inside.map(({ id: reply, shortcut, text }) => ({ id: reply, shortcut, text })),
    });

  function begin(reply: ReplyForm | undefined, folder: FolderForm | undefined): void {
    problem.value = undefined;
    asking.value = undefined;
    form.value = reply;
    folderForm.value = folder;
  }

  return {
    everybodys,
    loaded,
    replies,
    folders,
    search,
    form,
    folderForm,
    asking,
    dragged,
    busy,
    problem,
    done,
    groups: computed(() => groupsOf(replies.value, folders.value, search.value)),
    mayChange: ({ own }: { readonly own: boolean }) => own || boot.user.editor,
    /** Where a reply may lie: whose it is never changes. */
    foldersFor: ({ own }: { readonly own: boolean }) => folders.value.filter((folder) => folder.own === own),
    begin: (own: boolean) =>
      begin({ id: newClientId(), isNew: true, own, shortcut: "", text: "", folder: null }, undefined),
    edit: ({ id, own, shortcut, text, folder }: CannedReplyAnswer) =>
      begin({ id, isNew: false, own, shortcut, text, folder: folder?.id ?? null }, undefined),
    beginFolder: () => begin(undefined, { id: newClientId(), isNew: true, own: !everybodys, name: "" }),
    rename: ({ id, own, name }: CannedFolderAnswer) => begin(undefined, { id, isNew: false, own, name }),
    stop: () => begin(undefined, undefined),
    async save() {
      const written = form.value;
      if (written && (await run(() => put(written)))) form.value = undefined;
    },
    async saveFolder() {
      const written = folderForm.value;
      if (written && (await run(() => putFolder(written)))) folderForm.value = undefined;
    },
    async remove(reply: CannedReplyAnswer) {
      if (!(await run(() => call("DELETE", `/canned-replies/${reply.id}`)))) return;
      done.value = { kind: "deleted", reply };
      if (form.value?.id === reply.id) form.value = undefined;
    },
    async move(reply: CannedReplyAnswer, to: CannedFolderAnswer | undefined) {
      if (reply.folder?.id === to?.id) return;
      if (await run(() => putIn(reply, to?.id ?? null))) done.value = { kind: "moved", reply, to };
    },
    /** Asks first where replies lie in it. */
    async removeFolder(folder: CannedFolderAnswer, inside?: "keep" | "delete") {
      if (inside === undefined && replies.value.some((reply) => reply.folder?.id === folder.id)) {
        begin(undefined, undefined);
        asking.value = folder.id;
        return;
      }
      let gone: { readonly replies: readonly CannedReplyAnswer[] } = { replies: [] };
      const how = inside === undefined ? "" : `?replies=${inside}`;
      const isGone = await run(async () => {
        gone = await call("DELETE", `/canned-folders/${folder.id}${how}`);
      });
      // Not empty any more: somebody has put a reply there meanwhile, and it is asked then.
      if (!isGone) return loaded.load();
      asking.value = undefined;
      done.value = { kind: "folder-deleted", folder, replies: gone.replies };
    },
    async undo() {
      const last = done.value;
      if (!last) return;
      const isBack = await run(() => {
        if (last.kind === "deleted") return put({ ...last.reply, folder: stillThere(last.reply) });
        if (last.kind === "moved") return putIn(last.reply, last.reply.folder?.id ?? null);
        return putFolder(last.folder, last.replies);
      });
      if (isBack) done.value = undefined;
    },
  };

  /** The folder in which it lay, if that is there still. */
  function stillThere({ folder }: CannedReplyAnswer): string | null {
    return folder && folders.value.some(({ id }) => id === folder.id) ? folder.id : null;
  }
}

const KEEPER: InjectionKey<CannedKeeper> = Symbol("canned keeper");

export function provideKeeper(keeper: CannedKeeper): CannedKeeper {
  provide(KEEPER, keeper);
  return keeper;
}

export function useKeeper(): CannedKeeper {
  const keeper = inject(KEEPER);
  if (!keeper) throw new Error("No canned replies are kept here");
  return keeper;
}

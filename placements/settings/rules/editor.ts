/**
 * The draft of the rules that the page edits. It stands in this browser until it is saved or discarded, so leaving the
 * page loses nothing. It is the whole ruleset: what the page does not show is saved as it was.
 *
 * Saved elsewhere meanwhile: the person chooses between the newer rules and the draft. A kept draft that this version
 * cannot read is put aside and said. A browser that keeps nothing (storage blocked inside a frame): the draft lives as
 * long as the page.
 */
import {
  type ComputedRef,
  computed,
  type InjectionKey,
  inject,
  provide,
  type Ref,
  reactive,
  ref,
  shallowRef,
  watch,
} from "vue";
import type { CheckedRulesAnswer, CurrentRulesAnswer, TriedRulesAnswer } from "../../../src/api/rules.ts";
import { ApiError, call } from "../../shared/api.ts";
import { boot } from "../../shared/boot.ts";
import { type Loaded, sentenceOf, useLoaded } from "../../shared/loaded.ts";
import { missingIn, type Problem } from "./checks.ts";
import { canonical, clone, type Directory, type Ruleset, type Scope } from "./model.ts";
import { t } from "./words.ts";

export interface Editor {
  readonly current: Loaded<CurrentRulesAnswer>;
  readonly directory: Loaded<Directory>;
  /** Changed in place by the sections. Only to be read once `current` is there. */
  readonly draft: Ref<Ruleset | undefined>;
  readonly dirty: ComputedRef<boolean>;
  /** Somebody saved since the draft was begun. */
  readonly conflict: Ref<boolean>;
  /** A draft that was kept here could not be read. */
  readonly dropped: Ref<boolean>;
  /** A draft of an earlier visit was taken up again. */
  readonly resumed: Ref<boolean>;
  readonly busy: Ref<boolean>;
  readonly failure: Ref<string | undefined>;
  readonly problems: ComputedRef<readonly Problem[]>;
  /** Names of people by id: the portal's, and of those who were chosen here. */
  readonly names: Record<string, string>;
  readonly scope: Ref<Scope>;
  /** Grows with every save: lines and versions look again. */
  readonly stamp: Ref<number>;
  /** What is known of the message that was tried last. */
  readonly tried: Ref<TriedRulesAnswer["facts"] | undefined>;
  problemAt(path: string): string | undefined;
  start(): Promise<void>;
  save(note: string): Promise<boolean>;
  restore(version: number): Promise<boolean>;
  discard(): void;
  loadAgain(): Promise<void>;
  keepMine(): Promise<void>;
  /** Whether the draft can be sent at all; shows what is missing when not. */
  complete(): boolean;
  take(ruleset: Ruleset): void;
}

interface Kept {
  readonly basedOn: number;
  readonly ruleset: unknown;
  readonly names: Readonly<Record<string, string>>;
}

const EDITOR: InjectionKey<Editor> = Symbol("rules");

export function useEditor(): Editor {
  const editor = inject(EDITOR);
  if (!editor) throw new Error("Sections of the rules stand inside the rules tab.");
  return editor;
}

/** The draft that a section changes: there is one whenever sections are shown. */
export function useDraft(): ComputedRef<Ruleset> {
  const { draft } = useEditor();
  return computed(() => {
    if (!draft.value) throw new Error("Sections are shown once the rules are loaded.");
    return draft.value;
  });
}

export function provideEditor(): Editor {
  let before: (Kept & { readonly ruleset: Ruleset }) | undefined;
  const current = useLoaded(async () => {
    const answer = await call<CurrentRulesAnswer>("GET", "/rules");
    before = await readKept();
    return answer;
  });
  const directory = useLoaded(() => call<Directory>("GET", "/rules/directory"));
  const draft = shallowRef<Ruleset>();
  const basedOn = ref(0);
  const conflict = ref(false);
  const dropped = ref(false);
  const resumed = ref(false);
  const busy = ref(false);
  const failure = ref<string>();
  const scope = ref<Scope>("chats");
  const stamp = ref(0);
  const tried = shallowRef<TriedRulesAnswer["facts"]>();
  const names = reactive<Record<string, string>>({});
  const asked = ref(false);
  const broken = shallowRef<readonly Problem[]>([]);

  const written = computed(() => (draft.value ? canonical(draft.value) : ""));
  const saved = computed(() => (current.value.value ? canonical(current.value.value.ruleset) : ""));
  const dirty = computed(() => written.value !== saved.value);
  // What the server found is shown until it is looked at again; what is missing goes as it is filled in.
  const problems = computed(() => [...(asked.value && draft.value ? missingIn(draft.value) : []), ...broken.value]);

  watch(written, () => {
    broken.value = [];
    keep();
  });
  watch(directory.value, (now) => {
    for (const { id, name } of now?.people ?? []) names[id] = name;
  });

  function keep(): void {
    if (draft.value && dirty.value) remember({ basedOn: basedOn.value, ruleset: draft.value, names });
    else forget();
  }

  function take(ruleset: Ruleset): void {
    draft.value = reactive(clone(ruleset)) as Ruleset;
    asked.value = false;
    failure.value = undefined;
  }

  function adopt(answer: CurrentRulesAnswer): void {
    current.value.value = answer;
    basedOn.value = answer.version;
    conflict.value = false;
    resumed.value = false;
    take(answer.ruleset);
  }

  async function start(): Promise<void> {
    void directory.load();
    await current.load();
    const answer = current.value.value;
    if (!answer || draft.value) return;
    adopt(answer);
    if (!before) return;
    Object.assign(names, before.names);
    basedOn.value = before.basedOn;
    take(before.ruleset);
    conflict.value = before.basedOn !== answer.version && dirty.value;
    resumed.value = dirty.value;
  }

  /** The draft of an earlier visit, completed by what rules have got since. */
  async function readKept(): Promise<typeof before> {
    const kept = recall();
    if (!kept) return undefined;
    try {
      const { ruleset } = await call<CheckedRulesAnswer>("POST", "/rules/check", { ruleset: kept.ruleset });
      return { ...kept, ruleset };
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.status !== 400) throw thrown;
      dropped.value = true;
      return undefined;
    }
  }

  async function attempt(work: () => Promise<void>): Promise<boolean> {
    busy.value = true;
    failure.value = undefined;
    try {
      await work();
      return true;
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.code === "conflict") conflict.value = true;
      else if (thrown instanceof ApiError && thrown.code === "broken_rules") broken.value = brokenIn(thrown);
      else failure.value = sentenceOf(thrown);
      return false;
    } finally {
      busy.value = false;
    }
  }

  function complete(): boolean {
    asked.value = true;
    return draft.value !== undefined && missingIn(draft.value).length === 0;
  }

  const changed = (answer: CurrentRulesAnswer): void => {
    adopt(answer);
    stamp.value += 1;
    void directory.load();
  };

  const editor: Editor = {
    current,
    directory,
    draft,
    dirty,
    conflict,
    dropped,
    resumed,
    busy,
    failure,
    problems,
    names,
    scope,
    stamp,
    tried,
    problemAt: (path) => problems.value.find((problem) => problem.path === path)?.sentence,
    start,
    complete,
    take,
    save: async (note) =>
      complete() &&
      (await attempt(async () =>
        changed(
          await call<CurrentRulesAnswer>("PUT", "/rules", { ruleset: draft.value, basedOn: basedOn.value, note }),
        ),
      )),
    restore: (version) =>
      attempt(async () =>
        changed(
          await call<CurrentRulesAnswer>("POST", `/rules/versions/${version}/restore`, { basedOn: basedOn.value }),
        ),
      ),
    discard() {
      if (current.value.value) adopt(current.value.value);
    },
    async loadAgain() {
      await attempt(async () => changed(await call<CurrentRulesAnswer>("GET", "/rules")));
    },
    async keepMine() {
      await attempt(async () => {
        const answer = await call<CurrentRulesAnswer>("GET", "/rules");
        current.value.value = answer;
        basedOn.value = answer.version;
        conflict.value = false;
        stamp.value += 1;
        keep();
      });
    },
  };
  provide(EDITOR, editor);
  return editor;
}

function brokenIn(error: ApiError): readonly Problem[] {
  const { broken } = error.details;
  if (!Array.isArray(broken)) return [{ path: "", sentence: error.message || t("missing.value") }];
  return broken.flatMap((one: unknown) => {
    const { path, sentence } = (one ?? {}) as { readonly path?: unknown; readonly sentence?: unknown };
    return typeof path === "string" && typeof sentence === "string" ? [{ path, sentence }] : [];
  });
}

const KEY = `threadline.rules.${boot.portal.id}`;

function recall(): Kept | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as Partial<Kept> | null;
    if (!kept || typeof kept.basedOn !== "number" || kept.ruleset === undefined) return undefined;
    return { basedOn: kept.basedOn, ruleset: kept.ruleset, names: kept.names ?? {} };
  } catch {
    return undefined;
  }
}

function remember(kept: Kept): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Blocked or full: the draft lives as long as the page.
  }
}

function forget(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept there either.
  }
}

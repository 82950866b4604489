import { computed, type InjectionKey, inject, provide, type Ref, reactive, ref, shallowRef } from "vue";
import type { ChangedLine, LineDetails, LineFieldName, LinesDirectory } from "../../../src/api/lines.ts";
import { ApiError, call } from "../../shared/api.ts";
import { sentenceOf } from "../../shared/loaded.ts";
import type { Draft } from "./sections.ts";

export type Correction = ChangedLine["corrections"][number];

export interface Difference {
  readonly field: LineFieldName;
  readonly shown?: unknown;
  readonly now?: unknown;
}

/** What was told after the last save, until something is changed again. */
export type SaveNote = "saved" | "undone" | "corrected";

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
const copy = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

/** The settings of one line, as they are shown, changed and saved. What is not saved stays in this window. */
export function createLineEditor(first: LineDetails, directory: Ref<LinesDirectory>) {
  const line = shallowRef(first);
  const draft = reactive<Draft>(copy(first.settings));
  const names = reactive<Record<string, string>>(namesOf(first));
  const corrections = shallowRef<readonly Correction[]>([]);
  const wrong = reactive(new Map<LineFieldName, string>());
  /** Fields in which something stands that is no value: it is neither in the draft nor to be saved. */
  const unusable = reactive(new Set<LineFieldName>());
  const differences = shallowRef<readonly Difference[]>([]);
  const meanwhile = shallowRef<readonly LineFieldName[]>([]);
  /** The last save was made here and now: it can be taken back without asking. */
  const isFresh = ref(false);
  const note = ref<SaveNote>();
  const failure = ref<string>();
  const busy = ref(false);

  const changed = computed(() => fieldsOf(draft).filter((name) => !same(draft[name], line.value.settings[name])));
  const dirty = computed(() => changed.value.length > 0 || unusable.size > 0);

  function set(name: LineFieldName, value: unknown): void {
    Object.assign(draft, { [name]: value });
    wrong.delete(name);
    note.value = undefined;
    meanwhile.value = [];
    corrections.value = corrections.value.filter(({ field }) => field !== name);
  }

  function take(now: LineDetails): void {
    for (const name of fieldsOf(draft)) delete draft[name];
    Object.assign(draft, copy(now.settings));
    Object.assign(names, namesOf(now));
    line.value = now;
    unusable.clear();
    wrong.clear();
    differences.value = [];
  }

  async function doing(work: () => Promise<void>): Promise<void> {
    busy.value = true;
    failure.value = undefined;
    try {
      await work();
    } catch (thrown) {
      if (!heard(thrown)) failure.value = sentenceOf(thrown);
    } finally {
      busy.value = false;
    }
  }

  /** What the page itself has an answer to. */
  function heard(thrown: unknown): boolean {
    if (!(thrown instanceof ApiError)) return false;
    if (thrown.code === "line_changed") {
      differences.value = thrown.details["differences"] as readonly Difference[];
      return true;
    }
    if (thrown.code !== "wrong_settings") return false;
    const marked = thrown.details["wrong"] as readonly { readonly field: LineFieldName; readonly why: string }[];
    for (const { field, why } of marked) wrong.set(field, why);
    return true;
  }

  const send = async (base: Draft, changes: Draft, told: SaveNote): Promise<void> =>
    heed(await call<ChangedLine>("PATCH", `/lines/${line.value.id}`, { base, changes }), told);

  function heed(answer: ChangedLine, told: SaveNote): void {
    const shown = line.value.settings;
    const written = new Set(Object.keys(answer.before));
    take(answer);
    corrections.value = answer.corrections;
    isFresh.value = told !== "undone";
    meanwhile.value = fieldsOf(answer.settings).filter(
      (name) => !written.has(name) && !same(shown[name], answer.settings[name]),
    );
    note.value = answer.corrections.length > 0 ? "corrected" : told;
  }

  const changesNow = () => pick(draft, changed.value);

  return {
    line,
    directory,
    draft: draft as Readonly<Draft>,
    names,
    corrections,
    wrong,
    unusable,
    differences,
    meanwhile,
    isFresh,
    note,
    failure,
    busy,
    changed,
    dirty,
    set,
    take,
    /** Back to what was read. */
    reset: (name: LineFieldName) => {
      unusable.delete(name);
      set(name, copy(line.value.settings[name]));
      if (line.value.settings[name] === undefined) delete draft[name];
    },
    discard: () => take(line.value),
    save: () => doing(() => send(pick(line.value.settings, changed.value), changesNow(), "saved")),
    /** The last save's changes back to what was there before it, whoever made it, whenever. */
    undo: () =>
      doing(async () => {
        const save = line.value.lastSave?.id;
        if (save !== undefined) heed(await call("POST", `/lines/${line.value.id}/undo`, { save }), "undone");
      }),
    /** Over what somebody else changed, which was shown. */
    saveMine: () =>
      doing(async () => {
        const theirs = Object.fromEntries(differences.value.map(({ field, now }) => [field, now]));
        await send({ ...pick(line.value.settings, changed.value), ...theirs }, changesNow(), "saved");
      }),
    /** What somebody else changed stays; the rest of the own changes too, not saved yet. */
    takeTheirs: () =>
      doing(async () => {
        const fields = new Set(differences.value.map(({ field }) => field));
        const mine = pick(
          draft,
          changed.value.filter((name) => !fields.has(name)),
        );
        take(await call<LineDetails>("GET", `/lines/${line.value.id}`));
        Object.assign(draft, mine);
      }),
    loadAgain: () => doing(async () => take(await call<LineDetails>("GET", `/lines/${line.value.id}`))),
    /** Sets what lines make by themselves as the rules want it. */
    mend: () =>
      doing(async () => {
        await call("POST", "/rules/lines");
        const mine = changesNow();
        take(await call<LineDetails>("GET", `/lines/${line.value.id}`));
        const { creates: _creates, tracks: _tracks, searchesCrm: _searches, ...others } = mine;
        Object.assign(draft, others);
      }),
    switchOn: () => doing(() => send({ active: false }, { active: true }, "saved")),
  };
}

export type LineEditor = ReturnType<typeof createLineEditor>;

const KEY: InjectionKey<LineEditor> = Symbol("line editor");

export function provideLineEditor(editor: LineEditor): LineEditor {
  provide(KEY, editor);
  return editor;
}

export function useLineEditor(): LineEditor {
  const editor = inject(KEY);
  if (!editor) throw new Error("outside of a line's settings");
  return editor;
}

const fieldsOf = (settings: Draft) => Object.keys(settings) as LineFieldName[];

function pick(from: Draft, names: readonly LineFieldName[]): Draft {
  return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
}

const namesOf = ({ people }: LineDetails) => Object.fromEntries(people.map(({ id, name }) => [id, name]));

import { type Ref, ref, shallowRef } from "vue";
import type { NewNote, NoteAnswer } from "../../../src/api/notes.ts";
import { call, list } from "../api.ts";
import { sentenceOf } from "../loaded.ts";

/** Notes of colleagues beside the conversations of a column, as far as they are here. */
export interface Notes {
  readonly list: Readonly<Ref<readonly NoteAnswer[]>>;
  /** Why some may be missing. */
  readonly problem: Readonly<Ref<string | undefined>>;
  /** Reads the newest ones again, or all anew where the column is another one; several calls while one reads are one more. */
  load(): Promise<void>;
  /** Reads again what could not be read. */
  again(): Promise<void>;
  /** Reads so far back that nothing is missing since that time. */
  reach(time: string): Promise<void>;
  /** The same `clientId` twice is one note. @throws ApiError */
  write(conversation: string, note: NewNote): Promise<void>;
  /** @throws ApiError */
  change(id: string, to: Pick<NewNote, "text" | "mentions">): Promise<void>;
  /** @throws ApiError */
  remove(id: string): Promise<void>;
}

const PAGE = 100;

/**
 * The newest page is read again whenever something happened; what is not on it any more was deleted. Older pages are read once.
 * A read that fails leaves what is here and says so; the next one comes with the next news, or by hand.
 * @param path where they are asked for, with its question mark
 */
export function createNotes(path: () => string): Notes {
  const notes = shallowRef<readonly NoteAnswer[]>([]);
  const problem = ref<string>();
  let before: number | undefined;
  /** Since when nothing shall be missing. */
  let since: string | undefined;
  /** Where they were read; the answer for another column is too late. */
  let readAt: string | undefined;
  let reading: "no" | "once" | "again" = "no";

  const sorted = (all: readonly NoteAnswer[]) => [...all].sort((a, b) => a.seq - b.seq);
  const put = (note: NoteAnswer) => {
    notes.value = sorted([...notes.value.filter(({ id }) => id !== note.id), note]);
  };

  async function newest(): Promise<void> {
    const asked = path();
    const page = await list<NoteAnswer>(`${asked}limit=${PAGE}`);
    if (asked !== path()) return;
    const from = page.next === undefined ? Number.NEGATIVE_INFINITY : (page.rows[0]?.seq ?? 0);
    const older = readAt === asked ? notes.value.filter(({ seq }) => seq < from) : [];
    notes.value = sorted([...older, ...page.rows]);
    if (readAt !== asked) before = page.next;
    readAt = asked;
    problem.value = undefined;
  }

  async function load(): Promise<void> {
    if (reading !== "no") {
      reading = "again";
      return;
    }
    do {
      reading = "once";
      await newest().catch(failed);
    } while (isAgain());
    reading = "no";
  }

  function failed(thrown: unknown): undefined {
    problem.value = sentenceOf(thrown);
  }

  async function reach(time: string): Promise<void> {
    since = time;
    while (before !== undefined && (notes.value[0]?.createdAt ?? "") > time) {
      const asked = path();
      const page = await list<NoteAnswer>(`${asked}limit=${PAGE}&before=${before}`).catch(failed);
      if (!page || asked !== readAt) return;
      before = page.next;
      notes.value = sorted([...page.rows, ...notes.value]);
    }
  }

  return {
    list: notes,
    problem,
    load,
    reach,
    async again() {
      problem.value = undefined;
      await load();
      if (since !== undefined) await reach(since);
    },

    async write(conversation, note) {
      put(await call<NoteAnswer>("POST", `/conversations/${conversation}/notes`, note));
    },
    async change(id, to) {
      put(await call<NoteAnswer>("PATCH", `/notes/${id}`, to));
    },
    async remove(id) {
      await call("DELETE", `/notes/${id}`);
      notes.value = notes.value.filter((note) => note.id !== id);
    },
  };

  function isAgain(): boolean {
    return reading === "again";
  }
}

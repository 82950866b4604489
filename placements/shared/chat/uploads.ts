import { type Ref, shallowRef } from "vue";
import type { WaitingFileAnswer } from "../../../src/api/writing.ts";
import { type Progress, upload } from "../api.ts";
import { sentenceOf } from "../loaded.ts";
import { newClientId } from "./client-id.ts";
import type { ReadyFile } from "./drafts.ts";

/** A file that an agent attaches, on its way to the server or turned down. */
export interface Upload {
  readonly key: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Part of it that is there, 0 to 1. */
  readonly progress: number;
  /** Why it did not work, or never can. */
  readonly problem?: string | undefined;
  /** Trying again may help. */
  readonly retriable?: boolean;
}

export interface Uploads {
  readonly list: Readonly<Ref<readonly Upload[]>>;
  /** @param problemOf a sentence for a file that the channel does not take: it is not uploaded then */
  add(files: readonly File[], problemOf: (file: File) => string | undefined, how?: SentAs): void;
  again(key: string): void;
  /** Breaks it off, or puts away one that failed. */
  cancel(key: string): void;
}

export interface SentAs {
  /** `voice`: a recording, shown as such where the channel can. `file`: as it is, also if it is a picture. */
  readonly as?: "voice" | "file";
  /** It stands at the top of a template, which goes also when nothing else may. */
  readonly goesWith?: "template";
}

interface Job {
  readonly file: File;
  readonly how: SentAs;
  abort?: AbortController;
}

/**
 * Uploads beside one conversation, all at once. One that fails says so by itself and holds up no other; one that is broken
 * off leaves nothing behind on the server.
 */
export function createUploads(conversation: string, ready: (file: ReadyFile) => void): Uploads {
  const list = shallowRef<readonly Upload[]>([]);
  const jobs = new Map<string, Job>();

  const change = (key: string, patch: Partial<Upload>) => {
    list.value = list.value.map((one) => (one.key === key ? { ...one, ...patch } : one));
  };
  const drop = (key: string) => {
    jobs.delete(key);
    list.value = list.value.filter((one) => one.key !== key);
  };

  async function run(key: string): Promise<void> {
    const job = jobs.get(key);
    if (!job) return;
    const abort = new AbortController();
    job.abort = abort;
    const outcome = await send(job, abort.signal, (progress) => change(key, { progress }));
    if (!jobs.has(key)) return;
    if ("problem" in outcome) {
      change(key, { problem: outcome.problem, retriable: true });
      return;
    }
    drop(key);
    ready({ id: outcome.id, kind: outcome.kind, name: outcome.name, size: outcome.size });
  }

  async function send(
    { file, how }: Job,
    signal: AbortSignal,
    progress: Progress,
  ): Promise<WaitingFileAnswer | { readonly problem: string }> {
    try {
      const query = new URLSearchParams({ ...how }).toString();
      const path = `/conversations/${conversation}/attachments${query === "" ? "" : `?${query}`}`;
      return await upload<WaitingFileAnswer>(path, file, progress, signal);
    } catch (error) {
      return { problem: sentenceOf(error) };
    }
  }

  return {
    list,
    add(files, problemOf, how = {}) {
      for (const file of files) {
        const key = newClientId();
        const problem = problemOf(file);
        list.value = [...list.value, { key, name: file.name, size: file.size, progress: 0, problem }];
        if (problem !== undefined) continue;
        jobs.set(key, { file, how });
        void run(key);
      }
    },
    again(key) {
      change(key, { problem: undefined, retriable: false, progress: 0 });
      void run(key);
    },
    cancel(key) {
      const job = jobs.get(key);
      drop(key);
      job?.abort?.abort();
    },
  };
}

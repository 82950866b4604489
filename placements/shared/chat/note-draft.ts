import { newClientId } from "./client-id.ts";
import { record } from "./drafts.ts";
import type { PageMemory } from "./page-memory.ts";

export interface Colleague {
  readonly id: string;
  readonly name: string;
}

/** A note that was begun. It keeps its id until the server has it, so that sending it twice makes one. */
export interface NoteDraft {
  readonly clientId: string;
  readonly text: string;
  /** Who was chosen for an `@`. */
  readonly people: readonly Colleague[];
}

export interface NoteDrafts {
  load(conversation: string): NoteDraft;
  save(conversation: string, draft: NoteDraft): void;
}

/** Under the prefix of all drafts, with which it is cleared away by age. */
const PREFIX = "draft:note:";

export const newNoteDraft = (): NoteDraft => ({ clientId: newClientId(), text: "", people: [] });

export function createNoteDrafts(memory: PageMemory, now: () => number): NoteDrafts {
  return {
    load(conversation) {
      const { clientId, text, people } = record(memory.get(PREFIX + conversation));
      if (typeof clientId !== "string" || typeof text !== "string") return newNoteDraft();
      return { clientId, text, people: Array.isArray(people) ? people.filter(isColleague) : [] };
    },
    save(conversation, draft) {
      const kept = draft.text === "" ? undefined : JSON.stringify({ ...draft, at: now() });
      memory.set(PREFIX + conversation, kept);
    },
  };
}

function isColleague(value: unknown): value is Colleague {
  if (typeof value !== "object" || value === null) return false;
  const { id, name } = value as Record<string, unknown>;
  return typeof id === "string" && typeof name === "string";
}

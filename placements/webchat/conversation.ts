import type { VisitorFile, VisitorMessage, VisitorQuote } from "../../src/api/webchat.ts";

/**
 * The conversation as the page shows it: rows of the server and messages on their way there, each once. Rows may come
 * twice, late or in any order (history, stream and answers overlap); ids make that harmless.
 */
export interface Entry {
  /** Stays the same while a message turns from pending into stored. */
  readonly key: string;
  readonly id?: string;
  readonly seq?: number;
  readonly from: "visitor" | "team";
  readonly text: string;
  readonly spans: VisitorMessage["spans"];
  readonly files: readonly VisitorFile[];
  readonly quote?: VisitorQuote;
  /** Milliseconds. */
  readonly at: number;
  readonly state: "sending" | "failed" | "sent" | "delivered" | "read";
  readonly isEdited: boolean;
  readonly isGone: boolean;
  readonly upload?: PendingUpload;
  /** Why it failed, in the visitor's language. */
  readonly problem?: string;
}

export interface PendingUpload {
  readonly name: string;
  readonly size: number;
  /** 0 to 1. */
  readonly progress: number;
  readonly preview?: string;
}

interface Change {
  readonly seq: number;
  readonly text: string;
  readonly spans: VisitorMessage["spans"];
}

export interface Conversation {
  /** Answers messages of the team that were not here before. */
  apply(messages: readonly VisitorMessage[]): readonly Entry[];
  /** Adds or changes a message that is not stored yet. */
  putPending(entry: Entry): void;
  dropPending(key: string): void;
  /** Stored ones by position, then pending ones in the order they were written. */
  entries(): readonly Entry[];
  find(key: string): Entry | undefined;
  /** Lowest and highest stored position. */
  bounds(): { readonly bottom: number; readonly top: number } | undefined;
  unread(readUpTo: number): number;
}

export function createConversation(): Conversation {
  const stored = new Map<string, VisitorMessage>();
  const pending = new Map<string, Entry>();
  const edits = new Map<string, Change>();
  const removals = new Set<string>();
  let cache: readonly Entry[] | undefined;

  const entries = () => {
    cache ??= [
      ...[...stored.values()].sort((a, b) => a.seq - b.seq).map(toEntry),
      ...[...pending.values()].sort((a, b) => a.at - b.at),
    ];
    return cache;
  };

  function toEntry(message: VisitorMessage): Entry {
    const edit = edits.get(message.id);
    const isGone = removals.has(message.id);
    return {
      key: message.clientId ?? message.id,
      id: message.id,
      seq: message.seq,
      from: message.from,
      text: isGone ? "" : (edit?.text ?? message.text),
      spans: isGone ? [] : (edit?.spans ?? message.spans),
      files: isGone ? [] : message.files,
      ...(message.quote !== undefined && !isGone && { quote: message.quote }),
      at: Date.parse(message.at),
      state: message.state,
      isEdited: edit !== undefined,
      isGone,
    };
  }

  return {
    apply(messages) {
      cache = undefined;
      const news: string[] = [];
      for (const message of messages) {
        if (message.kind === "edit") {
          const known = message.target === undefined ? undefined : edits.get(message.target);
          if (message.target !== undefined && (known?.seq ?? -1) <= message.seq) edits.set(message.target, message);
        } else if (message.kind === "delete") {
          if (message.target !== undefined) removals.add(message.target);
        } else {
          if (message.from === "team" && !stored.has(message.id)) news.push(message.id);
          stored.set(message.id, message);
          if (message.clientId !== undefined) pending.delete(message.clientId);
        }
      }
      const isNew = new Set(news);
      return entries().filter((entry) => entry.id !== undefined && isNew.has(entry.id) && !entry.isGone);
    },
    putPending(entry) {
      // The stream may have brought the stored row before the answer to its POST came back.
      if (entries().some((known) => known.seq !== undefined && known.key === entry.key)) return;
      cache = undefined;
      pending.set(entry.key, entry);
    },
    dropPending(key) {
      cache = undefined;
      pending.delete(key);
    },
    entries,
    find: (key) => entries().find((entry) => entry.key === key),
    bounds() {
      const seqs = [...stored.values()].map((message) => message.seq);
      return seqs.length === 0 ? undefined : { bottom: Math.min(...seqs), top: Math.max(...seqs) };
    },
    unread: (readUpTo) =>
      entries().filter(
        (entry) => entry.from === "team" && !entry.isGone && entry.state !== "read" && (entry.seq ?? 0) > readUpTo,
      ).length,
  };
}

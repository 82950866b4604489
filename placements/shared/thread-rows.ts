import type { MessageAnswer } from "../../src/api/messages.ts";

export interface ThreadRow {
  readonly message: MessageAnswer;
  readonly edited: boolean;
  readonly deleted: boolean;
  /** Our newest change of it, when the customer does not have it, or may not. The text is then what they have. */
  readonly notTaken: MessageAnswer | undefined;
}

/** A change of ours that was turned down changed nothing for the customer. */
const took = (change: MessageAnswer) =>
  change.direction === "in" || (change.state !== "refused" && change.state !== "failed");

/**
 * What a reader sees: each message once, in the latest version that was given, marked with what became of it. Texts are
 * edited by the server already; rows of changes only say that it happened.
 */
export function foldChanges(rows: readonly MessageAnswer[]): ThreadRow[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const changes = [...byId.values()].filter((row) => row.kind !== "message" && took(row));
  const targets = (kind: MessageAnswer["kind"]) =>
    new Set(changes.filter((change) => change.kind === kind).map((change) => change.target));
  const edited = targets("edit");
  const deleted = targets("delete");
  const newest = new Map<string, MessageAnswer>();
  for (const row of [...byId.values()].sort((a, b) => a.seq - b.seq)) {
    if (row.target !== undefined && (row.kind === "edit" || row.kind === "delete")) newest.set(row.target, row);
  }
  return [...byId.values()]
    .filter((row) => row.kind === "message")
    .sort((a, b) => a.seq - b.seq)
    .map((message) => {
      const last = newest.get(message.id);
      return {
        message,
        edited: edited.has(message.id),
        deleted: deleted.has(message.id),
        notTaken: last?.direction === "out" && last.retriable ? last : undefined,
      };
    });
}

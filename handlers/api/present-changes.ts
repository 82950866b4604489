/** What became of messages since they were said, from the rows of their changes. */
import type { MessageAnswer, ReactionAnswer } from "../../src/api/messages.ts";
import type { Say } from "../../src/domain/localised.ts";
import { type Message, RETRIABLE_STATES } from "../../src/domain/message.ts";
import { nameOf } from "./present.ts";

/** A change of ours that was turned down changed nothing for the customer. */
const took = ({ direction, state }: Message) => direction === "in" || (state !== "refused" && state !== "failed");

/** Edits and deletions of each message, by its id. The texts are edited already. */
export function changesByMessage(
  rows: readonly Message[],
  say: Say,
): ReadonlyMap<string, NonNullable<MessageAnswer["changed"]>> {
  const byTarget = new Map<string, Message[]>();
  for (const row of rows) {
    if (row.target === undefined || (row.kind !== "edit" && row.kind !== "delete")) continue;
    byTarget.set(row.target, [...(byTarget.get(row.target) ?? []), row]);
  }
  return new Map(
    [...byTarget].map(([target, changes]) => {
      const isDone = (kind: Message["kind"]) => changes.some((row) => row.kind === kind && took(row));
      const last = changes.at(-1);
      const isOpen = last?.direction === "out" && RETRIABLE_STATES.includes(last.state);
      return [
        target,
        { edited: isDone("edit"), deleted: isDone("delete"), ...(isOpen && { notTaken: presentChange(last, say) }) },
      ];
    }),
  );
}

const presentChange = (row: Message, say: Say) => ({
  ...presentEnd(row, say),
  kind: kindOf(row),
  text: row.content.body.text,
});

/**
 * What of each message Open Lines does not show, or may not: the message itself, or the newest change of it. Where it did not
 * reach the customer either, that is told at the message.
 */
export function notInLine(
  messages: readonly Message[],
  rows: readonly Message[],
  say: Say,
): ReadonlyMap<string, NonNullable<MessageAnswer["notInLine"]>> {
  const [mirrors, lastChange] = [new Map<string, Message>(), new Map<string, Message>()];
  for (const row of rows) {
    if (row.target === undefined) continue;
    if (row.kind === "mirror") mirrors.set(row.target, row);
    if (row.kind === "edit" || row.kind === "delete") lastChange.set(row.target, row);
  }
  return new Map(
    messages.flatMap((message) => {
      const last = lastChange.get(message.id) ?? message;
      const [whole, changed] = [mirrors.get(message.id), mirrors.get(last.id)];
      const mirror = whole ?? changed;
      if (!mirror || !took(message) || !took(last)) return [];
      return [[message.id, { what: whole ? ("message" as const) : kindOf(last), ...presentEnd(mirror, say) }] as const];
    }),
  );
}

const kindOf = ({ kind }: Message) => (kind === "delete" ? ("delete" as const) : ("edit" as const));

const presentEnd = ({ id, state, attempts, error }: Message, say: Say) => ({
  id,
  state,
  attempts,
  error: error === undefined ? null : say(error),
});

/**
 * What stands on each message after all these reactions, in their order. A person has one reaction on a message, and so
 * have we, because vendors know us as one; ours that were refused never were there.
 */
export function reactionsOf(rows: readonly Message[]): ReadonlyMap<string, readonly ReactionAnswer[]> {
  const byTarget = new Map<string, Map<string, ReactionAnswer>>();
  for (const { kind, target, direction, state, content } of rows) {
    if (
      kind !== "reaction" ||
      target === undefined ||
      (direction === "out" && (state === "refused" || state === "failed"))
    )
      continue;
    const { author } = content;
    const who = direction === "out" ? "team" : `customer:${author?.externalId ?? ""}`;
    const standing = byTarget.get(target) ?? new Map<string, ReactionAnswer>();
    byTarget.set(target, standing);
    standing.delete(who);
    if (content.body.text === "") continue;
    standing.set(who, {
      emoji: content.body.text,
      by: direction === "out" ? "team" : "customer",
      ...(author && direction === "in" && { name: nameOf(author) }),
    });
  }
  return new Map([...byTarget].map(([target, standing]) => [target, [...standing.values()]]));
}

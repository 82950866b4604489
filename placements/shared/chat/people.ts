import type { ConversationAnswer } from "../../../src/api/messages.ts";

export interface PersonsConversations {
  /** Unlike any other's; of a conversation of which nobody is known yet, its own. */
  readonly key: string;
  /** The newest first. */
  readonly conversations: readonly [ConversationAnswer, ...ConversationAnswer[]];
}

export const personKey = ({ person, id }: ConversationAnswer): string => person ?? id;

/** Conversations by whose they are, in the order in which they come. */
export function byPeople(conversations: readonly ConversationAnswer[]): readonly PersonsConversations[] {
  const people = new Map<string, [ConversationAnswer, ...ConversationAnswer[]]>();
  for (const one of conversations) {
    const known = people.get(personKey(one));
    if (known) known.push(one);
    else people.set(personKey(one), [one]);
  }
  return [...people].map(([key, own]) => ({ key, conversations: own }));
}

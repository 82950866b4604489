/** Who has a chat and its cards, now and as it was known before. `null`: nobody, or not known. */
export interface Sides {
  readonly operator: string | null;
  readonly knownOperator: string | null;
  readonly cards: readonly { readonly responsible: string | null; readonly known: string | null }[];
  /** When the portal told that something may have changed there, in any unit; `null`: it told nothing. */
  readonly chatAt: number | null;
  readonly cardAt: number | null;
}

/**
 * Whom the chat and its cards are to follow; `undefined` when nobody has changed anything. The last change counts, by the
 * times that the portal's events carry; where they are the same the chat's does.
 *
 * A card counts as changed only when the portal has told so: what we write into it ourselves is known beforehand, and one
 * that differs without a word is on its way. That nobody has taken the chat is no change.
 */
export function whoIsFollowed({
  operator,
  knownOperator,
  cards,
  chatAt,
  cardAt,
}: Sides): { readonly by: "chat" | "card"; readonly person: string } | undefined {
  const inChat = operator !== null && operator !== knownOperator ? operator : undefined;
  const changed =
    cardAt === null ? [] : cards.filter(({ responsible, known }) => known !== null && responsible !== known);
  const inCard = changed.find(({ responsible }) => responsible !== null)?.responsible ?? undefined;
  if (inCard !== undefined && (inChat === undefined || (cardAt ?? 0) > (chatAt ?? Number.NEGATIVE_INFINITY)))
    return { by: "card", person: inCard };
  return inChat === undefined ? undefined : { by: "chat", person: inChat };
}

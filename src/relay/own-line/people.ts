/** Who is in the queue and who is there, as the portal tells it. */
import type { People, PortalPerson } from "../../portal/contract/people.ts";
import { factsSchema } from "../../rules/facts.ts";
import type { OwnLine } from "../../rules/lines/own-line.ts";
import { type Agent, countedHoldings, type LineFacts } from "../../rules/lines/own-session.ts";
import type { OwnGround } from "../../store/contract/own-lines.ts";

/** What the portal says of the people whom a conversation may go to. */
export interface KnownPeople {
  /** `undefined`: it cannot be asked just now. */
  readonly queue: readonly PortalPerson[] | undefined;
  readonly responsible?: PortalPerson;
  /** Who is on leave; absent: not asked. */
  readonly away?: ReadonlySet<string>;
}

/**
 * Departments are spread out where they stand in the queue; who is in it twice has the first place.
 * @param responsible id of whoever is responsible in the CRM
 */
export async function peopleFor(
  people: People,
  settings: OwnLine,
  responsible: string | undefined,
): Promise<KnownPeople> {
  const ids: string[] = [];
  for (const { kind, id } of settings.queue) {
    if (kind === "person") {
      ids.push(id);
      continue;
    }
    const members = await people.members(id);
    if (members.kind !== "ok") return { queue: undefined };
    ids.push(...members.value);
  }
  const queue = [...new Set(ids)];
  const asked = responsible === undefined ? queue : [...new Set([...queue, responsible])];
  const [known, away] = await Promise.all([
    people.list(asked),
    settings.checkPresence ? people.onLeave(asked) : undefined,
  ]);
  if (known.kind !== "ok" || (away && away.kind !== "ok")) return { queue: undefined };
  const byId = new Map(known.value.map((person) => [person.id, person]));
  const found = responsible === undefined ? undefined : byId.get(responsible);
  return {
    queue: queue.flatMap((id) => byId.get(id) ?? []),
    ...(found && { responsible: found }),
    ...(away && { away: away.value }),
  };
}

/** Whoever was responsible for the customer's card when this session was decided. */
export function responsibleIn(facts: unknown): string | undefined {
  const { data } = factsSchema.safeParse(facts);
  return data?.crm.found.find((card) => card.responsible !== undefined)?.responsible;
}

export function lineFacts(
  { queue, responsible, away }: KnownPeople,
  settings: OwnLine,
  ground: Pick<OwnGround, "holdings" | "turns">,
  now: Date,
): LineFacts {
  const counted = countedHoldings(settings.limit?.ignores ?? "closed");
  const agentOf = ({ id, active, atWork, online }: PortalPerson): Agent => ({
    id,
    active,
    ...(atWork !== undefined && { atWork }),
    ...(away && { onLeave: away.has(id) }),
    ...(online !== undefined && { online }),
    chats: ground.holdings
      .filter((held) => held.person === id && counted.some((one) => one === held.holding))
      .reduce((sum, { chats }) => sum + chats, 0),
    lastTurn: ground.turns.get(id) ?? 0,
  });
  return {
    now: now.getTime(),
    queue: queue?.map(agentOf),
    ...(responsible && { responsible: agentOf(responsible) }),
  };
}

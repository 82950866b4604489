import { setTimeout as wait } from "node:timers/promises";
import { conversationParams } from "../../src/api/belonging.ts";
import { errorAnswer } from "../../src/api/common.ts";
import { newResponsible, type PersonSideAnswer, personSide, responsibleNow } from "../../src/api/person.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import type { ChatLink, EntityType, Person } from "../../src/domain/person.ts";
import type { Crm, CrmItem } from "../../src/portal/contract/crm.ts";
import type { PortalOutcome } from "../../src/portal/contract.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import { type ChatAccess, cardOf } from "./access.ts";
import { isDenied, portalError } from "./answers.ts";
import { takes } from "./belonging.ts";
import { cardNames, presentCard } from "./card-names.ts";
import type { ApiDeps } from "./deps.ts";
import { findReadable } from "./place.ts";
import { presentPoint } from "./present-person.ts";

const security = [{ session: [] }];
const tags = ["customers"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
/** The portal gives so many in one list. */
const PAGE = 50;
const PATIENCE_MS = 3_000;
const LATE: CardsBeside = {
  ...{ items: [], denied: [], linked: [] },
  problem: "Bitrix24 takes its time to answer. It is asked again.",
};

/**
 * Whoever is written to, for the panel beside the conversation. Nothing is kept: cards are what the portal shows to this
 * viewer at this moment, and a portal that is away takes the cards from the answer, never the person.
 */
export function registerPersonRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store } = deps;

  scope.get(
    "/conversations/:id/person",
    {
      schema: {
        summary: "Who writes, their open cards as far as the viewer may see them, and the tags",
        tags,
        security,
        params: conversationParams,
        response: { 200: personSide, ...errors },
      },
    },
    async (request): Promise<PersonSideAnswer> => {
      const viewer = viewerOf(request);
      const conversation = await findReadable(deps, access, viewer, request.params.id);
      const bare = { at: deps.now().toISOString(), tags: [...(conversation.tags ?? [])] };
      const person = await store.people.ofConversation(viewer.portal, conversation.id);
      if (!person) return { ...bare, person: null, cards: [], denied: [], problem: null };
      const accounts = new Map(
        (await store.accounts.list(viewer.portal)).map((account) => [String(account.id), account]),
      );
      const current = await store.decisions.current(viewer.portal, conversation.id);
      const { items, denied, problem, linked } = await withinPatience(
        cardsBeside(viewer, conversation, person, current?.portalLink),
      );
      const named = await cardNames(deps, viewer, items);
      return {
        ...bare,
        person: {
          id: person.id,
          name: person.name,
          points: person.points.map((point) => presentPoint(point, accounts)),
        },
        cards: items.map((item) => ({
          ...presentCard(item, named),
          why:
            person.entities.find((one) => isSame(one, item))?.why ??
            (linked.some((one) => isSame(one, item)) ? ("portal" as const) : ("contact" as const)),
          takes: takes(current, person, item.type, item.id),
        })),
        denied: [...denied],
        problem: problem === undefined ? null : request.say(problem),
      };
    },
  );

  /** Those of the person, and those into which nothing but the portal itself has put the chat. */
  async function cardsBeside(
    viewer: Viewer,
    { imChatId }: Conversation,
    { entities }: Pick<Person, "entities">,
    toldBefore: ChatLink | null | undefined,
  ): Promise<CardsBeside> {
    const now = imChatId === undefined ? undefined : await deps.portals.lines(viewer.portal).chatLink(imChatId);
    const linked = linkedBeside(viewer, now?.kind === "ok" ? now.value : toldBefore);
    return { ...(await cardsOf(deps.portals.crmOf(viewer.portal, viewer.userId), [...entities, ...linked])), linked };
  }

  scope.post(
    "/conversations/:id/card/responsible",
    {
      schema: {
        summary: "Makes a colleague responsible for a card of whoever writes",
        description: "With the viewer's own rights in the CRM. The chat stays with whoever has it.",
        tags,
        security,
        params: conversationParams,
        body: newResponsible,
        response: { 200: responsibleNow, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { type, id, to } = request.body;
      const conversation = await findReadable(deps, access, viewer, request.params.id);
      const named = await deps.portals.people(viewer.portal).names([to]);
      if (named.kind !== "ok") throw portalError(named);
      const name = named.value.get(to);
      if (name === undefined)
        throw new HttpError(409, "nobody", "There is no such colleague in Bitrix24 any more. Choose another one.");
      const outcome = await deps.portals
        .crmOf(viewer.portal, viewer.userId)
        .update(type, id, { assignedById: Number(to) });
      if (outcome.kind !== "ok") throw portalError(outcome);
      // The portal's own event says the same, and may be late.
      await store.people.noteChanged(viewer.portal, type, id);
      deps.news.ofConversation(viewer.portal, conversation.id);
      return { responsible: { id: to, name } };
    },
  );
}

/** Who it is must not wait for a portal that is slow: its cards come with the next look. */
async function withinPatience(cards: Promise<CardsBeside>): Promise<CardsBeside> {
  const over = new AbortController();
  const late = wait(PATIENCE_MS, LATE, { signal: over.signal });
  // Called off below, in time; whoever is late has failed elsewhere already.
  late.catch(() => undefined);
  cards.catch(() => undefined);
  try {
    return await Promise.race([cards, late]);
  } finally {
    over.abort();
  }
}

interface Cards {
  readonly items: readonly CrmItem[];
  readonly denied: readonly EntityType[];
  readonly problem: string | undefined;
}

interface CardsBeside extends Cards {
  readonly linked: readonly KnownCard[];
}

interface KnownCard {
  readonly type: EntityType;
  readonly id: string;
}

const isSame = (one: KnownCard, other: KnownCard) => one.type === other.type && one.id === other.id;

/** What the portal itself put the chat into: the card in whose tab it is read, and what it tells of the chat. */
function linkedBeside(viewer: Viewer, link: ChatLink | null | undefined): readonly KnownCard[] {
  const told = Object.entries(link ?? {}).map(([type, id]) => ({ type: type as EntityType, id }));
  const here = cardOf(viewer);
  return here ? [...told, here] : told;
}

/** One question for each kind of card: the deals of the contacts stand in one list with those that are known. */
async function cardsOf(crm: Crm, known: readonly KnownCard[]): Promise<Cards> {
  const ids = (type: EntityType) =>
    [...new Set(known.flatMap((one) => (one.type === type ? [one.id] : [])))].slice(-PAGE);
  const asked = [
    ["deal", crm.list({ type: "deal", orIds: ids("deal"), contacts: ids("contact"), companies: [] })],
    ["lead", crm.list({ type: "lead", ids: ids("lead") })],
    ["contact", crm.list({ type: "contact", ids: ids("contact") })],
    ["company", crm.list({ type: "company", ids: ids("company") })],
  ] as const;
  const told = await Promise.all(
    asked.map(
      async ([type, question]): Promise<readonly [EntityType, PortalOutcome<readonly CrmItem[]>]> => [
        type,
        await question,
      ],
    ),
  );
  const failed = told.find(([, outcome]) => outcome.kind !== "ok" && !isDenied(outcome))?.[1];
  return {
    items: told.flatMap(([, outcome]) => (outcome.kind === "ok" ? outcome.value.filter(({ open }) => open) : [])),
    denied: told.flatMap(([type, outcome]) => (isDenied(outcome) ? [type] : [])),
    problem: failed && failed.kind !== "ok" ? portalError(failed).message : undefined,
  };
}

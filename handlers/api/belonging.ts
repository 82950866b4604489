import {
  cardChosen,
  cards,
  chosenCard,
  conversationParams,
  decisionsAnswer,
  undoneChoice,
} from "../../src/api/belonging.ts";
import { errorAnswer } from "../../src/api/common.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { laneOf } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { EntityType, LinkedEntity, Person } from "../../src/domain/person.ts";
import type { CrmItem } from "../../src/portal/contract/crm.ts";
import { linkThatDiffers } from "../../src/relay/crm/portal-link.ts";
import { decisionSchema } from "../../src/rules/decision.ts";
import { type ReasonLanguage, sentenceOf } from "../../src/rules/texts/reason-texts.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { localeOf } from "../../src/server/locale.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import type { StoredDecision } from "../../src/store/contract/rules.ts";
import type { ChatAccess } from "./access.ts";
import { changed, portalError, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { findReadable } from "./place.ts";

const security = [{ session: [] }];
const tags = ["customers"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const DECISIONS = 20;
const AUDIT = 100;
/** A person who writes in more places than that at once is a test. */
const CONVERSATIONS = 50;

/** Where a conversation belongs in the CRM and why, for everybody who may read it. */
export function registerBelongingRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store } = deps;

  const readable = (viewer: Viewer, id: string) => findReadable(deps, access, viewer, id);

  scope.get(
    "/conversations/:id/decisions",
    {
      schema: {
        summary: "Why a conversation is where it is: decisions with their reasons and what became of each step",
        tags,
        security,
        params: conversationParams,
        response: { 200: decisionsAnswer, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { id } = await readable(viewer, request.params.id);
      const language = localeOf(request.headers["accept-language"]);
      const decisions = await store.decisions.ofConversation(viewer.portal, id, DECISIONS);
      return decisions.map((one) => presentDecision(one, language, request.say));
    },
  );

  scope.get(
    "/conversations/:id/cards",
    {
      schema: {
        summary: "Open leads and deals that a conversation may be moved to",
        tags,
        security,
        params: conversationParams,
        response: { 200: cards, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { id } = await readable(viewer, request.params.id);
      const person = await store.people.ofConversation(viewer.portal, id);
      if (!person) return [];
      const current = await store.decisions.current(viewer.portal, id);
      const seen = await Promise.all(
        (["deal", "lead"] as const).map(async (type) => {
          const ids = person.entities.flatMap((one) => (one.type === type && one.open ? [one.id] : []));
          const items = ids.length === 0 ? [] : await seenBy(viewer, type, ids);
          return items.filter(({ open }) => open).map((item) => ({ ...item, type }));
        }),
      );
      return seen.flat().map(({ type, id: card, title }) => ({
        type,
        id: card,
        title,
        takes: takes(current, person, type, card),
      }));
    },
  );

  scope.post(
    "/conversations/:id/card",
    {
      schema: {
        summary: "Moves what somebody writes to a card: from now on, whatever the rules say",
        description: "For everybody who may read both the conversation and the card. What is written already stays.",
        tags,
        security,
        params: conversationParams,
        body: chosenCard,
        response: { 200: cardChosen, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { type, id: cardId } = request.body;
      const { id } = await readable(viewer, request.params.id);
      const person = await personOf(viewer, id);
      const [item] = await seenBy(viewer, type, [cardId]);
      if (!item) throw unknown("card");
      const card = toCard(item, deps.now());
      const { entry } = changed(await store.people.chooseCard(viewer.portal, viewer.userId, person.id, card), "person");
      await decideAnew(viewer, person);
      return { entry };
    },
  );

  scope.post(
    "/conversations/:id/card/undo",
    {
      schema: {
        summary: "Takes the viewer's own move of a conversation back; whoever may mend links takes back anybody's",
        tags,
        security,
        params: conversationParams,
        body: undoneChoice,
        response: { 200: cardChosen, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { id } = await readable(viewer, request.params.id);
      const person = await personOf(viewer, id);
      const audit = await store.people.audit(viewer.portal, person.id, AUDIT);
      const move = audit.find((one) => one.id === request.body.entry && one.what === "card-chosen");
      if (!move || (move.by !== viewer.userId && !viewer.editor)) throw unknown("change");
      const { entry } = changed(await store.people.undo(viewer.portal, viewer.userId, move.id), "change");
      await decideAnew(viewer, person);
      return { entry };
    },
  );

  async function personOf(viewer: Viewer, conversation: Conversation["id"]): Promise<Person> {
    const person = await store.people.ofConversation(viewer.portal, conversation);
    if (!person)
      throw new HttpError(409, "nobody_known", "It is not known yet who writes here. Try again in a moment.");
    return person;
  }

  /** Cards as the portal shows them to the viewer: those they may not see are not among them. */
  async function seenBy(viewer: Viewer, type: EntityType, ids: readonly string[]): Promise<readonly CrmItem[]> {
    const outcome = await deps.portals.crmOf(viewer.portal, viewer.userId).list({ type, ids });
    if (outcome.kind !== "ok") throw portalError(outcome);
    return outcome.value;
  }

  /** What a person writes, wherever they write it, goes to the same card: so all their open decisions are made anew. */
  async function decideAnew(viewer: Viewer, person: Person): Promise<void> {
    for (const conversation of person.conversations.slice(0, CONVERSATIONS)) {
      await store.decisions.renew(viewer.portal, conversation);
      deps.dispatcher.wake(laneOf("in", conversation, viewer.portal));
    }
  }
}

const toCard = (item: CrmItem, now: Date): LinkedEntity => ({
  type: item.type,
  id: item.id,
  why: "admin",
  title: item.title,
  open: item.open,
  ...(item.pipeline !== undefined && { pipeline: item.pipeline }),
  ...(item.stage !== undefined && { stage: item.stage }),
  ...(item.responsible !== undefined && { responsible: item.responsible }),
  lastActiveAt: item.lastActiveAt,
  freshAt: now,
});

/** Whether a card is where the conversation goes now: what was made for it, what the decision chose, or somebody did. */
export function takes(current: StoredDecision | undefined, person: Person, type: EntityType, id: string): boolean {
  const chosen = person.entities.filter((one) => one.chosen === true);
  if (chosen.length > 0) return chosen.some((one) => one.type === type && one.id === id);
  const targets = decisionSchema.safeParse(current?.decision).data?.targets ?? [];
  const made = current?.steps.some((step) => step.name === type && step.end?.kind === "done" && step.end.id === id);
  return made === true || targets.some((one) => one.type === type && one.id === id);
}

function presentDecision(one: StoredDecision, language: ReasonLanguage, say: Say) {
  const decision = decisionSchema.safeParse(one.decision).data;
  return {
    id: one.id,
    at: one.at.toISOString(),
    ended: one.ended,
    rulesetVersion: one.rulesetVersion ?? null,
    reasons: (decision?.reasons ?? []).map((reason) => sentenceOf(reason, language)),
    warnings: (decision?.warnings ?? []).map((reason) => sentenceOf(reason, language)),
    portalLink: linkThatDiffers(one)?.map(({ type, id }) => ({ type, id })) ?? null,
    steps: one.steps.map(({ name, at, end }) => ({
      name,
      at: at.toISOString(),
      state: end?.kind ?? ("under-way" as const),
      made: (end?.kind === "done" ? end.id : undefined) ?? null,
      sentence: end && end.kind !== "done" ? say(end.sentence) : null,
    })),
  };
}

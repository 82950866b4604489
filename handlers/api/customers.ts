import { errorAnswer } from "../../src/api/common.ts";
import {
  entityOfPerson,
  mergedPerson,
  movedPoint,
  people,
  peopleQuery,
  personChanged,
  personDetails,
  personParams,
  pointOfPerson,
  splitPerson,
  undoneChange,
} from "../../src/api/customers.ts";
import { conversationId, type PortalId, personId } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import type { App } from "../../src/server/app.ts";
import { editorOf } from "../../src/server/session.ts";
import { changed, ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { presentPoint } from "./present-person.ts";

const security = [{ session: [] }];
const tags = ["customers"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const AUDIT = 100;
/** Of a person, the latest ones. */
const CONVERSATIONS = 50;

/** Who is who, for administrators: what links messages to a person, why, and every change of it with its way back. */
export function registerCustomerRoutes(scope: App, deps: ApiDeps): void {
  const { store } = deps;

  scope.get(
    "/customers",
    {
      schema: {
        summary: "People, those who wrote last first",
        tags,
        security,
        querystring: peopleQuery,
        response: { 200: people, ...errors },
      },
    },
    async (request) => {
      const { portal } = editorOf(request);
      const { text, before, limit } = request.query;
      const page = await store.people.search(portal, {
        limit,
        ...(text !== undefined && { text }),
        ...(before !== undefined && { before }),
      });
      return { people: await present(portal, page.people), next: page.next ?? null };
    },
  );

  scope.get(
    "/customers/:id",
    {
      schema: {
        summary: "A person with the history of their links",
        tags,
        security,
        params: personParams,
        response: { 200: personDetails, ...errors },
      },
    },
    async (request) => {
      const { portal } = editorOf(request);
      const id = ourId(request.params.id, personId, "person");
      const found = await store.people.find(portal, id);
      const [shown] = found ? await present(portal, [found]) : [];
      if (!shown) throw unknown("person");
      const audit = await store.people.audit(portal, id, AUDIT);
      const names = await namesOf(portal, new Set(audit.map(({ by }) => by)));
      return {
        ...shown,
        audit: audit.map(({ id: entry, at, by, what, about, undoneAt }) => ({
          id: entry,
          at: at.toISOString(),
          by,
          byName: names.get(by) ?? null,
          what,
          about: { ...about },
          undone: undoneAt !== undefined,
        })),
      };
    },
  );

  const answer = { 200: personChanged, ...errors };

  scope.post(
    "/customers/points/remove",
    { schema: { summary: "Takes a contact point away", tags, security, body: pointOfPerson, response: answer } },
    async (request) => {
      const { portal, userId } = editorOf(request);
      const { kind, key } = request.body;
      return changed(await store.people.removePoint(portal, userId, kind, key), "contact point");
    },
  );

  scope.post(
    "/customers/points/move",
    {
      schema: {
        summary: "Gives a contact point to another person",
        tags,
        security,
        body: movedPoint,
        response: answer,
      },
    },
    async (request) => {
      const { portal, userId } = editorOf(request);
      const { kind, key, to } = request.body;
      return changed(await store.people.movePoint(portal, userId, kind, key, ourId(to, personId, "person")), "person");
    },
  );

  scope.post(
    "/customers/cards/remove",
    {
      schema: {
        summary: "Forgets that a card belongs to a person",
        tags,
        security,
        body: entityOfPerson,
        response: answer,
      },
    },
    async (request) => {
      const { portal, userId } = editorOf(request);
      const { type, id } = request.body;
      return changed(await store.people.removeEntity(portal, userId, type, id), "card");
    },
  );

  scope.post(
    "/customers/:id/merge",
    {
      schema: {
        summary: "Makes a person one with another",
        tags,
        security,
        params: personParams,
        body: mergedPerson,
        response: answer,
      },
    },
    async (request) => {
      const { portal, userId } = editorOf(request);
      const from = ourId(request.params.id, personId, "person");
      const into = ourId(request.body.into, personId, "person");
      return changed(await store.people.merge(portal, userId, from, into), "person");
    },
  );

  scope.post(
    "/customers/:id/split",
    {
      schema: {
        summary: "Makes another person of some of a person's points and conversations",
        tags,
        security,
        params: personParams,
        body: splitPerson,
        response: answer,
      },
    },
    async (request) => {
      const { portal, userId } = editorOf(request);
      const { points, conversations } = request.body;
      const out = { points, conversations: conversations.map((id) => ourId(id, conversationId, "conversation")) };
      return changed(
        await store.people.split(portal, userId, ourId(request.params.id, personId, "person"), out),
        "person",
      );
    },
  );

  scope.post(
    "/customers/undo",
    { schema: { summary: "Takes a change back", tags, security, body: undoneChange, response: answer } },
    async (request) => {
      const { portal, userId } = editorOf(request);
      return changed(await store.people.undo(portal, userId, request.body.entry), "change");
    },
  );

  /** Whoever changes something here has opened our pages, and is remembered with their name. */
  async function namesOf(portal: PortalId, users: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
    const known = await Promise.all([...users].map(async (id) => [id, await store.users.find(portal, id)] as const));
    return new Map(known.flatMap(([id, user]) => (user ? [[id, user.name] as const] : [])));
  }

  /** Accounts are named, because ids of messengers mean nothing to people. */
  async function present(portal: PortalId, found: readonly Person[]) {
    const accounts = new Map((await store.accounts.list(portal)).map((account) => [String(account.id), account]));
    const shown = found.map((person) => ({ person, latest: person.conversations.slice(0, CONVERSATIONS) }));
    const ids = shown.flatMap(({ latest }) => latest);
    const conversations = new Map((await store.conversations.findMany(portal, ids)).map((one) => [one.id, one]));
    return shown.map(({ person, latest }) => {
      return {
        id: person.id,
        name: person.name,
        points: person.points.map((point) => presentPoint(point, accounts)),
        entities: person.entities.map(({ type, id, title, open, why }) => ({ type, id, title, open, why })),
        conversations: latest.flatMap((id) => {
          const one = conversations.get(id);
          const account = one && accounts.get(one.account);
          if (!one || !account) return [];
          const { channel, name } = account;
          return [{ id: one.id, channel, account: name, lastMessageAt: one.lastMessageAt.toISOString() }];
        }),
      };
    });
  }
}

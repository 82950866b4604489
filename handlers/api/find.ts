import { errorAnswer } from "../../src/api/common.ts";
import { deskChoices } from "../../src/api/desk.ts";
import { foundMessages, messageSearch } from "../../src/api/messages.ts";
import type { App } from "../../src/server/app.ts";
import { viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { presentConversation, presentMessage } from "./present.ts";

const security = [{ session: [] }];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
/** Looked through for those that the viewer may read. */
const LOOKED_AT = 60;

/** What agents find conversations by: what was said in them, and what there is to choose from. */
export function registerFindRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store } = deps;

  scope.get(
    "/messages",
    {
      config: { rateLimit: { max: 120, timeWindow: "1 minute" } },
      schema: {
        summary: "Messages that have these words",
        description:
          "Newest first, each with its conversation; those that the viewer may not read are left out. What is rare may be missed when it is old: the journal looks further.",
        tags: ["messages"],
        security,
        querystring: messageSearch,
        response: { 200: foundMessages, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { text, limit } = request.query;
      const { rows } = await store.journal.search(viewer.portal, { text, said: true, limit: LOOKED_AT });
      const [places, accounts] = await Promise.all([
        store.conversations.findMany(viewer.portal, [...new Set(rows.map((row) => row.conversation))]),
        store.accounts.list(viewer.portal),
      ]);
      const readable = await Promise.all(
        places.map(async (one) => ((await access.mayRead(viewer, one)) ? [[one.id, one] as const] : [])),
      );
      const known = new Map(readable.flat());
      const operators = [...known.values()].flatMap(({ operator }) => operator ?? []);
      const names = await deps.names(viewer.portal, [...new Set(operators)]);
      return rows
        .flatMap((row) => {
          const place = known.get(row.conversation);
          if (!place) return [];
          const account = accounts.find(({ id }) => id === place.account);
          const message = presentMessage(row, deps.mediaLink, request.say);
          return [{ message, conversation: presentConversation(place, account, { names }) }];
        })
        .slice(0, limit);
    },
  );

  scope.get(
    "/conversations/choices",
    {
      schema: {
        summary: "What the list of conversations can be narrowed to",
        description: "A portal that cannot be asked for the names of its lines shows their numbers.",
        tags: ["conversations"],
        security,
        response: { 200: deskChoices, ...errors },
      },
    },
    async (request) => {
      const { portal } = viewerOf(request);
      const [accounts, operators, open] = await Promise.all([
        store.accounts.list(portal),
        store.desk.operators(portal),
        deps.portals.connectors(portal).openLines(),
      ]);
      const lineNames = new Map(open.kind === "ok" ? open.value.map(({ id, name }) => [id, name]) : []);
      const names = await deps.names(portal, operators);
      return {
        accounts: accounts.map(({ id, name, channel, line }) => ({ id, name, channel, line: line ?? null })),
        lines: [...new Set(accounts.flatMap(({ line }) => line ?? []))].map((id) => ({
          id,
          name: lineNames.get(id) ?? id,
        })),
        colleagues: operators.flatMap((id) => {
          const name = names.get(id);
          return name === undefined ? [] : [{ id, name }];
        }),
      };
    },
  );
}

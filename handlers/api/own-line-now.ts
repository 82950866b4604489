import { accountParams } from "../../src/api/accounts.ts";
import { errorAnswer } from "../../src/api/common.ts";
import { type OwnLineNowAnswer, ownLineNow } from "../../src/api/own-line.ts";
import { accountId } from "../../src/domain/ids.ts";
import { lineFacts, peopleFor } from "../../src/relay/own-line/people.ts";
import { canTake, chooseAgent, isPresent } from "../../src/rules/lines/choose-agent.ts";
import { opensAt } from "../../src/rules/lines/open-hours.ts";
import { type OwnLine, ownLineSchema } from "../../src/rules/lines/own-line.ts";
import type { Agent } from "../../src/rules/lines/own-session.ts";
import type { App } from "../../src/server/app.ts";
import { administratorOf } from "../../src/server/session.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

/** By the engine's own functions, on what it would know now. Nothing is kept and nobody's turn is taken. */
export function registerOwnLineNowRoute(scope: App, deps: ApiDeps): void {
  scope.post(
    "/accounts/:id/own-line/now",
    {
      config: { rateLimit: { max: 60, timeWindow: "1 minute" } },
      schema: {
        summary: "Who would get a conversation that begins now",
        description: "By the settings that are sent, which need not be saved. Nothing is given to anybody.",
        tags: ["own lines"],
        security: [{ session: [] }],
        params: accountParams,
        body: ownLineSchema,
        response: { 200: ownLineNow, "4xx": errorAnswer, "5xx": errorAnswer },
      },
    },
    async (request): Promise<OwnLineNowAnswer> => {
      const { portal } = administratorOf(request);
      const account = await deps.store.accounts.find(portal, ourId(request.params.id, accountId, "account"));
      if (!account) throw unknown("account");
      const settings = request.body;
      const [known, standing] = await Promise.all([
        peopleFor(deps.portals.people(portal), settings, undefined),
        deps.store.ownLines.standing(portal, account.id),
      ]);
      const now = deps.now();
      const { queue } = lineFacts(known, settings, standing, now);
      const opening = opensAt(settings.hours, now.getTime());
      const isOpen = opening === now.getTime();
      const names = await deps.names(
        portal,
        (queue ?? []).map(({ id }) => id),
      );
      return {
        open: isOpen,
        opensAt: isOpen || opening === undefined ? null : new Date(opening).toISOString(),
        next:
          isOpen && queue && settings.distribution !== "all" ? (chooseAgent(queue, [], settings)?.id ?? null) : null,
        queue:
          queue?.map((agent) => {
            const name = names.get(agent.id);
            return {
              ...{ id: agent.id, state: stateOf(agent, settings), chats: agent.chats },
              ...(name !== undefined && { name }),
            };
          }) ?? null,
      };
    },
  );
}

function stateOf(agent: Agent, settings: OwnLine): NonNullable<OwnLineNowAnswer["queue"]>[number]["state"] {
  if (!agent.active) return "dismissed";
  if (canTake(agent, settings)) return "free";
  return isPresent(agent, settings) ? "full" : "away";
}

import { accountParams } from "../../src/api/accounts.ts";
import { errorAnswer } from "../../src/api/common.ts";
import { messageParams } from "../../src/api/messages.ts";
import { ownLine, ownLinePut, rating, supervisorRating } from "../../src/api/own-line.ts";
import { type AccountId, accountId } from "../../src/domain/ids.ts";
import { ownLineSchema } from "../../src/rules/lines/own-line.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { administratorOf, type Viewer, viewerOf } from "../../src/server/session.ts";
import type { OwnRating } from "../../src/store/contract/own-lines.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { findPlace } from "./place.ts";

const security = [{ session: [] }];
const tags = ["own lines"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };

/** What an account does with its conversations where no open line does it, and what became of them in ratings. */
export function registerOwnLineRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { ownLines, accounts, lanes } = deps.store;

  scope.get(
    "/accounts/:id/own-line",
    {
      schema: {
        summary: "How an account without an open line distributes and answers",
        description: "Kept, and without effect, while the account feeds an open line: that one's settings count then.",
        tags,
        security,
        params: accountParams,
        response: { 200: ownLine, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      return read(viewer, await ofAccount(viewer, request.params.id));
    },
  );

  scope.put(
    "/accounts/:id/own-line",
    {
      schema: {
        summary: "Saves it as a whole",
        description: "What is left out is as it is by default. Holds for conversations that wait already.",
        tags,
        security,
        params: accountParams,
        body: ownLinePut,
        response: { 200: ownLine, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const account = await ofAccount(viewer, request.params.id);
      const before = await read(viewer, account);
      const isNew = request.body.enabled && !before.enabled;
      const saved = { settings: request.body, by: viewer.userId, isNew };
      if (!(await ownLines.put(viewer.portal, account, saved))) throw unknown("account");
      // What waited for a line waits no more.
      const waiting = isNew ? await lanes.wakeAll(viewer.portal, account) : [];
      for (const lane of [...waiting, ...(await ownLines.wakeWaiting(viewer.portal, account))])
        deps.dispatcher.wake(lane);
      return read(viewer, account);
    },
  );

  scope.get(
    "/conversations/:id/ratings",
    {
      schema: {
        summary: "Ratings of a conversation's sessions, the latest first",
        tags,
        security,
        params: messageParams,
        response: { 200: rating.array(), ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { conversation } = await findPlace(deps, access, viewer, request.params.id);
      return (await ownLines.ratings(viewer.portal, conversation.id)).map(present);
    },
  );

  scope.put(
    "/conversations/:id/ratings/supervisor",
    {
      schema: {
        summary: "A supervisor rates the latest session",
        description:
          "For administrators. A second rating replaces the first. 409 where there was no session without a line.",
        tags,
        security,
        params: messageParams,
        body: supervisorRating,
        response: { 200: rating.array(), ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const { conversation } = await findPlace(deps, access, viewer, request.params.id);
      const given = { stars: request.body.stars, by: viewer.userId };
      if (!(await ownLines.rateBySupervisor(viewer.portal, conversation.id, given)))
        throw new HttpError(
          409,
          "no_session",
          "Nothing was distributed in this conversation yet. Rate it after its first session.",
        );
      return (await ownLines.ratings(viewer.portal, conversation.id)).map(present);
    },
  );

  async function ofAccount({ portal }: Viewer, id: string): Promise<AccountId> {
    const found = await accounts.find(portal, ourId(id, accountId, "account"));
    if (!found) throw unknown("account");
    return found.id;
  }

  async function read({ portal }: Viewer, account: AccountId) {
    const stored = await ownLines.find(portal, account);
    const settings = ownLineSchema.safeParse(stored?.settings ?? {}).data ?? ownLineSchema.parse({});
    return { ...settings, changedAt: stored?.changedAt.toISOString() ?? null };
  }
}

const present = ({ session, operator, stars, ratedAt, supervisor }: OwnRating) => ({
  ...{ session, operator },
  stars: stars ?? null,
  ratedAt: ratedAt?.toISOString() ?? null,
  supervisor: supervisor ? { stars: supervisor.stars, id: supervisor.id, at: supervisor.at.toISOString() } : null,
});

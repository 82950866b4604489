import { errorAnswer } from "../../src/api/common.ts";
import { messageParams } from "../../src/api/messages.ts";
import { rating, ratingsOf, ratingsQuery, supervisorRating } from "../../src/api/own-line.ts";
import { conversationId } from "../../src/domain/ids.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import type { OwnRating } from "../../src/store/contract/own-lines.ts";
import type { ChatAccess } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { findPlace } from "./place.ts";

const security = [{ session: [] }];
const tags = ["own lines"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };

/** Stars that customers and supervisors gave conversations without a line. */
export function registerRatingRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { ownLines, conversations } = deps.store;

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
          "For administrators, and for heads and controllers. A second rating replaces the first. 409 where there was no session without a line.",
        tags,
        security,
        params: messageParams,
        body: supervisorRating,
        response: { 200: rating.array(), ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      if (!mayRate(viewer))
        throw new HttpError(403, "forbidden", "Only administrators, heads and controllers rate conversations.");
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

  scope.get(
    "/ratings",
    {
      schema: {
        summary: "The latest ratings of several conversations",
        description: "Of those that the viewer may read, and that have any.",
        tags,
        security,
        querystring: ratingsQuery,
        response: { 200: ratingsOf, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const ids = [...new Set(request.query.conversations.split(","))].map(conversationId);
      const rated = await ownLines.latestRatings(viewer.portal, ids);
      const shown = await Promise.all(
        rated.map(async (one) => {
          const conversation = await conversations.find(viewer.portal, one.conversation);
          return conversation && (await access.mayRead(viewer, conversation)) ? [one] : [];
        }),
      );
      return shown.flat().map(({ conversation, stars, supervisor }) => ({
        ...{ conversation, stars: stars ?? null, supervisor: supervisor?.stars ?? null },
      }));
    },
  );
}

/** Whose task it is to look at others' conversations. */
const mayRate = ({ admin, role }: Viewer): boolean => admin || role === "head" || role === "controller";

const present = ({ session, operator, stars, ratedAt, supervisor }: OwnRating) => ({
  ...{ session, operator },
  stars: stars ?? null,
  ratedAt: ratedAt?.toISOString() ?? null,
  supervisor: supervisor ? { stars: supervisor.stars, id: supervisor.id, at: supervisor.at.toISOString() } : null,
});

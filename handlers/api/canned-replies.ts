import { cannedReply, cannedReplyParams, cannedReplyPut } from "../../src/api/canned-replies.ts";
import { errorAnswer } from "../../src/api/common.ts";
import type { CannedReply } from "../../src/domain/canned-reply.ts";
import { cannedReplyId } from "../../src/domain/ids.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import { ourId, sendNothing, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

const security = [{ session: [] }];
const tags = ["canned replies"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
/** More is a list that nobody finds anything in; pages read it as a whole. */
const MOST = 500;

/**
 * Texts that agents put into answers by a word. Everybody's are kept by those who may change rules, one's own by oneself.
 * The page makes the id: saving twice makes one, and what was deleted by mistake is put back as it was.
 */
export function registerCannedReplyRoutes(scope: App, { store }: Pick<ApiDeps, "store">): void {
  scope.get(
    "/canned-replies",
    {
      schema: {
        summary: "Everybody's canned replies and the viewer's own",
        tags,
        security,
        response: { 200: cannedReply.array(), ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      return present(viewer, await store.cannedReplies.list(viewer.portal, viewer.userId));
    },
  );

  scope.put(
    "/canned-replies/:id",
    {
      config: { rateLimit: { max: 120, timeWindow: "1 minute" } },
      schema: {
        summary: "Makes a canned reply, or changes it",
        description: "The page makes the id. 409 `shortcut_taken` when another one has this shortcut.",
        tags,
        security,
        params: cannedReplyParams,
        body: cannedReplyPut,
        response: { 200: cannedReply, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const id = ourId(request.params.id, cannedReplyId, "canned reply");
      const { own, shortcut, text } = request.body;
      mayKeep(viewer, own);
      const there = await store.cannedReplies.list(viewer.portal, viewer.userId);
      if (!there.some((one) => one.id === id) && there.filter((one) => isOwn(one) === own).length >= MOST)
        throw new HttpError(409, "too_many", "There are 500 canned replies already. Delete some that nobody needs.");
      const outcome = await store.cannedReplies.put(viewer.portal, {
        ...{ id, shortcut, text, changedBy: viewer.userId },
        ...(own && { ownerId: viewer.userId }),
      });
      if (outcome.kind === "foreign") throw unknown("canned reply");
      if (outcome.kind === "taken")
        throw new HttpError(409, "shortcut_taken", "Another canned reply has this shortcut. Choose a different one.", {
          field: "shortcut",
        });
      const [answer] = await present(viewer, [outcome.reply]);
      if (!answer) throw unknown("canned reply");
      return answer;
    },
  );

  scope.delete(
    "/canned-replies/:id",
    {
      schema: {
        summary: "Deletes a canned reply",
        tags,
        security,
        params: cannedReplyParams,
        response: { ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const found = await store.cannedReplies.find(
        viewer.portal,
        ourId(request.params.id, cannedReplyId, "canned reply"),
      );
      // Somebody else's own is nobody's business: nobody learns that it is there.
      if (!found || (isOwn(found) && found.ownerId !== viewer.userId)) throw unknown("canned reply");
      mayKeep(viewer, isOwn(found));
      await store.cannedReplies.remove(viewer.portal, found.id);
      return sendNothing(reply);
    },
  );

  async function present(viewer: Viewer, rows: readonly CannedReply[]) {
    const names = await store.users.names(viewer.portal, [...new Set(rows.map(({ changedBy }) => changedBy))]);
    return rows.map((row) => {
      const name = names.get(row.changedBy);
      return {
        ...{ id: row.id, own: isOwn(row), shortcut: row.shortcut, text: row.text },
        changedAt: row.changedAt.toISOString(),
        changedBy: { id: row.changedBy, ...(name !== undefined && { name }) },
      };
    });
  }
}

const isOwn = ({ ownerId }: CannedReply) => ownerId !== undefined;

function mayKeep(viewer: Viewer, own: boolean): void {
  if (own || viewer.editor) return;
  throw new HttpError(
    403,
    "editors_only",
    "Replies for everybody are kept by administrators and by whom they allow. Keep this one for yourself instead.",
  );
}

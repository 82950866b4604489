import {
  cannedReply,
  cannedReplyMove,
  cannedReplyParams,
  cannedReplyPut,
  MOST_REPLIES,
} from "../../src/api/canned-replies.ts";
import { errorAnswer } from "../../src/api/common.ts";
import { cannedFolderId, cannedReplyId } from "../../src/domain/ids.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import type { CannedReplyPut } from "../../src/store/contract/canned-replies.ts";
import { ourId, sendNothing, unknown } from "./answers.ts";
import { isOwn, mayKeep, presentReplies, theirs, tooMany } from "./canned-presence.ts";
import type { ApiDeps } from "./deps.ts";

const security = [{ session: [] }];
const tags = ["canned replies"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const config = { rateLimit: { max: 120, timeWindow: "1 minute" } };
const WHAT = "canned reply";

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
      return presentReplies(store, viewer, await store.cannedReplies.list(viewer.portal, viewer.userId));
    },
  );

  scope.put(
    "/canned-replies/:id",
    {
      config,
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
      const id = ourId(request.params.id, cannedReplyId, WHAT);
      const { own, shortcut, text, folder } = request.body;
      mayKeep(viewer, own);
      const there = await store.cannedReplies.list(viewer.portal, viewer.userId);
      if (!there.some((one) => one.id === id) && there.filter((one) => isOwn(one) === own).length >= MOST_REPLIES)
        throw tooMany();
      return answered(
        viewer,
        await store.cannedReplies.put(viewer.portal, {
          ...{ id, shortcut, text, changedBy: viewer.userId },
          ...(folder !== undefined && { folder: folderOf(folder) }),
          ...(own && { ownerId: viewer.userId }),
        }),
      );
    },
  );

  scope.patch(
    "/canned-replies/:id",
    {
      config,
      schema: {
        summary: "Puts a canned reply into a folder, or out of it",
        description: "Its words stay as they are, whoever changes them at the same moment.",
        tags,
        security,
        params: cannedReplyParams,
        body: cannedReplyMove,
        response: { 200: cannedReply, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { id } = await mine(viewer, request.params.id);
      const to = folderOf(request.body.folder);
      return answered(viewer, await store.cannedReplies.move(viewer.portal, id, to, viewer.userId));
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
      const found = await mine(viewer, request.params.id);
      await store.cannedReplies.remove(viewer.portal, found.id);
      return sendNothing(reply);
    },
  );

  /** One that the viewer may change. */
  async function mine(viewer: Viewer, id: string) {
    const found = theirs(viewer, await store.cannedReplies.find(viewer.portal, ourId(id, cannedReplyId, WHAT)), WHAT);
    mayKeep(viewer, isOwn(found));
    return found;
  }

  async function answered(viewer: Viewer, outcome: CannedReplyPut) {
    if (outcome.kind === "no-folder") throw unknown("folder");
    if (outcome.kind === "taken")
      throw new HttpError(409, "shortcut_taken", "Another canned reply has this shortcut. Choose a different one.", {
        field: "shortcut",
      });
    const [answer] = outcome.kind === "stored" ? await presentReplies(store, viewer, [outcome.reply]) : [];
    if (!answer) throw unknown(WHAT);
    return answer;
  }
}

const folderOf = (folder: string | null) => (folder === null ? null : ourId(folder, cannedFolderId, "folder"));

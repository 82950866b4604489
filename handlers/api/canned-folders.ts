import {
  cannedFolder,
  cannedFolderDelete,
  cannedFolderParams,
  cannedFolderPut,
  deletedFolder,
  MOST_FOLDERS,
  MOST_REPLIES,
} from "../../src/api/canned-replies.ts";
import { errorAnswer } from "../../src/api/common.ts";
import type { CannedFolder } from "../../src/domain/canned-reply.ts";
import { cannedFolderId, cannedReplyId } from "../../src/domain/ids.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import { ourId, unknown } from "./answers.ts";
import { changesOf, isOwn, mayKeep, presentReplies, theirs, tooMany } from "./canned-presence.ts";
import type { ApiDeps } from "./deps.ts";

const security = [{ session: [] }];
const tags = ["canned replies"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const WHAT = "folder";
/** As many replies as there can be, all as long as they can be, in letters of three bytes. */
const WITH_REPLIES_BYTES = 8 * 1024 * 1024;

/** Folders of canned replies: everybody's are kept by those who may change rules, one's own by oneself, and seen by nobody else. */
export function registerCannedFolderRoutes(scope: App, { store }: Pick<ApiDeps, "store">): void {
  scope.get(
    "/canned-folders",
    {
      schema: {
        summary: "Folders of everybody's canned replies and of the viewer's own",
        tags,
        security,
        response: { 200: cannedFolder.array(), ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      return present(viewer, await store.cannedFolders.list(viewer.portal, viewer.userId));
    },
  );

  scope.put(
    "/canned-folders/:id",
    {
      bodyLimit: WITH_REPLIES_BYTES,
      config: { rateLimit: { max: 60, timeWindow: "1 minute" } },
      schema: {
        summary: "Makes a folder, gives it another name, or puts it back with its replies",
        description:
          "The page makes the id. 409 `name_taken` when another one has this name, `shortcut_taken` when a reply that was to come back has a shortcut that another one has by now; nothing is stored then.",
        tags,
        security,
        params: cannedFolderParams,
        body: cannedFolderPut,
        response: { 200: cannedFolder, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const id = ourId(request.params.id, cannedFolderId, WHAT);
      const { own, name } = request.body;
      mayKeep(viewer, own);
      const replies = request.body.replies.map((one) => ({ ...one, id: ourId(one.id, cannedReplyId, "canned reply") }));
      await hasRoom(viewer, own, id, new Set(replies.map((one) => one.id)));
      const outcome = await store.cannedFolders.put(
        viewer.portal,
        { id, name: name.trim(), changedBy: viewer.userId, ...(own && { ownerId: viewer.userId }) },
        replies,
      );
      if (outcome.kind === "taken")
        throw new HttpError(409, "name_taken", "Another folder has this name. Choose a different one.", {
          field: "name",
        });
      if (outcome.kind === "shortcut-taken")
        throw new HttpError(
          409,
          "shortcut_taken",
          `Another canned reply has the shortcut /${outcome.shortcut} by now. Give that one a different shortcut first.`,
        );
      const [answer] = outcome.kind === "stored" ? await present(viewer, [outcome.folder]) : [];
      if (!answer) throw unknown(WHAT);
      return answer;
    },
  );

  scope.delete(
    "/canned-folders/:id",
    {
      schema: {
        summary: "Deletes a folder of canned replies",
        description:
          "409 `folder_not_empty` tells in `count` how many replies lie in it, unless it is said what becomes of them.",
        tags,
        security,
        params: cannedFolderParams,
        querystring: cannedFolderDelete,
        response: { 200: deletedFolder, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const id = ourId(request.params.id, cannedFolderId, WHAT);
      const found = theirs(viewer, await store.cannedFolders.find(viewer.portal, id), WHAT);
      mayKeep(viewer, isOwn(found));
      const outcome = await store.cannedFolders.remove(viewer.portal, id, request.query.replies ?? "must-be-empty");
      if (!outcome) throw unknown(WHAT);
      if (outcome.kind === "not-empty")
        throw new HttpError(409, "folder_not_empty", "Replies lie in this folder. Say what becomes of them.", {
          count: outcome.count,
        });
      return { replies: await presentReplies(store, viewer, outcome.replies) };
    },
  );

  /** @throws HttpError 409 */
  async function hasRoom(viewer: Viewer, own: boolean, id: string, replies: ReadonlySet<string>): Promise<void> {
    const folders = await store.cannedFolders.list(viewer.portal, viewer.userId);
    const others = folders.filter((one) => one.id !== id && isOwn(one) === own);
    if (others.length >= MOST_FOLDERS)
      throw new HttpError(409, "too_many", "There are 100 folders already. Delete some that nobody needs.");
    if (replies.size === 0) return;
    const there = await store.cannedReplies.list(viewer.portal, viewer.userId);
    const rest = there.filter((one) => isOwn(one) === own && !replies.has(one.id));
    if (rest.length + replies.size > MOST_REPLIES) throw tooMany();
  }

  async function present(viewer: Viewer, rows: readonly CannedFolder[]) {
    const all = await changesOf(store, viewer, rows);
    return all.map(({ row, about }) => ({ ...about, name: row.name }));
  }
}

/** What canned replies and their folders have in common: whose they are, who may keep them, and how pages see them. */
import type { CannedReply } from "../../src/domain/canned-reply.ts";
import { HttpError } from "../../src/server/errors.ts";
import type { Viewer } from "../../src/server/session.ts";
import { unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

interface Owned {
  readonly ownerId?: string | undefined;
}

export const isOwn = ({ ownerId }: Owned) => ownerId !== undefined;

/** Somebody else's own is nobody's business: nobody learns that it is there. @throws HttpError 404 */
export function theirs<Found extends Owned>(viewer: Viewer, found: Found | undefined, what: string): Found {
  if (!found || (isOwn(found) && found.ownerId !== viewer.userId)) throw unknown(what);
  return found;
}

/** @throws HttpError 403 */
export function mayKeep(viewer: Viewer, own: boolean): void {
  if (own || viewer.editor) return;
  throw new HttpError(
    403,
    "editors_only",
    "Replies for everybody are kept by administrators and by whom they allow. Keep this one for yourself instead.",
  );
}

export const tooMany = () =>
  new HttpError(409, "too_many", "There are 500 canned replies already. Delete some that nobody needs.");

/** When, and by whom by name. */
export async function changesOf<
  Row extends { readonly changedAt: Date; readonly changedBy: string } & Owned & { readonly id: string },
>({ users }: ApiDeps["store"], viewer: Viewer, rows: readonly Row[]) {
  const names = await users.names(viewer.portal, [...new Set(rows.map(({ changedBy }) => changedBy))]);
  return rows.map((row) => {
    const name = names.get(row.changedBy);
    const about = {
      ...{ id: row.id, own: isOwn(row), changedAt: row.changedAt.toISOString() },
      changedBy: { id: row.changedBy, ...(name !== undefined && { name }) },
    };
    return { row, about };
  });
}

export async function presentReplies(store: ApiDeps["store"], viewer: Viewer, rows: readonly CannedReply[]) {
  const all = await changesOf(store, viewer, rows);
  return all.map(({ row, about }) => ({
    ...about,
    folder: row.folder ? { id: row.folder.id, name: row.folder.name } : null,
    ...{ shortcut: row.shortcut, text: row.text },
  }));
}

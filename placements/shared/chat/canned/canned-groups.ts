import type { CannedFolderAnswer, CannedReplyAnswer } from "../../../../src/api/canned-replies.ts";

/** Replies that lie together; without a folder: those that lie in none. */
export interface CannedGroup {
  readonly folder?: CannedFolderAnswer;
  readonly replies: readonly CannedReplyAnswer[];
}

/**
 * Those in no folder first, then folder by folder, empty ones too. While something is looked for, only where it is found: in
 * a shortcut, in a text, or in the name of the folder, which means everything in it.
 */
export function groupsOf(
  replies: readonly CannedReplyAnswer[],
  folders: readonly CannedFolderAnswer[],
  search: string,
): readonly CannedGroup[] {
  const words = search.trim().toLowerCase();
  const found = replies.filter(({ shortcut, text, folder }) =>
    `${shortcut} ${text} ${folder?.name ?? ""}`.toLowerCase().includes(words),
  );
  const known = new Set(folders.map(({ id }) => id));
  // One whose folder somebody else has made since folders were read still has to be seen.
  const loose = { replies: found.filter(({ folder }) => !folder || !known.has(folder.id)) };
  const filled = folders.map((folder) => ({
    folder,
    replies: found.filter((reply) => reply.folder?.id === folder.id),
  }));
  return [loose, ...filled.filter((group) => words === "" || group.replies.length > 0)].filter(
    (group) => "folder" in group || group.replies.length > 0,
  );
}

import { errorAnswer } from "../../src/api/common.ts";
import { messageParams } from "../../src/api/messages.ts";
import { changedNote, newNote, note, noteParams, notesQuery } from "../../src/api/notes.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { conversationId, noteId, type PortalId } from "../../src/domain/ids.ts";
import { type Mention, mentionsIn, type Note } from "../../src/domain/note.ts";
import { BOT_AUTHOR } from "../../src/relay/bots/desk.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, sendNothing, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

const security = [{ session: [] }];
const tags = ["notes"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const NEXT = "x-next";

/**
 * What agents write beside a conversation for each other. Whoever may read the conversation reads and writes its notes;
 * nothing of one goes to a channel, into a line or into a card. Colleagues who are named in it are told by the portal.
 *
 * Kept before anybody is told: a crash between, or a portal that is away, is made good by the sweep (`mention-bell.ts`).
 */
export function registerNoteRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store } = deps;

  scope.get(
    "/conversations/:id/notes",
    {
      schema: {
        summary: "Notes beside a conversation, or beside all conversations of one person, oldest first",
        description: `The latest ones, or those before a position. The header \`${NEXT}\` holds the position of earlier ones, while there may be more. News of a conversation tells of notes too.`,
        tags,
        security,
        params: messageParams,
        querystring: notesQuery,
        response: { 200: note.array(), ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const found = await readable(viewer, request.params.id);
      const { together, before, limit } = request.query;
      const all = together === "true" ? await access.together(viewer, found) : [found];
      const ids = all.map(({ id }) => id);
      const rows = await store.notes.list(viewer.portal, ids, { before, limit });
      const oldest = rows.at(-1);
      if (oldest && rows.length === limit) reply.header(NEXT, String(oldest.seq));
      return present(viewer.portal, [...rows].reverse());
    },
  );

  scope.post(
    "/conversations/:id/notes",
    {
      config: { rateLimit: { max: 120, timeWindow: "1 minute" } },
      schema: {
        summary: "Writes a note for colleagues",
        description: "The customer never gets it. The same `clientId` again answers the note that the first one made.",
        tags,
        security,
        params: messageParams,
        body: newNote,
        response: { 201: note, ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { id: conversation } = await readable(viewer, request.params.id);
      const { clientId, text } = request.body;
      const kept = await store.notes.add(viewer.portal, {
        ...{ conversation, authorId: viewer.userId, clientId: clientId.toLowerCase(), text },
        mentions: mentioned(request.body),
      });
      if (!kept) throw unknown("conversation");
      return reply.code(201).send(await tell(kept));
    },
  );

  scope.patch(
    "/notes/:id",
    {
      config: { rateLimit: { max: 120, timeWindow: "1 minute" } },
      schema: {
        summary: "Changes a note",
        description: "Only its author may. Colleagues who are named anew are told.",
        tags,
        security,
        params: noteParams,
        body: changedNote,
        response: { 200: note, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { id, authorId } = await find(viewer, request.params.id);
      if (authorId !== viewer.userId)
        throw new HttpError(403, "not_author", "Only the colleague who wrote this note can change it.");
      const { text } = request.body;
      const changed = await store.notes.change(viewer.portal, id, { text, mentions: mentioned(request.body) });
      if (!changed) throw unknown("note");
      return tell(changed);
    },
  );

  scope.delete(
    "/notes/:id",
    {
      schema: {
        summary: "Deletes a note for good",
        description: "Only its author may, and administrators.",
        tags,
        security,
        params: noteParams,
        response: { ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { id, authorId, conversation } = await find(viewer, request.params.id);
      if (authorId !== viewer.userId && !viewer.admin)
        throw new HttpError(
          403,
          "not_author",
          "Only the colleague who wrote this note, or an administrator, can delete it.",
        );
      if (!(await store.notes.remove(viewer.portal, id))) throw unknown("note");
      deps.news.ofConversation(viewer.portal, conversation);
      return sendNothing(reply);
    },
  );

  /** @throws HttpError 404 when there is none, or none that the viewer may read. */
  async function readable(viewer: Viewer, id: string): Promise<Conversation> {
    const found = await store.conversations.find(viewer.portal, ourId(id, conversationId, "conversation"));
    if (!found || !(await access.mayRead(viewer, found))) throw unknown("conversation");
    return found;
  }

  async function find(viewer: Viewer, id: string): Promise<Note> {
    const found = await store.notes.find(viewer.portal, ourId(id, noteId, "note"));
    if (!found) throw unknown("note");
    await readable(viewer, found.conversation);
    return found;
  }

  async function tell(kept: Note) {
    deps.news.ofConversation(kept.portal, kept.conversation);
    deps.mentions.ring(kept);
    const [answer] = await present(kept.portal, [kept]);
    if (!answer) throw unknown("note");
    return answer;
  }

  async function present(portal: PortalId, rows: readonly Note[]) {
    const names = await deps.names(
      portal,
      // A bot is no colleague whom the portal knows.
      rows.flatMap(({ authorId }) => (authorId === BOT_AUTHOR ? [] : [authorId])),
    );
    return rows.map((row) => {
      const name = row.authorId === BOT_AUTHOR ? undefined : names.get(row.authorId);
      return {
        id: row.id,
        conversation: row.conversation,
        seq: row.seq,
        author: { id: row.authorId, ...(name !== undefined && { name }) },
        text: row.text,
        mentions: row.mentions.map((mention) => ({ id: mention.userId, name: mention.name })),
        createdAt: row.createdAt.toISOString(),
        editedAt: row.editedAt?.toISOString() ?? null,
      };
    });
  }
}

interface Written {
  readonly text: string;
  readonly mentions: readonly { readonly id: string; readonly name: string }[];
}

const mentioned = ({ text, mentions }: Written): readonly Mention[] =>
  mentionsIn(
    text,
    mentions.map(({ id, name }) => ({ userId: id, name })),
  );

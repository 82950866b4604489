import type { z } from "zod";
import { errorAnswer } from "../../src/api/common.ts";
import { journalQuery, message } from "../../src/api/messages.ts";
import { type AccountId, accountId, conversationId, type PortalId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { Message } from "../../src/domain/message.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { editorOf, type Viewer } from "../../src/server/session.ts";
import type { JournalPage } from "../../src/store/contract/journal.ts";
import type { ChatAccess } from "./access.ts";
import { isOurId } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { presentInJournal } from "./present.ts";

const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
/** Position to page on with: pass it as `before` (or `after`, when that was asked). */
const NEXT = "x-next";
/** How far back was looked: a page that is not full may have stopped before it found all. */
const LOOKED_TO = "x-looked-to";

type Query = z.output<typeof journalQuery>;

/** The journal of all messages, for administrators: looked through backwards, or read forwards from a position. */
export function registerJournalRoute(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store } = deps;

  scope.get(
    "/journal",
    {
      schema: {
        summary: "Messages and what became of them",
        description: `Newest first unless \`after\` is given. The header \`${NEXT}\` holds the position to go on from, while there may be more. What is rare is looked for in a stretch of the journal at a time: a page may then hold fewer rows than asked for, or none, and \`${LOOKED_TO}\` tells the time that was looked back to.`,
        tags: ["messages"],
        security: [{ session: [] }],
        querystring: journalQuery,
        response: { 200: message.array(), ...errors },
      },
    },
    async (request, reply) => {
      const viewer = editorOf(request);
      const { portal } = viewer;
      const { conversation, account, after, before } = request.query;
      if (![conversation, account].every((id) => id === undefined || isOurId(id))) return [];
      const isForwards = after !== undefined && before === undefined;
      const page = isForwards ? await forwards(portal, request.query, after) : await backwards(portal, request.query);
      if (page.next !== undefined) reply.header(NEXT, String(page.next));
      if (page.lookedTo) reply.header(LOOKED_TO, page.lookedTo.toISOString());
      return present(portal, await readable(viewer, page.rows), request.say);
    },
  );

  async function backwards(portal: PortalId, query: Query): Promise<JournalPage> {
    const { state, direction, text, since, until, changes, after, before, limit } = query;
    const accounts = await accountsOf(portal, query);
    if (accounts?.length === 0) return { rows: [] };
    const page = await store.journal.search(portal, {
      limit,
      ...(state && { states: state }),
      ...(accounts && { accounts }),
      ...(query.conversation !== undefined && { conversations: [conversationId(query.conversation)] }),
      ...(direction && { direction }),
      ...(text !== undefined && { text }),
      ...(since !== undefined && { since: new Date(since) }),
      ...(until !== undefined && { until: new Date(until) }),
      ...(changes === "true" && { changes: true }),
      ...(before !== undefined && { before }),
    });
    if (after === undefined) return page;
    const rows = page.rows.filter((row) => row.seq > after);
    return rows.length < page.rows.length ? { rows } : page;
  }

  async function forwards(portal: PortalId, query: Query, after: number): Promise<JournalPage> {
    const { state, direction, text, channel, since, until, changes, limit } = query;
    const [only, ...more] = state ?? [];
    if (more.length > 0 || [text, channel, since, until].some((value) => value !== undefined))
      throw new HttpError(
        400,
        "invalid_request",
        "Reading forwards (`after`) knows no text, channel or time, and one state. Leave them out, or page with `before`.",
        { field: "after" },
      );
    const rows = await store.messages.journal(portal, {
      limit,
      after,
      ...(only && { state: only }),
      ...(direction && { direction }),
      ...(changes === "true" && { changes: true }),
      ...(query.conversation !== undefined && { conversation: conversationId(query.conversation) }),
      ...(query.account !== undefined && { account: accountId(query.account) }),
    });
    const last = rows.at(-1);
    return { rows, ...(last && rows.length === limit && { next: last.seq }) };
  }

  /** `undefined`: all of them. */
  async function accountsOf(portal: PortalId, { account, channel }: Query): Promise<readonly AccountId[] | undefined> {
    if (channel === undefined) return account === undefined ? undefined : [accountId(account)];
    const all = await store.accounts.list(portal);
    return all
      .filter((one) => one.channel === channel && (account === undefined || one.id === account))
      .map(({ id }) => id);
  }

  /** Whoever may see the journal may read every conversation, unless a role says otherwise. */
  async function readable(viewer: Viewer, rows: readonly Message[]): Promise<readonly Message[]> {
    if (viewer.role !== "agent") return rows;
    const found = await store.conversations.findMany(viewer.portal, [...new Set(rows.map((row) => row.conversation))]);
    const judged = await Promise.all(found.map(async (one) => ((await access.mayRead(viewer, one)) ? [one.id] : [])));
    const may = new Set(judged.flat());
    return rows.filter((row) => may.has(row.conversation));
  }

  async function present(portal: PortalId, rows: readonly Message[], say: Say) {
    const beside = await store.journal.beside(
      portal,
      rows.map((row) => row.id),
    );
    return rows.map((row) => presentInJournal(row, deps.mediaLink, say, beside.get(row.id)));
  }
}

import { errorAnswer } from "../../src/api/common.ts";
import { letterReport, letterReportQuery, letterSeen } from "../../src/api/letters.ts";
import { messageParams } from "../../src/api/messages.ts";
import { messageId } from "../../src/domain/ids.ts";
import { seenBy } from "../../src/mail/tracking/classify-hits.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

const security = [{ session: [] }];
const tags = ["e-mail"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const MOST_MS = 366 * 86_400_000;

/** What is seen of letters that were sent: of one, and of all together. */
export function registerMailReportRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store } = deps;

  scope.get(
    "/messages/:id/seen",
    {
      schema: {
        summary: "Whether a letter of ours was read, as far as that can be seen",
        description:
          "`opened` is yes only where a person looked or followed a link; probably where their mail provider fetched the letter's picture. null: nothing was to be seen of this message.",
        tags,
        security,
        params: messageParams,
        response: { 200: letterSeen.nullable(), ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const row = await store.messages.find(viewer.portal, ourId(request.params.id, messageId, "message"));
      const conversation = row && (await store.conversations.find(viewer.portal, row.conversation));
      if (!row || !conversation || !(await access.mayRead(viewer, conversation))) throw unknown("message");
      const originKey = row.origin.by === "surface" ? `surface:${row.origin.clientId}` : undefined;
      const seen = originKey === undefined ? undefined : await store.tracks.seen(viewer.portal, originKey);
      if (!seen) return null;
      const hits = seen.hits.map(({ at, link, class: kind }) => ({
        at: at.toISOString(),
        link: link ?? null,
        class: kind,
      }));
      return { ...seenBy(seen.hits), hits };
    },
  );

  scope.get(
    "/mail/report",
    {
      config: { rateLimit: { max: 30, timeWindow: "1 minute" } },
      schema: {
        summary: "Letters sent, opened, clicked and answered, per person and template",
        description: "Everybody's for administrators; their own for others. A reply proves that a letter was opened.",
        tags,
        security,
        querystring: letterReportQuery,
        response: { 200: letterReport, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const [since, until] = [new Date(request.query.since), new Date(request.query.until)];
      if (until <= since || until.getTime() - since.getTime() > MOST_MS)
        throw new HttpError(400, "invalid_request", "Choose a period of at most a year.", { field: "until" });
      const all = await store.tracks.report(viewer.portal, since, until);
      const rows = viewer.admin ? all : all.filter(({ authorId }) => authorId === viewer.userId);
      const names = await deps.names(
        viewer.portal,
        rows.flatMap(({ authorId }) => authorId ?? []),
      );
      return rows.map(({ authorId, ...row }) => {
        const name = authorId === null ? undefined : names.get(authorId);
        return { ...row, agent: authorId === null ? null : { id: authorId, ...(name !== undefined && { name }) } };
      });
    },
  );
}

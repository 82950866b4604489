/**
 * Settings of open lines, with the rights that the viewer has in the portal: reading and writing go by their own token, so
 * whoever may not change lines there may not here.
 */
import { errorAnswer } from "../../src/api/common.ts";
import {
  changedLine,
  deleteLineQuery,
  type LineDetails,
  lineChange,
  lineDetails,
  lineParams,
  linesDirectory,
  newLine,
} from "../../src/api/lines.ts";
import { LINE_FIELD_NAMES, type LineChanges, pick } from "../../src/domain/line-settings/fields.ts";
import { illegal } from "../../src/domain/line-settings/legal.ts";
import type { LineNow } from "../../src/portal/contract/line-desk.ts";
import type { PortalOutcome } from "../../src/portal/contract.ts";
import { wantedOn } from "../../src/relay/crm/lines.ts";
import { editLine } from "../../src/relay/lines/edit-line.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { editorOf, type Viewer } from "../../src/server/session.ts";
import { portalError, sendNothing } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { linesDirectoryOf } from "./lines-directory.ts";

const security = [{ session: [] }];
const tags = ["lines"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };

export function registerLineRoutes(scope: App, deps: ApiDeps): void {
  const { store, portals } = deps;
  const deskOf = ({ portal, userId }: Viewer) => portals.lineDeskOf(portal, userId);

  scope.get(
    "/lines/directory",
    {
      schema: {
        summary: "What there is to choose from in lines' settings, and every account with its line",
        tags,
        security,
        response: { 200: linesDirectory, ...errors },
      },
    },
    async (request) => linesDirectoryOf(deps, editorOf(request), request.say),
  );

  scope.get(
    "/lines/:id",
    {
      schema: {
        summary: "All settings of an open line, as the portal has them now",
        tags,
        security,
        params: lineParams,
        response: { 200: lineDetails, ...errors },
      },
    },
    async (request) => {
      const viewer = editorOf(request);
      return details(viewer, must(await deskOf(viewer).read(request.params.id)));
    },
  );

  scope.post(
    "/lines",
    {
      schema: {
        summary: "Makes an open line",
        description: "With the viewer in its queue, or like another line. What the portal corrects is in the answer.",
        tags,
        security,
        body: newLine,
        response: { 201: lineDetails, ...errors },
      },
    },
    async (request, reply) => {
      const viewer = editorOf(request);
      const { name, like } = request.body;
      const desk = deskOf(viewer);
      const model = like === undefined ? {} : legalOf(must(await desk.read(like)).settings);
      const queue = model.queue ?? [{ kind: "person" as const, id: viewer.userId }];
      const id = must(await desk.add({ ...model, queue, name }));
      return reply.code(201).send(await details(viewer, must(await desk.read(id))));
    },
  );

  scope.patch(
    "/lines/:id",
    {
      schema: {
        summary: "Changes settings of an open line and reads them back",
        description:
          "409 `line_changed` names in `differences` what somebody changed in the portal meanwhile; nothing is written then. 422 `wrong_settings` names in `wrong` what may not be written.",
        tags,
        security,
        params: lineParams,
        body: lineChange,
        response: { 200: changedLine, ...errors },
      },
    },
    async (request) => {
      const viewer = editorOf(request);
      const outcome = await editLine(deskOf(viewer), request.params.id, request.body);
      switch (outcome.kind) {
        case "saved": {
          const { line, before, corrections } = outcome;
          return { ...(await details(viewer, line)), before, corrections: corrections.map((one) => ({ ...one })) };
        }
        case "conflict":
          throw new HttpError(
            409,
            "line_changed",
            "Somebody changed these settings in Bitrix24 meanwhile. Nothing was saved.",
            { differences: outcome.differences },
          );
        case "illegal":
          throw new HttpError(422, "wrong_settings", "Some settings cannot be saved like this.", {
            wrong: outcome.wrong,
          });
        default:
          return must(outcome);
      }
    },
  );

  scope.delete(
    "/lines/:id",
    {
      schema: {
        summary: "Deletes an open line in the portal",
        description: "409 `line_in_use` names in `accounts` those that feed it, unless they are to leave it.",
        tags,
        security,
        params: lineParams,
        querystring: deleteLineQuery,
        response: { ...errors },
      },
    },
    async (request, reply) => {
      const viewer = editorOf(request);
      const { id } = request.params;
      const feeding = await accountsOn(viewer, id);
      if (feeding.length > 0 && request.query.accounts !== "leave")
        throw new HttpError(409, "line_in_use", "Accounts still feed this open line. Say that they leave it.", {
          accounts: feeding.map(({ id: account, name }) => ({ id: account, name })),
        });
      must(await deskOf(viewer).remove(id));
      // The portal tells it by an event too; until that comes nothing may be sent to a line that is not there.
      for (const account of feeding) {
        await store.accounts.update(viewer.portal, account.id, { line: null, connector: null });
        deps.accountChanged(account.id);
      }
      return sendNothing(reply);
    },
  );

  const accountsOn = async ({ portal }: Viewer, line: string) =>
    (await store.accounts.list(portal)).filter((account) => account.line === line);

  async function details(viewer: Viewer, line: LineNow): Promise<LineDetails> {
    const { portal } = viewer;
    const { settings } = line;
    const accounts = await store.accounts.list(portal);
    const { ruleset } = await deps.rules.of(portal);
    const named = await portals.people(portal).names(peopleIn(line));
    return {
      id: line.id,
      settings,
      unread: LINE_FIELD_NAMES.filter((name) => settings[name] === undefined),
      entries: line.entries.map((entry) => ({ ...entry })),
      changedBy: line.changedBy ?? null,
      owner: wantedOn(line.id, accounts, ruleset),
      accounts: accounts
        .filter((account) => account.line === line.id)
        .map(({ id, name, channel, enabled }) => ({ id, name, channel, enabled })),
      people: named.kind === "ok" ? [...named.value].map(([id, name]) => ({ id, name })) : [],
      problem: named.kind === "ok" || named.kind === "withdrawn" ? null : named.sentence,
    };
  }
}

function peopleIn({ settings, entries, changedBy }: LineNow): readonly string[] {
  const queue = (settings.queue ?? []).flatMap(({ kind, id }) => (kind === "person" ? id : []));
  const told = [...(settings.firstAnswerTellsWhom ?? []), ...(settings.furtherAnswerTellsWhom ?? [])];
  return [...new Set([...queue, ...told, ...entries.map(({ person }) => person), ...(changedBy ? [changedBy] : [])])];
}

/** What of a line's settings another one can be made with. */
const legalOf = (settings: LineChanges) =>
  pick(
    settings,
    LINE_FIELD_NAMES.filter((name) => name !== "name" && illegal(name, settings[name]) === undefined),
  );

/** @throws HttpError where the portal does not do it */
function must<T>(outcome: PortalOutcome<T>): T {
  if (outcome.kind === "ok") return outcome.value;
  if (outcome.kind === "refused" && outcome.code === "NO_SUCH_LINE")
    throw new HttpError(404, "not_found", outcome.sentence);
  if (outcome.kind === "refused" && outcome.code === "CONFIG_WRONG_USER_PERMISSION")
    throw new HttpError(403, "no_access", outcome.sentence);
  throw portalError(outcome);
}

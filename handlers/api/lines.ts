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
  lineUndo,
  newLine,
} from "../../src/api/lines.ts";
import { LINE_FIELD_NAMES, type LineChanges, pick, sameValue } from "../../src/domain/line-settings/fields.ts";
import { illegal } from "../../src/domain/line-settings/legal.ts";
import type { LineNow } from "../../src/portal/contract/line-desk.ts";
import type { PortalOutcome } from "../../src/portal/contract.ts";
import { wantedOn } from "../../src/relay/crm/lines.ts";
import { type EditOutcome, editLine } from "../../src/relay/lines/edit-line.ts";
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
      const { id } = request.params;
      const saved = savedOf(await editLine(deskOf(viewer), id, request.body));
      await keepSave(viewer, id, saved);
      return changed(viewer, saved);
    },
  );

  scope.post(
    "/lines/:id/undo",
    {
      schema: {
        summary: "Takes back what was saved of an open line here last",
        description:
          "Whoever saved it, and after the page was left. 409 `not_the_last` when something else was saved or taken back meanwhile, `line_changed` when it was changed since.",
        tags,
        security,
        params: lineParams,
        body: lineUndo,
        response: { 200: changedLine, ...errors },
      },
    },
    async (request) => {
      const viewer = editorOf(request);
      const { id } = request.params;
      const last = await store.lineSaves.last(viewer.portal, id);
      if (!last || last.id !== request.body.save)
        throw new HttpError(
          409,
          "not_the_last",
          "Something else was saved or taken back here meanwhile. Read the settings again.",
        );
      const undone = savedOf(await editLine(deskOf(viewer), id, { base: last.after, changes: last.before }));
      await store.lineSaves.drop(viewer.portal, id, last.id);
      return changed(viewer, undone);
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
      await store.lineSaves.forget(viewer.portal, id);
      // The portal tells it by an event too; until that comes nothing may be sent to a line that is not there.
      for (const account of feeding) {
        await store.accounts.update(viewer.portal, account.id, { line: null, connector: null });
        deps.accountChanged(account.id);
      }
      return sendNothing(reply);
    },
  );

  async function changed(viewer: Viewer, { line, before, corrections }: Saved) {
    return { ...(await details(viewer, line)), before, corrections: corrections.map((one) => ({ ...one })) };
  }

  /** What has become another than it was. A field that could not be read before cannot be put back. */
  async function keepSave({ portal, userId }: Viewer, id: string, { line, before }: Saved): Promise<void> {
    const names = LINE_FIELD_NAMES.filter(
      (name) => before[name] !== undefined && !sameValue(name, before[name], line.settings[name]),
    );
    if (names.length === 0) return;
    const [was, is] = [pick(before, names), pick(line.settings, names)];
    await store.lineSaves.keep(portal, id, { savedBy: userId, before: was, after: is });
  }

  /** The last save, as long as nobody has changed since what it changed. */
  async function lastSaveOf(portal: Viewer["portal"], { id, settings }: LineNow) {
    const last = await store.lineSaves.last(portal, id);
    if (!last) return undefined;
    const names = LINE_FIELD_NAMES.filter((name) => last.before[name] !== undefined);
    const stands = names.every((name) => sameValue(name, last.after[name], settings[name]));
    return stands && names.length > 0 ? last : undefined;
  }

  const accountsOn = async ({ portal }: Viewer, line: string) =>
    (await store.accounts.list(portal)).filter((account) => account.line === line);

  async function details(viewer: Viewer, line: LineNow): Promise<LineDetails> {
    const { portal } = viewer;
    const { settings } = line;
    const accounts = await store.accounts.list(portal);
    const { ruleset } = await deps.rules.of(portal);
    const last = await lastSaveOf(portal, line);
    const named = await portals.people(portal).names([...peopleIn(line), ...(last ? [last.savedBy] : [])]);
    return {
      id: line.id,
      settings,
      unread: LINE_FIELD_NAMES.filter((name) => settings[name] === undefined),
      operators: [...line.operators],
      changedBy: line.changedBy ?? null,
      lastSave: last ? { id: last.id, by: last.savedBy, at: last.savedAt.toISOString(), before: last.before } : null,
      owner: wantedOn(line.id, accounts, ruleset),
      accounts: accounts
        .filter((account) => account.line === line.id)
        .map(({ id, name, channel, enabled }) => ({ id, name, channel, enabled })),
      people: named.kind === "ok" ? [...named.value].map(([id, name]) => ({ id, name })) : [],
      problem: named.kind === "ok" || named.kind === "withdrawn" ? null : named.sentence,
    };
  }
}

function peopleIn({ settings, operators, changedBy }: LineNow): readonly string[] {
  const queue = (settings.queue ?? []).flatMap(({ kind, id }) => (kind === "person" ? id : []));
  const told = [...(settings.firstAnswerTellsWhom ?? []), ...(settings.furtherAnswerTellsWhom ?? [])];
  const shown = (settings.agents ?? []).map(({ person }) => person);
  return [...new Set([...queue, ...operators, ...told, ...shown, ...(changedBy ? [changedBy] : [])])];
}

type Saved = Extract<EditOutcome, { readonly kind: "saved" }>;

/** @throws HttpError where it was not saved */
function savedOf(outcome: EditOutcome): Saved {
  switch (outcome.kind) {
    case "saved":
      return outcome;
    case "conflict":
      throw new HttpError(
        409,
        "line_changed",
        "Somebody changed these settings in Bitrix24 meanwhile. Nothing was saved.",
        { differences: outcome.differences },
      );
    case "illegal":
      throw new HttpError(422, "wrong_settings", "Some settings cannot be saved like this.", { wrong: outcome.wrong });
    default:
      return must(outcome);
  }
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

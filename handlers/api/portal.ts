import { errorAnswer } from "../../src/api/common.ts";
import { portal, portalChange } from "../../src/api/portal.ts";
import type { PortalId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { administratorOf, noSession } from "../../src/server/session.ts";
import { backlogError } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { presentPortal } from "./present.ts";

const security = [{ session: [] }];
const tags = ["portal"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
/** A repair that takes longer goes on by itself; the page asks again. */
const PATIENCE_MS = 20_000;
const DAY_MS = 86_400_000;
/** A person decides the same about more. */
const MOST_COUNTED = 100_000;

/** The portal's own settings and its installation. */
export function registerPortalRoutes(scope: App, deps: ApiDeps): void {
  const { store, installer } = deps;

  async function present(id: PortalId, say: Say) {
    const found = await store.portals.find(id);
    if (!found) throw noSession();
    return presentPortal(found, installer.running(id), say);
  }

  scope.get(
    "/portal",
    { schema: { summary: "Settings and installation report", tags, security, response: { 200: portal, ...errors } } },
    (request) => present(administratorOf(request).portal, request.say),
  );

  scope.patch(
    "/portal",
    {
      schema: {
        summary: "Changes the name, the switch, or how long messages are kept",
        description:
          "Switching on while messages wait answers 409 `backlog` unless `backlog` says what to do with them. Keeping messages for a shorter time answers 409 `would_delete` with their number unless `deleteOlder` is true.",
        tags,
        security,
        body: portalChange,
        response: { 200: portal, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const { name, active, backlog, keepDays, deleteOlder, editors, roles } = request.body;
      if (keepDays !== undefined && deleteOlder !== true) await sayWhatGoes(viewer.portal, keepDays);
      if (active !== undefined) {
        const outcome = await deps.accounts.setPortalActive(viewer.portal, active, backlog);
        if (outcome.kind === "backlog") throw backlogError(outcome.count);
      }
      const trimmed = name?.trim() ?? "";
      if (trimmed !== "") await store.portals.update(viewer.portal, { name: trimmed });
      if (keepDays !== undefined) await store.portals.update(viewer.portal, { keepDays });
      if (editors !== undefined) await store.portals.update(viewer.portal, { editors });
      if (roles !== undefined) await store.portals.update(viewer.portal, { roles });
      return present(viewer.portal, request.say);
    },
  );

  /** @throws HttpError 409 when a shorter time means that messages go. */
  async function sayWhatGoes(id: PortalId, keepDays: number | null): Promise<void> {
    const before = (await store.portals.find(id))?.keepDays;
    if (keepDays === null || (before !== undefined && before <= keepDays)) return;
    const messages = await store.journal.countBefore(
      id,
      new Date(deps.now().getTime() - keepDays * DAY_MS),
      MOST_COUNTED,
    );
    if (messages === 0) return;
    const many = messages === MOST_COUNTED ? `${messages} or more` : String(messages);
    throw new HttpError(
      409,
      "would_delete",
      `Messages older than ${keepDays} days will be deleted: ${many}. Confirm it with "deleteOlder".`,
      { messages, more: messages === MOST_COUNTED },
    );
  }

  scope.post(
    "/portal/repair",
    {
      schema: {
        summary: "Sets up what is missing and looks for missed replies",
        tags,
        security,
        response: { 200: portal, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      await installer.run(viewer.portal, PATIENCE_MS);
      await deps.startHistoryRepair(viewer.portal);
      return present(viewer.portal, request.say);
    },
  );
}

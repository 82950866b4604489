import { errorAnswer } from "../../src/api/common.ts";
import { portal, portalChange } from "../../src/api/portal.ts";
import type { PortalId } from "../../src/domain/ids.ts";
import type { App } from "../../src/server/app.ts";
import { administratorOf, noSession } from "../../src/server/session.ts";
import { backlogError } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { presentPortal } from "./present.ts";

const security = [{ session: [] }];
const tags = ["portal"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
/** A repair that takes longer goes on by itself; the page asks again. */
const PATIENCE_MS = 20_000;

/** The portal's own settings and its installation. */
export function registerPortalRoutes(scope: App, deps: ApiDeps): void {
  const { store, installer } = deps;

  async function present(id: PortalId) {
    const found = await store.portals.find(id);
    if (!found) throw noSession();
    return presentPortal(found, installer.running(id));
  }

  scope.get(
    "/portal",
    { schema: { summary: "Settings and installation report", tags, security, response: { 200: portal, ...errors } } },
    (request) => present(administratorOf(request).portal),
  );

  scope.patch(
    "/portal",
    {
      schema: {
        summary: "Changes the name or the switch",
        description:
          "Switching on while messages wait answers 409 `backlog` unless `backlog` says what to do with them.",
        tags,
        security,
        body: portalChange,
        response: { 200: portal, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const { name, active, backlog } = request.body;
      if (active !== undefined) {
        const outcome = await deps.accounts.setPortalActive(viewer.portal, active, backlog);
        if (outcome.kind === "backlog") throw backlogError(outcome.count);
      }
      const trimmed = name?.trim() ?? "";
      if (trimmed !== "") await store.portals.update(viewer.portal, { name: trimmed });
      return present(viewer.portal);
    },
  );

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
      return present(viewer.portal);
    },
  );
}

import { errorAnswer } from "../../src/api/common.ts";
import { session, sessionRenewal } from "../../src/api/portal.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { bearerOf, noSession } from "../../src/server/session.ts";
import { foreign, identify, lifetimeMs } from "../frame.ts";
import type { ApiDeps } from "./deps.ts";

const SESSION_SECONDS = 3600;

/**
 * `POST /api/session`: a new session for a page that stays open. The old session (ended a while ago at most) says whose
 * page it is and that it was proved once; the frame's fresh token, tried at the portal's stored address, says that this
 * person is still there, and whether they are still an administrator.
 */
export function registerSessionRoute(scope: App, deps: ApiDeps): void {
  scope.post(
    "/session",
    {
      config: { rateLimit: { max: 120, timeWindow: "1 minute" } },
      schema: {
        summary: "Exchanges a fresh token of the frame for a new session",
        tags: ["session"],
        security: [{ session: [] }],
        body: sessionRenewal,
        response: { 200: session, "4xx": errorAnswer, "5xx": errorAnswer },
      },
    },
    async (request) => {
      const token = bearerOf(request);
      const viewer = token === undefined ? undefined : await deps.sessions.checkForRenewal(token);
      const portal = viewer && (await deps.store.portals.find(viewer.portal));
      if (!viewer || !portal) throw noSession();
      const accessToken = request.body.accessToken ?? request.body.AUTH_ID ?? "";
      const refreshToken = request.body.refreshToken ?? request.body.REFRESH_ID;
      const identified = await identify(deps.transport, portal, accessToken);
      if (identified.kind === "unreachable") throw new HttpError(503, "portal_unreachable", identified.sentence);
      if (identified.kind === "foreign" || identified.person.id !== viewer.userId) throw foreign();
      const { person } = identified;
      const now = deps.now();
      await deps.store.users.remember({
        portal: portal.id,
        userId: person.id,
        name: person.name,
        admin: person.admin,
        lastSeenAt: now,
        ...(refreshToken !== undefined && {
          tokens: {
            accessToken,
            refreshToken,
            expiresAt: new Date(now.getTime() + lifetimeMs(String(request.body.expiresIn ?? ""))),
          },
        }),
      });
      return { session: await deps.sessions.issue({ ...viewer, admin: person.admin }), expiresIn: SESSION_SECONDS };
    },
  );
}

import type { App } from "../../src/server/app.ts";
import { registerAccountRoutes } from "./accounts.ts";
import { registerChannelRoutes } from "./channels.ts";
import type { ApiDeps } from "./deps.ts";
import { registerMessageRoutes } from "./messages.ts";
import { registerPortalRoutes } from "./portal.ts";
import { registerSessionRoute } from "./session.ts";

/** `/api/*`: everything our pages ask, by bearer session. */
export async function registerApi(app: App, deps: ApiDeps): Promise<void> {
  await app.register(
    async (scope) => {
      scope.addHook("onSend", async (_request, reply) => {
        reply.header("cache-control", "no-store");
      });
      registerSessionRoute(scope as App, deps);
      await scope.register(async (guarded) => {
        deps.sessions.guard(guarded as App);
        registerAccountRoutes(guarded as App, deps);
        registerChannelRoutes(guarded as App, deps);
        registerMessageRoutes(guarded as App, deps);
        registerPortalRoutes(guarded as App, deps);
      });
    },
    { prefix: "/api" },
  );
}

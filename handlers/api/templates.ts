import { accountParams, templates } from "../../src/api/accounts.ts";
import { errorAnswer } from "../../src/api/common.ts";
import { accountId } from "../../src/domain/ids.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { viewerOf } from "../../src/server/session.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

/** Texts that the vendor has approved, for whoever writes. The adapter remembers them for minutes. */
export function registerTemplateRoute(scope: App, deps: ApiDeps): void {
  scope.get(
    "/accounts/:id/templates",
    {
      schema: {
        summary: "Templates that may be sent through an account",
        tags: ["messages"],
        security: [{ session: [] }],
        params: accountParams,
        response: { 200: templates, "4xx": errorAnswer, "5xx": errorAnswer },
      },
    },
    async (request) => {
      const { portal } = viewerOf(request);
      const account = await deps.store.accounts.find(portal, ourId(request.params.id, accountId, "account"));
      const adapter = account && deps.channels.get(account.channel);
      if (!account || !adapter) throw unknown("account");
      if (!adapter.capabilities.templates || !adapter.templates)
        throw new HttpError(409, "no_templates", `${adapter.title} knows no templates. Send the text itself instead.`);
      const outcome = await adapter.templates(account);
      if (outcome.kind === "unavailable") throw new HttpError(503, "channel_unreachable", outcome.sentence);
      return outcome.templates.map((template) => ({ ...template }));
    },
  );
}

import { errorAnswer } from "../../src/api/common.ts";
import { conversation, messageParams, sessionAction } from "../../src/api/messages.ts";
import type { SessionWish } from "../../src/relay/line-sessions.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { portalError, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { findPlace } from "./place.ts";
import { presentConversation } from "./present.ts";

/** Accepting, passing on, closing, reopening a chat of a line: by the viewer's own rights in the portal. */
export function registerLineSessionRoute(scope: App, deps: ApiDeps, access: ChatAccess): void {
  scope.post(
    "/conversations/:id/session",
    {
      schema: {
        summary: "Accepts a conversation in its line, passes it on, closes or reopens it",
        description:
          "With the viewer's own rights in Bitrix24. 409 says in a sentence why it was not done. Answers the conversation as it is then.",
        tags: ["messages"],
        security: [{ session: [] }],
        params: messageParams,
        body: sessionAction,
        response: { 200: conversation, "4xx": errorAnswer, "5xx": errorAnswer },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const place = await findPlace(deps, access, viewer, request.params.id);
      const acted = await deps.lineSessions.act(place.conversation, viewer.userId, wishOf(request.body));
      if (acted.kind === "failed") throw portalError(acted.outcome);
      if (acted.kind === "not-done") throw new HttpError(409, "not_done", acted.sentence, { sentence: acted.sentence });
      const now = await deps.store.conversations.find(viewer.portal, place.conversation.id);
      if (!now) throw unknown("conversation");
      const names = await deps.names(viewer.portal, now.operator === undefined ? [] : [now.operator]);
      return presentConversation(now, place.account, { names });
    },
  );
}

function wishOf({
  action,
  to,
}: {
  readonly action: SessionWish["kind"];
  readonly to?: string | undefined;
}): SessionWish {
  if (action !== "transfer") return { kind: action };
  return { kind: action, to: to ?? "" };
}

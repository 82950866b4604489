import { errorAnswer } from "../../src/api/common.ts";
import { messageParams } from "../../src/api/messages.ts";
import { transcriptSent, transcriptWay } from "../../src/api/transcripts.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { findPlace } from "./place.ts";
import { cannotSend } from "./written.ts";

const security = [{ session: [] }];
const tags = ["messages"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };

/** What was said, by e-mail to the customer. */
export function registerTranscriptRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  scope.get(
    "/conversations/:id/transcript",
    {
      schema: {
        summary: "Whether what was said can be sent to the customer by e-mail",
        description:
          "null: no address of theirs is known, there is no mailbox to send it from, or it is e-mail already.",
        tags,
        security,
        params: messageParams,
        response: { 200: transcriptWay.nullable(), ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { conversation, adapter } = await findPlace(deps, access, viewer, request.params.id);
      if (adapter.capabilities.letters === true) return null;
      const way = await deps.transcripts.way(conversation, viewer.userId);
      return way && { to: way.to, through: way.through.name, sent: way.isSent };
    },
  );

  scope.post(
    "/conversations/:id/transcript",
    {
      config: { rateLimit: { max: 20, timeWindow: "1 minute" } },
      schema: {
        summary: "Sends what was said to the customer by e-mail, in their language",
        description: "Once for as long as nothing more is said: the second time answers `known`.",
        tags,
        security,
        params: messageParams,
        response: { 202: transcriptSent, ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { conversation, account, adapter } = await findPlace(deps, access, viewer, request.params.id);
      if (adapter.capabilities.letters === true) throw cannotSend(NO_WAY);
      const outcome = await deps.transcripts.send(conversation, account, viewer.userId);
      switch (outcome.kind) {
        case "sent":
        case "known":
          return reply.code(202).send({ kind: outcome.kind });
        case "empty":
          throw cannotSend("Nothing was said in this conversation yet that could be sent.");
        case "no-way":
          throw cannotSend(NO_WAY);
        case "refused":
          throw new HttpError(422, "channel_refused", outcome.sentence);
      }
    },
  );
}

const NO_WAY =
  "What was said cannot be sent by e-mail: no address of this customer is known, or there is no mailbox to send it from.";

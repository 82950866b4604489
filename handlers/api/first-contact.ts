import type { FastifyRequest } from "fastify";
import { errorAnswer } from "../../src/api/common.ts";
import { begunConversation, findPerson, foundPerson, newConversation } from "../../src/api/first-contact.ts";
import { accountId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import type { NotPossible } from "../../src/relay/first-contact.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { administratorOf, viewerOf } from "../../src/server/session.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

const security = [{ session: [] }];
const tags = ["messages"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
/** Whoever asks a vendor about many people, or writes to many, puts the account at risk. */
const config = {
  rateLimit: {
    max: 30,
    timeWindow: "1 minute",
    hook: "preHandler" as const,
    keyGenerator: (request: FastifyRequest) => {
      const viewer = viewerOf(request);
      return `first-contact:${viewer.portal}:${viewer.userId}`;
    },
  },
};

/** Writing to people who have not written yet: administrators only. */
export function registerFirstContactRoutes(scope: App, deps: ApiDeps): void {
  scope.post(
    "/people/find",
    {
      config,
      schema: {
        summary: "Whether somebody can be written to through an account",
        tags,
        security,
        body: findPerson,
        response: { 200: foundPerson, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const id = ourId(request.body.account, accountId, "account");
      const outcome = await deps.firstContact.find(viewer.portal, id, request.body);
      switch (outcome.kind) {
        case "found":
          return { kind: outcome.kind, chatId: outcome.chatId, customer: { ...outcome.customer } };
        case "nobody":
        case "unknown":
          return { kind: outcome.kind, sentence: request.say(outcome.sentence) };
        default:
          throw notPossible(outcome);
      }
    },
  );

  scope.post(
    "/conversations",
    {
      config,
      schema: {
        summary: "Begins a conversation with a first message",
        description: "The same `clientId` again answers what the first request made.",
        tags,
        security,
        body: newConversation,
        response: { 200: begunConversation, 201: begunConversation, ...errors },
      },
    },
    async (request, reply) => {
      const viewer = administratorOf(request);
      const { account, to, clientId, content } = request.body;
      const outcome = await deps.firstContact.begin(viewer.portal, ourId(account, accountId, "account"), {
        to,
        clientId,
        authorId: viewer.userId,
        content: {
          body: plainText(content.text),
          attachments: [],
          ...(content.template && { template: content.template }),
        },
      });
      switch (outcome.kind) {
        case "begun":
        case "known":
          return reply
            .code(outcome.kind === "begun" ? 201 : 200)
            .send({ conversation: outcome.conversation, message: outcome.message });
        case "nobody":
          throw new HttpError(422, "nobody", outcome.sentence);
        case "unknown":
          throw new HttpError(503, "could_not_check", outcome.sentence);
        default:
          throw notPossible(outcome);
      }
    },
  );
}

function notPossible(outcome: NotPossible): HttpError {
  switch (outcome.kind) {
    case "unknown-account":
      return unknown("account");
    case "invalid":
      return new HttpError(400, "invalid_request", outcome.sentence, { field: outcome.field });
    case "refused":
      return new HttpError(422, "channel_refused", outcome.sentence);
  }
}

import type { FastifyRequest } from "fastify";
import { errorAnswer } from "../../src/api/common.ts";
import {
  begunConversation,
  findPerson,
  firstContactAccounts,
  foundPerson,
  newConversation,
} from "../../src/api/first-contact.ts";
import { accountId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import type { NotPossible, Sought } from "../../src/relay/first-contact.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

const security = [{ session: [] }];
const tags = ["messages"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
/** Whoever asks a vendor about many people, or writes to many, puts the account at risk. */
const config = {
  rateLimit: {
    max: 60,
    timeWindow: "1 minute",
    hook: "preHandler" as const,
    keyGenerator: (request: FastifyRequest) => {
      const viewer = viewerOf(request);
      return `first-contact:${viewer.portal}:${viewer.userId}`;
    },
  },
};

/**
 * Writing to people who have not written yet. Whoever answers customers may; a conversation that a colleague has with them
 * already is joined only by those who may read it, and what is known of them is the vendor's word and not the page's.
 */
export function registerFirstContactRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  scope.get(
    "/first-contact/accounts",
    {
      schema: {
        summary: "Accounts through which people can be written to first",
        tags,
        security,
        response: { 200: firstContactAccounts, ...errors },
      },
    },
    async (request) => {
      const accounts = await deps.firstContact.accounts(viewerOf(request).portal);
      return accounts.map(({ id, name, channel }) => ({ id, name, channel }));
    },
  );

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
      const viewer = viewerOf(request);
      const id = ourId(request.body.account, accountId, "account");
      const outcome = await deps.firstContact.find(viewer.portal, id, await withCountry(viewer, request.body));
      switch (outcome.kind) {
        case "reached": {
          const { person, conversation, mayWrite, sentence } = outcome;
          const isTheirs = conversation !== undefined && (await access.mayRead(viewer, conversation));
          return {
            kind: "found" as const,
            ...{ chatId: person.chatId, customer: { ...person.customer }, mayWrite },
            conversation: isTheirs ? conversation.id : null,
            sentence: sentence === undefined ? null : request.say(sentence),
          };
        }
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
      const viewer = viewerOf(request);
      const { account, to, clientId, content } = request.body;
      if ("chatId" in to && !viewer.admin)
        throw new HttpError(403, "administrators_only", "Only an administrator of the portal may do this.");
      const outcome = await deps.firstContact.begin(viewer.portal, ourId(account, accountId, "account"), {
        to: "chatId" in to ? to : await withCountry(viewer, to),
        mayJoin: (known) => access.mayRead(viewer, known),
        by: { clientId, authorId: viewer.userId },
        draft: content.letter,
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

  /** Numbers without a country are of the country that the portal's rules name. */
  async function withCountry(viewer: Viewer, sought: Sought): Promise<Sought> {
    if (sought.phone === undefined || sought.defaultCountry !== undefined) return sought;
    const { ruleset } = await deps.rules.of(viewer.portal);
    return { ...sought, defaultCountry: ruleset.identity.defaultCountry ?? undefined };
  }
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

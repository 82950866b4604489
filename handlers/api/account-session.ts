import { accountSession, accountSessionAnswer } from "../../src/api/account-session.ts";
import { accountParams } from "../../src/api/accounts.ts";
import { errorAnswer } from "../../src/api/common.ts";
import type { SessionPrompt } from "../../src/channels/contract/sessions.ts";
import type { Account } from "../../src/domain/account.ts";
import { accountId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { LiveState } from "../../src/relay/sessions/calls.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { administratorOf, type Viewer } from "../../src/server/session.ts";
import { ourId, sendNothing, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { presentConnection } from "./present.ts";

const security = [{ session: [] }];
const tags = ["accounts"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };

/**
 * The standing connection of an account while a person sets it up: how it stands, what it asks for, and their answers.
 * Prompts and what is typed pass through here and stay nowhere, neither in the store nor in a log.
 */
export function registerAccountSessionRoutes(scope: App, deps: ApiDeps): void {
  async function accountOf(viewer: Viewer, given: string): Promise<Account> {
    const found = await deps.store.accounts.find(viewer.portal, ourId(given, accountId, "account"));
    if (!found || !deps.channels.get(found.channel)?.sessions) throw unknown("standing connection");
    return found;
  }

  scope.get(
    "/accounts/:id/session",
    {
      config: { rateLimit: { max: 240, timeWindow: "1 minute" } },
      schema: {
        summary: "How an account's standing connection stands, and what it asks for now",
        tags,
        security,
        params: accountParams,
        response: { 200: accountSession, ...errors },
      },
    },
    async (request) => {
      const account = await accountOf(administratorOf(request), request.params.id);
      const asked = await deps.connections.ask(account.id, { method: "state" });
      if (asked.kind === "answered") return { open: true, ...present(asked.answer, request.say) };
      return { open: false, ...present({ connection: account.connection }, request.say) };
    },
  );

  scope.post(
    "/accounts/:id/session/answer",
    {
      config: { rateLimit: { max: 20, timeWindow: "1 minute" } },
      schema: {
        summary: "What the person typed for the prompt: a code or a password",
        tags,
        security,
        params: accountParams,
        body: accountSessionAnswer,
        response: { ...errors },
      },
    },
    async (request, reply) => {
      const account = await accountOf(administratorOf(request), request.params.id);
      const asked = await deps.connections.ask(account.id, { method: "answer", text: request.body.text });
      if (asked.kind !== "answered") throw unheard(asked.kind);
      if (asked.answer.sentence !== undefined)
        throw new HttpError(422, "not_accepted", asked.answer.sentence, { field: "text" });
      return sendNothing(reply);
    },
  );

  scope.post(
    "/accounts/:id/session/restart",
    {
      config: { rateLimit: { max: 20, timeWindow: "1 minute" } },
      schema: {
        summary: "Begins the connection anew: a code that was sent is sent again",
        tags,
        security,
        params: accountParams,
        response: { ...errors },
      },
    },
    async (request, reply) => {
      const account = await accountOf(administratorOf(request), request.params.id);
      const asked = await deps.connections.ask(account.id, { method: "restart" });
      if (asked.kind !== "answered") throw unheard(asked.kind);
      return sendNothing(reply);
    },
  );

  scope.post(
    "/accounts/:id/session/logout",
    {
      config: { rateLimit: { max: 20, timeWindow: "1 minute" } },
      schema: {
        summary: "Logs the account out at its vendor and forgets its login",
        tags,
        security,
        params: accountParams,
        response: { ...errors },
      },
    },
    async (request, reply) => {
      const account = await accountOf(administratorOf(request), request.params.id);
      const asked = await deps.connections.ask(account.id, { method: "logout" });
      if (asked.kind !== "answered") throw unheard(asked.kind);
      return sendNothing(reply);
    },
  );
}

function unheard(kind: "nobody" | "silent"): HttpError {
  return kind === "nobody"
    ? new HttpError(409, "not_open", "The connection is not open just now. Connect the account again first.")
    : new HttpError(504, "no_answer", "The connection gave no answer. Look how it stands, then try again.");
}

const present = ({ connection, prompt }: LiveState, say: Say) => ({
  connection: presentConnection(connection, say),
  prompt: prompt ? show(prompt, say) : null,
});

function show(prompt: SessionPrompt, say: Say) {
  if (prompt.kind !== "qr")
    return { kind: prompt.kind, label: say(prompt.label), hint: prompt.hint === undefined ? null : say(prompt.hint) };
  // A date that came over the bus is a text.
  const until = prompt.until === undefined ? null : new Date(prompt.until).toISOString();
  return { kind: prompt.kind, data: prompt.data, until };
}

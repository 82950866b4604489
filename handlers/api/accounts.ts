import type { z } from "zod";
import {
  account,
  accountChange,
  accountForewarned,
  accountParams,
  accountToBe,
  newAccount,
} from "../../src/api/accounts.ts";
import { errorAnswer } from "../../src/api/common.ts";
import type { Account } from "../../src/domain/account.ts";
import { accountId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { AccountOutcome } from "../../src/relay/accounts.ts";
import type { App } from "../../src/server/app.ts";
import { administratorOf } from "../../src/server/session.ts";
import { accountError, ourId, sendNothing } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { doubledMail, willDouble } from "./doubled-mail.ts";
import { presentAccount } from "./present.ts";

const security = [{ session: [] }];
const tags = ["accounts"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };

/** Channel accounts: only administrators see and change them. */
export function registerAccountRoutes(scope: App, deps: ApiDeps): void {
  const { store, accounts } = deps;
  const present = async (one: Account, say: Say, problem?: string) => {
    const channel = deps.channels.get(one.channel);
    return presentAccount(one, await store.messages.backlog(one.portal, one.id), say, {
      problem,
      embed: channel?.embed?.(one, deps.publicUrl),
      links: channel?.links?.(one),
    });
  };
  const done = async (outcome: AccountOutcome, say: Say) => {
    if (outcome.kind !== "done") throw accountError(outcome);
    deps.accountChanged(outcome.account.id);
    return present(outcome.account, say, outcome.problem);
  };

  scope.get(
    "/accounts",
    { schema: { summary: "All channel accounts", tags, security, response: { 200: account.array(), ...errors } } },
    async (request) => {
      const viewer = administratorOf(request);
      return Promise.all((await store.accounts.list(viewer.portal)).map((one) => present(one, request.say)));
    },
  );

  scope.get(
    "/accounts/:id",
    {
      schema: {
        summary: "One channel account",
        tags,
        security,
        params: accountParams,
        response: { 200: account, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const found = await store.accounts.find(viewer.portal, ourId(request.params.id, accountId, "account"));
      if (!found) throw accountError({ kind: "unknown" });
      return present(found, request.say);
    },
  );

  scope.post(
    "/accounts",
    {
      schema: {
        summary: "Adds an account and connects it",
        tags,
        security,
        body: newAccount,
        response: { 201: account, ...errors },
      },
    },
    async (request, reply) => {
      const viewer = administratorOf(request);
      const outcome = await accounts.create(viewer.portal, request.body);
      if (outcome.kind !== "done") throw accountError(outcome);
      const problem = outcome.problem ?? (await doubledMail(deps, viewer, outcome.account));
      const created = await done({ ...outcome, ...(problem !== undefined && { problem }) }, request.say);
      return reply.code(201).send(created);
    },
  );

  scope.post(
    "/accounts/forewarned",
    {
      config: { rateLimit: { max: 60, timeWindow: "1 minute" } },
      schema: {
        summary: "What is to be known of an account before it is connected",
        description: "Nothing is kept. A mailbox that the portal's own mail reads as well is told.",
        tags,
        security,
        body: accountToBe,
        response: { 200: accountForewarned, ...errors },
      },
    },
    async (request) => {
      const problem = await willDouble(deps, administratorOf(request), request.body);
      return { problem: problem === undefined ? null : request.say(problem) };
    },
  );

  scope.patch(
    "/accounts/:id",
    {
      schema: {
        summary: "Changes an account: name, credentials, settings, line, switch",
        description:
          "Switching on while messages wait answers 409 `backlog` unless `backlog` says what to do with them.",
        tags,
        security,
        params: accountParams,
        body: accountChange,
        response: { 200: account, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const id = ourId(request.params.id, accountId, "account");
      return done(await applyChange(deps, viewer.portal, id, request.body), request.say);
    },
  );

  scope.post(
    "/accounts/:id/reconnect",
    {
      schema: {
        summary: "Connects to the vendor again",
        tags,
        security,
        params: accountParams,
        response: { 200: account, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const id = ourId(request.params.id, accountId, "account");
      return done(await accounts.reconnect(viewer.portal, id), request.say);
    },
  );

  scope.delete(
    "/accounts/:id",
    {
      schema: {
        summary: "Deletes an account with its conversations",
        tags,
        security,
        params: accountParams,
        response: { ...errors },
      },
    },
    async (request, reply) => {
      const viewer = administratorOf(request);
      const id = ourId(request.params.id, accountId, "account");
      const outcome = await accounts.delete(viewer.portal, id);
      if (outcome.kind === "unknown") throw accountError({ kind: "unknown" });
      deps.accountChanged(id);
      return sendNothing(reply);
    },
  );
}

/** One request may change several things; they are done one after another and the first that is refused ends it. */
async function applyChange(
  deps: ApiDeps,
  portal: Account["portal"],
  id: Account["id"],
  change: z.output<typeof accountChange>,
): Promise<AccountOutcome> {
  const { accounts, store } = deps;
  const problems: string[] = [];
  const steps: (() => Promise<AccountOutcome>)[] = [];
  const { name, credentials, settings, line, enabled, backlog } = change;
  if (name !== undefined || credentials || settings)
    steps.push(() => accounts.change(portal, id, { name, credentials, settings }));
  if (enabled === false) steps.push(() => accounts.setEnabled(portal, id, false));
  if (line !== undefined) steps.push(() => accounts.setLine(portal, id, line));
  if (enabled === true) steps.push(() => accounts.setEnabled(portal, id, true, backlog));
  for (const step of steps) {
    const outcome = await step();
    if (outcome.kind !== "done") return outcome;
    if (outcome.problem !== undefined) problems.push(outcome.problem);
  }
  const changed = await store.accounts.find(portal, id);
  if (!changed) return { kind: "unknown" };
  return { kind: "done", account: changed, ...(problems.length > 0 && { problem: problems.join(" ") }) };
}

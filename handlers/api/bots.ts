import { randomBytes, randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { accountParams } from "../../src/api/accounts.ts";
import { type BotAnswer, bot, botPut, botSaved, botSecret, botTried } from "../../src/api/bots.ts";
import { errorAnswer } from "../../src/api/common.ts";
import type { Account } from "../../src/domain/account.ts";
import { accountId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { BotEvent } from "../../src/rules/bots/protocol.ts";
import { botSettingsSchema } from "../../src/rules/bots/settings.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { administratorOf, type Viewer, viewerOf } from "../../src/server/session.ts";
import type { StoredBot } from "../../src/store/contract/bots.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

const security = [{ session: [] }];
const tags = ["bots"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
/** It asks a server of somebody's choice. */
const tries = {
  rateLimit: {
    max: 20,
    timeWindow: "1 minute",
    hook: "preHandler" as const,
    keyGenerator: (request: FastifyRequest) => {
      const viewer = viewerOf(request);
      return `bot-try:${viewer.portal}:${viewer.userId}`;
    },
  },
};

/** An account's outside bot. The secret is told once, when it is made. */
export function registerBotRoutes(scope: App, deps: ApiDeps): void {
  const { bots, accounts } = deps.store;

  scope.get(
    "/accounts/:id/bot",
    {
      schema: {
        summary: "The account's outside bot",
        description: "What it is asked and may answer: the schemas BotEvent and BotAnswer.",
        tags,
        security,
        params: accountParams,
        response: { 200: bot, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const account = await ofAccount(viewer, request.params.id);
      return present(await bots.find(viewer.portal, account.id), request.say);
    },
  );

  scope.put(
    "/accounts/:id/bot",
    {
      schema: {
        summary: "Saves it as a whole",
        description: "What is left out is as it is by default. Switched off, people get what it has at once.",
        tags,
        security,
        params: accountParams,
        body: botPut,
        response: { 200: botSaved, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const account = await ofAccount(viewer, request.params.id);
      const { body } = request;
      if (body.enabled || body.url !== "") askable(body.url);
      const before = await bots.find(viewer.portal, account.id);
      const wasOn = before !== undefined && botSettingsSchema.safeParse(before.settings).data?.enabled === true;
      const secret = newSecret();
      const saved = { settings: body, by: viewer.userId, isNew: body.enabled && !wasOn, secret };
      if (!(await bots.put(viewer.portal, account.id, saved))) throw unknown("account");
      for (const lane of await bots.wakeTalking(viewer.portal, account.id)) deps.dispatcher.wake(lane);
      const now = await bots.find(viewer.portal, account.id);
      return { ...present(now, request.say), ...(!before && now?.secret === secret && { secret }) };
    },
  );

  scope.post(
    "/accounts/:id/bot/secret",
    {
      schema: {
        summary: "Gives it another secret",
        description: "The one before is worth nothing at once.",
        tags,
        security,
        params: accountParams,
        response: { 200: botSecret, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const account = await ofAccount(viewer, request.params.id);
      const secret = newSecret();
      if (!(await bots.setSecret(viewer.portal, account.id, secret))) throw unknown("bot");
      return { secret };
    },
  );

  scope.post(
    "/accounts/:id/bot/try",
    {
      config: tries,
      schema: {
        summary: "Asks it whether it is there, with an event of the kind ping",
        tags,
        security,
        params: accountParams,
        response: { 200: botTried, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const account = await ofAccount(viewer, request.params.id);
      const stored = await bots.find(viewer.portal, account.id);
      const settings = stored && botSettingsSchema.safeParse(stored.settings).data;
      if (!stored || !settings) throw unknown("bot");
      const { url, timeoutSeconds } = settings;
      const address = { url: askable(url), secret: stored.secret, timeoutMs: timeoutSeconds * 1000 };
      const reply = await deps.botCaller.ask(address, ping(account, deps.now()));
      return { ok: reply.kind === "answer", sentence: reply.kind === "answer" ? null : request.say(reply.sentence) };
    },
  );

  /** @throws HttpError 400 for what this server may not ask */
  function askable(url: string): string {
    if (deps.mayAskBot(url)) return url;
    throw new HttpError(
      400,
      "invalid_request",
      "A bot's address begins with https, is reachable from the internet, and carries no password and no query.",
    );
  }

  async function ofAccount({ portal }: Viewer, id: string): Promise<Account> {
    const found = await accounts.find(portal, ourId(id, accountId, "account"));
    if (!found) throw unknown("account");
    return found;
  }
}

const newSecret = (): string => randomBytes(32).toString("base64url");

function ping({ id, name, channel }: Account, now: Date): BotEvent {
  return {
    ...{ version: 1, event: "ping", id: randomUUID(), at: now.toISOString(), account: { id, name, channel } },
    ...{ conversation: null, person: null, message: null, reason: null },
  };
}

function present(stored: StoredBot | undefined, say: Say): BotAnswer {
  const settings = botSettingsSchema.safeParse(stored?.settings ?? {}).data ?? botSettingsSchema.parse({});
  return {
    ...settings,
    changedAt: stored?.changedAt.toISOString() ?? null,
    restsUntil: stored?.brokenUntil?.toISOString() ?? null,
    failure: stored?.failure ? { sentence: say(stored.failure.sentence), at: stored.failure.at.toISOString() } : null,
    answeredAt: stored?.answeredAt?.toISOString() ?? null,
  };
}

import type { z } from "zod";
import {
  type FiringAnswer,
  firing,
  firingQuery,
  type RobotCallAnswer,
  robotCall,
  robotCallQuery,
  type TriggerAnswer,
  trigger,
  triggerParams,
  triggerPut,
} from "../../src/api/automation.ts";
import { errorAnswer } from "../../src/api/common.ts";
import { accountId, type ConversationId, type PortalId, robotCallId, triggerId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { RobotCall } from "../../src/domain/robot.ts";
import type { Firing, Trigger, TriggerFilter } from "../../src/domain/trigger.ts";
import { reasonIn } from "../../src/relay/robots/reason.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { administratorOf } from "../../src/server/session.ts";
import type { NewTrigger } from "../../src/store/contract/triggers.ts";
import { ourId, sendNothing, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { nameOf } from "./present.ts";

const security = [{ session: [] }];
const tags = ["automation"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const config = { rateLimit: { max: 120, timeWindow: "1 minute" } };
const PAGE = 50;
/** An automation's list of triggers is read by people. */
const MOST = 100;
const LONGEST_ABOUT = 200;

/** Triggers that move cards, and what automation rules and workflows have asked of us. For administrators. */
export function registerAutomationRoutes(scope: App, deps: ApiDeps): void {
  const { store, triggers: keeper } = deps;

  scope.get(
    "/automation/triggers",
    {
      schema: {
        summary: "Triggers that automation rules of the portal can use",
        tags,
        security,
        response: { 200: trigger.array(), ...errors },
      },
    },
    async (request) => {
      const all = await store.triggers.list(administratorOf(request).portal);
      return all.map((one) => presentTrigger(one, request.say));
    },
  );

  scope.post(
    "/automation/triggers",
    {
      config,
      schema: {
        summary: "Makes a trigger, and tells the portal of it",
        description: "Kept also when the portal does not take it: `problem` says why.",
        tags,
        security,
        body: triggerPut,
        response: { 201: trigger, ...errors },
      },
    },
    async (request, reply) => {
      const { portal, userId } = administratorOf(request);
      const wanted = await checked(portal, request.body);
      if ((await store.triggers.list(portal)).length >= MOST)
        throw new HttpError(409, "too_many", "There are 100 triggers already. Delete some that no automation uses.");
      return reply.code(201).send(presentTrigger(await keeper.add(portal, wanted, userId), request.say));
    },
  );

  scope.put(
    "/automation/triggers/:id",
    {
      config,
      schema: {
        summary: "Changes a trigger",
        description: "With another filter it begins anew: what happened before is none of its causes.",
        tags,
        security,
        params: triggerParams,
        body: triggerPut,
        response: { 200: trigger, ...errors },
      },
    },
    async (request) => {
      const { portal } = administratorOf(request);
      const id = ourId(request.params.id, triggerId, "trigger");
      const changed = await keeper.change(portal, id, await checked(portal, request.body));
      if (!changed) throw unknown("trigger");
      return presentTrigger(changed, request.say);
    },
  );

  scope.post(
    "/automation/triggers/:id/register",
    {
      config,
      schema: {
        summary: "Tells the portal of a trigger once more",
        tags,
        security,
        params: triggerParams,
        response: { 200: trigger, ...errors },
      },
    },
    async (request) => {
      const { portal } = administratorOf(request);
      const found = await keeper.register(portal, ourId(request.params.id, triggerId, "trigger"));
      if (!found) throw unknown("trigger");
      return presentTrigger(found, request.say);
    },
  );

  scope.delete(
    "/automation/triggers/:id",
    {
      config,
      schema: {
        summary: "Takes a trigger away, from the portal too",
        description: "Automation rules that use it do nothing any more. 409 when the portal does not let go of it.",
        tags,
        security,
        params: triggerParams,
        response: { ...errors },
      },
    },
    async (request, reply) => {
      const { portal } = administratorOf(request);
      const removed = await keeper.remove(portal, ourId(request.params.id, triggerId, "trigger"));
      if (removed === "unknown") throw unknown("trigger");
      if (removed !== "removed") throw new HttpError(409, "not_removed", removed.sentence);
      return sendNothing(reply);
    },
  );

  scope.get(
    "/automation/firings",
    {
      schema: {
        summary: "When triggers fired, and what became of it; 50, the latest first",
        tags,
        security,
        querystring: firingQuery,
        response: { 200: firing.array(), ...errors },
      },
    },
    async (request) => {
      const { portal } = administratorOf(request);
      const { trigger: of, before } = request.query;
      const found = await store.triggers.firings(portal, {
        ...(of !== undefined && { trigger: triggerId(of) }),
        ...(before !== undefined && { before }),
        limit: PAGE,
      });
      const [all, customers] = await Promise.all([
        store.triggers.list(portal),
        customersOf(
          portal,
          found.map(({ conversation }) => conversation),
        ),
      ]);
      const names = new Map(all.map((one) => [one.id, one.name]));
      return found.map((one) => ({
        ...presentFiring(one, request.say),
        trigger: { id: one.trigger, name: names.get(one.trigger) ?? "" },
        customer: customers.get(one.conversation) ?? "",
      }));
    },
  );

  scope.get(
    "/automation/calls",
    {
      schema: {
        summary: "What automation rules and workflows asked of us, and what became of it; 50, the latest first",
        tags,
        security,
        querystring: robotCallQuery,
        response: { 200: robotCall.array(), ...errors },
      },
    },
    async (request) => {
      const { portal } = administratorOf(request);
      const { robot, only, before } = request.query;
      const found = await store.robots.list(portal, {
        ...(robot !== undefined && { robot }),
        ...(only !== undefined && { only }),
        ...(before !== undefined && { before: robotCallId(before) }),
        limit: PAGE,
      });
      return found.map((one) => presentCall(one, request.say));
    },
  );

  /** What the kind knows nothing of is left out. @throws HttpError 404 for an account that is not there */
  async function checked(portal: PortalId, body: z.output<typeof triggerPut>): Promise<NewTrigger> {
    const { kind, name, enabled, filter } = body;
    const { channel, account, words = [], minutes, starsUpTo, probable } = filter;
    const told = account === undefined ? undefined : ourId(account, accountId, "account");
    if (told !== undefined && !(await store.accounts.find(portal, told))) throw unknown("account");
    const hasText = kind === "message-received" || kind === "first-message" || kind === "form-filled";
    const kept: TriggerFilter = {
      ...(told !== undefined && { account: told }),
      ...(told === undefined && channel !== undefined && { channel }),
      ...(hasText && words.length > 0 && { words: words.map((word) => word.trim()) }),
      ...(kind === "no-answer" && minutes !== undefined && { minutes }),
      ...(kind === "rating" && starsUpTo !== undefined && { starsUpTo }),
      ...(kind === "mail-opened" && probable === true && { probable }),
    };
    return { kind, name: name.trim(), enabled, filter: kept };
  }

  async function customersOf(portal: PortalId, conversations: readonly ConversationId[]) {
    const found = await store.conversations.findMany(portal, [...new Set(conversations)]);
    return new Map(found.map(({ id, customer }) => [id, nameOf(customer)]));
  }
}

function presentTrigger(one: Trigger, say: Say): TriggerAnswer {
  const { words, ...filter } = one.filter;
  return {
    ...{ id: one.id, kind: one.kind, name: one.name, enabled: one.enabled, fired: one.fired },
    filter: { ...filter, ...(words && { words: [...words] }) },
    registered: one.registeredName === one.name && one.problem === undefined,
    problem: one.problem === undefined ? null : say(one.problem),
    lastFiredAt: one.lastFiredAt?.toISOString() ?? null,
  };
}

function presentFiring(one: Firing, say: Say): Omit<FiringAnswer, "trigger" | "customer"> {
  return {
    ...{ id: one.id, conversation: one.conversation, state: one.state, createdAt: one.createdAt.toISOString() },
    cards: one.cards.map(({ type, id, state, why }) => ({ type, id, state, why: why === undefined ? null : say(why) })),
    why: one.error === undefined ? null : say(one.error),
  };
}

function presentCall(call: RobotCall, say: Say): RobotCallAnswer {
  const { id, robot, card, outcome, returned, returnedWhy, createdAt, endedAt } = call;
  return {
    ...{ id, robot, card: { ...card }, about: aboutOf(call), values: { ...outcome?.values } },
    result: outcome?.result ?? null,
    reason: outcome === undefined || outcome.reason === "" ? null : reasonIn(say, outcome.reason),
    returned: returned ?? null,
    returnedWhy: returnedWhy === undefined ? null : say(returnedWhy),
    createdAt: createdAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}

function aboutOf({ properties }: RobotCall): string {
  for (const name of ["text", "template", "tag", "phone"]) {
    const value = properties[name];
    if (typeof value === "string" && value.trim() !== "") return value.trim().slice(0, LONGEST_ABOUT);
  }
  return "";
}

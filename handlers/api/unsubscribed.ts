import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { errorAnswer } from "../../src/api/common.ts";
import {
  type UnsubscribedAnswer,
  unsubscribed,
  unsubscribedAsked,
  unsubscribedChange,
  unsubscribedPage,
  unsubscribedQuery,
} from "../../src/api/unsubscribed.ts";
import type { PortalId } from "../../src/domain/ids.ts";
import type { Unsubscription } from "../../src/domain/unsubscription.ts";
import { leaverKey } from "../../src/rules/contacts/leaver-key.ts";
import type { App } from "../../src/server/app.ts";
import { administratorOf, type Viewer, viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { sendNothing } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { findReadable } from "./place.ts";

const security = [{ session: [] }];
const tags = ["e-mail"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const PAGE = 50;
/** Everybody in an office has one address: each person is counted by themselves. */
const looking = {
  rateLimit: {
    max: 240,
    timeWindow: "1 minute",
    hook: "preHandler" as const,
    keyGenerator: (request: FastifyRequest) => {
      const viewer = viewerOf(request);
      return `unsubscribed:${viewer.portal}:${viewer.userId}`;
    },
  },
};

/**
 * Who wants no letters made of templates. Whoever writes letters is told of the addresses that they write to, and notes what
 * customers tell them; the whole list is the administrators'.
 */
export function registerUnsubscribedRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { unsubscriptions } = deps.store;

  scope.get(
    "/mail/unsubscribed",
    {
      schema: {
        summary: "Who wants no letters made of templates, the latest first",
        description: "For administrators.",
        tags,
        security,
        querystring: unsubscribedQuery,
        response: { 200: unsubscribedPage, ...errors },
      },
    },
    async (request) => {
      const { portal } = administratorOf(request);
      const { search, before } = request.query;
      const page = { search, limit: PAGE + 1, ...(before !== undefined && { before: new Date(before) }) };
      const found = await unsubscriptions.list(portal, page);
      return { items: await present(portal, found.slice(0, PAGE)), more: found.length > PAGE };
    },
  );

  scope.post(
    "/mail/unsubscribed/look",
    {
      config: looking,
      schema: {
        summary: "Which of these addresses want no letters made of templates",
        tags,
        security,
        body: unsubscribedAsked,
        response: { 200: unsubscribed.array(), ...errors },
      },
    },
    async (request) => {
      const { portal } = viewerOf(request);
      return present(portal, await unsubscriptions.among(portal, request.body.addresses.map(leaverKey)));
    },
  );

  scope.post(
    "/mail/unsubscribed",
    {
      config: { rateLimit: { max: 60, timeWindow: "1 minute" } },
      schema: {
        summary: "Notes that an address wants no letters made of templates",
        description: "As its owner told a colleague. Who has left already is answered as they left then.",
        tags,
        security,
        body: unsubscribedChange,
        response: { 200: unsubscribed, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const told = await toldBy(viewer, request.body);
      const left = await deps.unsubscribing.note(viewer.portal, viewer.userId, told);
      return presentOne(left, await namesOf(viewer.portal, [left]));
    },
  );

  scope.post(
    "/mail/unsubscribed/end",
    {
      config: { rateLimit: { max: 60, timeWindow: "1 minute" } },
      schema: {
        summary: "Notes that an address wants letters made of templates again",
        description: "As its owner told a colleague. An address that had not left is left as it is.",
        tags,
        security,
        body: unsubscribedChange,
        response: { 204: z.null(), ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      await deps.unsubscribing.end(viewer.portal, viewer.userId, await toldBy(viewer, request.body));
      return sendNothing(reply);
    },
  );

  async function toldBy(viewer: Viewer, { address, conversation }: z.output<typeof unsubscribedChange>) {
    if (conversation === undefined) return { address };
    return { address, conversation: await findReadable(deps, access, viewer, conversation) };
  }

  const namesOf = (portal: PortalId, all: readonly Unsubscription[]) =>
    deps.names(
      portal,
      all.flatMap(({ by }) => by ?? []),
    );

  async function present(portal: PortalId, all: readonly Unsubscription[]): Promise<UnsubscribedAnswer[]> {
    const names = await namesOf(portal, all);
    return all.map((one) => presentOne(one, names));
  }
}

function presentOne({ address, at, how, by }: Unsubscription, names: ReadonlyMap<string, string>): UnsubscribedAnswer {
  const name = by === undefined ? undefined : names.get(by);
  return {
    ...{ address, at: at.toISOString(), how },
    ...(by !== undefined && { by: { id: by, ...(name !== undefined && { name }) } }),
  };
}

import { z } from "zod";
import { errorAnswer } from "../../src/api/common.ts";
import {
  type AccountHealthAnswer,
  alarmsChange,
  alarmTest,
  type HealthAnswer,
  health,
  type PersonAnswer,
  people,
  peopleQuery,
} from "../../src/api/health.ts";
import type { PortalId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import { ring, toldPeople } from "../../src/relay/health-bell.ts";
import { testText } from "../../src/relay/health-wording.ts";
import { localTime } from "../../src/relay/local-time.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { localeOf } from "../../src/server/locale.ts";
import { administratorOf, noSession, type Viewer, viewerOf } from "../../src/server/session.ts";
import type { AccountOnBoard } from "../../src/store/contract/health.ts";
import { portalError } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { presentConnection } from "./present.ts";

const security = [{ session: [] }];
const tags = ["health"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };

/** A person as `user.get` and `user.search` give them. USER_TYPE is not shown to every scope. */
const portalUsers = z.array(
  z.object({
    ID: z.union([z.string(), z.number()]).transform(String),
    NAME: z.string().nullish().catch(null),
    LAST_NAME: z.string().nullish().catch(null),
    WORK_POSITION: z.string().nullish().catch(null),
    USER_TYPE: z.string().optional().catch(undefined),
    ACTIVE: z.union([z.boolean(), z.string()]).optional().catch(undefined),
  }),
);

/** How the accounts are, and who is told when one is not well. For administrators. */
export function registerHealthRoutes(scope: App, deps: ApiDeps): void {
  const { store } = deps;

  async function settingsOf(portal: PortalId) {
    const settings = await store.health.settings(portal);
    if (!settings) throw noSession();
    return settings;
  }

  async function present(portal: PortalId, say: Say): Promise<HealthAnswer> {
    const settings = await settingsOf(portal);
    const now = deps.now();
    const accounts = await store.health.board(portal, localTime(now, settings.timeZone).day);
    return {
      at: now.toISOString(),
      accounts: accounts.map((account) => presentAccount(account, say)),
      alarms: {
        people: toldPeople(settings).map(({ id, name }) => ({ id, name })),
        chosen: settings.people !== undefined,
        timeZone: settings.timeZone ?? null,
      },
    };
  }

  async function ask(viewer: Viewer, method: "user.get" | "user.search", filter: Readonly<Record<string, unknown>>) {
    const caller = deps.portals.viewer(viewer.portal, viewer.userId);
    const outcome = await caller.call({ method, params: { FILTER: filter }, effect: "read" });
    if (outcome.kind !== "ok") throw portalError(outcome);
    const read = portalUsers.safeParse(outcome.value);
    if (!read.success) throw new HttpError(502, "portal_refused", "Bitrix24's list of people could not be read.");
    return read.data
      .filter(({ USER_TYPE, ACTIVE }) => (USER_TYPE ?? "employee") === "employee" && ACTIVE !== false && ACTIVE !== "N")
      .map(({ ID, NAME, LAST_NAME, WORK_POSITION }) => {
        const name = [NAME, LAST_NAME].filter(Boolean).join(" ").trim();
        return { id: ID, name: name === "" ? `#${ID}` : name, ...(WORK_POSITION && { position: WORK_POSITION }) };
      });
  }

  scope.get(
    "/health",
    { schema: { summary: "How all accounts are", tags, security, response: { 200: health, ...errors } } },
    (request) => present(administratorOf(request).portal, request.say),
  );

  scope.patch(
    "/health/alarms",
    {
      schema: {
        summary: "Chooses who is told, and the clock that habits are judged by",
        description:
          "`people: null` goes back to who installed the application. Another clock than before begins the habits anew.",
        tags,
        security,
        body: alarmsChange,
        response: { 200: health, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const { people: ids, timeZone } = request.body;
      const chosen = ids ? await named(viewer, ids) : ids;
      await store.health.saveSettings(viewer.portal, {
        ...(chosen !== undefined && { people: chosen }),
        ...(timeZone !== undefined && { timeZone }),
      });
      return present(viewer.portal, request.say);
    },
  );

  /** With the portal's own names, and only those whom the viewer may see there. */
  async function named(viewer: Viewer, ids: readonly string[]): Promise<PersonAnswer[]> {
    if (ids.length === 0) return [];
    const found = new Map((await ask(viewer, "user.get", { ID: [...new Set(ids)] })).map((one) => [one.id, one]));
    const unknown = ids.find((id) => !found.has(id));
    if (unknown !== undefined)
      throw new HttpError(
        422,
        "unknown_person",
        `Your Bitrix24 has no employee with the id ${unknown}. Choose another.`,
        {
          field: "people",
        },
      );
    return [...found.values()].map(({ id, name }) => ({ id, name }));
  }

  scope.get(
    "/people",
    {
      config: { rateLimit: { max: 120, timeWindow: "1 minute" } },
      schema: {
        summary: "Employees of the portal whom the viewer may see",
        description: "Asked with the viewer's own rights: agents need it to transfer a conversation.",
        tags,
        security,
        querystring: peopleQuery,
        response: { 200: people, ...errors },
      },
    },
    (request) => {
      // Asked with the viewer's own token: the portal shows each of them whom they may see.
      const viewer = viewerOf(request);
      const { id } = request.query;
      if (id !== undefined) return ask(viewer, "user.get", { ID: id });
      const search = request.query.search.trim();
      // To search personal data only FIND may be given (documentation); without words, the first page of everybody.
      return search === ""
        ? ask(viewer, "user.get", { ACTIVE: true, USER_TYPE: "employee" })
        : ask(viewer, "user.search", { FIND: search });
    },
  );

  scope.post(
    "/health/test",
    {
      config: { rateLimit: { max: 10, timeWindow: "1 minute" } },
      schema: {
        summary: "Sends a test notification to those who are told of alarms",
        tags,
        security,
        response: { 200: alarmTest, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const settings = await settingsOf(viewer.portal);
      const told = toldPeople(settings);
      if (told.length === 0)
        throw new HttpError(409, "nobody_chosen", "Nobody is chosen. Choose who is to be told first.");
      const portal = await store.portals.find(viewer.portal);
      const rung = await ring(
        deps,
        viewer.portal,
        told.map((one) => one.id),
        { text: testText(localeOf(portal?.language)), tag: "threadline-health-test" },
      );
      if (rung.kind === "not-now") throw portalError(rung.outcome);
      const refused = new Map(rung.refused.map((one) => [one.id, one.sentence]));
      return {
        told: told.filter(({ id }) => !refused.has(id)).map(({ id, name }) => ({ id, name })),
        refused: told.flatMap(({ id, name }) => {
          const sentence = refused.get(id);
          return sentence === undefined ? [] : [{ name, sentence: request.say(sentence) }];
        }),
      };
    },
  );
}

function presentAccount(account: AccountOnBoard, say: Say): AccountHealthAnswer {
  const { connection, queues, today } = account;
  const open = account.alarms.filter(({ ending }) => ending === undefined);
  const silence = open.find(({ kind }) => kind === "silence");
  const oldest = [queues.in?.oldestAt, queues.out?.oldestAt].filter((at) => at !== undefined).map(Number);
  const silent = silence && account.enabled && connection.kind === "connected";
  return {
    id: account.id,
    channel: account.channel,
    name: account.name,
    enabled: account.enabled,
    line: account.line ?? null,
    connection: presentConnection(connection, say),
    since: account.steadySince.toISOString(),
    silentSince: silent ? silence.since.toISOString() : null,
    alarmedAt: open[0]?.raisedAt.toISOString() ?? null,
    lastIn: account.lastReceivedAt?.toISOString() ?? null,
    lastOut: account.lastSentAt?.toISOString() ?? null,
    waiting: {
      in: queues.in?.waiting ?? 0,
      out: queues.out?.waiting ?? 0,
      oldest: oldest.length === 0 ? null : new Date(Math.min(...oldest)).toISOString(),
    },
    today: { ...today },
  };
}

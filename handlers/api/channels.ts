import { channel, connectorParams, connectorState, line } from "../../src/api/channels.ts";
import { errorAnswer } from "../../src/api/common.ts";
import { accountConnector, channelOfConnector } from "../../src/domain/connector-ids.ts";
import type { App } from "../../src/server/app.ts";
import { localeOf } from "../../src/server/locale.ts";
import { administratorOf, editorOf, viewerOf } from "../../src/server/session.ts";
import { accountError, portalError, sendNothing } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { presentChannel } from "./present-channel.ts";

const security = [{ session: [] }];
const tags = ["channels"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };

/** What can be connected, and to which lines. */
export function registerChannelRoutes(scope: App, deps: ApiDeps): void {
  const { store, channels, portals } = deps;

  scope.get(
    "/channels",
    {
      schema: {
        summary: "Channels and what they ask for",
        tags,
        security,
        response: { 200: channel.array(), ...errors },
      },
    },
    async (request) => {
      viewerOf(request);
      const locale = localeOf(request.headers["accept-language"]);
      return [...channels.values()].map((adapter) => presentChannel(adapter, locale, request.say));
    },
  );

  scope.get(
    "/lines",
    {
      schema: {
        summary: "Open lines and the accounts that feed them",
        tags,
        security,
        response: { 200: line.array(), ...errors },
      },
    },
    async (request) => {
      const viewer = editorOf(request);
      const [outcome, accounts] = await Promise.all([
        portals.connectors(viewer.portal).openLines(),
        store.accounts.list(viewer.portal),
      ]);
      if (outcome.kind !== "ok") throw portalError(outcome);
      return outcome.value.map((one) => ({
        id: one.id,
        name: one.name,
        active: one.active,
        accounts: accounts
          .filter((account) => account.line === one.id)
          .map((account) => ({
            id: account.id,
            name: account.name,
            channel: account.channel,
            connector: account.connector ?? "",
          })),
      }));
    },
  );

  scope.get(
    "/connectors/:connector/lines/:line",
    {
      schema: {
        summary: "How a connector stands on a line",
        tags,
        security,
        params: connectorParams,
        response: { 200: connectorState, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const at = { connector: request.params.connector.toLowerCase(), line: request.params.line };
      const [status, account] = await Promise.all([
        portals.connectors(viewer.portal).status(at),
        store.accounts.findByConnector(viewer.portal, accountConnector(at.connector), at.line),
      ]);
      return {
        ...at,
        channel: channelOfConnector(at.connector, channels.keys()) ?? null,
        account: account?.id ?? null,
        active: status.kind === "ok" && status.value.active,
        ...(status.kind !== "ok" && { problem: request.say(portalError(status).message) }),
        ...(status.kind === "ok" &&
          status.value.error && {
            problem: request.say("The portal marked this connection as broken. Connect the account again."),
          }),
      };
    },
  );

  scope.delete(
    "/connectors/:connector/lines/:line",
    {
      schema: {
        summary: "Disconnects a connector from a line, and the account that feeds it",
        tags,
        security,
        params: connectorParams,
        response: { ...errors },
      },
    },
    async (request, reply) => {
      const viewer = administratorOf(request);
      const at = { connector: request.params.connector.toLowerCase(), line: request.params.line };
      const account = await store.accounts.findByConnector(viewer.portal, at.connector, at.line);
      if (account) {
        const outcome = await deps.accounts.setLine(viewer.portal, account.id, null);
        if (outcome.kind !== "done" && outcome.kind !== "unknown") throw accountError(outcome);
        deps.accountChanged(account.id);
      } else {
        const outcome = await portals.connectors(viewer.portal).detach(at);
        if (outcome.kind !== "ok") throw portalError(outcome);
      }
      return sendNothing(reply);
    },
  );
}

import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { AuthorizationServer } from "./authorization.ts";
import { EmulatorControlError, type PortalControls } from "./controls.ts";
import type { EventSender, SentEvent } from "./events.ts";
import type { FaultPlan } from "./faults.ts";
import type { ApplicationCard } from "./model.ts";
import type { ApplicationChange, PortalSettings } from "./options.ts";
import type { RequestLog } from "./request-log.ts";
import { asInteger, asRecord, asText } from "./values.ts";

/** What the control surface needs of the emulator; named here, because the emulator mounts it. */
export interface Controlled {
  readonly oauthUrl: string;
  readonly now: () => number;
  readonly authorization: AuthorizationServer;
  readonly portals: readonly PortalControls[];
  readonly requests: RequestLog;
  readonly events: EventSender;
  readonly faults: FaultPlan;
  readonly notImplemented: readonly string[];
  portal(id?: string): PortalControls;
  addPortal(partial?: Partial<PortalSettings> & { id?: string | undefined }): Promise<PortalControls>;
  configureApplication(change: ApplicationChange): ApplicationCard;
  sentEvents(filter?: {
    portal?: string | undefined;
    event?: string | undefined;
    since?: number | undefined;
  }): SentEvent[];
  releaseHanging(): number;
}

const which = { clientId: z.string().optional(), userId: z.number().int().optional() };
const page = z.strictObject({
  code: z.string(),
  options: z.record(z.string(), z.unknown()).default({}),
  bindingId: z.number().int().optional(),
  ...which,
});
const settingsPage = z.strictObject({
  connector: z.string(),
  line: z.number().int(),
  userId: z.number().int().optional(),
});
const chat = z.strictObject({ chatId: z.number().int(), userId: z.number().int().optional() });
const file = z.strictObject({
  name: z.string(),
  type: z.string().default("application/octet-stream"),
  base64: z.string(),
});

interface Action {
  readonly schema: z.ZodType;
  readonly run: (portal: PortalControls, input: never) => unknown;
}

function action<Schema extends z.ZodType>(
  schema: Schema,
  run: (portal: PortalControls, input: z.infer<Schema>) => unknown,
): Action {
  return { schema, run };
}

/** POST /_emulator/portals/:portal/actions/:action with the JSON named by the schema. */
const actions: Readonly<Record<string, Action>> = {
  install: action(z.strictObject({ ...which }), (portal, input) => portal.installApp(input)),
  "finish-install": action(z.strictObject({ ...which, event: z.boolean().default(true) }), (portal, input) =>
    portal.finishInstall(input),
  ),
  "install-event": action(z.strictObject({ ...which, handler: z.string().optional() }), (portal, input) =>
    portal.sendInstallEvent(input),
  ),
  update: action(
    z.strictObject({ ...which, version: z.number().int().optional(), newToken: z.boolean().default(false) }),
    (portal, { version, ...rest }) => portal.updateApp({ ...rest, ...(version === undefined ? {} : { version }) }),
  ),
  uninstall: action(
    z.strictObject({ clientId: z.string().optional(), clean: z.boolean().default(false) }),
    (portal, input) => portal.uninstall(input),
  ),
  "open-app": action(z.strictObject({ ...which }), (portal, input) => portal.openApp(input)),
  "open-placement": action(page, (portal, { code, options, ...rest }) => portal.openPlacement(code, options, rest)),
  "placement-form": action(page, (portal, { code, options, ...rest }) => portal.placementRequest(code, options, rest)),
  "open-connector-settings": action(settingsPage, (portal, input) =>
    portal.openConnectorSettings(input.connector, input.line, input.userId),
  ),
  "connector-settings-form": action(settingsPage, (portal, input) =>
    portal.connectorSettingsRequest(input.connector, input.line, input.userId),
  ),
  "operator-write": action(
    z.strictObject({
      chatId: z.number().int(),
      userId: z.number().int().optional(),
      text: z.string().default(""),
      files: z.array(file).default([]),
    }),
    (portal, { chatId, files, ...rest }) =>
      portal.operatorWrites(chatId, {
        ...rest,
        files: files.map(({ name, type, base64 }) => ({ name, type, content: Buffer.from(base64, "base64") })),
      }),
  ),
  "system-write": action(z.strictObject({ chatId: z.number().int(), text: z.string() }), (portal, input) =>
    portal.systemWrites(input.chatId, input.text),
  ),
  "operator-edit": action(z.strictObject({ messageId: z.number().int(), text: z.string() }), (portal, input) =>
    portal.operatorEdits(input.messageId, input.text),
  ),
  "operator-delete": action(z.strictObject({ messageId: z.number().int() }), (portal, input) =>
    portal.operatorDeletes(input.messageId),
  ),
  accept: action(chat, (portal, input) => portal.operatorAccepts(input.chatId, input.userId)),
  finish: action(z.strictObject({ chatId: z.number().int() }), (portal, input) => portal.finishDialog(input.chatId)),
  "add-line": action(
    z.strictObject({
      config: z.record(z.string(), z.unknown()).default({}),
      queue: z.array(z.number().int()).optional(),
    }),
    (portal, input) => portal.portal.addLine(input.config, input.queue),
  ),
  "delete-line": action(z.strictObject({ line: z.number().int() }), (portal, input) => portal.deleteLine(input.line)),
  "disconnect-connector": action(z.strictObject({ connector: z.string(), line: z.number().int() }), (portal, input) =>
    portal.disconnectConnector(input.connector, input.line),
  ),
  "expire-tokens": action(z.strictObject({ clientId: z.string().optional() }), (portal, input) => ({
    count: portal.expireTokens(input.clientId),
  })),
  "revoke-refresh": action(z.strictObject({ clientId: z.string().optional() }), (portal, input) => ({
    count: portal.revokeRefreshTokens(input.clientId),
  })),
  "payment-expired": action(
    z.strictObject({ expired: z.boolean(), clientId: z.string().optional() }),
    (portal, input) => portal.setPaymentExpired(input.expired, input.clientId),
  ),
  "set-user": action(
    z.strictObject({
      userId: z.number().int(),
      active: z.boolean().optional(),
      admin: z.boolean().optional(),
      crmAccess: z.boolean().optional(),
    }),
    (portal, input) => {
      const user = portal.portal.users.get(input.userId);
      if (user === undefined) throw new EmulatorControlError(`no user ${input.userId}`);
      user.active = input.active ?? user.active;
      user.admin = input.admin ?? user.admin;
      user.crmAccess = input.crmAccess ?? user.crmAccess;
      return user;
    },
  ),
  "set-costs": action(
    z.strictObject({
      chargeMs: z.record(z.string(), z.unknown()).optional(),
      latencyMs: z.record(z.string(), z.unknown()).optional(),
    }),
    (portal, input) => {
      const cost = z.record(
        z.string(),
        z.union([z.number(), z.strictObject({ perCall: z.number().optional(), perMessage: z.number().optional() })]),
      );
      if (input.chargeMs !== undefined) portal.portal.settings.chargeMs = cost.parse(input.chargeMs);
      if (input.latencyMs !== undefined) portal.portal.settings.latencyMs = cost.parse(input.latencyMs);
      return { chargeMs: portal.portal.settings.chargeMs, latencyMs: portal.portal.settings.latencyMs };
    },
  ),
  rename: action(z.strictObject({}), async (portal) => {
    await portal.rename();
    return { domain: portal.portal.domain };
  }),
  "issue-tokens": action(z.strictObject({ ...which }), (portal, input) => portal.issueTokens(input)),
  "crm-add": action(
    z.strictObject({
      entityTypeId: z.number().int(),
      fields: z.record(z.string(), z.unknown()),
      userId: z.number().int().optional(),
    }),
    (portal, input) => {
      const { crm } = portal.portal;
      return crm.add(
        input.entityTypeId,
        input.fields,
        input.userId ?? portal.portal.administrator().id,
        portal.portal.now(),
      ).fields;
    },
  ),
};

const faultRule = z.strictObject({
  kind: z.enum([
    "status-503",
    "status-500",
    "status-502",
    "status-500-after",
    "status-502-after",
    "drop-before",
    "drop-after",
    "hang-before",
    "hang-after",
    "slow-before",
    "slow-after",
    "expired-token",
    "command-error",
    "element-refused",
    "element-lie",
    "invalid-grant",
    "payment-required",
    "event-lost",
    "event-doubled",
    "event-late",
  ]),
  portal: z.string().optional(),
  method: z.string().optional(),
  nth: z.number().int().positive().optional(),
  times: z.number().int().positive().optional(),
  probability: z.number().min(0).max(1).optional(),
  delayMs: z.number().nonnegative().optional(),
  error: z.strictObject({ status: z.number().int(), code: z.string(), description: z.string() }).optional(),
});

const applicationChange = z.strictObject({
  clientId: z.string().optional(),
  clientSecret: z.string().optional(),
  code: z.string().optional(),
  version: z.number().int().optional(),
  title: z.string().optional(),
  scope: z.array(z.string()).optional(),
  applicationUrl: z.string().optional(),
  installUrl: z.string().optional(),
  redirectUrl: z.string().optional(),
  baseUrl: z.string().optional(),
});

function statusOf(error: unknown): number {
  if (error instanceof EmulatorControlError) return 409;
  if (error instanceof z.ZodError) return 400;
  return (error as { statusCode?: number }).statusCode ?? 500;
}

/** JSON control surface for scripts in other processes and for the look-alike pages; same on every listener. */
export function mountControlApi(server: FastifyInstance, emulator: Controlled): void {
  void server.register(
    (api, _options, done) => {
      api.setErrorHandler((error, _request, reply) => {
        void reply.code(statusOf(error)).send({ error: error instanceof Error ? error.message : String(error) });
      });

      api.get("/state", async () => ({
        oauthUrl: emulator.oauthUrl,
        now: emulator.now(),
        applications: [...emulator.authorization.cards.values()],
        portals: emulator.portals.map((controls) => controls.portal.snapshot()),
      }));
      api.get<{ Params: { portal: string } }>("/portals/:portal/state", async (request) =>
        emulator.portal(request.params.portal).portal.snapshot(),
      );
      api.get<{ Params: { portal: string; chat: string } }>("/portals/:portal/chats/:chat", async (request) => {
        const { portal } = emulator.portal(request.params.portal);
        const found = portal.chats.get(Number(request.params.chat));
        if (found === undefined) throw new EmulatorControlError(`no chat ${request.params.chat}`);
        return portal.chatSnapshot(found);
      });
      api.post("/portals", async (request) => {
        const body = z.looseObject({ id: z.string().optional() }).parse(request.body ?? {});
        return (await emulator.addPortal(body)).portal.snapshot();
      });
      api.post<{ Params: { portal: string; action: string } }>("/portals/:portal/actions/:action", async (request) => {
        const found = Object.hasOwn(actions, request.params.action) ? actions[request.params.action] : undefined;
        if (found === undefined)
          throw new EmulatorControlError(
            `no action ${request.params.action}; known: ${Object.keys(actions).join(", ")}`,
          );
        const input = found.schema.parse(request.body ?? {});
        const result: unknown = await found.run(emulator.portal(request.params.portal), input as never);
        return { result: result ?? null };
      });

      api.post("/applications", async (request) =>
        emulator.configureApplication(applicationChange.parse(request.body ?? {})),
      );

      api.get("/requests", async (request) => {
        const query = asRecord(request.query);
        const openAt = asInteger(query.openAt);
        if (openAt !== undefined) return { requests: emulator.requests.openAt(openAt, asInteger(query.graceMs) ?? 0) };
        const filter = {
          portal: asText(query.portal) || undefined,
          method: asText(query.method) || undefined,
          since: asInteger(query.since),
        };
        return { requests: emulator.requests.entries(filter) };
      });
      api.delete("/requests", async () => {
        emulator.requests.clear();
        return { result: true };
      });
      api.get("/events", async (request) => {
        const query = asRecord(request.query);
        return {
          events: emulator.sentEvents({
            portal: asText(query.portal) || undefined,
            event: asText(query.event) || undefined,
            since: asInteger(query.since),
          }),
        };
      });
      api.post("/settle", async () => {
        await emulator.events.settled();
        return { result: true };
      });
      api.get("/not-implemented", async () => ({ methods: emulator.notImplemented }));

      api.get("/faults", async () => ({ faults: emulator.faults.list() }));
      api.post("/faults", async (request) => emulator.faults.add(faultRule.parse(request.body)));
      api.delete("/faults", async () => {
        emulator.faults.clear();
        return { result: true };
      });
      api.delete<{ Params: { id: string } }>("/faults/:id", async (request) => ({
        result: emulator.faults.remove(Number(request.params.id)),
      }));
      api.post("/release", async () => ({ released: emulator.releaseHanging() }));
      done();
    },
    { prefix: "/_emulator" },
  );
}

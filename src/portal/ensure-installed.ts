/**
 * Brings a portal to what `app-manifest.json` says: after installation, reinstallation, an update (which takes all event
 * handlers away) and from the repair button. Idempotent: it reads what is there, adds what is missing and takes away
 * handlers of ours that point elsewhere (an old PUBLIC_URL). A crash half way leaves a part done; the next run does the
 * rest. Two runs side by side may bind one handler twice; the next run takes the surplus away.
 *
 * A handful of requests: what is asked together leaves as one batch. Never throws for the portal: what did not work
 * stands in the report, each a sentence that says what to do.
 */
import { z } from "zod";
import { connectorId as idOf } from "../domain/connector-ids.ts";
import type { InstallationReport } from "../domain/portal.ts";
import { isThereAlready } from "./automation.ts";
import { confirmed } from "./connectors.ts";
import type { Automation, RobotKind, RobotRegistration } from "./contract/automation.ts";
import type { ConnectorRegistration, Connectors, PortalCall, PortalCaller, PortalOutcome } from "./contract.ts";
import type { Manifest } from "./manifest.ts";

export interface EnsureInstalled {
  /** Under the installing administrator's tokens. */
  readonly caller: PortalCaller;
  readonly connectors: Connectors;
  readonly manifest: Manifest;
  /** No trailing slash. */
  readonly publicUrl: string;
  /** One connector id each; what the tile in the Contact Center shows. */
  readonly channels: readonly {
    readonly id: string;
    readonly title: string;
    readonly icon: ConnectorRegistration["icon"];
  }[];
  /** Further ids, for lines that several accounts of one channel feed. */
  readonly extraConnectors?: readonly {
    readonly id: string;
    readonly title: string;
    readonly icon: ConnectorRegistration["icon"];
  }[];
  readonly automation: Automation;
  /** Automation rules and activities of ours. */
  readonly robots: readonly { readonly kind: RobotKind; readonly robot: RobotRegistration }[];
  readonly now?: () => Date;
}

export async function ensureInstalled(input: EnsureInstalled): Promise<InstallationReport> {
  const { caller, manifest } = input;
  const [found, robots] = await Promise.all([readPortal(caller, manifest), robotAttempts(input)]);
  const problems = [...found.problems];
  const attempts = found.reachable
    ? [
        ...connectorAttempts(input),
        ...eventAttempts(input, found),
        ...placementAttempts(input, found),
        ...robots.attempts,
      ]
    : [];
  const failures = await Promise.all(attempts.map(async ({ what, run }) => failureOf(what, await run())));
  for (const failure of failures) if (failure !== undefined) problems.push(failure);
  return {
    at: (input.now?.() ?? new Date()).toISOString(),
    version: manifest.version,
    ...(found.application !== undefined && { application: found.application }),
    ok: problems.length === 0,
    problems: [...new Set(problems)],
    ...(found.reachable && robots.notes.length > 0 && { notes: robots.notes }),
  };
}

/** The connector id of a channel's first account on a line. */
export const connectorId = (manifest: Manifest, channel: string): string =>
  idOf(channel, 1, manifest.connectors.prefix);

interface Found {
  readonly reachable: boolean;
  readonly application?: string | undefined;
  readonly problems: readonly string[];
  /** `undefined`: could not be read, so nothing is taken away. */
  readonly events: readonly Handler[] | undefined;
  readonly placements: readonly Handler[] | undefined;
}

interface Handler {
  readonly code: string;
  readonly handler: string;
}

interface Attempt {
  readonly what: string;
  readonly run: () => Promise<PortalOutcome<unknown>>;
}

const scopeList = z.array(z.string());
/** The application's own code for one of the market, the client_id for a local one: https://apidocs.bitrix24.com/api-reference/common/system/app-info.html */
const applicationInfo = z.object({ CODE: z.string().regex(/^[\w.-]{1,100}$/) });
const methodState = z.object({ isExisting: z.boolean(), isAvailable: z.boolean() });
const eventList = z.array(
  z
    .object({
      event: z.string(),
      handler: z.string(),
      offline: z.union([z.string(), z.number(), z.boolean()]).optional(),
    })
    .transform((row) => ({
      code: row.event.toUpperCase(),
      handler: row.handler,
      offline: Number(row.offline ?? 0) !== 0,
    })),
);
const placementList = z.array(
  z
    .object({ placement: z.string(), handler: z.string() })
    .transform((row) => ({ code: row.placement.toUpperCase(), handler: row.handler })),
);

async function readPortal(caller: PortalCaller, manifest: Manifest): Promise<Found> {
  const read = (method: string, params: PortalCall["params"] = {}) => caller.call({ method, params, effect: "read" });
  const [scopes, info, events, placements, ...methods] = await Promise.all([
    read("scope"),
    read("app.info"),
    read("event.get"),
    read("placement.get"),
    ...manifest.methods.map((name) => read("method.get", { name })),
  ]);
  if (scopes.kind !== "ok") {
    return {
      reachable: false,
      problems: [
        `The portal could not be asked what is set up: ${sentenceOf(scopes)} Press Repair when that is solved.`,
      ],
      events: undefined,
      placements: undefined,
    };
  }
  return {
    reachable: true,
    application: info.kind === "ok" ? applicationInfo.safeParse(info.value).data?.CODE : undefined,
    problems: [...missingScopes(manifest, scopes.value), ...missingMethods(manifest, methods)],
    events: handlers(eventList, events)?.filter((row) => !("offline" in row && row.offline === true)),
    placements: handlers(placementList, placements),
  };
}

function handlers(
  schema: z.ZodType<readonly Handler[]>,
  outcome: PortalOutcome<unknown>,
): readonly Handler[] | undefined {
  if (outcome.kind !== "ok") return undefined;
  const parsed = schema.safeParse(outcome.value);
  return parsed.success ? parsed.data : undefined;
}

function missingScopes(manifest: Manifest, value: unknown): readonly string[] {
  const granted = scopeList.safeParse(value);
  if (!granted.success)
    return ["The portal did not tell which permissions the application has. Press Repair to ask again."];
  const missing = manifest.scopes.filter(({ scope, optional }) => optional !== true && !granted.data.includes(scope));
  return missing.map(
    ({ scope, why }) =>
      `The application lacks the permission "${scope}" (${why}). Grant it in the application's settings, or reinstall the application.`,
  );
}

function missingMethods(manifest: Manifest, outcomes: readonly PortalOutcome<unknown>[]): readonly string[] {
  const missing: string[] = [];
  const unavailable: string[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const name = manifest.methods[index];
    const state = outcome.kind === "ok" ? methodState.safeParse(outcome.value) : undefined;
    if (name === undefined || !state?.success) continue;
    if (!state.data.isExisting) missing.push(name);
    else if (!state.data.isAvailable) unavailable.push(name);
  }
  return [
    ...(missing.length > 0
      ? [
          `This Bitrix24 is too old or lacks a module: it does not know ${missing.join(", ")}. Update it, or install the module.`,
        ]
      : []),
    ...(unavailable.length > 0
      ? [`The application may not use ${unavailable.join(", ")} here. Check its permissions and the portal's plan.`]
      : []),
  ];
}

function connectorAttempts(input: EnsureInstalled): readonly Attempt[] {
  const { manifest, publicUrl } = input;
  const own = input.channels.map((channel) => ({ ...channel, id: connectorId(manifest, channel.id) }));
  return [...own, ...(input.extraConnectors ?? [])].map(({ id, title, icon }) => ({
    what: `The connector "${title}" could not be registered.`,
    run: () =>
      input.connectors.register({ id, title, icon, handlerUrl: `${publicUrl}/placements/${manifest.connectors.page}` }),
  }));
}

function eventAttempts(input: EnsureInstalled, found: Found): readonly Attempt[] {
  const handler = `${input.publicUrl}/events`;
  const wanted = new Set(input.manifest.events);
  const known = found.events ?? [];
  const missing = input.manifest.events.filter(
    (event) => !known.some((row) => row.code === event && row.handler === handler),
  );
  const stale = known.filter((row) => wanted.has(row.code) && row.handler !== handler);
  return [
    ...missing.map((event) =>
      attempt(input, `The event ${event} could not be bound.`, "event.bind", { event, handler }),
    ),
    ...stale.map((row) =>
      attempt(input, `An old handler of ${row.code} could not be taken away.`, "event.unbind", {
        event: row.code,
        handler: row.handler,
      }),
    ),
  ];
}

interface Robots {
  readonly attempts: readonly Attempt[];
  readonly notes: readonly string[];
}

/**
 * The portal tells only the codes of what it has, so what is there already is written over. One that has no automation
 * (a plan, a module that is missing) is left without our robots: everything else works.
 */
async function robotAttempts({ automation, robots }: EnsureInstalled): Promise<Robots> {
  const [rules, activities] = await Promise.all([automation.robots("robot"), automation.robots("activity")]);
  const failed = [rules, activities].find((outcome) => outcome.kind === "refused");
  if (failed?.kind === "refused")
    return {
      attempts: [],
      notes: [`There are no robots of Threadline in automation rules and workflows here. ${failed.sentence}`],
    };
  const attempts = robots.map(({ kind, robot }): Attempt => {
    const known = kind === "robot" ? rules : activities;
    const isThere = known.kind === "ok" && known.value.includes(robot.code);
    return {
      what: `The robot "${robot.name.en}" could not be registered.`,
      run: async () => {
        if (isThere) return automation.updateRobot(kind, robot);
        const added = await automation.addRobot(kind, robot);
        return isThereAlready(added) ? automation.updateRobot(kind, robot) : added;
      },
    };
  });
  return { attempts, notes: [] };
}

/** Of which the portal takes no second handler, so that an old one has to go first: https://apidocs.bitrix24.com/api-reference/widgets/universal/app-url.html */
const ONE_HANDLER: ReadonlySet<string> = new Set(["REST_APP_URI"]);

function placementAttempts(input: EnsureInstalled, found: Found): readonly Attempt[] {
  const known = found.placements ?? [];
  return input.manifest.placements.flatMap(({ code, page, title }) => {
    const handler = `${input.publicUrl}/placements/${page}`;
    const rows = known.filter((row) => row.code === code);
    const stale = rows.filter((row) => row.handler !== handler);
    const english = title["en"] ?? Object.values(title)[0] ?? code;
    const LANG_ALL = Object.fromEntries(
      Object.entries(title).map(([language, words]) => [language, { TITLE: words, DESCRIPTION: "", GROUP_NAME: "" }]),
    );
    const place = attempt(input, `"${english}" (${code}) could not be placed.`, "placement.bind", {
      PLACEMENT: code,
      HANDLER: handler,
      TITLE: english,
      LANG_ALL,
    });
    const away = stale.map((row) =>
      attempt(input, `An old "${english}" (${code}) could not be taken away.`, "placement.unbind", {
        PLACEMENT: code,
        HANDLER: row.handler,
      }),
    );
    if (rows.some((row) => row.handler === handler)) return away;
    return ONE_HANDLER.has(code) ? [after(away, place)] : [place, ...away];
  });
}

/** The other attempts first; the first of them that fails is why this one does. */
function after(others: readonly Attempt[], { what, run }: Attempt): Attempt {
  return {
    what,
    run: async () => {
      for (const other of others) {
        const outcome = await other.run();
        if (outcome.kind !== "ok") return outcome;
      }
      return run();
    },
  };
}

function attempt(input: EnsureInstalled, what: string, method: string, params: PortalCall["params"]): Attempt {
  return {
    what,
    run: async () => {
      const outcome = await input.caller.call({ method, params, effect: "repeatable" });
      // Unbinding answers how many went; binding answers true, or 200 with the refusal inside.
      return method.endsWith(".unbind") ? outcome : confirmed(outcome);
    },
  };
}

/** Already bound (a run beside this one was quicker, or an answer got lost) is what was wanted. */
const alreadyBound = (outcome: PortalOutcome<unknown>) =>
  outcome.kind === "refused" && /already bin?d|already bound/i.test(outcome.sentence);

function failureOf(what: string, outcome: PortalOutcome<unknown>): string | undefined {
  if (outcome.kind === "ok" || alreadyBound(outcome)) return undefined;
  return `${what} ${sentenceOf(outcome)}`;
}

function sentenceOf(outcome: Exclude<PortalOutcome<unknown>, { kind: "ok" }>): string {
  if (outcome.kind === "withdrawn") return "It was withdrawn.";
  if (outcome.kind === "refused" && /ACCESS_DENIED|insufficient_scope/i.test(outcome.code)) {
    return `${outcome.sentence} The application must be installed by an administrator who grants all its permissions.`;
  }
  return outcome.sentence;
}

import type { FaultRule } from "./faults.ts";
import type { ApplicationCard, PortalUser } from "./model.ts";
import type { Fields } from "./values.ts";

/** Milliseconds per call of a method, and per element of its MESSAGES. */
export interface Cost {
  perCall?: number | undefined;
  perMessage?: number | undefined;
}

/** Method name -> cost; `*` for all others. */
export type CostTable = Record<string, number | Cost>;

export interface LineSettings {
  name: string;
  config?: Fields | undefined;
  queue?: number[] | undefined;
}

export interface PortalSettings {
  memberId?: string | undefined;
  users: PortalUser[];
  lines: LineSettings[];
  bucketCapacity: number;
  bucketPerSecond: number;
  operatingLimitMs: number;
  /** Operating time booked per call, without waiting for it. */
  chargeMs: CostTable;
  /** Time really slept per call, without booking it. */
  latencyMs: CostTable;
  /** A request that would take longer than this is cut off (the platform: 60 s). */
  requestLimitMs: number;
  /** Applications may also be granted less than their card asks for. */
  grantedScope?: string[] | undefined;
  licence: string;
  /** The module of workflows and automation rules is there. */
  bizproc: boolean;
  edition: "cloud" | "box";
  language: string;
  /** Customers are also matched by their name when a session starts, as the box edition does. */
  matchByName: boolean;
  /** Messages sent with user_id come back as ONIMCONNECTORMESSAGEADD. */
  echoUserMessages: boolean;
  /** session.history.get shows our external ids in params.connectorMid. */
  historyShowsExternalIds: boolean;
  /** Messages of the system ("operator joined the dialogue") in chats. */
  systemMessages: boolean;
}

export interface EmulatorOptions {
  host?: string | undefined;
  /** Port of the authorization server and the control API; portals take the following ones. 0 = any free ports. */
  port?: number | undefined;
  portals?: (Partial<PortalSettings> & { id?: string | undefined })[] | undefined;
  applications?: Partial<ApplicationCard>[] | undefined;
  now?: (() => number) | undefined;
  sleep?: ((milliseconds: number) => Promise<void>) | undefined;
  seed?: number | undefined;
  eventTimeoutMs?: number | undefined;
  downloadTimeoutMs?: number | undefined;
  /** Where public origins are served in this test: `{"https://app.example": "http://127.0.0.1:8080"}`. */
  origins?: ReadonlyMap<string, string> | undefined;
  accessLifetimeMs?: number | undefined;
  refreshLifetimeMs?: number | undefined;
  codeLifetimeMs?: number | undefined;
  refreshGraceMs?: number | undefined;
  faults?: FaultRule[] | undefined;
  requestLogLimit?: number | undefined;
}

/** A change of an application card; `baseUrl` sets all three addresses at once. */
export type ApplicationChange = { [Name in keyof ApplicationCard]?: ApplicationCard[Name] | undefined } & {
  baseUrl?: string | undefined;
};

/** Scopes of an application that uses everything this emulator knows. */
const defaultScope = [
  "crm",
  "im",
  "imbot",
  "imconnector",
  "imopenlines",
  "placement",
  "user_basic",
  "contact_center",
  "department",
  "timeman",
  "messageservice",
  "bizproc",
  "userconsent",
  "lists",
];

export function defaultCard(index: number, partial: Partial<ApplicationCard> = {}): ApplicationCard {
  const base = "http://127.0.0.1:8080";
  return {
    clientId: index === 0 ? "app.emulated.1" : `app.emulated.${index + 1}`,
    clientSecret: `emulated-secret-${index + 1}`,
    code: `vendor.emulated${index + 1}`,
    version: 1,
    title: "Threadline",
    scope: [...defaultScope],
    applicationUrl: `${base}/`,
    installUrl: `${base}/install`,
    redirectUrl: `${base}/oauth/callback`,
    ...partial,
  };
}

function employee(id: number, name: string, lastName: string, more: Partial<PortalUser> = {}): PortalUser {
  return {
    id,
    name,
    lastName,
    email: `${name.toLowerCase()}@portal.example`,
    phone: "",
    active: true,
    admin: false,
    extranet: false,
    crmAccess: true,
    kind: "employee",
    ...more,
  };
}

/** An administrator, two agents and an extranet guest. */
function defaultUsers(): PortalUser[] {
  return [
    employee(1, "Ada", "Admin", { admin: true }),
    employee(5, "Anna", "Agent"),
    employee(7, "Boris", "Berg"),
    employee(9, "Eve", "External", { extranet: true, crmAccess: false }),
  ];
}

export function portalSettings(partial: Partial<PortalSettings>): PortalSettings {
  return {
    users: defaultUsers(),
    lines: [{ name: "Sales" }, { name: "Support" }],
    bucketCapacity: 50,
    bucketPerSecond: 2,
    operatingLimitMs: 480_000,
    chargeMs: {},
    latencyMs: {},
    requestLimitMs: 60_000,
    licence: "en_pro100",
    bizproc: true,
    edition: "cloud",
    language: "en",
    matchByName: true,
    echoUserMessages: true,
    historyShowsExternalIds: true,
    systemMessages: false,
    ...partial,
  };
}

/** Cost of one call carrying so many messages. */
export function costOf(table: CostTable, method: string, messages: number): number {
  const cost = table[method] ?? table["*"];
  if (cost === undefined) return 0;
  if (typeof cost === "number") return cost;
  return (cost.perCall ?? 0) + (cost.perMessage ?? 0) * messages;
}

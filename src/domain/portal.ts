import type { PortalId } from "./ids.ts";

/** A token pair of one person in one portal. */
export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

/**
 * `controller`: reads every conversation and writes nothing. `agent`: conversations that are theirs, nobody's or of the lines
 * in whose queue they are. `head`: every conversation.
 */
export type Role = "controller" | "agent" | "head";

/** A portal that installed us. Endpoints come from the authorization server, never from a request. */
export interface Portal {
  readonly id: PortalId;
  /** Host (and port) people see, for links and `frame-ancestors`. */
  readonly domain: string;
  /** REST base, ends with `/rest/`. */
  readonly clientEndpoint: string;
  /** Authorization server's REST base, ends with `/rest/`. */
  readonly serverEndpoint: string;
  readonly applicationToken?: string;
  readonly tokens?: TokenPair;
  /** The employee whose tokens do background work. */
  readonly userId?: string;
  readonly scopes: readonly string[];
  readonly language: string;
  /** Our "integration active" switch. */
  readonly active: boolean;
  /** Name the admin gave it; defaults to the domain. */
  readonly name: string;
  /** Why background calls do not work just now, in words; absent = they do. */
  readonly trouble?: string;
  /** Events may have been lost before this time: we were away. */
  readonly gapAt?: Date;
  /** Messages are deleted after so many days. Absent: never. */
  readonly keepDays?: number;
  /** Who may change rules and links of customers beside the administrators. */
  readonly editors: readonly { readonly id: string; readonly name: string }[];
  /** What people may do with conversations; who is not here may do what the portal lets them. Administrators may do all. */
  readonly roles: readonly { readonly id: string; readonly name: string; readonly role: Role }[];
  /** Report of the last ensure-installed run. */
  readonly installation: InstallationReport;
  readonly installedAt: Date;
}

export interface InstallationReport {
  readonly at?: string;
  readonly version?: string;
  /** Code under which the portal knows the application (`app.info`), for links that open our pages in it. */
  readonly application?: string;
  readonly ok: boolean;
  /** What is missing or was refused, each a sentence with what to do. */
  readonly problems: readonly string[];
  /** What this portal does without, each a sentence: nothing has to be done about it. */
  readonly notes?: readonly string[];
}

/** A person of a portal who opened one of our pages; their own pair does their own actions. */
export interface PortalUser {
  readonly portal: PortalId;
  readonly userId: string;
  readonly name: string;
  readonly admin: boolean;
  readonly tokens?: TokenPair;
  readonly lastSeenAt: Date;
}

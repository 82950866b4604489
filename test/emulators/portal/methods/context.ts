import type { AccessToken } from "../authorization.ts";
import type { InstalledApplication, PortalUser } from "../model.ts";
import type { EmulatedPortal } from "../portal.ts";
import type { CommandLog } from "../request-log.ts";
import type { RestResult } from "../rest-result.ts";
import type { Fields } from "../values.ts";

/** Fetches a file for the portal; undefined when it could not be had (only status 200 counts). */
export type Download = (url: string) => Promise<{ content: Uint8Array; type: string } | undefined>;

/** What a method handler may use. */
export interface CallContext {
  readonly portal: EmulatedPortal;
  readonly token: AccessToken;
  readonly user: PortalUser;
  /** Absent for webhooks. */
  readonly application: InstalledApplication | undefined;
  readonly requestSequence: number;
  readonly command: CommandLog;
  readonly download: Download;
}

export type MethodHandler = (context: CallContext, parameters: Fields) => RestResult | Promise<RestResult>;

export interface MethodEntry {
  readonly handler: MethodHandler;
  /** Refused with WRONG_AUTH_TYPE outside an application. */
  readonly applicationOnly?: boolean;
}

export type MethodFamily = Readonly<Record<string, MethodEntry>>;

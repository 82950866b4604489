import { pino } from "pino";
import { portalId } from "../../../src/domain/ids.ts";
import type { Portal } from "../../../src/domain/portal.ts";
import {
  createPortalDirectory,
  type ManagedPortalDirectory,
  type PortalDirectorySettings,
} from "../../../src/portal/directory.ts";
import { createEndpointPolicy, type EndpointPolicy } from "../../../src/portal/endpoints.ts";
import { createMemoryLimiter } from "../../../src/portal/limiter-memory.ts";
import { createOAuthClient } from "../../../src/portal/oauth.ts";
import { createMemoryStore, type MemoryStore } from "./memory-store.ts";

export const PORTAL = portalId("portal-1");

export function portalRow(endpoint: string, more: Partial<Portal> = {}): Portal {
  return {
    id: PORTAL,
    domain: new URL(endpoint).host,
    clientEndpoint: endpoint,
    serverEndpoint: endpoint,
    tokens: { accessToken: "access-1", refreshToken: "refresh-1", expiresAt: new Date(Date.now() + 3_600_000) },
    userId: "1",
    scopes: [],
    language: "en",
    active: true,
    name: "Portal",
    editors: [],
    roles: [],
    installation: { ok: true, problems: [] },
    installedAt: new Date(),
    ...more,
  };
}

const policyFor = (endpoint: string): EndpointPolicy =>
  createEndpointPolicy({ oauthUrl: new URL(endpoint).origin, allowHttp: true, privateHosts: [] });

/** A directory on a portal at `endpoint`, which is its authorization server too. */
export function directoryFor(
  endpoint: string,
  store: MemoryStore = createMemoryStore([portalRow(endpoint)]),
  more: Partial<PortalDirectorySettings> = {},
): ManagedPortalDirectory {
  const policy = policyFor(endpoint);
  const oauth = createOAuthClient(
    { clientId: "client-1", clientSecret: "very-secret", oauthUrl: new URL(endpoint).origin },
    policy,
  );
  return createPortalDirectory({
    store,
    limiter: createMemoryLimiter(),
    oauth,
    policy,
    log: pino({ level: "silent" }),
    ...more,
  });
}

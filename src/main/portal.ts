import { createPortalDirectory } from "../portal/directory.ts";
import { createEndpointPolicy } from "../portal/endpoints.ts";
import { STANDARD_LEVEL } from "../portal/limiter.ts";
import { createMemoryLimiter } from "../portal/limiter-memory.ts";
import { createRedisLimiter } from "../portal/limiter-redis.ts";
import { createOAuthClient } from "../portal/oauth.ts";
import { createTransport } from "../portal/transport.ts";
import type { Base } from "./base.ts";

export type PortalPart = ReturnType<typeof wirePortal>;

/** Bitrix24: which addresses may be called, the authorization server, and the portals behind their limiters. */
export function wirePortal({ config, log, metrics, store, redis }: Base) {
  const policy = createEndpointPolicy(config.b24);
  const oauth = createOAuthClient(config.b24, policy);
  const portals = createPortalDirectory({
    store,
    limiter: redis ? createRedisLimiter({ redis }) : createMemoryLimiter(),
    level: () => ({ ...STANDARD_LEVEL, ...config.b24.rate }),
    oauth,
    policy,
    log,
    voice: config.lineVoice,
    observe: { ended: (outcome) => metrics.portalCalls.inc({ outcome }), sent: () => undefined },
  });
  return { policy, oauth, portals, transport: createTransport({ policy, log }) };
}

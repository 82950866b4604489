import { portalId } from "../../../src/domain/ids.ts";
import { createLogger } from "../../../src/log/log.ts";
import type { Clock } from "../../../src/portal/clock.ts";
import { createPortalDirectory } from "../../../src/portal/directory.ts";
import { createEndpointPolicy } from "../../../src/portal/endpoints.ts";
import { createMemoryLimiter } from "../../../src/portal/limiter-memory.ts";
import { createOAuthClient } from "../../../src/portal/oauth.ts";
import { startPortalEmulator } from "../../emulators/portal/emulator.ts";
import type { EmulatorOptions } from "../../emulators/portal/options.ts";
import { portalRow } from "./directory.ts";
import { createMemoryStore } from "./memory-store.ts";

/** The real client of an emulated portal in which the app is installed, over real HTTP. */
export async function startInstalled(options: EmulatorOptions = {}, clock?: Clock) {
  const emulator = await startPortalEmulator(options);
  const controls = emulator.portal();
  controls.installRequest();
  controls.finishInstall({ event: false });
  const { accessToken, refreshToken } = controls.issueTokens();
  const portal = portalId(controls.portal.memberId);
  const row = portalRow(controls.portal.clientEndpoint, {
    id: portal,
    serverEndpoint: `${emulator.oauthUrl}/rest/`,
    tokens: { accessToken, refreshToken, expiresAt: new Date(Date.now() + 1e9) },
  });
  const card = emulator.application();
  const policy = createEndpointPolicy({ oauthUrl: emulator.oauthUrl, allowHttp: true, privateHosts: [] });
  const oauth = createOAuthClient(
    { clientId: card.clientId, clientSecret: card.clientSecret, oauthUrl: emulator.oauthUrl },
    policy,
  );
  const store = createMemoryStore([row]);
  const directory = createPortalDirectory({
    store,
    policy,
    oauth,
    limiter: createMemoryLimiter(clock?.now),
    log: createLogger("silent"),
    clock,
  });
  return { emulator, controls, portal, directory, store, oauth };
}

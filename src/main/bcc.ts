import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { createBccDesk } from "../channels/email/bcc/desk.ts";
import { startBccListener } from "../channels/email/bcc/listener.ts";
import { createDnsResolver } from "../channels/email/bcc/prove.ts";
import { bccKey } from "../domain/bcc-address.ts";
import { createBccHost } from "../relay/mail/bcc-host.ts";
import { createOwnAddresses } from "../relay/mail/own-addresses.ts";
import { sayIn } from "../relay/speech.ts";
import { asTenant } from "../store/fair-gate.ts";
import type { Base } from "./base.ts";
import type { ChannelsPart } from "./channels.ts";
import type { PortalPart } from "./portal.ts";
import type { RelayPart } from "./relay.ts";

export interface BccParts {
  readonly portal: Pick<PortalPart, "portals">;
  readonly channels: Pick<ChannelsPart, "channels" | "copies">;
  readonly relay: Pick<RelayPart, "acceptor" | "dispatcher" | "rules" | "speech">;
}

const SWEEP_MS = 3_600_000;

export const newBccKey = (): string => bccKey(randomBytes(16));

/** Takes copies of employees' letters, where this server has a domain and a port for them. */
export async function startBcc({ config, log, metrics, store, now, onClose }: Base, parts: BccParts): Promise<void> {
  const { bcc } = config;
  const adapter = parts.channels.channels.get("bcc");
  if (bcc?.port === undefined || !adapter) return;
  const { acceptor, dispatcher, rules, speech } = parts.relay;
  const host = createBccHost({
    store,
    portals: parts.portal.portals,
    own: createOwnAddresses({ store, rules, now }),
    acceptor,
    dispatcher,
    adapter,
    nameOf: async (portal) => (await sayIn(speech, portal))(adapter.title),
    newSecret: () => randomBytes(32).toString("base64url"),
    inTurn: asTenant,
    wait: (ms) => wait(ms),
    now,
  });
  const resolve = createDnsResolver(bcc.dns);
  const desk = createBccDesk({ host, kept: parts.channels.copies, resolve, name: bcc.domain, now });
  const listener = await startBccListener({
    domain: bcc.domain,
    port: bcc.port,
    ...(bcc.tls && { tls: bcc.tls }),
    host,
    desk,
    observe(outcome, error) {
      metrics.copies.inc({ outcome });
      if (error !== undefined)
        log.warn({ err: error }, "A copy of a letter could not be taken; its sender tries again");
    },
    now: () => now().getTime(),
  });
  const { copies } = parts.channels;
  const sweep = () =>
    copies.sweep().catch((error: unknown) => log.warn({ err: error }, "Old copies of letters could not be removed"));
  await sweep();
  const sweeping = setInterval(sweep, SWEEP_MS);
  onClose(() => clearInterval(sweeping));
  onClose(() => listener.close());
  log.info({ port: listener.port, domain: bcc.domain, starttls: bcc.tls !== undefined }, "Taking copies of letters");
}

import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { AuthorizationServer } from "./authorization.ts";
import { mountControlApi } from "./control-api.ts";
import { EmulatorControlError, PortalControls } from "./controls.ts";
import { createDownload } from "./download.ts";
import { EventSender, type SentEvent } from "./events.ts";
import { FaultPlan, seededRandom } from "./faults.ts";
import type { ApplicationCard } from "./model.ts";
import {
  type ApplicationChange,
  defaultCard,
  type EmulatorOptions,
  type PortalSettings,
  portalSettings,
} from "./options.ts";
import { mountPortalPage } from "./page/routes.ts";
import { EmulatedPortal } from "./portal.ts";
import { RequestLog } from "./request-log.ts";
import { createAuthorizationHttpServer, createPortalServer, type ServerServices } from "./server.ts";

const day = 86_400_000;

/** Starts the authorization server and the portals; resolves when all of them listen. */
export async function startPortalEmulator(options: EmulatorOptions = {}): Promise<PortalEmulator> {
  const emulator = new PortalEmulator(options);
  await emulator.start();
  return emulator;
}

/** A running emulator: authorization server, portals, shared log, faults and events. */
export class PortalEmulator {
  readonly authorization: AuthorizationServer;
  readonly faults: FaultPlan;
  readonly requests: RequestLog;
  readonly events: EventSender;
  /** Contract methods that somebody called although the emulator does not play them; tests expect it empty. */
  readonly notImplemented: string[] = [];
  readonly portals: PortalControls[] = [];
  readonly now: () => number;
  readonly #options: EmulatorOptions;
  readonly #host: string;
  readonly #servers: FastifyInstance[] = [];
  readonly #services: ServerServices;
  #nextPort: number;
  #hanging: (() => void)[] = [];

  constructor(options: EmulatorOptions) {
    this.#options = options;
    this.#host = options.host ?? "127.0.0.1";
    this.#nextPort = options.port ?? 0;
    this.now = options.now ?? Date.now;
    this.authorization = new AuthorizationServer(
      {
        accessLifetimeMs: options.accessLifetimeMs ?? 3_600_000,
        refreshLifetimeMs: options.refreshLifetimeMs ?? 180 * day,
        codeLifetimeMs: options.codeLifetimeMs ?? 30_000,
        refreshGraceMs: options.refreshGraceMs ?? 0,
      },
      this.now,
    );
    this.faults = new FaultPlan(seededRandom(options.seed ?? 1));
    this.requests = new RequestLog(options.requestLogLimit ?? 200_000);
    const served = (url: string) => servedAt(options.origins, url);
    this.events = new EventSender(options.eventTimeoutMs ?? 5000, this.now, this.faults, served);
    for (const rule of options.faults ?? []) this.faults.add(rule);
    for (const [index, card] of (options.applications ?? [{}]).entries()) {
      const full = defaultCard(index, card);
      this.authorization.cards.set(full.clientId, full);
    }
    this.#services = {
      now: this.now,
      sleep: options.sleep ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))),
      download: createDownload(options.downloadTimeoutMs ?? 10_000, served),
      hang: () => new Promise((resolve) => this.#hanging.push(resolve)),
      notImplemented: this.notImplemented,
      authorization: this.authorization,
      faults: this.faults,
      requests: this.requests,
      findPortal: (id) => this.portals.find((controls) => controls.id === id)?.portal,
      mountControl: (server) => mountControlApi(server, this),
      mountPage: (server, portal) => mountPortalPage(server, () => this.portal(portal.id)),
    };
  }

  /** The base that an app gets as its authorization server (B24_OAUTH_URL). */
  get oauthUrl(): string {
    return `http://${this.authorization.address}`;
  }

  get hangingRequests(): number {
    return this.#hanging.length;
  }

  async start(): Promise<void> {
    this.authorization.address = await this.#listen(createAuthorizationHttpServer(this.#services));
    for (const partial of this.#options.portals ?? [{}]) await this.addPortal(partial);
  }

  /** One more portal, on its own port. */
  async addPortal(partial: Partial<PortalSettings> & { id?: string | undefined } = {}): Promise<PortalControls> {
    const { id = `portal${this.portals.length + 1}`, ...settings } = partial;
    if (this.portals.some((controls) => controls.id === id)) throw new EmulatorControlError(`portal ${id} exists`);
    const { now, authorization, events, faults } = this;
    const portal = new EmulatedPortal(id, portalSettings(settings), { now, authorization, events, faults });
    await this.#openPortal(portal);
    const controls = new PortalControls(portal, () => this.#openPortal(portal));
    this.portals.push(controls);
    return controls;
  }

  /** The first portal, or the one with this id. */
  portal(id?: string): PortalControls {
    const found = id === undefined ? this.portals[0] : this.portals.find((controls) => controls.id === id);
    if (found === undefined) throw new EmulatorControlError(`no portal ${id ?? ""}`);
    return found;
  }

  /** Changes an application card (the first one unless `clientId` names another); an unknown clientId makes a new card. */
  configureApplication(change: ApplicationChange): ApplicationCard {
    const { baseUrl, ...fields } = change;
    const clientId = change.clientId ?? [...this.authorization.cards.keys()][0] ?? "";
    const base = baseUrl?.replace(/\/$/, "");
    const addresses =
      base === undefined
        ? {}
        : { applicationUrl: `${base}/`, installUrl: `${base}/install`, redirectUrl: `${base}/oauth/callback` };
    const known = this.authorization.cards.get(clientId) ?? defaultCard(this.authorization.cards.size, { clientId });
    const given = Object.fromEntries(
      Object.entries(fields).filter(([, value]) => value !== undefined),
    ) as Partial<ApplicationCard>;
    const card: ApplicationCard = { ...known, ...addresses, ...given };
    this.authorization.cards.set(clientId, card);
    return card;
  }

  application(clientId?: string): ApplicationCard {
    const card =
      clientId === undefined ? [...this.authorization.cards.values()][0] : this.authorization.cards.get(clientId);
    if (card === undefined) throw new EmulatorControlError(`no application card ${clientId ?? ""}`);
    return card;
  }

  sentEvents(
    filter: { portal?: string | undefined; event?: string | undefined; since?: number | undefined } = {},
  ): SentEvent[] {
    return this.events.sent.filter(
      (record) =>
        (filter.portal === undefined || record.portal === filter.portal) &&
        (filter.event === undefined || record.event === filter.event) &&
        (filter.since === undefined || record.sequence > filter.since),
    );
  }

  /** Lets all hanging requests go on. */
  releaseHanging(): number {
    const waiting = this.#hanging;
    this.#hanging = [];
    for (const resume of waiting) resume();
    return waiting.length;
  }

  async stop(): Promise<void> {
    this.events.stop();
    this.releaseHanging();
    await Promise.all(this.#servers.map((server) => server.close()));
  }

  async #listen(server: FastifyInstance): Promise<string> {
    await server.listen({ host: this.#host, port: this.#nextPort });
    if (this.#nextPort > 0) this.#nextPort += 1;
    this.#servers.push(server);
    const { port } = server.server.address() as AddressInfo;
    return `${this.#host}:${port}`;
  }

  /** Opens one more listener, which becomes the portal's address; earlier ones redirect to it from now on. */
  async #openPortal(portal: EmulatedPortal): Promise<void> {
    let own = "";
    own = await this.#listen(createPortalServer(portal, this.#services, () => portal.address === own));
    portal.address = own;
  }
}

/** The address under which a public one is reached in this test. */
function servedAt(origins: ReadonlyMap<string, string> | undefined, url: string): string {
  const parsed = URL.parse(url);
  const local = parsed && origins?.get(parsed.origin);
  return parsed && local !== undefined ? local + parsed.pathname + parsed.search : url;
}

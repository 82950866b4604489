import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PortalEmulator, startPortalEmulator } from "../../emulators/portal/emulator.ts";
import type { EmulatorOptions as PortalOptions } from "../../emulators/portal/options.ts";
import {
  startTelegramEmulator,
  type TelegramEmulator,
  type EmulatorOptions as TelegramOptions,
} from "../../emulators/telegram/emulator.ts";
import {
  startViberEmulator,
  type ViberEmulator,
  type EmulatorOptions as ViberOptions,
} from "../../emulators/viber/emulator.ts";
import {
  startWhatsappCloudEmulator,
  type WhatsappCloudEmulator,
  type EmulatorOptions as WhatsappCloudOptions,
} from "../../emulators/whatsapp-cloud/emulator.ts";
import { placeFreshStore } from "../store/fresh-store.ts";
import { UNPACED_PORTAL, UNPACED_RATE } from "../unpaced.ts";
import { AppProcess, freePort } from "./app-process.ts";

export interface WorldOptions {
  readonly portal?: PortalOptions;
  /** Portals may be asked as often as one likes, and the server is told so. */
  readonly unpaced?: boolean;
  readonly telegram?: TelegramOptions;
  readonly viber?: ViberOptions;
  readonly whatsappCloud?: WhatsappCloudOptions;
  /** PostgreSQL and Redis: web and worker (one, or so many) run as processes of their own. Without: one process, built-in database. */
  readonly services?: { readonly databaseUrl: string; readonly redisUrl: string; readonly workers?: number };
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile?: string;
  readonly port?: number;
  /** Public address, https; the emulators know where it is served. Default: the server's own, over http. */
  readonly publicUrl?: string;
}

/** The vendors of channels, emulated. */
export interface Vendors {
  readonly telegram: TelegramEmulator;
  readonly viber: ViberEmulator;
  readonly whatsappCloud: WhatsappCloudEmulator;
}

/** Emulated portal, emulated vendors and the real server between them. */
export class World {
  readonly portal: PortalEmulator;
  readonly vendors: Vendors;
  readonly processes: readonly AppProcess[];
  readonly dataDir: string;
  private readonly sessions = new Map<string, string>();

  private constructor(portal: PortalEmulator, vendors: Vendors, processes: readonly AppProcess[], dataDir: string) {
    this.portal = portal;
    this.vendors = vendors;
    this.processes = processes;
    this.dataDir = dataDir;
  }

  static async start(options: WorldOptions = {}): Promise<World> {
    const origins = new Map<string, string>();
    const portals = options.portal?.portals ?? [{}];
    const unpaced = options.unpaced && { portals: portals.map((one) => ({ ...UNPACED_PORTAL, ...one })) };
    const portal = await startPortalEmulator({ ...options.portal, ...unpaced, origins });
    const vendors: Vendors = {
      telegram: await startTelegramEmulator({ limits: false, ...options.telegram }),
      viber: await startViberEmulator({ perPersonPerHour: false, ...options.viber }),
      whatsappCloud: await startWhatsappCloudEmulator({ limits: false, ...options.whatsappCloud }),
    };
    const dataDir = await mkdtemp(join(tmpdir(), "threadline-"));
    if (!options.services) await placeFreshStore(dataDir);
    const port = options.port ?? (await freePort());
    const publicUrl = options.publicUrl ?? `http://127.0.0.1:${port}`;
    const { telegram, viber, whatsappCloud } = vendors;
    for (const known of [origins, telegram.webhookOrigins, viber.origins, whatsappCloud.webhookOrigins])
      if (options.publicUrl !== undefined) known.set(publicUrl, `http://127.0.0.1:${port}`);
    const card = portal.configureApplication({ baseUrl: `http://127.0.0.1:${port}` });
    const env = {
      PUBLIC_URL: publicUrl,
      DATA_DIR: dataDir,
      B24_CLIENT_ID: card.clientId,
      B24_CLIENT_SECRET: card.clientSecret,
      B24_OAUTH_URL: portal.oauthUrl,
      B24_ALLOW_HTTP: "1",
      ...(options.unpaced && { B24_RATE: UNPACED_RATE }),
      TELEGRAM_API_URL: telegram.url,
      VIBER_API_URL: viber.url,
      WHATSAPP_CLOUD_API_URL: whatsappCloud.url,
      LOG_LEVEL: "info",
      ...(options.services && {
        DATABASE_URL: options.services.databaseUrl,
        REDIS_URL: options.services.redisUrl,
        SECRET_KEY: "0123456789abcdef0123456789abcdef",
      }),
      ...options.env,
    };
    const log = options.logFile === undefined ? {} : { logFile: options.logFile };
    const processes = [new AppProcess({ port, env, ...(options.services && { role: "web" }), ...log })];
    for (let left = options.services ? (options.services.workers ?? 1) : 0; left > 0; left -= 1)
      processes.push(new AppProcess({ port: await freePort(), env, role: "worker", ...log }));
    const world = new World(portal, vendors, processes, dataDir);
    // One after the other: the first one migrates the database.
    for (const process of processes) await process.start();
    return world;
  }

  get telegram(): TelegramEmulator {
    return this.vendors.telegram;
  }

  /** The process that takes requests. */
  get web(): AppProcess {
    const [web] = this.processes;
    if (!web) throw new Error("no process");
    return web;
  }

  /** Installs the app into a portal as an administrator does, and finishes the installation as the page does. */
  async install(portalId?: string): Promise<void> {
    const controls = this.portal.portal(portalId);
    const page = await controls.installApp();
    if (page.status !== 200) throw new Error(`/install answered ${page.status}: ${page.html.slice(0, 400)}`);
    this.sessions.set(controls.id, sessionOf(page.html));
    controls.finishInstall();
    await this.portal.events.settled();
  }

  /** Calls our API as that portal's administrator. Throws for anything but 2xx. */
  async api<T>(path: string, init: { method?: string; body?: unknown; portal?: string } = {}): Promise<T> {
    const session = this.sessions.get(this.portal.portal(init.portal).id) ?? "";
    const response = await fetch(`${this.web.url}${path}`, {
      method: init.method ?? "GET",
      headers: {
        authorization: `Bearer ${session}`,
        ...(init.body !== undefined && { "content-type": "application/json" }),
      },
      ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${init.method ?? "GET"} ${path} answered ${response.status}: ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  /** A Telegram account on an open line, ready for traffic. */
  async connectTelegram(options: { token?: string; line?: number; portal?: string } = {}): Promise<ApiAccount> {
    const token = options.token ?? this.telegram.token;
    return await this.connect({ channel: "telegram", credentials: { token } }, options);
  }

  /** An account of any channel on an open line. */
  async connect(
    body: { readonly channel: string; readonly credentials: object; readonly settings?: object },
    options: { line?: number; portal?: string } = {},
  ): Promise<ApiAccount> {
    const where = options.portal === undefined ? {} : { portal: options.portal };
    const account = await this.api<ApiAccount>("/api/accounts", {
      method: "POST",
      body: { name: "Support bot", ...body },
      ...where,
    });
    return await this.api<ApiAccount>(`/api/accounts/${account.id}`, {
      method: "PATCH",
      body: { line: options.line ?? 1 },
      ...where,
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.kill("SIGTERM")));
    const { telegram, viber, whatsappCloud } = this.vendors;
    await Promise.all([telegram.close(), viber.close(), whatsappCloud.close()]);
    await this.portal.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

export interface ApiAccount {
  readonly id: string;
  readonly channel: string;
  readonly name: string;
  readonly line: string | null;
  readonly connector: string | null;
  readonly enabled: boolean;
}

export interface JournalMessage {
  readonly id: string;
  readonly conversation: string;
  readonly direction: "in" | "out";
  readonly text: string;
  readonly state: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly seq: number;
  readonly attemptedAt: string | null;
  readonly checkpoints: readonly { readonly name: string; readonly at: string }[];
}

/** The session that the page's boot data carries. */
function sessionOf(html: string): string {
  const boot = /<script type="application\/json" id="boot">(.*?)<\/script>/s.exec(html)?.[1];
  if (boot === undefined) throw new Error("the page carries no boot data");
  const value = JSON.parse(boot) as { session?: unknown };
  if (typeof value.session !== "string") throw new Error("the boot data carries no session");
  return value.session;
}

/** What the emulator's own tests share: a hand-driven clock, a small app that records what it is sent, REST calls. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { PortalControls } from "./controls.ts";
import { type PortalEmulator, startPortalEmulator } from "./emulator.ts";
import type { EmulatorOptions } from "./options.ts";
import { parseForm } from "./php-form.ts";
import type { Fields } from "./values.ts";

export interface FakeClock {
  readonly now: () => number;
  readonly advance: (milliseconds: number) => void;
}

function createFakeClock(start = Date.UTC(2026, 10, 21, 9, 0, 30)): FakeClock {
  let time = start;
  return {
    now: () => time,
    advance: (milliseconds) => {
      time += milliseconds;
    },
  };
}

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
  readonly form: Fields;
}

/** An app's web server: records everything, answers 200 (or what `respond` says), serves files below /files/. */
export class RecordingApp {
  readonly received: ReceivedRequest[] = [];
  readonly files = new Map<string, { status: number; body: string; location?: string }>();
  respond: (request: ReceivedRequest) => { status: number; body: string } = () => ({ status: 200, body: "ok" });
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const path = request.url ?? "/";
        const record: ReceivedRequest = {
          method: request.method ?? "",
          path,
          userAgent: request.headers["user-agent"] ?? "",
          form: parseForm(Buffer.concat(chunks).toString()),
        };
        this.received.push(record);
        const file = this.files.get(path);
        const answer = file ?? this.respond(record);
        response.writeHead(answer.status, {
          "content-type": "text/plain",
          ...(file?.location === undefined ? {} : { location: file.location }),
        });
        response.end(answer.body);
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  events(name: string): Fields[] {
    return this.received.filter((request) => request.form.event === name).map((request) => request.form);
  }
}

export interface RestAnswer {
  readonly status: number;
  /** Parsed JSON, or the text of an HTML page. */
  readonly body: unknown;
}

/** The value at a dotted path of an answer's body; undefined when there is none. */
export function at(answer: RestAnswer, path: string): unknown {
  let current = answer.body;
  for (const key of path.split(".")) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Fields)[key];
  }
  return current;
}

export interface World {
  readonly emulator: PortalEmulator;
  readonly portal: PortalControls;
  readonly app: RecordingApp;
  readonly clock: FakeClock;
  readonly call: (method: string, parameters?: Fields, token?: string) => Promise<RestAnswer>;
  readonly token: (userId?: number) => string;
  readonly stop: () => Promise<void>;
}

/** One portal with the app installed (finished unless told otherwise), on a clock that only tests move. */
export async function createWorld(options: EmulatorOptions & { finish?: boolean } = {}): Promise<World> {
  const { finish = true, ...emulatorOptions } = options;
  const clock = createFakeClock();
  const app = new RecordingApp();
  await app.start();
  const emulator = await startPortalEmulator({
    now: clock.now,
    sleep: async (milliseconds) => clock.advance(milliseconds),
    ...emulatorOptions,
  });
  emulator.configureApplication({ baseUrl: app.url });
  const portal = emulator.portal();
  await portal.installApp();
  if (finish) portal.finishInstall();
  const token = (userId?: number): string => portal.issueTokens({ userId }).accessToken;
  const defaultToken = token();
  return {
    emulator,
    portal,
    app,
    clock,
    token,
    call: (method, parameters = {}, auth = defaultToken) =>
      callRest(portal.portal.clientEndpoint, method, { ...parameters, auth }),
    stop: async () => {
      await emulator.stop();
      await app.stop();
    },
  };
}

/** One REST call with a JSON body. */
export async function callRest(endpoint: string, method: string, body: Fields): Promise<RestAnswer> {
  const response = await fetch(`${endpoint}${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    redirect: "manual",
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}

/** Registers a connector and switches it on for a line. */
export async function connect(world: World, more: Fields = {}, line = 1): Promise<string> {
  const id = "threadline_test";
  const registered = await world.call("imconnector.register", {
    ID: id,
    NAME: "Test channel",
    ICON: { DATA_IMAGE: "data:image/svg+xml,%3Csvg/%3E" },
    PLACEMENT_HANDLER: `${world.app.url}/placements/connector-setup`,
    NEED_SIGNATURE: false,
    ...more,
  });
  if (at(registered, "result.result") !== true) throw new Error(`register: ${JSON.stringify(registered.body)}`);
  const activated = await world.call("imconnector.activate", { CONNECTOR: id, LINE: line, ACTIVE: 1 });
  if (at(activated, "result") !== true) throw new Error(`activate: ${JSON.stringify(activated.body)}`);
  return id;
}

/** Parameters of imconnector.send.messages for one message. */
export function oneMessage(
  connector: string,
  text: string,
  parts: { user?: Fields; message?: Fields; chat?: Fields; line?: number } = {},
): Fields {
  return {
    CONNECTOR: connector,
    LINE: parts.line ?? 1,
    MESSAGES: [
      {
        user: { id: "u1", name: "Carla", last_name: "Customer", ...parts.user },
        message: { id: "m1", date: 1_795_000_000, text, ...parts.message },
        chat: { id: "c1", ...parts.chat },
      },
    ],
  };
}

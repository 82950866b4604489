import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import qs from "qs";

export interface SeenRequest {
  readonly path: string;
  readonly method: string;
  readonly body: Record<string, unknown>;
  /** Of a batch: its commands; of a plain call: the call itself. */
  readonly commands: readonly SeenCommand[];
}

export interface SeenCommand {
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/** Answers a request itself by returning true; otherwise `result` speaks for each command. */
export interface FakePortalBehaviour {
  intercept?(request: SeenRequest, response: ServerResponse): boolean | Promise<boolean>;
  result?(command: SeenCommand): unknown;
  /** Answer of the token endpoint. */
  token?(form: Record<string, unknown>, response: ServerResponse): void;
}

export interface FakePortal {
  readonly endpoint: string;
  readonly seen: SeenRequest[];
  readonly refreshes: Record<string, unknown>[];
  close(): Promise<void>;
}

/** A portal and authorization server small enough to misbehave in any way a test wants. */
export async function startFakePortal(behaviour: FakePortalBehaviour = {}): Promise<FakePortal> {
  const seen: SeenRequest[] = [];
  const refreshes: Record<string, unknown>[] = [];
  const server = createServer((incoming, response) => {
    void serve(incoming, response);
  });
  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const path = new URL(incoming.url ?? "/", "http://fake").pathname;
    if (path.startsWith("/oauth/token")) {
      const form = qs.parse(text) as Record<string, unknown>;
      refreshes.push(form);
      behaviour.token?.(form, response);
      return;
    }
    const body = JSON.parse(text) as Record<string, unknown>;
    const method = path.split("/").at(-1) ?? "";
    const request: SeenRequest = {
      path,
      method,
      body,
      commands: method === "batch" ? unpack(body["cmd"]) : [{ method, params: body }],
    };
    seen.push(request);
    if (await behaviour.intercept?.(request, response)) return;
    const results = request.commands.map((command) => behaviour.result?.(command) ?? true);
    if (method !== "batch") return sendJson(response, 200, { result: results[0], time: { duration: 0.01 } });
    const keys = Object.keys(body["cmd"] as object);
    const times = Object.fromEntries(keys.map((key) => [key, { duration: 0.01 }]));
    const result = {
      result: Object.fromEntries(keys.map((key, index) => [key, results[index]])),
      result_error: [],
      result_time: times,
    };
    sendJson(response, 200, { result, time: { duration: 0.01 } });
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}/rest/`,
    seen,
    refreshes,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function unpack(cmd: unknown): SeenCommand[] {
  return Object.values(cmd as Record<string, string>).map((command) => {
    const [method = "", query = ""] = command.split("?", 2);
    return { method, params: qs.parse(query, { depth: 20, arrayLimit: 100 }) as Record<string, unknown> };
  });
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

import { setTimeout as delay } from "node:timers/promises";
import { Long, networkMiddlewares, type RawUpdateInfo, type TelegramTransport, tl } from "@mtcute/core";
import { BaseTelegramClient } from "@mtcute/core/client.js";
import { CallFailed, type CallOptions, type ClientOptions, type People, type PersonClient } from "./client.ts";
import { createNodeCrypto, nodePlatform, tcpTransport } from "./node-platform.ts";
import { channelMark } from "./peers.ts";
import { createSessionStorage, forgetSession } from "./session-storage.ts";

/**
 * The narrow interface of `client.ts`, fulfilled by mtcute: MTProto, reconnection, and the order and gaps of updates.
 *
 * - Crash at any time: keys are kept before they are used, the position in the updates only after its events (see
 *   `session-storage.ts`); the next start asks Telegram for what came since.
 * - Telegram is slow or silent: every call has a time limit. Calls are not even begun while no connection stands, so
 *   that "it never left" can be told from "nobody knows".
 * - mtcute would wait out floods and repeat on internal errors: both are off for our calls, whose readers decide.
 */
export interface MtcuteOptions {
  /** For tests: another network, or none. */
  readonly transport?: TelegramTransport;
  /** How long a call waits for the connection to stand. Default 10 s. */
  readonly connectWaitMs?: number;
}

const CALL_MS = 30_000;
const CONNECT_WAIT_MS = 10_000;

export async function openMtcute(options: ClientOptions, own: MtcuteOptions = {}): Promise<PersonClient> {
  const { memory, events } = options;
  const leaving = new AbortController();
  const base = new BaseTelegramClient({
    apiId: options.apiId,
    apiHash: options.apiHash,
    storage: createSessionStorage({ memory, position: (write) => events.position(write) }),
    storageOptions: { cleanup: false },
    crypto: createNodeCrypto(),
    transport: untilLeft(own.transport ?? tcpTransport, leaving.signal),
    platform: nodePlatform,
    logLevel: 0,
    initConnectionOptions: {
      deviceModel: "Threadline",
      systemVersion: `Node.js ${process.versions.node}`,
      appVersion: "1",
    },
    updates: { catchUp: true },
    network: {
      middlewares: [
        async (context, next) => {
          const answer = await next(context);
          // mtcute steps over such a gap without a word.
          if (isObject(answer)) tellGap(context.request, answer["_"], events);
          return answer;
        },
        ...networkMiddlewares.basic(),
      ],
    },
  });
  let up = false;
  let closed = false;
  const waiting = new Set<() => void>();

  function setUp(next: boolean): void {
    up = next;
    if (!up) return;
    for (const wake of waiting) wake();
    waiting.clear();
  }

  base.onConnectionState.add((state) => {
    setUp(state === "connected" || state === "updating");
    events.connection(state === "updating" ? "connected" : state);
  });
  base.onError.add((error) => {
    if (tl.RpcError.is(error) && error.code === 401) events.refused(textOf(error));
  });
  base.onServerUpdate.add((updates) => {
    if (updates._ === "updateShort" && updates.update._ === "updateLoginToken") events.loginToken();
  });
  base.onRawUpdate.add(({ update, peers }) => events.update(update, peopleOf(peers)));

  async function whenUp(signal: AbortSignal | undefined): Promise<boolean> {
    if (up || closed) return up;
    const timer = new AbortController();
    const combined = signal ? AbortSignal.any([signal, timer.signal]) : timer.signal;
    await Promise.race([
      new Promise<void>((resolve) => waiting.add(resolve)),
      delay(own.connectWaitMs ?? CONNECT_WAIT_MS, undefined, { signal: combined }).catch(() => undefined),
    ]);
    timer.abort();
    return up;
  }

  async function call<T extends tl.RpcMethod>(request: T, given: CallOptions = {}): Promise<tl.RpcCallReturn[T["_"]]> {
    if (!(await whenUp(given.signal)) || given.signal?.aborted) throw new CallFailed({ kind: "not-connected" });
    try {
      const run: (request: tl.RpcMethod, params: object) => Promise<unknown> = base.call.bind(base);
      const answer = await run(request, {
        floodSleepThreshold: 0,
        maxRetryCount: 0,
        timeout: given.timeoutMs ?? CALL_MS,
        ...(given.dataCentre !== undefined && { dcId: given.dataCentre }),
        ...(given.bulk && { kind: given.bulk }),
        ...(given.signal && { abortSignal: given.signal }),
      });
      return answer as tl.RpcCallReturn[T["_"]];
    } catch (error) {
      throw failureOf(error);
    }
  }

  return {
    async open() {
      await base.prepare();
      // Resolves with the first attempt; mtcute goes on trying by itself.
      base.connect().catch(() => events.connection("offline"));
    },
    connected: () => up,
    call,
    self: async () => (await base.storage.self.fetch())?.userId,
    inputPeer: async (chatId) => (await base.storage.peers.getById(chatId)) ?? undefined,
    proof: (request, password) => base.computeSrpParams(request, password),
    moveTo: (dataCentre) => base.changePrimaryDc(dataCentre),
    async signedIn(user) {
      await base.notifyLoggedIn(user);
    },
    async signedOut() {
      await base.notifyLoggedOut();
      await forgetSession(memory);
    },
    applied: (updates) => {
      base.handleClientUpdate(countable(updates), true);
    },
    long: (decimal) => Long.fromString(decimal),
    async close() {
      if (closed) return;
      closed = true;
      leaving.abort();
      for (const wake of waiting) wake();
      await base.destroy();
    },
  };
}

/** Differences that Telegram calls too long, of which mtcute tells nothing (core.telegram.org/api/updates). */
export function tellGap(request: tl.RpcMethod, answer: unknown, events: ClientOptions["events"]): void {
  if (answer === "updates.differenceTooLong") events.gap();
  if (answer !== "updates.channelDifferenceTooLong" || request._ !== "updates.getChannelDifference") return;
  const { channel } = request;
  if (channel._ !== "inputChannelEmpty") events.gap(channelMark(channel.channelId));
}

/** mtcute waits for an attempt to connect before it closes, which may be minutes: the attempt is given up instead. */
function untilLeft(transport: TelegramTransport, signal: AbortSignal): TelegramTransport {
  return {
    ...transport,
    async connect(dc) {
      const attempt = transport.connect(dc);
      const { promise: left, reject } = Promise.withResolvers<never>();
      left.catch(() => undefined);
      const giveUp = (): void => reject(new Error("the client is closed"));
      if (signal.aborted) giveUp();
      signal.addEventListener("abort", giveUp, { once: true });
      attempt.then(
        (late) => signal.aborted && late.close(),
        () => undefined,
      );
      try {
        return await Promise.race([attempt, left]);
      } finally {
        signal.removeEventListener("abort", giveUp);
      }
    },
  };
}

/** The short answer to a sent text cannot be handed back as it is; what counts of it is its place in the row. */
function countable(updates: tl.TypeUpdates): tl.TypeUpdates {
  if (updates._ !== "updateShortSentMessage") return updates;
  const { pts, ptsCount, date } = updates;
  const place: tl.mtcute.RawDummyUpdate = { _: "mtcute.dummyUpdate", channelId: 0, pts, ptsCount };
  return { _: "updates", updates: [place], users: [], chats: [], date, seq: 0 };
}

function failureOf(error: unknown): CallFailed {
  if (tl.RpcError.is(error) && !endsUnknown(error)) {
    return new CallFailed({ kind: "refused", code: error.code, text: textOf(error) });
  }
  // Closed connections, answers that cannot be read: nobody knows what became of the call.
  return new CallFailed({ kind: "unknown" });
}

/**
 * `TIMEOUT` is mtcute's own, when a call's time is over, though it looks like an answer of Telegram (400). With -503
 * Telegram gave up waiting for one of its own servers, which may have done its work.
 */
function endsUnknown(error: tl.RpcError): boolean {
  return error.text === "TIMEOUT" || error.code === -503;
}

/** mtcute keeps the number of `FLOOD_WAIT_17` apart; it is put back. */
function textOf(error: tl.RpcError): string {
  if (!error.text.includes("%d")) return error.text;
  const number = Object.entries(error).find(([key, value]) => key !== "code" && typeof value === "number")?.[1];
  return error.text.replace("%d", String(number ?? 0));
}

function peopleOf(index: RawUpdateInfo["peers"]): People {
  return {
    user(id) {
      const user = index.users.get(id);
      return user?._ === "user" ? user : undefined;
    },
    chat: (id) => index.chats.get(id),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

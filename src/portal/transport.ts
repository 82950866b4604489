/**
 * One HTTP request to a portal through b24jssdk, and what became of it. Everything the SDK would do on its own is
 * switched off, because it knows neither our effects nor the other processes:
 * - `maxRetries: 1`: by default it sends a write up to three times after a reset, a 500, a 502 or a time-out;
 * - its limiter, per instance and in memory, is opened wide: `limiter.ts` rules, for all processes;
 * - its refresh is replaced by ours (under a lock, stored before use), and after a refresh the request is not sent again
 *   from inside, but goes back to the queue, so that every request passes the limiter and a changed address is used;
 * - redirects are not followed (see `endpoints.ts`).
 *
 * A batch is one call of the method `batch`: the SDK's own batch action throws all results away when the answer of a
 * single command is missing, which would turn 49 known endings into "may have happened".
 */
import { AjaxError, ApiVersion, B24OAuth, type HandlerRefreshAuth, type LoggerInterface } from "@bitrix24/b24jssdk";
import qs from "qs";
import { z } from "zod";
import type { Logger } from "../log/log.ts";
import type { EndpointPolicy } from "./endpoints.ts";
import { ambiguous, answerFault, type Fault, faultOf } from "./outcomes.ts";

/** Whose request it is: everything needed to send it once. */
export interface Credentials {
  readonly memberId: string;
  readonly accessToken: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
  readonly clientEndpoint: string;
  readonly serverEndpoint: string;
}

export interface Command {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** By REST 3.0; only as a request of its own. */
  readonly version3?: boolean;
}

/** Times the portal reports with an answer; milliseconds. Boxes without budgets report no `operatingMs`. */
export interface Measured {
  readonly durationMs?: number | undefined;
  readonly operatingMs?: number | undefined;
  /** Unix milliseconds, by the portal's clock. */
  readonly operatingResetAt?: number | undefined;
}

export type CommandEnd =
  | { readonly kind: "ok"; readonly value: unknown; readonly measured: Measured }
  | { readonly kind: "fault"; readonly fault: Fault; readonly measured: Measured };

/** One end per command, in their order. `whole`: the fault hit the request, so all commands share it. */
export interface RequestEnd {
  readonly ends: readonly CommandEnd[];
  readonly whole?: Fault | undefined;
}

export interface PortalTransport {
  /** Sends one request, exactly once: one command as a plain call, several as a batch (at most 50). Never throws. */
  send(credentials: Credentials, commands: readonly Command[]): Promise<RequestEnd>;
}

/** The platform cuts a request off at 60 s; a little more, so that its own answer still arrives. */
const REQUEST_TIMEOUT_MS = 65_000;

export interface TransportSettings {
  readonly policy: EndpointPolicy;
  readonly log: Logger;
  readonly timeoutMs?: number;
}

export function createTransport(settings: TransportSettings): PortalTransport {
  const agents = settings.policy.agents();
  const logger = sdkLogger(settings.log);

  function client(credentials: Credentials): B24OAuth {
    const b24 = new B24OAuth(
      {
        applicationToken: "",
        userId: 0,
        memberId: credentials.memberId,
        accessToken: credentials.accessToken,
        refreshToken: "",
        expires: Math.floor(credentials.expiresAt / 1000),
        expiresIn: 3600,
        scope: "",
        domain: new URL(credentials.clientEndpoint).host,
        clientEndpoint: credentials.clientEndpoint.replace(/\/+$/, ""),
        serverEndpoint: credentials.serverEndpoint,
        status: "L",
      },
      { clientId: "", clientSecret: "" },
      { restrictionParams: OPEN_WIDE },
    );
    b24.offClientSideWarning();
    b24.setLogger(logger);
    b24.setCustomRefreshAuth(rejectToken);
    for (const version of [ApiVersion.v2, ApiVersion.v3]) {
      const axios = b24.getHttpClient(version).ajaxClient;
      Object.assign(axios.defaults, {
        ...agents,
        proxy: false,
        maxRedirects: 0,
        timeout: settings.timeoutMs ?? REQUEST_TIMEOUT_MS,
        maxContentLength: 32 * 1024 * 1024,
        headers: { common: { "User-Agent": "Threadline", Accept: "application/json" } },
      });
      // The SDK breaks on an answer without `time`, after the portal has done its work.
      axios.interceptors.response.use((response) => {
        const body: unknown = response.data;
        if (typeof body === "object" && body !== null && !("time" in body)) Object.assign(body, { time: {} });
        return response;
      });
    }
    return b24;
  }

  return {
    async send(credentials, commands) {
      const [first] = commands;
      if (!first) return { ends: [] };
      const judged = settings.policy.clientEndpoint(credentials.clientEndpoint);
      if (judged.kind === "refused") return failAll(commands, { kind: "unreachable", sentence: judged.sentence });
      const plain = commands.length === 1;
      const request = plain ? first : { method: "batch", params: { halt: 0, cmd: batchCommands(commands) } };
      try {
        const { v2, v3 } = client(credentials).actions;
        const asked = { method: request.method, params: { ...request.params } };
        const answer = plain && first.version3 === true ? await v3.call.make(asked) : await v2.call.make(asked);
        if (!answer.isSuccess) {
          const error = answer.errors.values().next().value;
          const said = error instanceof AjaxError;
          return failAll(
            commands,
            said
              ? answerFault(error.code, error.message, error.status)
              : ambiguous("The portal's answer could not be read"),
          );
        }
        const data = answer.getData();
        if (data?.result === undefined) return failAll(commands, ambiguous("The portal's answer could not be read"));
        const measured = measure(data.time);
        return plain ? { ends: [{ kind: "ok", value: data.result, measured }] } : readBatch(commands, data.result);
      } catch (thrown) {
        return failAll(commands, tokenWasRejected(thrown) ? { kind: "token-rejected" } : faultOf(thrown));
      }
    },
  };
}

const OPEN_WIDE = {
  maxRetries: 1,
  retryDelay: 0,
  retryOnNetworkError: false,
  rateLimit: { burstLimit: Number.MAX_SAFE_INTEGER, drainRate: 1_000_000, adaptiveEnabled: false },
  operatingLimit: { windowMs: 600_000, limitMs: Number.MAX_SAFE_INTEGER, heavyPercent: 100 },
  adaptiveConfig: { enabled: false, thresholdPercent: 100, coefficient: 0, maxDelay: 0 },
};

class TokenRejected extends Error {
  override readonly name = "TokenRejected";
}

/** The SDK asks for a new token where the old one is expired or refused; the queue does that, outside of the SDK. */
function rejectToken(): Promise<HandlerRefreshAuth> {
  return Promise.reject(new TokenRejected("The access token is expired or was refused"));
}

const tokenWasRejected = (thrown: unknown) =>
  thrown instanceof TokenRejected ||
  (thrown instanceof AjaxError && Reflect.get(thrown, "originalError") instanceof TokenRejected);

/**
 * `method?query` per command. PHP reads the query, where the word "false" is true: booleans become 1 and 0. Empty lists
 * cannot be written in a query at all; calls that need them go as a plain call (JSON).
 */
function batchCommands(commands: readonly Command[]): Record<string, string> {
  const encoder = (value: unknown, encode: (value: unknown) => string) =>
    encode(typeof value === "boolean" ? Number(value) : value);
  return Object.fromEntries(
    commands.map((command, index) => [
      keyOf(index),
      `${command.method}?${qs.stringify(command.params, { encoder, arrayFormat: "indices" })}`,
    ]),
  );
}

const keyOf = (index: number) => `c${index}`;

const timeSchema = z.object({
  duration: z.coerce.number().optional().catch(undefined),
  operating: z.coerce.number().optional().catch(undefined),
  operating_reset_at: z.coerce.number().optional().catch(undefined),
});
/** PHP writes an empty map as an empty list. */
const phpMap = <Value extends z.ZodType>(value: Value) =>
  z.union([z.record(z.string(), value), z.array(value).transform(() => ({}))]).catch({});
const errorSchema = z.union([
  z.object({ error: z.string(), error_description: z.string().optional() }),
  z.string().transform((error) => ({ error, error_description: undefined })),
]);
const batchSchema = z.object({
  result: phpMap(z.unknown()),
  result_error: phpMap(z.unknown()),
  result_time: phpMap(z.unknown()),
});

function readBatch(commands: readonly Command[], result: unknown): RequestEnd {
  const parsed = batchSchema.safeParse(result);
  if (!parsed.success) return failAll(commands, ambiguous("The portal's answer to a batch could not be read"));
  const {
    result: values,
    result_error: errors,
    result_time: times,
  } = parsed.data as Record<string, Record<string, unknown>>;
  const ends = commands.map((_command, index): CommandEnd => {
    const key = keyOf(index);
    const measured = measure(times?.[key]);
    const error = errors?.[key];
    if (error !== undefined) {
      const read = errorSchema.safeParse(error);
      const fault = read.success
        ? answerFault(read.data.error, read.data.error_description ?? "", 400)
        : ambiguous("The portal's answer could not be read");
      return { kind: "fault", fault, measured };
    }
    if (values && key in values) return { kind: "ok", value: values[key], measured };
    return { kind: "fault", fault: ambiguous("The portal said nothing about this command of a batch"), measured };
  });
  return { ends };
}

function measure(time: unknown): Measured {
  const parsed = timeSchema.safeParse(time ?? {});
  if (!parsed.success) return {};
  const { duration, operating, operating_reset_at } = parsed.data;
  return {
    durationMs: duration === undefined ? undefined : duration * 1000,
    operatingMs: operating === undefined ? undefined : operating * 1000,
    operatingResetAt: operating_reset_at === undefined ? undefined : operating_reset_at * 1000,
  };
}

function failAll(commands: readonly Command[], fault: Fault): RequestEnd {
  return { ends: commands.map(() => ({ kind: "fault", fault, measured: {} })), whole: fault };
}

/** The SDK's logger interface over pino. Its contexts may hold parameters, so only names and numbers are passed on. */
function sdkLogger(log: Logger): LoggerInterface {
  const pass =
    (level: "debug" | "info" | "warn" | "error") => async (message: string, context?: Record<string, unknown>) => {
      log[level]({ requestId: context?.["requestId"], method: context?.["method"] }, `b24jssdk: ${message}`);
    };
  const debug = pass("debug");
  const warn = pass("warn");
  return {
    log: (_level, message, context) => debug(message, context),
    debug,
    info: debug,
    notice: debug,
    warning: warn,
    error: warn,
    critical: warn,
    alert: warn,
    emergency: warn,
  };
}

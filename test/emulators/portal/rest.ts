import type { AccessToken } from "./authorization.ts";
import {
  type BatchCommand,
  commandMethods,
  maximumCommands,
  phpArray,
  readCommands,
  resolveReferences,
} from "./batch.ts";
import { findMethod, validateParameters } from "./contract.ts";
import type { ActiveFault, FaultKind } from "./faults.ts";
import type { CallContext, Download } from "./methods/context.ts";
import { methodRegistry } from "./methods/registry.ts";
import { costOf } from "./options.ts";
import type { EmulatedPortal } from "./portal.ts";
import type { CommandLog, RequestLogEntry } from "./request-log.ts";
import { type RestRefusal, type RestResult, refusalBody, refuse } from "./rest-result.ts";
import { asFlag, asList, asText, type Fields, isoDate } from "./values.ts";

export interface RestRequest {
  readonly portal: EmulatedPortal;
  readonly method: string;
  readonly parameters: Fields;
  readonly token: string;
  /** The bucket is kept per source address. */
  readonly source: string;
}

/** How the HTTP layer is to end a request. */
export type Outcome =
  | { readonly kind: "json"; readonly status: number; readonly body: unknown }
  | { readonly kind: "html"; readonly status: number; readonly body: string }
  | { readonly kind: "destroy" };

export interface RestServices {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly download: Download;
  /** Waits until the hanging requests are released. */
  readonly hang: () => Promise<void>;
  /** Names of contract methods that were called although the emulator does not play them. */
  readonly notImplemented: string[];
}

class RequestCutOffError extends Error {}

const beforeKinds: readonly FaultKind[] = [
  "status-503",
  "status-500",
  "status-502",
  "drop-before",
  "hang-before",
  "slow-before",
  "expired-token",
];
const afterKinds: readonly FaultKind[] = [
  "drop-after",
  "hang-after",
  "slow-after",
  "status-500-after",
  "status-502-after",
];

const badGatewayPage =
  "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>";
const timeoutPage =
  "<html><head><title>504 Gateway Time-out</title></head><body><center><h1>504 Gateway Time-out</h1></center></body></html>";

function jsonRefusal(refusal: RestRefusal): Outcome {
  return { kind: "json", status: refusal.status, body: refusalBody(refusal) };
}

/** Names of parameters that belong to the transport, not to a method. */
function isTransportParameter(name: string): boolean {
  return name === "auth" || name.startsWith("bx24_");
}

/** Answers one REST request from limits and faults to the time block, and writes its log entry. */
export async function answerRest(
  request: RestRequest,
  entry: RequestLogEntry,
  services: RestServices,
): Promise<Outcome> {
  const outcome = await new RestCall(request, entry, services).run();
  if (outcome.kind !== "destroy") entry.status = outcome.status;
  return outcome;
}

class RestCall {
  readonly #request: RestRequest;
  readonly #entry: RequestLogEntry;
  readonly #services: RestServices;
  readonly #names: string[];
  #sleptMs = 0;

  constructor(request: RestRequest, entry: RequestLogEntry, services: RestServices) {
    this.#request = request;
    this.#entry = entry;
    this.#services = services;
    const isBatch = request.method.toLowerCase() === "batch";
    this.#names = isBatch ? ["batch", ...commandMethods(request.parameters.cmd)] : [request.method];
  }

  async run(): Promise<Outcome> {
    const { portal, source } = this.#request;
    const fault = this.#takeFault(beforeKinds);
    const early = fault === undefined ? undefined : await this.#playBefore(fault);
    if (early !== undefined) return early;
    if (!portal.bucket.tryTake(source, this.#services.now()))
      return this.#refused(refuse(503, "QUERY_LIMIT_EXCEEDED", "Too many requests"));
    const token = this.#authenticate(fault?.kind === "expired-token");
    if ("kind" in token) return this.#refused(token);
    this.#entry.clientId = token.clientId;
    this.#entry.userId = token.userId;
    this.#entry.processingAt = this.#services.now();
    let answer: Outcome;
    try {
      answer = await this.#process(token);
    } catch (error) {
      if (!(error instanceof RequestCutOffError)) throw error;
      answer = { kind: "html", status: 504, body: timeoutPage };
    }
    this.#entry.processedAt = this.#services.now();
    this.#entry.processed = this.#entry.commands.some((command) => command.processed);
    const late = this.#takeFault(afterKinds);
    return late === undefined ? answer : this.#playAfter(late, answer);
  }

  #takeFault(kinds: readonly FaultKind[]): ActiveFault | undefined {
    const { portal } = this.#request;
    const fault = portal.services.faults.take(kinds, portal.id, this.#names);
    if (fault !== undefined) this.#entry.fault = fault.kind;
    return fault;
  }

  async #playBefore(fault: ActiveFault): Promise<Outcome | undefined> {
    switch (fault.kind) {
      case "status-503":
        return this.#refused(refuse(503, "QUERY_LIMIT_EXCEEDED", "Too many requests"));
      case "status-500":
        return this.#refused(refuse(500, "INTERNAL_SERVER_ERROR", "Internal server error"));
      case "status-502":
        return { kind: "html", status: 502, body: badGatewayPage };
      case "drop-before":
        return { kind: "destroy" };
      case "hang-before":
        await this.#services.hang();
        return undefined;
      case "slow-before":
        await this.#services.sleep(fault.delayMs ?? 1000);
        return undefined;
      default:
        return undefined;
    }
  }

  async #playAfter(fault: ActiveFault, answer: Outcome): Promise<Outcome> {
    switch (fault.kind) {
      case "drop-after":
        return { kind: "destroy" };
      case "status-500-after":
        return this.#refused(refuse(500, "INTERNAL_SERVER_ERROR", "Internal server error"));
      case "status-502-after":
        return { kind: "html", status: 502, body: badGatewayPage };
      case "hang-after":
        await this.#services.hang();
        return answer;
      default:
        await this.#services.sleep(fault.delayMs ?? 1000);
        return answer;
    }
  }

  #refused(refusal: RestRefusal): Outcome {
    this.#entry.error = refusal.error;
    return jsonRefusal(refusal);
  }

  #authenticate(expireNow: boolean): AccessToken | RestRefusal {
    const { portal, token: value } = this.#request;
    const authorization = portal.services.authorization;
    const token = authorization.findAccess(value);
    if (token === undefined || token.portalId !== portal.id)
      return refuse(401, "NO_AUTH_FOUND", "Wrong authorization data");
    if (expireNow) token.expiresAt = Math.min(token.expiresAt, this.#services.now());
    if (authorization.isExpired(token)) return refuse(401, "expired_token", "The access token provided has expired.");
    const user = portal.users.get(token.userId);
    if (user === undefined || !user.active) return refuse(401, "NO_AUTH_FOUND", "Wrong authorization data");
    if (token.clientId !== null && portal.applications.get(token.clientId)?.paymentExpired === true) {
      return refuse(402, "PAYMENT_REQUIRED", "Payment required");
    }
    return token;
  }

  async #process(token: AccessToken): Promise<Outcome> {
    const { method, parameters } = this.#request;
    const startedAt = this.#services.now();
    const own = Object.fromEntries(Object.entries(parameters).filter(([name]) => !isTransportParameter(name)));
    if (method.toLowerCase() === "batch") return this.#processBatch(token, own, startedAt);
    const result = await this.#runMethod(token, "", method, own);
    if (result.kind === "refusal") return this.#refused(result);
    return {
      kind: "json",
      status: 200,
      body: {
        result: result.result,
        ...(result.next === undefined ? {} : { next: result.next }),
        ...(result.total === undefined ? {} : { total: result.total }),
        time: this.#timeBlock(token, method, startedAt),
      },
    };
  }

  async #processBatch(token: AccessToken, parameters: Fields, startedAt: number): Promise<Outcome> {
    const contract = findMethod("batch");
    const invalid = contract === undefined ? undefined : validateParameters("batch", contract.method, parameters);
    if (invalid !== undefined) return this.#refused(invalid);
    const halt = asFlag(parameters.halt, false);
    const results = new Map<string, unknown>();
    const errors = new Map<string, unknown>();
    const totals = new Map<string, unknown>();
    const nexts = new Map<string, unknown>();
    const times = new Map<string, unknown>();
    for (const [index, command] of readCommands(parameters.cmd).entries()) {
      const commandStart = this.#services.now();
      const result = await this.#runCommand(token, index, command, results);
      if (result.kind === "refusal") {
        errors.set(command.key, refusalBody(result));
        if (halt) break;
        continue;
      }
      results.set(command.key, result.result);
      if (result.total !== undefined) totals.set(command.key, result.total);
      if (result.next !== undefined) nexts.set(command.key, result.next);
      times.set(command.key, this.#timeBlock(token, command.method, commandStart));
    }
    return {
      kind: "json",
      status: 200,
      body: {
        result: {
          result: phpArray(results),
          result_error: phpArray(errors),
          result_total: phpArray(totals),
          result_next: phpArray(nexts),
          result_time: phpArray(times),
        },
        time: this.#timeBlock(token, "batch", startedAt),
      },
    };
  }

  async #runCommand(
    token: AccessToken,
    index: number,
    command: BatchCommand,
    results: ReadonlyMap<string, unknown>,
  ): Promise<RestResult> {
    if (index >= maximumCommands) return refuse(400, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded");
    if (command.problem !== undefined) return refuse(400, "ERROR_EMULATOR_WRONG_TYPE", command.problem);
    if (["batch", "im.v2.file.upload", "im.v2.file.download"].includes(command.method.toLowerCase())) {
      return refuse(405, "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage");
    }
    const resolved = resolveReferences(command.parameters, results) as Fields;
    const own = Object.fromEntries(Object.entries(resolved).filter(([name]) => !isTransportParameter(name)));
    return this.#runMethod(token, command.key, command.method, own);
  }

  async #runMethod(token: AccessToken, key: string, name: string, parameters: Fields): Promise<RestResult> {
    const log: CommandLog = {
      key,
      method: name,
      startedAt: this.#services.now(),
      finishedAt: null,
      processed: false,
      error: null,
      elements: [],
    };
    this.#entry.commands.push(log);
    const result = await this.#callMethod(token, name, parameters, log);
    log.finishedAt = this.#services.now();
    log.error = result.kind === "refusal" ? result.error : null;
    return result;
  }

  async #callMethod(token: AccessToken, name: string, parameters: Fields, log: CommandLog): Promise<RestResult> {
    const { portal } = this.#request;
    const found = findMethod(name);
    if (found === undefined) return refuse(404, "ERROR_METHOD_NOT_FOUND", "Method not found!");
    const registered = methodRegistry.get(found.name);
    const missingScope = this.#missingScope(token, found.name, found.method.scope);
    if (missingScope)
      return refuse(
        403,
        "insufficient_scope",
        "The request requires higher privileges than provided by the access token",
      );
    const user = portal.users.get(token.userId);
    if (user === undefined) return refuse(401, "NO_AUTH_FOUND", "Wrong authorization data");
    if (registered?.applicationOnly === true && token.clientId === null) {
      return refuse(
        403,
        "WRONG_AUTH_TYPE",
        "Current authorization type is denied for this method Application context required",
      );
    }
    if (found.method.admin === true && !user.admin) return refuse(403, "ACCESS_DENIED", "Access denied!");
    const budgetKey = `${token.clientId ?? "webhook"}|${found.name}`;
    if (portal.budget.isExhausted(budgetKey, this.#services.now())) {
      return refuse(429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.");
    }
    const invalid = validateParameters(found.name, found.method, parameters);
    if (invalid !== undefined) return invalid;
    if (registered === undefined) {
      this.#services.notImplemented.push(found.name);
      return refuse(501, "ERROR_EMULATOR_NOT_IMPLEMENTED", `The emulated portal does not play ${found.name}`);
    }
    const fault = portal.services.faults.take(["command-error"], portal.id, [found.name]);
    if (fault !== undefined) {
      const { status, code, description } = fault.error ?? {
        status: 500,
        code: "INTERNAL_SERVER_ERROR",
        description: "Internal server error",
      };
      return refuse(status, code, description);
    }
    const context: CallContext = {
      portal,
      token,
      user,
      application: token.clientId === null ? undefined : portal.applications.get(token.clientId),
      requestSequence: this.#entry.sequence,
      command: log,
      download: this.#services.download,
    };
    const result = await registered.handler(context, parameters);
    log.processed = result.kind === "success";
    const messages = asList(parameters.MESSAGES)?.length ?? 0;
    portal.budget.charge(budgetKey, costOf(portal.settings.chargeMs, found.name, messages), this.#services.now());
    await this.#takeTime(costOf(portal.settings.latencyMs, found.name, messages));
    return result;
  }

  /** Documentation and on-premise edition disagree on the scope of imconnector methods: an application needs both. */
  #missingScope(token: AccessToken, name: string, scopes: readonly string[]): boolean {
    if (name.startsWith("imconnector."))
      return !["imconnector", "imopenlines"].every((scope) => token.scope.includes(scope));
    return scopes.length > 0 && !scopes.some((scope) => token.scope.includes(scope));
  }

  async #takeTime(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) return;
    const { requestLimitMs } = this.#request.portal.settings;
    const remaining = requestLimitMs - this.#sleptMs;
    this.#sleptMs += milliseconds;
    await this.#services.sleep(Math.min(milliseconds, remaining));
    if (this.#sleptMs > requestLimitMs) throw new RequestCutOffError();
  }

  #timeBlock(token: AccessToken, method: string, startedAt: number): Fields {
    const { portal } = this.#request;
    const now = this.#services.now();
    const key = `${token.clientId ?? "webhook"}|${findMethod(method)?.name ?? asText(method)}`;
    return {
      start: startedAt / 1000,
      finish: now / 1000,
      duration: (now - startedAt) / 1000,
      processing: (now - startedAt) / 1000,
      date_start: isoDate(startedAt),
      date_finish: isoDate(now),
      operating_reset_at: portal.budget.resetAt(key, now),
      operating: portal.budget.usedMs(key, now) / 1000,
    };
  }
}

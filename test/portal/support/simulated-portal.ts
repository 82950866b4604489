import { pino } from "pino";
import { type Batcher, type BatcherSettings, createBatcher } from "../../../src/portal/batcher.ts";
import type { PortalCall } from "../../../src/portal/contract.ts";
import { STANDARD_LEVEL } from "../../../src/portal/limiter.ts";
import { createMemoryLimiter } from "../../../src/portal/limiter-memory.ts";
import type { Fault } from "../../../src/portal/outcomes.ts";
import type { Command, CommandEnd, Credentials, PortalTransport, RequestEnd } from "../../../src/portal/transport.ts";
import { LeakyBucket, OperatingBudget } from "../../emulators/portal/limits.ts";
import { PORTAL } from "./directory.ts";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";

export interface SimulatedRequest {
  readonly at: number;
  readonly token: string;
  readonly commands: readonly Command[];
}

export interface Simulation {
  readonly clock: VirtualClock;
  readonly batcher: Batcher;
  readonly requests: SimulatedRequest[];
  readonly executed: Command[];
  readonly refusals: Fault[];
  readonly inFlight: () => number;
}

export interface SimulationSettings {
  /** Run time charged per command, milliseconds. */
  readonly chargeMs?: number;
  /** Wall time per command and per request, milliseconds. */
  readonly commandMs?: number;
  readonly latencyMs?: number;
  /** Answers a request itself. */
  readonly intercept?: (request: SimulatedRequest, count: number) => RequestEnd | undefined;
  readonly batcher?: Partial<BatcherSettings>;
}

/** The batcher before a portal that keeps the platform's limits, in virtual time. */
export function simulate(settings: SimulationSettings = {}): Simulation {
  const { chargeMs = 0, commandMs = 20, latencyMs = 30 } = settings;
  const clock = createVirtualClock();
  const bucket = new LeakyBucket(STANDARD_LEVEL.burst, STANDARD_LEVEL.perSecond);
  const budget = new OperatingBudget(STANDARD_LEVEL.operatingMs);
  const requests: SimulatedRequest[] = [];
  const executed: Command[] = [];
  const refusals: Fault[] = [];
  let inFlight = 0;
  const wait = (milliseconds: number) => new Promise<void>((resolve) => void clock.after(milliseconds, resolve));

  const transport: PortalTransport = {
    async send(credentials, commands) {
      const request = { at: clock.now(), token: credentials.accessToken, commands };
      requests.push(request);
      inFlight += 1;
      try {
        const own = settings.intercept?.(request, requests.length);
        await wait(latencyMs);
        if (own) return own;
        if (!bucket.tryTake("us", clock.now())) return refuse(commands, { kind: "rate-limited" });
        const ends: CommandEnd[] = [];
        for (const command of commands) {
          await wait(commandMs);
          ends.push(execute(command));
        }
        return { ends };
      } finally {
        inFlight -= 1;
      }
    },
  };

  function execute(command: Command): CommandEnd {
    const key = command.method;
    const measured = () => ({
      durationMs: commandMs,
      operatingMs: budget.usedMs(key, clock.now()),
      operatingResetAt: budget.resetAt(key, clock.now()) * 1000,
    });
    if (budget.isExhausted(key, clock.now())) {
      refusals.push({ kind: "over-budget" });
      return { kind: "fault", fault: { kind: "over-budget" }, measured: measured() };
    }
    executed.push(command);
    budget.charge(key, chargeMs, clock.now());
    return { kind: "ok", value: command.params, measured: measured() };
  }

  function refuse(commands: readonly Command[], fault: Fault): RequestEnd {
    refusals.push(fault);
    return { ends: commands.map(() => ({ kind: "fault", fault, measured: {} })), whole: fault };
  }

  const credentials = (user?: string): Credentials => ({
    memberId: PORTAL,
    accessToken: user === undefined ? "background" : `viewer-${user}`,
    expiresAt: Number.POSITIVE_INFINITY,
    clientEndpoint: "https://portal.example/rest/",
    serverEndpoint: "https://oauth.bitrix.info/rest/",
  });
  const batcher = createBatcher({
    portal: PORTAL,
    transport,
    tokens: {
      credentials: async (_portal, user) => ({ kind: "ok", credentials: credentials(user) }),
      renew: async (_portal, _rejected, user) => ({
        kind: "ok",
        credentials: { ...credentials(user), accessToken: "renewed" },
      }),
      succeeded: async () => undefined,
      troubled: async () => undefined,
    },
    limiter: createMemoryLimiter(clock.now),
    level: () => STANDARD_LEVEL,
    clock,
    log: pino({ level: "silent" }),
    random: () => 0.5,
    ...settings.batcher,
  });
  return { clock, batcher, requests, executed, refusals, inFlight: () => inFlight };
}

export const send = (sequence: string, number: number, more: Partial<PortalCall> = {}): PortalCall => ({
  method: "imconnector.send.messages",
  params: { sequence, number },
  effect: "once",
  sequence,
  ...more,
});

/**
 * The limiter of several processes: the same books as `limiter-memory.ts`, kept in Redis and changed by one Lua script,
 * so that each answer is one atomic step. Redis's own clock counts, not that of the processes.
 *
 * - Redis gone or slow: nothing is granted ("unavailable"), calls wait and end as `throttled`. A limiter that let
 *   everything pass would have the portal block us.
 * - Redis restarted empty: like a fresh process of the memory limiter; the portal's 503 (not executed) penalises.
 * - Settling lost: the ticket grows too old and its estimate is booked; the portal's next report corrects the books.
 * - One key per portal, gone 15 minutes after its last use.
 */
import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import type { PortalId } from "../domain/ids.ts";
import {
  BUCKET_MARGIN,
  IN_FLIGHT_RETRY_MS,
  LATECOMER_MS,
  OPERATING_MARGIN_MS,
  type PortalLevel,
  type RateLimiter,
  type Slot,
  TICKET_MS,
  WINDOW_MS,
} from "./limiter.ts";

export interface RedisLimiterSettings {
  /** With a `commandTimeout` and without an offline queue: a question must fail quickly. Closed by whoever made it. */
  readonly redis: Redis;
  readonly prefix?: string;
  /** Tests only: their clock instead of Redis's. */
  readonly now?: () => number;
}

const KEY_LIFE_MS = 900_000;
const UNAVAILABLE_RETRY_MS = 1_000;

/*
 * ARGV: operation, time (or -1), settings as JSON, input as JSON. Whole numbers only, levels in thousandths: cjson keeps
 * 14 digits. An empty Lua table reads back as a table, whatever it was.
 */
const SCRIPT = `
local set = cjson.decode(ARGV[3])
local input = cjson.decode(ARGV[4])
local now = tonumber(ARGV[2])
if now < 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local raw = redis.call('GET', KEYS[1])
local state = raw and cjson.decode(raw) or { level = 0, at = now, blocked = 0, methods = {}, tickets = {} }

local function books(method)
  local entry = state.methods[method]
  if not entry then
    entry = { spent = {}, blocked = 0, raised = 0 }
    state.methods[method] = entry
  end
  return entry
end
local function spend(entry, ms)
  local kept = {}
  for _, bucket in ipairs(entry.spent) do
    if bucket[1] + set.window > now then kept[#kept + 1] = bucket end
  end
  entry.spent = kept
  local last = kept[#kept]
  if last and now - last[1] < 60000 then last[2] = last[2] + ms else kept[#kept + 1] = { now, ms } end
end
local function adopt(entry, reported)
  spend(entry, 0)
  local sum = 0
  for _, bucket in ipairs(entry.spent) do sum = sum + bucket[2] end
  local excess = sum - reported
  if excess < 0 then
    spend(entry, -excess)
    entry.raised = now
  end
  if now - entry.raised < set.latecomer then return end
  for _, bucket in ipairs(entry.spent) do
    if excess <= 0 then break end
    local taken = math.min(bucket[2], excess)
    bucket[2] = bucket[2] - taken
    excess = excess - taken
  end
end
local function budgetWait(method, estimate, limit)
  local entry = state.methods[method] or { spent = {}, blocked = 0 }
  if entry.blocked > now then return entry.blocked - now end
  local used, reserved = 0, 0
  for _, bucket in ipairs(entry.spent) do
    if bucket[1] + set.window > now then used = used + bucket[2] end
  end
  for _, ticket in pairs(state.tickets) do reserved = reserved + (ticket.costs[method] or 0) end
  local room = limit - set.operatingMargin
  if used + reserved + estimate <= room then return 0 end
  if used == 0 and reserved == 0 then return 0 end
  if used + estimate <= room then return set.inFlight end
  for _, bucket in ipairs(entry.spent) do
    if bucket[1] + set.window > now and bucket[2] > 0 then
      used = used - bucket[2]
      if used + estimate <= room or used == 0 then return bucket[1] + set.window - now end
    end
  end
  return set.inFlight
end

for id, ticket in pairs(state.tickets) do
  if ticket.ends <= now then
    state.tickets[id] = nil
    for method, ms in pairs(ticket.costs) do spend(books(method), ms) end
  end
end

local answer = { kind = 'done' }
if ARGV[1] == 'acquire' then
  state.level = math.max(0, state.level - math.floor(math.max(0, now - state.at) * input.perSecond))
  state.at = now
  if state.blocked > now then
    answer = { kind = 'wait', milliseconds = state.blocked - now, reason = 'rate' }
  else
    for _, cost in ipairs(input.costs) do
      local wait = budgetWait(cost.method, cost.ms, input.operatingMs)
      if wait > 0 and answer.kind == 'done' then
        answer = { kind = 'wait', milliseconds = wait, reason = 'operating', method = cost.method }
      end
    end
    local room = (input.burst - set.bucketMargin) * 1000
    if answer.kind == 'done' and state.level + 1000 > room then
      answer = { kind = 'wait', milliseconds = math.ceil((state.level + 1000 - room) / input.perSecond), reason = 'rate' }
    end
    if answer.kind == 'done' then
      state.level = state.level + 1000
      local costs = {}
      for _, cost in ipairs(input.costs) do costs[cost.method] = (costs[cost.method] or 0) + cost.ms end
      state.tickets[input.ticket] = { ends = now + set.ticket, costs = costs }
      answer = { kind = 'granted', used = math.floor(state.level * 1000 / room) }
    end
  end
elseif ARGV[1] == 'settle' then
  local ticket = state.tickets[input.ticket]
  state.tickets[input.ticket] = nil
  local reported = {}
  for _, report in ipairs(input.reports) do reported[report.method] = true end
  if input.spent and ticket then
    for method, ms in pairs(ticket.costs) do
      if not reported[method] then spend(books(method), ms) end
    end
  end
  for _, report in ipairs(input.reports) do adopt(books(report.method), report.ms) end
elseif input.method then
  local entry = books(input.method)
  entry.blocked = math.max(entry.blocked, now + input.milliseconds)
else
  state.blocked = math.max(state.blocked, now + input.milliseconds)
end
redis.call('SET', KEYS[1], cjson.encode(state), 'PX', set.keyLife)
return cjson.encode(answer)
`;

const SETTINGS = JSON.stringify({
  window: WINDOW_MS,
  latecomer: LATECOMER_MS,
  operatingMargin: OPERATING_MARGIN_MS,
  bucketMargin: BUCKET_MARGIN,
  inFlight: IN_FLIGHT_RETRY_MS,
  ticket: TICKET_MS,
  keyLife: KEY_LIFE_MS,
});

const answerSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("done") }),
  z.object({ kind: z.literal("granted"), used: z.number() }),
  z.object({
    kind: z.literal("wait"),
    milliseconds: z.number(),
    reason: z.enum(["rate", "operating"]),
    method: z.string().optional(),
  }),
]);

export function createRedisLimiter(settings: RedisLimiterSettings): RateLimiter {
  const { redis, prefix = "threadline:limit:" } = settings;

  async function ask(
    operation: "acquire" | "settle" | "penalise",
    portal: PortalId,
    input: object,
  ): Promise<z.output<typeof answerSchema>> {
    const time = settings.now?.() ?? -1;
    const answer = await redis.eval(SCRIPT, 1, `${prefix}${portal}`, operation, time, SETTINGS, JSON.stringify(input));
    return answerSchema.parse(JSON.parse(String(answer)));
  }

  return {
    async acquire(portal, request): Promise<Slot> {
      const ticket = randomUUID();
      try {
        const answer = await ask("acquire", portal, {
          ticket,
          ...levelOf(request.level),
          costs: merged(request.costs),
        });
        if (answer.kind === "granted") return { kind: "granted", ticket, used: answer.used / 1000 };
        if (answer.kind === "wait") {
          const { milliseconds, reason, method } = answer;
          return { kind: "wait", milliseconds, reason, ...(method !== undefined && { method }) };
        }
        return { kind: "wait", milliseconds: UNAVAILABLE_RETRY_MS, reason: "unavailable" };
      } catch {
        // Counted by whoever asks: the answer says that the limiter is away.
        return { kind: "wait", milliseconds: UNAVAILABLE_RETRY_MS, reason: "unavailable" };
      }
    },
    async settle(portal, ticket, reports, spent) {
      await ask("settle", portal, {
        ticket,
        spent,
        reports: reports.map((report) => ({ method: report.method, ms: Math.ceil(report.operatingMs) })),
      });
    },
    async penalise(portal, milliseconds, method) {
      await ask("penalise", portal, { milliseconds: Math.ceil(milliseconds), ...(method !== undefined && { method }) });
    },
    async close() {
      // The connection belongs to whoever made it.
    },
  };
}

const levelOf = (level: PortalLevel) => ({
  burst: level.burst,
  perSecond: level.perSecond,
  operatingMs: level.operatingMs,
});

function merged(
  costs: readonly { readonly method: string; readonly estimatedMs: number }[],
): readonly { method: string; ms: number }[] {
  const sums = new Map<string, number>();
  for (const { method, estimatedMs } of costs) sums.set(method, (sums.get(method) ?? 0) + Math.ceil(estimatedMs));
  return [...sums].map(([method, ms]) => ({ method, ms }));
}

import type { Redis } from "ioredis";
import { z } from "zod";
import type { PaceRule, Pacer } from "../channels/contract/pacing.ts";
import { createMemoryBooks } from "./memory.ts";
import { type Books, createTurns, MOST_AHEAD_MS, type PacingClock, systemClock, type Taken } from "./turns.ts";

/**
 * Pacing of several processes: the same algorithm as `memory.ts`, its time stamps in Redis and changed by one Lua script,
 * so that each answer is one atomic step. Redis's own clock counts, and answers are spans, so no two clocks must agree.
 *
 * - Redis gone or slow: each process goes on by books of its own with a quarter of every allowance that is counted over
 *   the whole account. Waiting for Redis could take for ever, and a full allowance in each process would flood the vendor.
 *   Allowances of one chat stay whole: its lane runs in one process at a time. More than four processes may then exceed
 *   a vendor's limit; its answer "too many" reaches `pause`, which is kept here as well.
 * - Redis restarted empty: as if nothing had been used; at worst one burst too many, answered like the case above.
 * - A process dies with a slot taken: one call's worth of the allowance is unused.
 * - One key per rule and per pause, gone when it says nothing any more.
 */
export interface RedisPacerSettings {
  /** With a `commandTimeout` and without an offline queue: a question must fail quickly. Closed by whoever made it. */
  readonly redis: Redis;
  readonly prefix?: string;
  /** Tests only: their clock instead of Redis's and the machine's. */
  readonly clock?: PacingClock;
  /** Redis could not be asked; called for every such question. */
  readonly onAway?: (error: unknown) => void;
}

const ALONE_SHARE = 4;

/*
 * Operations: `take` a slot of each rule or of none, `spend` one of each whatever there is, or tell how long they are `paused`.
 * KEYS: for each rule its stamp (of a window or a burst: the list of its stamps, oldest first) and its place's pause. ARGV:
 * operation, time in milliseconds (or -1), how far ahead a slot may lie, then for each rule: 1 when it is the account's,
 * count, perMs, cost, 1 when it is a window, its burst's count (0: none) and time. Stamps are microseconds as whole numbers.
 */
const SCRIPT = `
local now = tonumber(ARGV[2]) * 1000
if now < 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local most = tonumber(ARGV[3]) * 1000
local function given(rule, which) return tonumber(ARGV[(rule - 1) * 7 + 3 + which]) end
local function paid(rule, key, calls)
  return tonumber(redis.call('LINDEX', key, 0)) + given(rule, 3) * 1000 / given(rule, 2) * calls
end
local ahead, longest, blocked = 0, 0, {}
for rule = 1, #KEYS / 2 do
  local key = KEYS[rule * 2 - 1]
  local paused = tonumber(redis.call('GET', KEYS[rule * 2]) or '0') - now
  local count, per = given(rule, 2), given(rule, 3) * 1000
  local together = given(rule, 6)
  local cost = math.min(given(rule, 4), together > 0 and together or count)
  local slot = 0
  if ARGV[1] == 'spend' then paused = 0 end
  if ARGV[1] == 'take' and together > 0 then
    local calls = redis.call('LLEN', key)
    if calls > 0 then
      local began = tonumber(redis.call('LINDEX', key, 0))
      if now >= began + given(rule, 7) * 1000 or calls + cost > together then slot = paid(rule, key, calls) - now end
    end
  elseif ARGV[1] == 'take' and given(rule, 5) == 1 then
    local leave = redis.call('LLEN', key) + cost - count
    if leave > 0 then slot = tonumber(redis.call('LINDEX', key, leave - 1)) + per - now end
  elseif ARGV[1] == 'take' then
    slot = tonumber(redis.call('GET', key) or '0') - per / count * (count - cost) - now
  end
  if given(rule, 1) == 1 and paused <= 0 and slot <= most then
    ahead = math.max(ahead, slot)
  elseif math.max(paused, slot) > 0 then
    longest = math.max(longest, paused, slot)
    blocked[#blocked + 1] = rule - 1
  end
end
if #blocked > 0 or ARGV[1] == 'paused' then
  return cjson.encode({ ms = math.ceil(longest / 1000), blocked = blocked })
end
local goes = now + ahead
for rule = 1, #KEYS / 2 do
  local key = KEYS[rule * 2 - 1]
  local count, per = given(rule, 2), given(rule, 3) * 1000
  local together = given(rule, 6)
  if together > 0 then
    local calls = redis.call('LLEN', key)
    if calls > 0 and paid(rule, key, calls) <= goes then redis.call('DEL', key) end
    for one = 1, math.min(given(rule, 4), together) do redis.call('RPUSH', key, string.format('%.0f', goes)) end
    redis.call('PEXPIRE', key, math.ceil((paid(rule, key, redis.call('LLEN', key)) - now) / 1000) + 1000)
  elseif given(rule, 5) == 1 then
    for one = 1, math.min(given(rule, 4), count) do redis.call('RPUSH', key, string.format('%.0f', goes)) end
    redis.call('LTRIM', key, -count, -1)
    redis.call('PEXPIRE', key, math.ceil((goes - now + per) / 1000) + 1000)
  else
    local whole = math.max(tonumber(redis.call('GET', key) or '0'), goes) + per / count * given(rule, 4)
    redis.call('SET', key, string.format('%.0f', whole), 'PX', math.ceil((whole - now) / 1000) + 1000)
  end
end
return cjson.encode({ ahead = math.ceil(ahead / 1000) })
`;

/** Kinds keep different things under their keys. */
function kindOf(rule: PaceRule): string {
  if (rule.burst) return "burst";
  return rule.window === true ? "window" : "rule";
}

const answerSchema = z.union([
  z.object({ ahead: z.number() }),
  // An empty Lua table is written as an object.
  z.object({ ms: z.number(), blocked: z.union([z.array(z.number()), z.object({}).transform((): number[] => [])]) }),
]);

export function createRedisPacer(settings: RedisPacerSettings): Pacer {
  const { redis, prefix = "threadline:pace:", clock = systemClock, onAway = () => undefined } = settings;
  const alone = createMemoryBooks(clock);
  const shareOf = (rules: readonly PaceRule[]): PaceRule[] =>
    rules.map((rule) => (rule.place === "" ? { ...rule, perMs: rule.perMs * ALONE_SHARE } : rule));

  async function ask(operation: "take" | "paused" | "spend", account: string, rules: readonly PaceRule[]) {
    const keys = rules.flatMap((rule) => [ruleKey(account, rule), pauseKey(account, rule.place)]);
    const values = rules.flatMap((rule) => [
      rule.place === "" ? 1 : 0,
      rule.count,
      rule.perMs,
      rule.cost ?? 1,
      rule.window === true ? 1 : 0,
      rule.burst?.count ?? 0,
      rule.burst?.withinMs ?? 0,
    ]);
    const time = settings.clock ? settings.clock.now() : -1;
    const answer = await redis.eval(SCRIPT, keys.length, ...keys, operation, time, MOST_AHEAD_MS, ...values);
    return answerSchema.parse(JSON.parse(String(answer)));
  }

  const ruleKey = (account: string, rule: PaceRule): string =>
    `${prefix}${kindOf(rule)}:${account}:${rule.place}:${rule.count}/${rule.perMs}`;
  const pauseKey = (account: string, place: string): string => `${prefix}pause:${account}:${place}`;

  const books: Books = {
    async take(account, rules): Promise<Taken> {
      try {
        const answer = await ask("take", account, rules);
        if ("ahead" in answer) return { kind: "taken", inMs: answer.ahead };
        return { kind: "wait", ms: answer.ms, places: answer.blocked.flatMap((at) => rules[at]?.place ?? []) };
      } catch (error) {
        onAway(error);
        return await alone.take(account, shareOf(rules));
      }
    },
    async paused(account, rules) {
      const own = await alone.paused(account, rules);
      try {
        const answer = await ask("paused", account, rules);
        return Math.max(own, "ms" in answer ? answer.ms : 0);
      } catch (error) {
        onAway(error);
        return own;
      }
    },
    async spend(account, rules) {
      // Here too, for the time that Redis may be away.
      await alone.spend(account, shareOf(rules));
      try {
        await ask("spend", account, rules);
      } catch (error) {
        onAway(error);
      }
    },
    async renew(account, rules) {
      await alone.renew(account, shareOf(rules));
      if (rules.length === 0) return;
      try {
        await redis.del(...rules.map((rule) => ruleKey(account, rule)));
      } catch (error) {
        onAway(error);
      }
    },
    async pause(account, place, until) {
      // Here too, for the time that Redis may be away.
      await alone.pause(account, place, until);
      const ms = until.getTime() - clock.now();
      if (ms <= 0) return;
      try {
        await redis.eval(PAUSE, 1, pauseKey(account, place), settings.clock ? settings.clock.now() : -1, Math.ceil(ms));
      } catch (error) {
        onAway(error);
      }
    },
  };
  return createTurns(books, clock);
}

/** The longer pause stays. */
const PAUSE = `
local now = tonumber(ARGV[1]) * 1000
if now < 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local ends = now + tonumber(ARGV[2]) * 1000
if ends <= tonumber(redis.call('GET', KEYS[1]) or '0') then return 0 end
redis.call('SET', KEYS[1], string.format('%.0f', ends), 'PX', tonumber(ARGV[2]) + 1000)
return 1
`;

/** What a portal lets through at best. */
export interface PortalLimits {
  /** Places in the bucket, and how many leak out per second. */
  readonly burst: number;
  readonly perSecond: number;
  /** Commands in one request. */
  readonly commands: number;
  /** Run time of a method within a window, and the window's length. */
  readonly operatingMs: number;
  readonly windowMs: number;
}

const STANDARD: PortalLimits = {
  burst: 50,
  perSecond: 2,
  commands: 50,
  operatingMs: 480_000,
  windowMs: 600_000,
};

/**
 * Seconds below which nobody can be who sends `messages`, `perCommand` in a command, each charged `chargeMs`:
 *
 *   requests(m) = ceil(m / (commands * perCommand))
 *   bucket(m)   = max(0, requests(m) - burst) / perSecond           the first `burst` requests cost no time
 *   window      = floor(operatingMs / chargeMs) + 1                 a call is refused once the sum before it is over the limit
 *   full        = ceil(messages / window) - 1                       windows that must pass in full
 *   bound       = max(bucket(messages), full * windowMs / 1000 + bucket(messages - full * window))
 *
 * The second term takes the run time of a whole window as coming back at its end at once and the bucket as empty by
 * then: both in favour of the bound. The portal's own time to work and ours are taken as nothing.
 */
export function boundSeconds(
  messages: number,
  chargeMs: number,
  perCommand: number,
  limits: PortalLimits = STANDARD,
): number {
  const bucket = (count: number) =>
    Math.max(0, Math.ceil(count / (limits.commands * perCommand)) - limits.burst) / limits.perSecond;
  const window = chargeMs <= 0 ? Number.POSITIVE_INFINITY : Math.floor(limits.operatingMs / chargeMs) + 1;
  const full = Math.max(0, Math.ceil(messages / window) - 1);
  const rest = full === 0 ? messages : messages - full * window;
  return Math.max(bucket(messages), (full * limits.windowMs) / 1000 + bucket(rest));
}

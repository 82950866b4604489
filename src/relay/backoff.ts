/** After this long without success we stop by ourselves; the row stays, and can be retried by hand. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

/** Growing pause before attempt number `attempts + 1`: 1 s, 2 s, 4 s … at most 5 minutes. */
export function backoff(attempts: number): number {
  return Math.min(1000 * 2 ** Math.max(0, attempts - 1), 300_000);
}

export const isTooOld = (createdAt: Date, now: Date): boolean => now.getTime() - createdAt.getTime() > GIVE_UP_AFTER_MS;

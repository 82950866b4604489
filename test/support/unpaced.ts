/** A portal that may be asked as often as one likes: most tests are about something else, and would wait for their turn. */
import { type PortalLevel, STANDARD_LEVEL } from "../../src/portal/limiter.ts";

const BURST = 100_000;
const PER_SECOND = 100_000;

/** Of an emulated portal. */
export const UNPACED_PORTAL = { bucketCapacity: BURST, bucketPerSecond: PER_SECOND } as const;

/** The same for a server of its own, as its environment says it. */
export const UNPACED_RATE = `${BURST}/${PER_SECOND}`;

/** Of what asks it. */
export const UNPACED_LEVEL: PortalLevel = { ...STANDARD_LEVEL, burst: BURST, perSecond: PER_SECOND };

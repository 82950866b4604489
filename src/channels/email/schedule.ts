/**
 * What a mailbox's one connection does next. Pure: the clock is handed in. What is new in the inbox goes before everything
 * else; the first scan (which rests between its batches by itself) and the bodies it asks for take turns and leave pauses, so
 * that they are no burden to the server.
 */
export interface Timing {
  /** From one look into the sent and other folders to the next. The connection is proved alive by it. */
  readonly othersMs: number;
  /** From one look into the inbox to the next, where the server tells nothing by itself. */
  readonly pollMs: number;
  /** The same where it does: some only say so. */
  readonly doubtMs: number;
  /** Least pause between two batches of the first scan, or of bodies that nobody waits for. */
  readonly pauseMs: number;
  /** The pause as a share of what the batch before took: a slow server is asked less. */
  readonly pauseShare: number;
  /** Between bodies that nobody waits for, while the first scan is at work. */
  readonly bodiesWhileScanningMs: number;
  /** From finding nothing that waits for its body to asking again. */
  readonly askAgainMs: number;
  /** From comparing what lies in the folders with what was seen to the next time. */
  readonly reconcileMs: number;
  /** Longest that a look into a folder may take: nobody is at the other end any more. */
  readonly answerMs: number;
}

/** Servers break an IDLE off after half an hour; ours are renewed with every look into the other folders. */
export const TIMING: Timing = {
  othersMs: 30_000,
  pollMs: 60_000,
  doubtMs: 300_000,
  pauseMs: 10,
  pauseShare: 0.1,
  bodiesWhileScanningMs: 3_000,
  askAgainMs: 60_000,
  reconcileMs: 3_600_000,
  answerMs: 60_000,
};

/** When each thing was done last, in milliseconds of one clock. */
export interface Standing {
  readonly idles: boolean;
  /** The server told of something, or nobody has looked yet. */
  readonly news: boolean;
  readonly inboxAt: number;
  readonly othersAt: number;
  readonly reconciledAt: number;
  /** Some mail waits for its body, as far as is known. */
  readonly bodies: boolean;
  readonly bodiesAt: number;
  readonly bodiesTook: number;
  readonly scanning: boolean;
  readonly scanAt: number;
}

export type Step =
  | { readonly kind: "inbox" | "others" | "reconcile" | "bodies" | "scan" }
  | { readonly kind: "rest"; readonly ms: number };

export function nextStep(standing: Standing, now: number, timing: Timing = TIMING): Step {
  if (standing.news) return { kind: "inbox" };
  const due = dueTimes(standing, timing);
  const inboxOrOthers = due.filter(({ kind, at }) => at <= now && (kind === "inbox" || kind === "others"));
  const [first = due.filter(({ at }) => at <= now)[0]] = inboxOrOthers;
  if (first) return { kind: first.kind };
  return { kind: "rest", ms: Math.max(1, Math.min(...due.map(({ at }) => at)) - now) };
}

/** The first scan goes on as long as nothing else has its turn: what is on its way ahead would wait for nothing. */
export const mayScanOn = (standing: Standing, now: number, timing: Timing = TIMING): boolean =>
  !standing.news && dueTimes(standing, timing).every(({ kind, at }) => kind === "scan" || at > now);

/** How long the server is left alone after something that took so long, and that nobody waits for. */
export const pauseAfter = (took: number, { pauseMs, pauseShare }: Timing): number =>
  Math.max(pauseMs, took * pauseShare);

/** The one that is due longest comes first. */
function dueTimes(standing: Standing, timing: Timing) {
  const { idles, inboxAt, othersAt, reconciledAt, bodies, bodiesAt, scanning, scanAt } = standing;
  const least = scanning ? timing.bodiesWhileScanningMs : 0;
  const bodiesPause = bodies ? Math.max(least, pauseAfter(standing.bodiesTook, timing)) : timing.askAgainMs;
  const due: { kind: Exclude<Step["kind"], "rest">; at: number }[] = [
    { kind: "inbox", at: inboxAt + (idles ? timing.doubtMs : timing.pollMs) },
    { kind: "others", at: othersAt + timing.othersMs },
    { kind: "reconcile", at: reconciledAt + timing.reconcileMs },
    { kind: "bodies", at: bodiesAt + bodiesPause },
  ];
  if (scanning) due.push({ kind: "scan", at: scanAt });
  return due.toSorted((one, other) => one.at - other.at);
}

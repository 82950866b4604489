import type { Logger } from "pino";
import type { Clock } from "./clock.ts";

const EVERY_MS = 30_000;

/**
 * Says a repeating trouble once, and then at most every 30 s with the count of what was left out: a broker that is away
 * for an hour must not fill the disk of the one who reads the log.
 */
export function createQuietLog(log: Logger, clock: Clock): (error: unknown, sentence: string) => void {
  const said = new Map<string, { at: number; unsaid: number }>();
  return (error, sentence) => {
    const last = said.get(sentence);
    if (last && clock.now() - last.at < EVERY_MS) {
      last.unsaid += 1;
      return;
    }
    log.warn({ err: error, ...(last && last.unsaid > 0 && { alsoTimes: last.unsaid }) }, sentence);
    said.set(sentence, { at: clock.now(), unsaid: 0 });
  };
}

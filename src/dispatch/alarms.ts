import type { LaneId } from "../domain/ids.ts";
import { type Clock, LONGEST_WAIT_MS } from "./clock.ts";

/** Local timers for `wakeAt`, one per lane: the earliest counts, because an early wake-up is harmless and a late one is not. */
export interface Alarms {
  set(lane: LaneId, at: Date): void;
  /** Calls all off; later ones are ignored. */
  close(): void;
}

export function createAlarms(clock: Clock, wake: (lane: LaneId) => void): Alarms {
  const set = new Map<LaneId, { readonly at: number; readonly cancel: () => void }>();
  let closed = false;

  function arm(lane: LaneId, at: number): void {
    const wait = Math.min(at - clock.now(), LONGEST_WAIT_MS);
    const cancel = clock.after(wait, () => {
      set.delete(lane);
      if (clock.now() < at) arm(lane, at);
      else wake(lane);
    });
    set.set(lane, { at, cancel });
  }

  return {
    set(lane, at) {
      const time = at.getTime();
      if (closed || Number.isNaN(time)) return;
      if (time <= clock.now()) {
        wake(lane);
        return;
      }
      const earlier = set.get(lane);
      if (earlier && earlier.at <= time) return;
      earlier?.cancel();
      arm(lane, time);
    },
    close() {
      closed = true;
      for (const { cancel } of set.values()) cancel();
      set.clear();
    },
  };
}

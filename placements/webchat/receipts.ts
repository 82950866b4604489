import type { Api } from "./api.ts";
import type { Entry } from "./conversation.ts";
import type { Storage } from "./storage.ts";

export interface Receipts {
  /** Tells the server what arrived and, while the visitor is looking, what was read. */
  update(entries: readonly Entry[]): void;
}

const GATHER_MS = 250;
const RETRIES_MS = [600, 2_000, 6_000, 15_000];

/** Lost receipts are told again with the next one; the server never takes one back. */
export function createReceipts(api: Api, storage: Storage, isLooking: () => boolean): Receipts {
  const told = { delivered: 0, read: 0 };
  const want = { delivered: 0, read: 0 };
  let timer: ReturnType<typeof setTimeout> | undefined;

  const later = (ms: number, retry: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => void tell(retry), ms);
  };
  async function tell(retry: number): Promise<void> {
    const now = { ...want };
    const answer = await api.receipts({
      ...(now.delivered > told.delivered && { delivered: now.delivered }),
      ...(now.read > told.read && { read: now.read }),
    });
    if (answer.kind === "ok" && !answer.value.again) Object.assign(told, now);
    else if (answer.kind !== "refused") {
      const pause = RETRIES_MS[retry];
      if (pause !== undefined) later(pause, retry + 1);
    }
  }

  return {
    update(entries) {
      const team = entries.filter((entry) => entry.from === "team" && entry.seq !== undefined);
      const last = team.at(-1)?.seq ?? 0;
      // What the server knows already needs no receipt (after a reload, say).
      if (team.some((entry) => entry.state === "sent")) want.delivered = Math.max(want.delivered, last);
      if (isLooking()) {
        if (last > (storage.load().read ?? 0)) storage.change({ read: last });
        if (team.some((entry) => entry.state !== "read")) want.read = Math.max(want.read, last);
      }
      if (want.delivered > told.delivered || want.read > told.read) later(GATHER_MS, 0);
    },
  };
}

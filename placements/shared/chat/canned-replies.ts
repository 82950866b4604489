import { shallowRef } from "vue";
import type { CannedReplyAnswer } from "../../../src/api/canned-replies.ts";
import { call } from "../api.ts";

/** Everybody's and one's own, as they were read last; the whole list is small. */
const replies = shallowRef<readonly CannedReplyAnswer[]>();
const FRESH_MS = 30_000;
let readAt = Number.NEGATIVE_INFINITY;

export async function readReplies(now: number = Date.now()): Promise<readonly CannedReplyAnswer[]> {
  if (replies.value && now - readAt < FRESH_MS) return replies.value;
  const found = await call<CannedReplyAnswer[]>("GET", "/canned-replies");
  readAt = now;
  replies.value = found;
  return found;
}

/** Somebody has changed one here: the next who asks reads again. */
export function forgetReplies(): void {
  readAt = Number.NEGATIVE_INFINITY;
}

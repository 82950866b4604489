import { onBeforeUnmount, onMounted, type Ref, ref, watch } from "vue";
import type { ConversationAnswer } from "../../src/api/messages.ts";
import { boot } from "../shared/boot.ts";
import { customerName } from "../shared/chat/customer-name.ts";
import { viewerMemory } from "../shared/chat/viewer-memory.ts";
import { useLiveDesk } from "../shared/live.ts";
import { createRinging, readWishes } from "./ringing.ts";
import { dcount, dt } from "./texts.ts";

const KEY = "ring";
const LOOK_MS = 20_000;
const TONES_HZ = [880, 1_174] as const;
const TONE_SECONDS = 0.14;

/** `denied`: the browser, or the frame that we are in, does not let us. */
export type DesktopRight = "granted" | "denied" | "default";

export function desktopRight(): DesktopRight {
  return "Notification" in window ? Notification.permission : "denied";
}

/**
 * Asked on a click alone. A frame of another site gets no question, and no notices (Chromium): then it is denied.
 */
export async function askForDesktop(): Promise<DesktopRight> {
  try {
    return "Notification" in window ? await Notification.requestPermission() : "denied";
  } catch {
    return "denied";
  }
}

/**
 * Rings for what customers write while the viewer looks elsewhere. Of several pages of one person in one browser a single one
 * rings: the one that holds a lock, which the browser hands on when that page goes. The title tells in all of them.
 *
 * @param shown the conversation that stands open
 */
export function useBell(
  shown: () => ConversationAnswer | undefined,
  waiting: () => readonly ConversationAnswer[],
  open: (conversation: ConversationAnswer) => void,
) {
  const wishes = ref(readWishes(viewerMemory.get(KEY)));
  const ringing = createRinging(boot.user.id);
  const isTurn = ref(false);
  const gone = new AbortController();

  watch(wishes, (now) => viewerMemory.set(KEY, JSON.stringify(now)));

  useLiveDesk({
    stands(row) {
      const seen = !document.hidden && document.hasFocus() && shown()?.id === row.id;
      if (ringing.heard(row, seen, Date.now())) ring([row], dt("ring.wrote", { name: customerName(row) }));
    },
    reload: () => undefined,
  });

  const timer = setInterval(() => {
    const due = ringing.again(waiting(), wishes.value.againMinutes, Date.now());
    const [first] = due;
    if (first)
      ring(due, due.length === 1 ? dt("ring.waits", { name: customerName(first) }) : dcount("ring.wait", due.length));
  }, LOOK_MS);

  function ring(rows: readonly ConversationAnswer[], sentence: string): void {
    if (!isTurn.value) return;
    if (wishes.value.sound) void beep();
    const [first] = rows;
    if (wishes.value.desktop && first) notify(sentence, first);
  }

  function notify(sentence: string, row: ConversationAnswer): void {
    if (desktopRight() !== "granted") return;
    try {
      const notice = new Notification(sentence, { tag: row.id, body: row.accountName });
      notice.onclick = () => {
        window.focus();
        open(row);
        notice.close();
      };
    } catch {
      // Some browsers take them from a service worker alone: then the sound and the title have to do.
    }
  }

  onMounted(() => void takeTurn(gone.signal, isTurn));
  onBeforeUnmount(() => {
    clearInterval(timer);
    gone.abort();
  });
  return { wishes };
}

/** Waits until no other page of this person rings, and then keeps it. A browser without locks: each page rings. */
async function takeTurn(signal: AbortSignal, isTurn: Ref<boolean>): Promise<void> {
  if (!("locks" in navigator)) {
    isTurn.value = true;
    return;
  }
  const until = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  try {
    await navigator.locks.request(`threadline-ring:${boot.portal.id}:${boot.user.id}`, { signal }, () => {
      isTurn.value = true;
      return until;
    });
  } catch {
    // The page went before its turn came, or its frame may keep nothing: there the others cannot be known.
    isTurn.value = !signal.aborted;
  }
}

let audio: AudioContext | undefined;

/** Two short tones. Silent where the browser wants a click first and there was none. */
export async function beep(): Promise<void> {
  try {
    audio ??= new AudioContext();
    await audio.resume();
    const start = audio.currentTime;
    for (const [index, hertz] of TONES_HZ.entries()) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const at = start + index * TONE_SECONDS;
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + TONE_SECONDS);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + TONE_SECONDS);
    }
  } catch {
    // No sound device, or no sound allowed.
  }
}

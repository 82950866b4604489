import { type Ref, ref, shallowRef } from "vue";

/**
 * Why there is nothing to hear. `elsewhere`: the page around this one does not hand the microphone on, so that only a page of
 * its own can have it. `refused`: the person or their browser said no.
 */
export type RecorderProblem = "elsewhere" | "refused" | "none" | "unsupported" | "broken";

export type RecorderState =
  | { readonly kind: "asking" }
  | { readonly kind: "recording" }
  | { readonly kind: "recorded"; readonly sound: Blob }
  | { readonly kind: "problem"; readonly problem: RecorderProblem };

export interface Recorder {
  readonly state: Readonly<Ref<RecorderState>>;
  readonly seconds: Readonly<Ref<number>>;
  /** How loud it is just now, 0 to 1. */
  readonly level: Readonly<Ref<number>>;
  start(): Promise<void>;
  stop(): void;
  /** Lets the microphone go. Nothing is kept. */
  close(): void;
}

/** In this order: messengers take Ogg; the packets of WebM are the same; Safari knows MP4. */
const FORMATS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
const BITS_A_SECOND = 32_000;
/** Nobody listens longer; it ends by itself then. */
const LONGEST_SECONDS = 600;
const TICK_MS = 100;
/** Speech is far from as loud as can be. */
const LOUDNESS = 4;

interface WithPolicy {
  /** Chromium's; other browsers say no when they are asked for the microphone. */
  readonly featurePolicy?: { allowsFeature(name: string): boolean };
}

/**
 * Records the microphone. It is let go as soon as the recording ends, is given up or the page is left, whatever went wrong, so that
 * no browser shows it in use.
 */
export function createRecorder(): Recorder {
  const state = shallowRef<RecorderState>({ kind: "asking" });
  const seconds = ref(0);
  const level = ref(0);
  let stream: MediaStream | undefined;
  let recorder: MediaRecorder | undefined;
  let context: AudioContext | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  let isClosed = false;

  const fail = (problem: RecorderProblem) => {
    release();
    state.value = { kind: "problem", problem };
  };

  function release(): void {
    clearInterval(timer);
    for (const track of stream?.getTracks() ?? []) track.stop();
    void context?.close().catch(() => undefined);
    [stream, context] = [undefined, undefined];
    level.value = 0;
  }

  function listen(heard: MediaStream): () => void {
    context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(heard).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    return () => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      level.value = Math.min(1, Math.sqrt(power) * LOUDNESS);
    };
  }

  async function start(): Promise<void> {
    state.value = { kind: "asking" };
    seconds.value = 0;
    const format =
      typeof MediaRecorder === "undefined" ? undefined : FORMATS.find((one) => MediaRecorder.isTypeSupported(one));
    if (!navigator.mediaDevices || format === undefined) return fail("unsupported");
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
      if (isClosed) return release();
      const chunks: Blob[] = [];
      const measure = listen(stream);
      const begun = performance.now();
      const running = new MediaRecorder(stream, { mimeType: format, audioBitsPerSecond: BITS_A_SECOND });
      recorder = running;
      running.ondataavailable = ({ data }) => void chunks.push(data);
      running.onerror = () => fail("broken");
      running.onstop = () => {
        release();
        if (isClosed || state.value.kind !== "recording") return;
        const sound = new Blob(chunks, { type: format.split(";", 1)[0] ?? "" });
        state.value = sound.size > 0 ? { kind: "recorded", sound } : { kind: "problem", problem: "broken" };
      };
      running.start();
      state.value = { kind: "recording" };
      timer = setInterval(() => {
        seconds.value = (performance.now() - begun) / 1000;
        measure();
        if (seconds.value >= LONGEST_SECONDS) stop();
      }, TICK_MS);
    } catch (error) {
      fail(problemOf(error));
    }
  }

  function stop(): void {
    if (recorder?.state === "recording") recorder.stop();
  }

  return {
    state,
    seconds,
    level,
    start,
    stop,
    close() {
      isClosed = true;
      stop();
      release();
    },
  };
}

/** Names of https://www.w3.org/TR/mediacapture-streams/#dom-mediadevices-getusermedia. */
function problemOf(error: unknown): RecorderProblem {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  if (name !== "NotAllowedError" && name !== "SecurityError") return "broken";
  const { featurePolicy } = document as WithPolicy;
  return featurePolicy?.allowsFeature("microphone") === false ? "elsewhere" : "refused";
}

/** Ways to be noticed that a site must ask for: nobody likes a page that beeps by itself. */
export interface Attention {
  call(): void;
  calm(): void;
}

export function createAttention(
  options: { readonly sound: boolean; readonly blink: boolean },
  words: string,
): Attention {
  let title: string | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  const calm = () => {
    clearInterval(timer);
    timer = undefined;
    if (title !== undefined) document.title = title;
    title = undefined;
  };
  return {
    calm,
    call() {
      if (options.sound) beep();
      if (!options.blink || !document.hidden || timer !== undefined) return;
      title = document.title;
      timer = setInterval(() => {
        document.title = document.title === words ? (title ?? "") : words;
      }, 1_200);
    },
  };
}

/** Two soft notes made on the spot: no file to load, no policy to ask. Browsers stay silent until the visitor has clicked. */
function beep(): void {
  const context = new AudioContext();
  const volume = context.createGain();
  volume.connect(context.destination);
  volume.gain.setValueAtTime(0.06, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.4);
  for (const [at, pitch] of [
    [0, 660],
    [0.12, 880],
  ] as const) {
    const tone = context.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(volume);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + at + 0.25);
    tone.onended = () => at > 0 && void context.close();
  }
}

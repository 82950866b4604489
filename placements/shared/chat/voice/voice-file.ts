import { writeOggOpus } from "./ogg-opus.ts";
import { readWebmOpus } from "./webm-opus.ts";

const ENDINGS: Readonly<Record<string, string>> = { "audio/ogg": "oga", "audio/mp4": "m4a", "audio/webm": "webm" };

export interface VoiceFile {
  readonly file: File;
  /** Messengers show it as a voice message; otherwise as a sound. */
  readonly isVoice: boolean;
}

/** A recording as it is sent. Chromium records into WebM, which no messenger takes as a voice: its packets go into an Ogg file. */
export async function voiceFile(sound: Blob, at: Date): Promise<VoiceFile> {
  const name = `voice-${at
    .toISOString()
    .slice(0, 19)
    .replace(/[^\d]+/g, "-")}`;
  const packets = sound.type === "audio/webm" ? readWebmOpus(new Uint8Array(await sound.arrayBuffer())) : undefined;
  if (packets) {
    const serial = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    const file = new File([writeOggOpus(packets, serial)], `${name}.oga`, { type: "audio/ogg" });
    return { file, isVoice: true };
  }
  const file = new File([sound], `${name}.${ENDINGS[sound.type] ?? "bin"}`, { type: sound.type });
  return { file, isVoice: sound.type !== "audio/webm" };
}

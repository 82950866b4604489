/** Our own words in cards of the CRM, in the language of their portal. */
import type { Localised } from "../../domain/localised.ts";
import type { AttachmentKind } from "../../domain/message.ts";

/** The button of an activity. */
export const OPEN: Localised = { en: "Open the chat", ru: "Открыть чат", es: "Abrir el chat" };

/** What stands for a file that has no name. */
export const KINDS: Readonly<Record<AttachmentKind, Localised>> = {
  photo: { en: "photo", ru: "фото", es: "foto" },
  video: { en: "video", ru: "видео", es: "vídeo" },
  animation: { en: "animation", ru: "анимация", es: "animación" },
  voice: { en: "voice message", ru: "голосовое сообщение", es: "mensaje de voz" },
  audio: { en: "audio", ru: "аудио", es: "audio" },
  file: { en: "file", ru: "файл", es: "archivo" },
  sticker: { en: "sticker", ru: "стикер", es: "pegatina" },
};

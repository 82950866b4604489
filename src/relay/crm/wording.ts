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

/** What stands for a letter without a subject. */
export const NO_SUBJECT: Localised = { en: "(no subject)", ru: "(без темы)", es: "(sin asunto)" };

/** Over what a letter quotes. */
export const QUOTED: Localised = { en: "Quoted text", ru: "Цитируемый текст", es: "Texto citado" };

/** In place of a letter of a personal box whose owner shows its subject alone. */
export const UNSHOWN: Localised = {
  en: "This mailbox shows only the subjects of its letters here. Its owner can read the letter in Threadline.",
  ru: "Этот почтовый ящик показывает здесь только темы писем. Владелец может прочитать письмо в Threadline.",
  es: "Este buzón muestra aquí solo los asuntos de sus mensajes. Su propietario puede leer el mensaje en Threadline.",
};

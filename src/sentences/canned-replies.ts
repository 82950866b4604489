import type { Localised } from "../domain/localised.ts";

/** What the server answers about canned replies and their folders. */
export const cannedSentences: readonly Localised[] = [
  {
    en: "There are 500 canned replies already. Delete some that nobody needs.",
    ru: "Готовых ответов уже 500. Удалите те, которые никому не нужны.",
    es: "Ya hay 500 respuestas rápidas. Elimine las que nadie necesita.",
  },
  {
    en: "Another canned reply has this shortcut. Choose a different one.",
    ru: "Это сокращение уже занято другим готовым ответом. Выберите другое.",
    es: "Otra respuesta rápida ya usa este atajo. Elija otro.",
  },
  {
    en: "Another canned reply has the shortcut /{shortcut} by now. Give that one a different shortcut first.",
    ru: "Сокращение /{shortcut} уже занял другой готовый ответ. Сначала дайте ему другое сокращение.",
    es: "Otra respuesta rápida ya usa el atajo /{shortcut}. Dele antes otro atajo.",
  },
  {
    en: "Another folder has this name. Choose a different one.",
    ru: "Папка с таким названием уже есть. Выберите другое.",
    es: "Ya hay una carpeta con ese nombre. Elija otro.",
  },
  {
    en: "There are 100 folders already. Delete some that nobody needs.",
    ru: "Папок уже 100. Удалите те, которые никому не нужны.",
    es: "Ya hay 100 carpetas. Elimine las que nadie necesita.",
  },
  {
    en: "Replies lie in this folder. Say what becomes of them.",
    ru: "В этой папке лежат ответы. Укажите, что с ними сделать.",
    es: "En esta carpeta hay respuestas. Indique qué hacer con ellas.",
  },
];

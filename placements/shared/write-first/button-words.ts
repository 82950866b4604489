import { wordsOf } from "../i18n.ts";

/** The word that stands on the page before the dialog is loaded. */
export const { t } = wordsOf<"write">({
  en: { write: "Write to a new customer" },
  ru: { write: "Написать новому клиенту" },
  es: { write: "Escribir a un cliente nuevo" },
});

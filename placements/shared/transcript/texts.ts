import { type Words, wordsOf } from "../i18n.ts";

const en = {
  send: "Send transcript by e-mail",
  sent: "The transcript was sent to {to}.",
  title: "Send the transcript?",
  text: "All that was said here goes to {to}, from the mailbox “{through}”, in the customer's language. It cannot be taken back.",
  confirm: "Send it",
};

type Key = keyof typeof en;

const ru: Record<Key, string> = {
  send: "Отправить переписку по почте",
  sent: "Переписка отправлена на {to}.",
  title: "Отправить переписку?",
  text: "Всё, что здесь написано, уйдёт на {to} из ящика «{through}» на языке клиента. Отменить это нельзя.",
  confirm: "Отправить",
};

const es: Record<Key, string> = {
  send: "Enviar la conversación por correo",
  sent: "La conversación se envió a {to}.",
  title: "¿Enviar la conversación?",
  text: "Todo lo dicho aquí va a {to}, desde el buzón «{through}», en el idioma del cliente. No se puede retirar.",
  confirm: "Enviar",
};

/** The words of transcripts: loaded with them. */
export const { t }: Words<Key, never> = wordsOf<Key>({ en, ru, es });

import { type Words, wordsOf } from "../../i18n.ts";

const en = {
  later: "Send later",
  hour: "In an hour",
  evening: "This evening, at 18:00",
  tomorrow: "Tomorrow, at 9:00",
  monday: "On Monday, at 9:00",
  other: "At another time",
  at: "When it is sent",
  plan: "Plan it",
  cancel: "Cancel",
  list: "To be sent later",
  takeBack: "Take back",
  change: "Take back and change",
  notSent: "It was not sent",
  failed: "What is to be sent later cannot be shown just now.",
};

type Key = keyof typeof en;

const ru: Record<Key, string> = {
  later: "Отправить позже",
  hour: "Через час",
  evening: "Сегодня вечером, в 18:00",
  tomorrow: "Завтра, в 9:00",
  monday: "В понедельник, в 9:00",
  other: "В другое время",
  at: "Когда отправить",
  plan: "Запланировать",
  cancel: "Отмена",
  list: "Будет отправлено позже",
  takeBack: "Отменить отправку",
  change: "Отменить и изменить",
  notSent: "Не отправлено",
  failed: "Сейчас нельзя показать, что будет отправлено позже.",
};

const es: Record<Key, string> = {
  later: "Enviar más tarde",
  hour: "En una hora",
  evening: "Esta tarde, a las 18:00",
  tomorrow: "Mañana, a las 9:00",
  monday: "El lunes, a las 9:00",
  other: "A otra hora",
  at: "Cuándo se envía",
  plan: "Programar",
  cancel: "Cancelar",
  list: "Se enviará más tarde",
  takeBack: "Retirar",
  change: "Retirar y cambiar",
  notSent: "No se envió",
  failed: "Ahora no se puede mostrar lo que se enviará más tarde.",
};

/** Of what is sent later: loaded with the composer's own parts. */
export const { t }: Words<Key, never> = wordsOf<Key>({ en, ru, es });

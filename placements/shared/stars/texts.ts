import { type Words, wordsOf } from "../i18n.ts";

const en = {
  title: "Ratings",
  customer: "Customer",
  supervisor: "Supervisor",
  of: "{stars} of 5 stars",
  give: "Rate with {stars} of 5",
  none: "The customer gave no rating.",
  rate: "Your rating of the latest session",
  session: "Session {number}",
  all: "Earlier sessions",
};

type Key = keyof typeof en;

const ru: Record<Key, string> = {
  title: "Оценки",
  customer: "Клиент",
  supervisor: "Руководитель",
  of: "Звёзд: {stars} из 5",
  give: "Поставить {stars} из 5",
  none: "Клиент оценку не поставил.",
  rate: "Ваша оценка последнего обращения",
  session: "Обращение {number}",
  all: "Прежние обращения",
};

const es: Record<Key, string> = {
  title: "Valoraciones",
  customer: "Cliente",
  supervisor: "Supervisor",
  of: "{stars} de 5 estrellas",
  give: "Valorar con {stars} de 5",
  none: "El cliente no dio valoración.",
  rate: "Su valoración de la última sesión",
  session: "Sesión {number}",
  all: "Sesiones anteriores",
};

/** The words of ratings: loaded with them. */
export const { t }: Words<Key, never> = wordsOf<Key>({ en, ru, es });

import type { Localised } from "../domain/localised.ts";

/** About outside bots: for administrators, and for those who take over from one. */
export const botSentences: readonly Localised[] = [
  {
    en: "What the bot said did not reach the customer, or may not have.",
    ru: "То, что написал бот, не дошло до клиента или могло не дойти.",
    es: "Lo que escribió el bot no llegó al cliente, o quizá no llegó.",
  },
  {
    en: "Bitrix24 did not give this chat to the colleague who took it over from the bot.",
    ru: "Битрикс24 не передал этот чат коллеге, который забрал его у бота.",
    es: "Bitrix24 no asignó este chat al compañero que lo tomó del bot.",
  },
  {
    en: "The bot's address is not one that may be asked.",
    ru: "К адресу бота обращаться нельзя.",
    es: "No se permite consultar la dirección del bot.",
  },
  {
    en: "The bot did not answer within {seconds} seconds.",
    ru: "Бот не ответил за {seconds} с.",
    es: "El bot no respondió en {seconds} segundos.",
  },
  {
    en: "The bot's address leads into a private network, where this server asks nobody.",
    ru: "Адрес бота ведёт в частную сеть, куда этот сервер не обращается.",
    es: "La dirección del bot lleva a una red privada, a la que este servidor no accede.",
  },
  { en: "The bot cannot be reached.", ru: "Бот недоступен.", es: "No se puede contactar con el bot." },
  {
    en: "The bot answered with a redirect, and none is followed.",
    ru: "Бот ответил перенаправлением, а переходить по ним нельзя.",
    es: "El bot respondió con una redirección, y no se sigue ninguna.",
  },
  {
    en: "The bot answered with the status {status}.",
    ru: "Бот ответил с кодом {status}.",
    es: "El bot respondió con el estado {status}.",
  },
  { en: "The bot's answer is no JSON.", ru: "Ответ бота — не JSON.", es: "La respuesta del bot no es JSON." },
  {
    en: "The bot's answer is larger than 64 KB.",
    ru: "Ответ бота больше 64 КБ.",
    es: "La respuesta del bot supera los 64 KB.",
  },
  {
    en: "The bot's answer is not what was agreed: {problem}",
    ru: "Ответ бота не соответствует протоколу: {problem}",
    es: "La respuesta del bot no es la acordada: {problem}",
  },
  { en: "A person takes over.", ru: "Дальше отвечает человек.", es: "Se encarga una persona." },
  {
    en: "A bot's address begins with https, is reachable from the internet, and carries no password and no query.",
    ru: "Адрес бота начинается с https, доступен из интернета и не содержит ни пароля, ни параметров.",
    es: "La dirección de un bot empieza por https, es accesible desde internet y no lleva contraseña ni parámetros.",
  },
];

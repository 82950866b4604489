import type { Localised } from "../domain/localised.ts";

/** What robots and triggers tell of themselves. */
export const automationSentences: readonly Localised[] = [
  {
    en: "It was sent, and is not told to have arrived in time.",
    ru: "Сообщение отправлено, но о доставке вовремя не сообщили.",
    es: "Se envió, pero no consta que llegara a tiempo.",
  },
  {
    en: "It could not be sent in time, and was taken back.",
    ru: "Вовремя отправить не удалось, сообщение отозвано.",
    es: "No se pudo enviar a tiempo y se retiró.",
  },
  {
    en: "It could not be sent in the time that the automation gave it, and was taken back.",
    ru: "Не удалось отправить за время, которое дал робот, сообщение отозвано.",
    es: "No se pudo enviar en el tiempo que le dio la automatización y se retiró.",
  },
  { en: "Any channel", ru: "Любой канал", es: "Cualquier canal" },
  { en: "The best channel", ru: "Лучший канал", es: "El mejor canal" },
  { en: "Nothing more", ru: "Больше ничего", es: "Nada más" },
  {
    en: "There is no such card any more, or Threadline may not see it.",
    ru: "Такой карточки больше нет, или Threadline её не видит.",
    es: "Esa ficha ya no existe, o Threadline no puede verla.",
  },
  {
    en: "Nobody of this card writes in any of your channels.",
    ru: "Никто из этой карточки не пишет в ваши каналы.",
    es: "Nadie de esta ficha escribe en sus canales.",
  },
  {
    en: "This customer cannot be written to there: they have not written, and nothing finds them by phone or e-mail.",
    ru: "Этому клиенту там нельзя написать: сам он не писал, а по телефону или почте его не найти.",
    es: "No se puede escribir allí a este cliente: no ha escrito y no se le encuentra por teléfono ni por correo.",
  },
  {
    en: "No account of this channel is connected and switched on.",
    ru: "Нет подключённого и включённого аккаунта этого канала.",
    es: "No hay ninguna cuenta de este canal conectada y encendida.",
  },
  {
    en: "There is neither a text nor a template nor a file to send.",
    ru: "Отправлять нечего: нет ни текста, ни шаблона, ни файла.",
    es: "No hay texto, ni plantilla, ni archivo que enviar.",
  },
  {
    en: "A file could not be sent: Bitrix24 gave no link to it.",
    ru: "Файл отправить не удалось: Битрикс24 не дал на него ссылку.",
    es: "No se pudo enviar un archivo: Bitrix24 no dio un enlace.",
  },
  {
    en: 'There is no approved template "{name}" in "{account}".',
    ru: "В «{account}» нет одобренного шаблона «{name}».",
    es: "No hay una plantilla aprobada «{name}» en «{account}».",
  },
  {
    en: 'The template "{name}" has {gaps} gaps, and words for {given} of them were given.',
    ru: "В шаблоне «{name}» пропусков: {gaps}, а слова даны только для {given}.",
    es: "La plantilla «{name}» tiene {gaps} huecos y solo se dieron palabras para {given}.",
  },
  {
    en: "The connection broke while it was fired. It is not fired again, because that could move the card twice.",
    ru: "Связь прервалась во время срабатывания. Повторно триггер не срабатывает: карточка могла бы сдвинуться дважды.",
    es: "La conexión se cortó mientras se disparaba. No se dispara de nuevo, porque podría mover la ficha dos veces.",
  },
  {
    en: "The conversation belongs to no lead or deal.",
    ru: "Диалог не относится ни к лиду, ни к сделке.",
    es: "La conversación no pertenece a ningún prospecto ni negociación.",
  },
  {
    en: 'The trigger "{name}" could not be registered. {why:ours}',
    ru: "Не удалось зарегистрировать триггер «{name}». {why}",
    es: "No se pudo registrar el disparador «{name}». {why}",
  },
  {
    en: "There are 100 triggers already. Delete some that no automation uses.",
    ru: "Триггеров уже 100. Удалите те, которыми не пользуется ни один робот.",
    es: "Ya hay 100 disparadores. Elimine los que no use ninguna automatización.",
  },
  {
    en: "The customer has not answered in time.",
    ru: "Клиент не ответил вовремя.",
    es: "El cliente no respondió a tiempo.",
  },
  {
    en: "No conversation of this card is open.",
    ru: "По этой карточке нет открытых диалогов.",
    es: "Ninguna conversación de esta ficha está abierta.",
  },
  { en: "No phone number was given.", ru: "Номер телефона не указан.", es: "No se indicó ningún teléfono." },
  { en: "No employee was chosen.", ru: "Сотрудник не выбран.", es: "No se eligió a ningún empleado." },
  { en: "No tag was given.", ru: "Метка не указана.", es: "No se indicó ninguna etiqueta." },
  {
    en: "No account that can look people up by phone is connected and switched on.",
    ru: "Нет подключённого и включённого аккаунта, который умеет искать людей по телефону.",
    es: "No hay ninguna cuenta conectada y encendida que pueda buscar personas por teléfono.",
  },
  {
    en: "Threadline is switched off in this portal.",
    ru: "Threadline в этом портале выключен.",
    es: "Threadline está apagado en este portal.",
  },
  {
    en: "Something broke on the side of Threadline. It was logged.",
    ru: "На стороне Threadline что-то сломалось. Это записано в журнал.",
    es: "Algo falló en Threadline. Quedó registrado.",
  },
  {
    en: "Bitrix24 did not do it, and did not say why.",
    ru: "Битрикс24 этого не сделал и не сказал почему.",
    es: "Bitrix24 no lo hizo y no dijo por qué.",
  },
];

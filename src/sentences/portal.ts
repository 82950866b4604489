import type { Localised } from "../domain/localised.ts";

/** What is said of calls to the portal, and of what it answers. */
export const portalSentences: readonly Localised[] = [
  {
    en: "The file broke off while it was fetched ({reason:ours}).",
    ru: "Загрузка файла оборвалась ({reason}).",
    es: "La descarga del archivo se cortó ({reason}).",
  },
  {
    en: "Too many calls to this portal are waiting already.",
    ru: "К этому Битрикс24 уже ждёт слишком много запросов.",
    es: "Ya esperan demasiadas llamadas a este Bitrix24.",
  },
  {
    en: "The portal's request limit is used up.",
    ru: "Лимит запросов к Битрикс24 исчерпан.",
    es: "Se agotó el límite de solicitudes a Bitrix24.",
  },
  {
    en: "The portal has more calls waiting than its limits let through just now.",
    ru: "К Битрикс24 ждёт больше запросов, чем пропускают его лимиты.",
    es: "Esperan más llamadas a Bitrix24 de las que sus límites dejan pasar ahora.",
  },
  {
    en: "The portal's time budget for {method} is used up; it opens again by itself.",
    ru: "Время Битрикс24 на {method} исчерпано; оно восстановится само.",
    es: "Se agotó el tiempo de Bitrix24 para {method}; se renueva por sí solo.",
  },
  {
    en: "The portal's answer to {method} could not be read; it may have been done.",
    ru: "Не удалось прочитать ответ Битрикс24 на {method}; возможно, всё сделано.",
    es: "No se pudo leer la respuesta de Bitrix24 a {method}; puede que se haya hecho.",
  },
  { en: "It was withdrawn.", ru: "Запрос отозван.", es: "Se retiró." },
  {
    en: "The portal gave a link to a file that is not safe to open.",
    ru: "Битрикс24 дал ссылку на файл, которую небезопасно открывать.",
    es: "Bitrix24 dio un enlace a un archivo que no es seguro abrir.",
  },
  {
    en: "The portal gave a link to a file at a private address.",
    ru: "Битрикс24 дал ссылку на файл по внутреннему адресу.",
    es: "Bitrix24 dio un enlace a un archivo en una dirección privada.",
  },
  {
    en: "A file could not be fetched from the portal just now.",
    ru: "Файл сейчас не удалось получить из Битрикс24.",
    es: "Ahora no se pudo obtener un archivo de Bitrix24.",
  },
  {
    en: "The portal answered {status} when a file was fetched.",
    ru: "При получении файла Битрикс24 ответил кодом {status}.",
    es: "Bitrix24 respondió {status} al pedir un archivo.",
  },
  {
    en: "The portal no longer gives out a file of this message.",
    ru: "Битрикс24 больше не отдаёт файл этого сообщения.",
    es: "Bitrix24 ya no entrega un archivo de este mensaje.",
  },
  {
    en: "The portal's link to a file leads in circles.",
    ru: "Ссылка Битрикс24 на файл ведёт по кругу.",
    es: "El enlace de Bitrix24 al archivo da vueltas sin fin.",
  },
  {
    en: "The portal has no such open line any more.",
    ru: "В Битрикс24 больше нет такой открытой линии.",
    es: "En Bitrix24 ya no existe ese canal abierto.",
  },
  {
    en: "The portal's answer could not be read; the message may or may not be there.",
    ru: "Не удалось прочитать ответ Битрикс24; сообщение могло дойти, а могло и нет.",
    es: "No se pudo leer la respuesta de Bitrix24; el mensaje puede estar allí o no.",
  },
  {
    en: "The portal took none of the messages.",
    ru: "Битрикс24 не принял ни одного сообщения.",
    es: "Bitrix24 no aceptó ninguno de los mensajes.",
  },
  {
    en: "The portal answered about fewer messages than were sent; they may or may not be there.",
    ru: "Битрикс24 ответил не обо всех отправленных сообщениях; остальные могли дойти, а могли и нет.",
    es: "Bitrix24 respondió sobre menos mensajes de los enviados; los demás pueden estar allí o no.",
  },
  {
    en: "Bitrix24 created no notification. The person may have left, or may not be an employee.",
    ru: "Битрикс24 не создал уведомление. Возможно, человек уволен или не является сотрудником.",
    es: "Bitrix24 no creó la notificación. Puede que la persona ya no trabaje allí o no sea empleada.",
  },
  {
    en: "The portal's answer to {method:ours} could not be read.",
    ru: "Не удалось прочитать ответ Битрикс24 на {method}.",
    es: "No se pudo leer la respuesta de Bitrix24 a {method}.",
  },
  { en: "The portal refused the message.", ru: "Битрикс24 отклонил сообщение.", es: "Bitrix24 rechazó el mensaje." },
  { en: "The portal is closed.", ru: "Этот Битрикс24 закрыт.", es: "Este Bitrix24 está cerrado." },
  {
    en: "Bitrix24 has blocked REST for this portal by hand. Write to Bitrix24 support.",
    ru: "Битрикс24 вручную заблокировал REST для этого портала. Напишите в поддержку Битрикс24.",
    es: "Bitrix24 bloqueó a mano el REST de este portal. Escriba al soporte de Bitrix24.",
  },
  {
    en: "The portal, or a proxy before it, refused the request (status {status}).",
    ru: "Битрикс24 или прокси перед ним отклонил запрос (код {status}).",
    es: "Bitrix24, o un proxy delante de él, rechazó la solicitud (estado {status}).",
  },
  {
    en: "{what:ours}; it may or may not have been carried out.",
    ru: "{what}; запрос мог выполниться, а мог и нет.",
    es: "{what}; puede que se haya ejecutado o no.",
  },
  {
    en: "The portal is at a private address, which is not allowed. List its host in REST_PRIVATE_HOSTS if that is meant.",
    ru: "Этот Битрикс24 находится по внутреннему адресу, а это не разрешено. Если так и задумано, добавьте его хост в REST_PRIVATE_HOSTS.",
    es: "Este Bitrix24 está en una dirección privada, lo que no se permite. Si es lo previsto, añada su host a REST_PRIVATE_HOSTS.",
  },
  {
    en: "The portal's TLS certificate is not valid. The portal's administrator must renew it.",
    ru: "Сертификат TLS этого Битрикс24 недействителен. Его должен обновить администратор.",
    es: "El certificado TLS de este Bitrix24 no es válido. Debe renovarlo su administrador.",
  },
  {
    en: "The portal cannot be reached just now.",
    ru: "Битрикс24 сейчас недоступен.",
    es: "Bitrix24 no está disponible ahora.",
  },
  { en: "The portal refused it ({code}).", ru: "Битрикс24 отказал ({code}).", es: "Bitrix24 lo rechazó ({code})." },
  {
    en: "The portal has moved to an address that Bitrix24 does not tell yet.",
    ru: "Битрикс24 переехал на адрес, который он пока не сообщает.",
    es: "Este Bitrix24 se mudó a una dirección que aún no comunica.",
  },
  { en: "The portal does not answer.", ru: "Битрикс24 не отвечает.", es: "Bitrix24 no responde." },
  {
    en: 'An old "{title}" ({code}) could not be taken away.',
    ru: "Прежнее «{title}» ({code}): не удалось убрать.",
    es: "No se pudo quitar un «{title}» anterior ({code}).",
  },
  {
    en: '"{value}" is not a portal\'s address',
    ru: "«{value}» — не адрес портала",
    es: "«{value}» no es la dirección de un portal",
  },
  { en: "a setting", ru: "настройку", es: "un ajuste" },
  { en: "The portal refused it: {words}", ru: "Битрикс24 отказал: {words}", es: "Bitrix24 lo rechazó: {words}" },
  {
    en: "The portal's answer could not be read",
    ru: "Не удалось прочитать ответ Битрикс24",
    es: "No se pudo leer la respuesta de Bitrix24",
  },
  {
    en: "The portal's answer to a batch could not be read",
    ru: "Не удалось прочитать ответ Битрикс24 на пакет запросов",
    es: "No se pudo leer la respuesta de Bitrix24 a un lote",
  },
  {
    en: "The portal said nothing about this command of a batch",
    ru: "Битрикс24 ничего не сказал об этой команде пакета",
    es: "Bitrix24 no dijo nada sobre este comando de un lote",
  },
  {
    en: "The portal's answer was incomplete",
    ru: "Ответ Битрикс24 неполный",
    es: "La respuesta de Bitrix24 estaba incompleta",
  },
  {
    en: "The request ended in an unexpected way",
    ru: "Запрос завершился неожиданно",
    es: "La solicitud terminó de forma inesperada",
  },
  {
    en: "The portal answered with an internal error ({status})",
    ru: "Битрикс24 ответил внутренней ошибкой ({status})",
    es: "Bitrix24 respondió con un error interno ({status})",
  },
  {
    en: "The connection broke before the portal answered",
    ru: "Связь оборвалась раньше, чем Битрикс24 ответил",
    es: "La conexión se cortó antes de que Bitrix24 respondiera",
  },
];

import type { Localised } from "../../domain/localised.ts";

export const webchatSentences: readonly Localised[] = [
  {
    en: "This conversation does not belong to a visitor of the web chat.",
    ru: "Этот диалог не относится к посетителю чата на сайте.",
    es: "Esta conversación no pertenece a un visitante del chat del sitio.",
  },
  {
    en: "The message has neither text nor a file.",
    ru: "В сообщении нет ни текста, ни файла.",
    es: "El mensaje no tiene texto ni archivo.",
  },
  {
    en: "The web chat shows no buttons, templates, places or cards. Write the same as a text.",
    ru: "Чат на сайте не показывает кнопки, шаблоны, места и карточки. Напишите то же самое текстом.",
    es: "El chat del sitio no muestra botones, plantillas, lugares ni tarjetas. Escriba lo mismo como texto.",
  },
  {
    en: "The file is larger than the 100 MB that the web chat shows. Send a link instead.",
    ru: "Файл больше 100 МБ, а чат на сайте показывает файлы до этого размера. Отправьте ссылку.",
    es: "El archivo supera los 100 MB que muestra el chat del sitio. Envíe un enlace.",
  },
  {
    en: "A file of this message cannot be opened just now.",
    ru: "Файл этого сообщения сейчас не открыть.",
    es: "Ahora no se puede abrir un archivo de este mensaje.",
  },
  {
    en: "List the sites that may show this chat: until then it answers nobody.",
    ru: "Укажите сайты, на которых можно показывать этот чат: до этого он никому не отвечает.",
    es: "Indique los sitios que pueden mostrar este chat: hasta entonces no responde a nadie.",
  },
  { en: "The chat answers on {sites:ours}.", ru: "Чат отвечает на {sites}.", es: "El chat responde en {sites}." },
  {
    en: "The file broke off ({reason}).",
    ru: "Загрузка файла оборвалась ({reason}).",
    es: "La carga del archivo se cortó ({reason}).",
  },
  {
    en: "The visitor's file is no longer kept.",
    ru: "Файл посетителя больше не хранится.",
    es: "El archivo del visitante ya no se conserva.",
  },
  {
    en: "Rated the conversation: {stars} ({count} of 5).",
    ru: "Оценка разговора: {stars} ({count} из 5).",
    es: "Valoró la conversación: {stars} ({count} de 5).",
  },
  { en: "Web chat", ru: "Чат на сайте", es: "Chat del sitio" },
  { en: "Rated the conversation: {value}", ru: "Оценка разговора: {value}", es: "Valoró la conversación: {value}" },
  {
    en: '"{zone}" is no time zone: write it like Europe/Madrid or Asia/Almaty',
    ru: "«{zone}» — не часовой пояс: укажите его в виде Europe/Moscow или Asia/Almaty",
    es: "«{zone}» no es una zona horaria: escríbala como Europe/Madrid o America/Bogota",
  },
  {
    en: "working hours need the time zone they are meant in: Europe/Madrid, Asia/Almaty …",
    ru: "для рабочего времени нужен часовой пояс: Europe/Moscow, Asia/Almaty …",
    es: "el horario necesita su zona horaria: Europe/Madrid, America/Bogota …",
  },
];

import type { Localised } from "../domain/localised.ts";

/** What a channel cannot do, and what to do instead. */
export const abilitySentences: readonly Localised[] = [
  {
    en: "{title:ours} does not take locations. Send the address or a link to a map instead.",
    ru: "{title} не принимает местоположение. Отправьте адрес или ссылку на карту.",
    es: "{title} no admite ubicaciones. Envíe la dirección o un enlace al mapa.",
  },
  {
    en: "{title:ours} does not take contact cards. Send the number as text instead.",
    ru: "{title} не принимает карточки контактов. Отправьте номер текстом.",
    es: "{title} no admite tarjetas de contacto. Envíe el número como texto.",
  },
  {
    en: "{title:ours} does not show buttons. Put what they offer into the text instead.",
    ru: "{title} не показывает кнопки. Перечислите варианты в тексте.",
    es: "{title} no muestra botones. Ponga en el texto lo que ofrecen.",
  },
  {
    en: "{title:ours} knows no templates. Send the text itself instead.",
    ru: "{title} не знает шаблонов. Отправьте сам текст.",
    es: "{title} no tiene plantillas. Envíe el texto mismo.",
  },
  {
    en: "{title:ours} cannot answer a particular message. Send the answer without the quotation.",
    ru: "{title} не умеет отвечать на отдельное сообщение. Отправьте ответ без цитаты.",
    es: "{title} no puede responder a un mensaje concreto. Envíe la respuesta sin la cita.",
  },
  {
    en: "{title:ours} cannot forward messages. Copy the text into a message of your own.",
    ru: "{title} не умеет пересылать сообщения. Скопируйте текст в своё сообщение.",
    es: "{title} no puede reenviar mensajes. Copie el texto en un mensaje propio.",
  },
  {
    en: "{title:ours} takes one file in a message. Send the files one by one.",
    ru: "{title} принимает один файл в сообщении. Отправьте файлы по одному.",
    es: "{title} admite un archivo por mensaje. Envíe los archivos uno a uno.",
  },
  {
    en: "{title:ours} does not take {kind:ours}.",
    ru: "{title} не принимает {kind}.",
    es: "{title} no admite {kind}.",
  },
  {
    en: '"{file:ours}" is too large: {title:ours} takes {kind:ours} up to {megabytes} MB. Send a link instead.',
    ru: "«{file}»: слишком большой размер. {title} принимает {kind} до {megabytes} МБ. Отправьте ссылку.",
    es: "«{file}» es demasiado grande: {title} admite {kind} de hasta {megabytes} MB. Envíe un enlace.",
  },
  {
    en: "Send a template, or wait until the customer writes.",
    ru: "Отправьте шаблон или дождитесь, когда клиент напишет.",
    es: "Envíe una plantilla o espere a que el cliente escriba.",
  },
  {
    en: "Wait until the customer writes.",
    ru: "Дождитесь, когда клиент напишет.",
    es: "Espere a que el cliente escriba.",
  },
  {
    en: "{title:ours} takes no reactions. Answer with a message instead.",
    ru: "{title} не принимает реакции. Ответьте сообщением.",
    es: "{title} no admite reacciones. Responda con un mensaje.",
  },
  {
    en: "This channel cannot hand out files.",
    ru: "Этот канал не умеет отдавать файлы.",
    es: "Este canal no puede entregar archivos.",
  },
  {
    en: "{title:ours} does not let a business write first. Wait until the customer writes.",
    ru: "{title} не позволяет компании писать первой. Дождитесь, когда клиент напишет.",
    es: "{title} no permite que una empresa escriba primero. Espere a que el cliente escriba.",
  },
  {
    en: "{title:ours} does not tell who can be reached. Try another channel.",
    ru: "{title} не сообщает, кому можно написать. Попробуйте другой канал.",
    es: "{title} no dice a quién se puede escribir. Pruebe otro canal.",
  },
  { en: "This channel cannot do that.", ru: "Этот канал так не умеет.", es: "Este canal no puede hacer eso." },
  {
    en: "This channel cannot look people up.",
    ru: "Этот канал не умеет искать людей.",
    es: "Este canal no puede buscar personas.",
  },
  {
    en: "The text is longer than {most} characters. Send it in several parts.",
    ru: "Текст длиннее {most} символов. Отправьте его по частям.",
    es: "El texto supera los {most} caracteres. Envíelo en varias partes.",
  },
  {
    en: "{title:ours} does not let us write into groups. Write to the person alone.",
    ru: "{title} не позволяет писать в группы. Напишите человеку лично.",
    es: "{title} no permite escribir en grupos. Escriba a la persona en privado.",
  },
  {
    en: "{title:ours} cannot change a message that was sent. Send a correction as a new message.",
    ru: "{title} не умеет изменять отправленные сообщения. Отправьте исправление новым сообщением.",
    es: "{title} no puede cambiar un mensaje enviado. Envíe una corrección en un mensaje nuevo.",
  },
  {
    en: "{title:ours} cannot delete a message that was sent.",
    ru: "{title} не умеет удалять отправленные сообщения.",
    es: "{title} no puede eliminar un mensaje enviado.",
  },
  {
    en: "The customer has not written yet, and {title:ours} takes free messages only after that. {instead:ours}",
    ru: "Клиент ещё не писал, а {title} принимает обычные сообщения только после этого. {instead}",
    es: "El cliente aún no ha escrito y {title} solo admite mensajes libres después de eso. {instead}",
  },
  {
    en: "{title:ours} takes free messages for {hours} hours after the customer's last one. That time ended on {until}. {instead:ours}",
    ru: "{title} принимает обычные сообщения {hours} ч после последнего сообщения клиента. Это время закончилось {until}. {instead}",
    es: "{title} admite mensajes libres durante {hours} horas tras el último del cliente. Ese plazo terminó el {until}. {instead}",
  },
];

import type { Localised } from "../../domain/localised.ts";
import type { Robot } from "../../domain/robot.ts";

/** Names of robots, their settings and their results, in the languages in which a portal may show them. */

interface RobotText {
  readonly name: Localised;
  readonly about: Localised;
}

const t = (en: string, ru: string, es: string): Localised => ({ en, ru, es });

const property = {
  channel: t("Channel", "Канал", "Canal"),
  inChannel: t("Only in this channel", "Только в этом канале", "Solo en este canal"),
  text: t("Text", "Текст", "Texto"),
  textAbout: t(
    "Variables of the card are put in by Bitrix24.",
    "Переменные карточки подставляет Битрикс24.",
    "Bitrix24 pone las variables de la ficha.",
  ),
  subject: t("Subject of a letter", "Тема письма", "Asunto del correo"),
  template: t("Approved template", "Одобренный шаблон", "Plantilla aprobada"),
  templateAbout: t(
    "Its name, or name/language, as the messenger knows it. Only for channels with templates.",
    "Имя или имя/язык, как его знает мессенджер. Только для каналов с шаблонами.",
    "Su nombre, o nombre/idioma, tal como lo conoce el servicio. Solo para canales con plantillas.",
  ),
  variables: t(
    "Words for the template's gaps",
    "Слова для пропусков шаблона",
    "Palabras para los huecos de la plantilla",
  ),
  files: t("Files", "Файлы", "Archivos"),
  filesAbout: t(
    "Links that open without signing in are sent as well.",
    "Можно указать и ссылки, которые открываются без входа.",
    "También valen enlaces que se abren sin iniciar sesión.",
  ),
  otherwise: t("If that is not possible", "Если не получится", "Si no es posible"),
  otherwise2: t("And if that is not possible", "А если и так не получится", "Y si tampoco es posible"),
  deliverWithin: t(
    "Also if it is not delivered within, minutes",
    "Также если не доставлено за, минут",
    "También si no se entrega en, minutos",
  ),
  deliverWithinAbout: t(
    "Empty: sent is enough. Otherwise the customer may get it by both channels, the first one late.",
    "Пусто: достаточно отправки. Иначе клиент может получить сообщение в обоих каналах, в первом с опозданием.",
    "Vacío: basta con enviarlo. Si no, el cliente puede recibirlo por los dos canales, el primero más tarde.",
  ),
  minutes: t("Wait at most, minutes", "Ждать не дольше, минут", "Esperar como máximo, minutos"),
  phone: t("Phone", "Телефон", "Teléfono"),
  user: t("Employee", "Сотрудник", "Empleado"),
  tag: t("Tag", "Метка", "Etiqueta"),
};

const returned = {
  result: t("Result", "Результат", "Resultado"),
  reason: t("Reason", "Причина", "Motivo"),
  sentBy: t("Sent by", "Отправлено через", "Enviado por"),
  account: t("Account", "Аккаунт", "Cuenta"),
  message: t("Number of the message", "Номер сообщения", "Número del mensaje"),
  answered: t("Answered", "Ответили", "Respondió"),
  text: t("Text of the answer", "Текст ответа", "Texto de la respuesta"),
  who: t("Who answered", "Кто ответил", "Quién respondió"),
  channel: t("Channel", "Канал", "Canal"),
  found: t("Found", "Найден", "Encontrado"),
  name: t("Name", "Имя", "Nombre"),
  count: t("How many conversations", "Сколько диалогов", "Cuántas conversaciones"),
};

const robots: Readonly<Record<Robot, RobotText>> = {
  send: {
    name: t("Threadline: send a message", "Threadline: отправить сообщение", "Threadline: enviar un mensaje"),
    about: t(
      "Writes to the customer of the card: in the best channel or in yours, and in another one when that is not possible.",
      "Пишет клиенту карточки: в лучшем канале или в выбранном, а если не получится, в другом.",
      "Escribe al cliente de la ficha: por el mejor canal o por el elegido, y por otro si no es posible.",
    ),
  },
  wait: {
    name: t("Threadline: wait for the answer", "Threadline: ждать ответа", "Threadline: esperar la respuesta"),
    about: t(
      "Waits until the customer of the card writes, or the time is over.",
      "Ждёт, пока клиент карточки напишет или выйдет время.",
      "Espera hasta que el cliente de la ficha escriba o se acabe el tiempo.",
    ),
  },
  find: {
    name: t(
      "Threadline: find a messenger by phone",
      "Threadline: найти мессенджер по телефону",
      "Threadline: buscar un servicio por teléfono",
    ),
    about: t(
      "Says through which of your accounts this number can be written to.",
      "Говорит, через какие ваши аккаунты можно написать на этот номер.",
      "Dice por cuál de sus cuentas se puede escribir a este número.",
    ),
  },
  close: {
    name: t("Threadline: close the conversation", "Threadline: закрыть диалог", "Threadline: cerrar la conversación"),
    about: t(
      "Closes what is open with the customer of the card.",
      "Закрывает открытые диалоги с клиентом карточки.",
      "Cierra lo que está abierto con el cliente de la ficha.",
    ),
  },
  assign: {
    name: t(
      "Threadline: assign the conversation",
      "Threadline: назначить диалог",
      "Threadline: asignar la conversación",
    ),
    about: t(
      "Passes the conversation with the customer of the card to an employee.",
      "Передаёт диалог с клиентом карточки сотруднику.",
      "Pasa la conversación con el cliente de la ficha a un empleado.",
    ),
  },
  tag: {
    name: t("Threadline: add a tag", "Threadline: добавить метку", "Threadline: añadir una etiqueta"),
    about: t(
      "Puts a tag on the conversations with the customer of the card.",
      "Ставит метку на диалоги с клиентом карточки.",
      "Pone una etiqueta a las conversaciones con el cliente de la ficha.",
    ),
  },
};

export const ROBOT_TEXTS = { ...robots, property, returned };

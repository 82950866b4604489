import type { Localised } from "../domain/localised.ts";

/** Of letters that agents write, and of what is sent later. */
export const mailSentences: readonly Localised[] = [
  {
    en: "Bitrix24's own mail reads {address} as well, so its letters would stand in the cards twice. Leave one of the two: in Bitrix24 open Mail, the mailbox's settings, and delete it there; or delete this account here.",
    ru: "Ящик {address} читает и почта Битрикс24, поэтому письма окажутся в карточках дважды. Оставьте что-то одно: в Битрикс24 откройте «Почту», настройки ящика и удалите его там — или удалите этот аккаунт здесь.",
    es: "El correo de Bitrix24 también lee {address}, así que sus mensajes aparecerían dos veces en las fichas. Deje solo uno: en Bitrix24 abra Correo, los ajustes del buzón, y elimínelo allí; o elimine esta cuenta aquí.",
  },
  {
    en: "Bitrix24's own mail reads {address} as well. Connected here too, its letters would stand in the cards twice. In Bitrix24 open Mail, the mailbox's settings, and delete it there; or do not connect it here.",
    ru: "Ящик {address} уже читает почта Битрикс24. Если подключить его и здесь, письма окажутся в карточках дважды. В Битрикс24 откройте «Почту», настройки ящика и удалите его там — или не подключайте его здесь.",
    es: "El correo de Bitrix24 ya lee {address}. Si se conecta también aquí, sus mensajes aparecerían dos veces en las fichas. En Bitrix24 abra Correo, los ajustes del buzón, y elimínelo allí; o no lo conecte aquí.",
  },
  {
    en: "It could not be checked whether Bitrix24's own mail reads {address} as well. If it does, leave it in one of the two: both write its letters into the cards.",
    ru: "Не удалось проверить, читает ли ящик {address} и почта Битрикс24. Если да, оставьте его в чём-то одном: письма в карточки пишут оба.",
    es: "No se pudo comprobar si el correo de Bitrix24 también lee {address}. Si es así, déjelo en uno de los dos: ambos escriben sus mensajes en las fichas.",
  },
  {
    en: "This server takes no copies of letters yet. Its operator can switch that on by setting BCC_DOMAIN and SMTP_PORT, as the operating manual says.",
    ru: "Этот сервер пока не принимает копии писем. Включить это может администратор сервера: задать BCC_DOMAIN и SMTP_PORT, как описано в руководстве.",
    es: "Este servidor todavía no recibe copias de correos. Quien lo opera puede activarlo con BCC_DOMAIN y SMTP_PORT, como dice el manual.",
  },
  {
    en: "What comes this way goes into cards of the CRM and into no Open Channel.",
    ru: "То, что приходит этим путём, попадает в карточки CRM, а не в открытую линию.",
    es: "Lo que llega por esta vía va a las fichas del CRM y a ningún canal abierto.",
  },
  {
    en: "Nobody is named whom this letter goes to. Write down a recipient and send it again.",
    ru: "У письма нет получателя. Укажите его и отправьте снова.",
    es: "El correo no tiene destinatario. Escriba uno y envíelo otra vez.",
  },
  {
    en: "This mailbox has no address yet, so nothing can be sent from it. Tell an administrator.",
    ru: "У этого ящика ещё нет адреса, поэтому отправлять из него нельзя. Сообщите администратору.",
    es: "Este buzón aún no tiene dirección, así que no se puede enviar nada desde él. Avise a un administrador.",
  },
  {
    en: "A letter goes to {most} recipients at most. Send it in several parts.",
    ru: "У письма может быть не больше {most} получателей. Отправьте его несколькими частями.",
    es: "Un correo admite {most} destinatarios como máximo. Envíelo en varias partes.",
  },
  {
    en: "{title:ours} has no subject and no further recipients. Send the text alone.",
    ru: "{title} не знает темы и других получателей. Отправьте только текст.",
    es: "{title} no tiene asunto ni otros destinatarios. Envíe solo el texto.",
  },
  {
    en: "The mailbox or the account that this was to be sent through is no longer connected.",
    ru: "Ящик или аккаунт, через который это должно было уйти, больше не подключён.",
    es: "El buzón o la cuenta por la que esto debía salir ya no está conectada.",
  },
  {
    en: "A file of this message is no longer here. Write it again.",
    ru: "Файла из этого сообщения больше нет. Напишите его заново.",
    es: "Un archivo de este mensaje ya no está aquí. Escríbalo otra vez.",
  },
  {
    en: "This signature cannot be read: a gap in it is not closed, or says something that is not known.",
    ru: "Подпись не читается: одно из полей в ней не закрыто или в нём неизвестное слово.",
    es: "Esta firma no se puede leer: un hueco no está cerrado o dice algo desconocido.",
  },
  {
    en: "Choose a time at least a minute and at most a year from now.",
    ru: "Выберите время не раньше чем через минуту и не позже чем через год.",
    es: "Elija una hora entre dentro de un minuto y dentro de un año.",
  },
  {
    en: "This message was sent already. Look into the conversation.",
    ru: "Это сообщение уже отправлено. Посмотрите в диалоге.",
    es: "Este mensaje ya se envió. Mire en la conversación.",
  },
  {
    en: "Only the colleague who wrote it, or an administrator, can take this message back.",
    ru: "Отозвать это сообщение может только его автор или администратор.",
    es: "Solo el compañero que lo escribió, o un administrador, puede retirar este mensaje.",
  },
  {
    en: "This message is being sent just now and cannot be taken back.",
    ru: "Это сообщение как раз отправляется, отозвать его уже нельзя.",
    es: "Este mensaje se está enviando en este momento y ya no se puede retirar.",
  },
  {
    en: "Choose a period of at most a year.",
    ru: "Выберите период не длиннее года.",
    es: "Elija un período de un año como máximo.",
  },
  {
    en: "{address} wants no more letters made of templates.",
    ru: "{address}: отписка от писем по шаблонам.",
    es: "{address} no quiere más correos hechos con plantillas.",
  },
  {
    en: "{address} called a letter of ours spam, as their provider reports: no more letters made of templates go there.",
    ru: "{address}: провайдер сообщил о жалобе на спам. Писем по шаблонам сюда больше не отправляем.",
    es: "{address} marcó un correo nuestro como spam, según su proveedor: no se le enviarán más correos hechos con plantillas.",
  },
  {
    en: "{address} may be sent letters made of templates again.",
    ru: "{address}: письма по шаблонам снова можно отправлять.",
    es: "A {address} se le pueden volver a enviar correos hechos con plantillas.",
  },
  {
    en: "The customer unsubscribed on {day}: {address} wants no letters made of templates. A personal letter can be written all the same.",
    ru: "Клиент отписался {day}: на {address} нельзя отправлять письма по шаблонам. Личное письмо написать можно.",
    es: "El cliente canceló la suscripción el {day}: {address} no quiere correos hechos con plantillas. Un correo personal sí se puede escribir.",
  },
  {
    en: "The customer complained to their provider on {day}: {address} called a letter of ours spam and is sent no letters made of templates. A personal letter can be written all the same.",
    ru: "Клиент пожаловался на спам своему провайдеру {day}: на {address} нельзя отправлять письма по шаблонам. Личное письмо написать можно.",
    es: "El cliente se quejó ante su proveedor el {day}: {address} marcó un correo nuestro como spam y no recibe correos hechos con plantillas. Un correo personal sí se puede escribir.",
  },
  {
    en: "Customers unsubscribed: {addresses} want no letters made of templates. Take these addresses off, or write a personal letter.",
    ru: "Клиенты отписались: на {addresses} нельзя отправлять письма по шаблонам. Уберите эти адреса или напишите личное письмо.",
    es: "Hay clientes que cancelaron la suscripción: {addresses} no quieren correos hechos con plantillas. Quite estas direcciones o escriba un correo personal.",
  },
  {
    en: "This is a mailbox that is connected here, so it is the company's own already.",
    ru: "Этот ящик подключён здесь, он и так считается адресом компании.",
    es: "Este buzón está conectado aquí, así que ya cuenta como de la empresa.",
  },
  {
    en: "This mailbox is connected already.",
    ru: "Этот почтовый ящик уже подключён.",
    es: "Este buzón ya está conectado.",
  },
  {
    en: "There is no such employee, or they no longer work there.",
    ru: "Такого сотрудника нет или он больше не работает.",
    es: "No existe ese empleado o ya no trabaja allí.",
  },
  {
    en: "The invitation stands, but Bitrix24 could not notify them. Tell them to open Threadline in Bitrix24: they find it there.",
    ru: "Приглашение сохранено, но Битрикс24 не смог уведомить сотрудника. Попросите его открыть Threadline в Битрикс24: приглашение ждёт там.",
    es: "La invitación queda hecha, pero Bitrix24 no pudo avisarle. Dígale que abra Threadline en Bitrix24: allí la encuentra.",
  },
];

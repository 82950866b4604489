import type { Localised } from "../../domain/localised.ts";

export const viberSentences: readonly Localised[] = [
  {
    en: "Viber sends messages to https addresses only, and this server has none. Set PUBLIC_URL to its https address and press “Reconnect”.",
    ru: "Viber отправляет сообщения только на адреса https, а у этого сервера такого нет. Задайте в PUBLIC_URL его адрес https и нажмите «Подключить заново».",
    es: "Viber solo envía mensajes a direcciones https y este servidor no tiene ninguna. Ponga en PUBLIC_URL su dirección https y pulse «Conectar de nuevo».",
  },
  {
    en: "Viber shows at most {most} rows of buttons; this message has {count}. Take some away.",
    ru: "Viber показывает не больше {most} рядов кнопок, а в этом сообщении их {count}. Уберите лишние.",
    es: "Viber muestra como máximo {most} filas de botones; este mensaje tiene {count}. Quite algunas.",
  },
  {
    en: "A button needs words, at most {most} characters of them. Change the buttons.",
    ru: "На кнопке должен быть текст не длиннее {most} знаков. Измените кнопки.",
    es: "Un botón necesita un texto de {most} caracteres como máximo. Cambie los botones.",
  },
  {
    en: "A button's link must start with https:// or http://. Change the link.",
    ru: "Ссылка на кнопке должна начинаться с https:// или http://. Измените её.",
    es: "El enlace de un botón debe empezar por https:// o http://. Cámbielo.",
  },
  {
    en: "Viber named a place of the file that is not Viber's own, so it was not opened.",
    ru: "Viber указал место файла, которое ему не принадлежит, поэтому файл не открыт.",
    es: "Viber indicó una ubicación del archivo que no es suya, así que no se abrió.",
  },
  {
    en: "Viber sent us on to a place that is not its own, so the file was not opened.",
    ru: "Viber перенаправил на чужой адрес, поэтому файл не открыт.",
    es: "Viber redirigió a una dirección que no es suya, así que el archivo no se abrió.",
  },
  {
    en: "Viber sent us from place to place, and the file was at none of them.",
    ru: "Viber перенаправлял с адреса на адрес, но файла нигде не оказалось.",
    es: "Viber redirigió de una dirección a otra y el archivo no estaba en ninguna.",
  },
  {
    en: "Viber cannot be reached. The file will be asked for again.",
    ru: "Viber недоступен. Файл будет запрошен ещё раз.",
    es: "No se puede acceder a Viber. El archivo se pedirá otra vez.",
  },
  {
    en: "Viber had an error ({status}). The file will be asked for again.",
    ru: "Ошибка на стороне Viber ({status}). Файл будет запрошен ещё раз.",
    es: "Viber tuvo un error ({status}). El archivo se pedirá otra vez.",
  },
  {
    en: "Viber no longer has this file. Ask the customer to send it again.",
    ru: "У Viber больше нет этого файла. Попросите клиента прислать его снова.",
    es: "Viber ya no tiene este archivo. Pida al cliente que lo envíe de nuevo.",
  },
  {
    en: "Viber does not accept this bot's token. Copy it anew in Viber (More, Settings, Bots, Edit info, Your app key) and enter it in the settings.",
    ru: "Viber не принимает токен этого бота. Скопируйте его заново в Viber («Ещё», «Настройки», «Боты», «Изменить информацию», «Ваш ключ приложения») и введите в настройках.",
    es: "Viber no acepta el token de este bot. Cópielo de nuevo en Viber (Más, Ajustes, Bots, Editar información, Su clave de aplicación) e introdúzcalo en los ajustes.",
  },
  {
    en: "Viber has blocked this bot. Write to Viber's support to have it opened again.",
    ru: "Viber заблокировал этого бота. Напишите в поддержку Viber, чтобы его разблокировали.",
    es: "Viber ha bloqueado este bot. Escriba al soporte de Viber para que lo vuelvan a abrir.",
  },
  {
    en: "The token belongs to no Viber bot any more. Enter the token of a bot that exists.",
    ru: "Этому токену больше не соответствует ни один бот Viber. Введите токен существующего бота.",
    es: "El token ya no pertenece a ningún bot de Viber. Introduzca el token de un bot que exista.",
  },
  {
    en: "Viber has suspended this bot. Write to Viber's support to have it opened again.",
    ru: "Viber приостановил этого бота. Напишите в поддержку Viber, чтобы его включили.",
    es: "Viber ha suspendido este bot. Escriba al soporte de Viber para que lo vuelvan a abrir.",
  },
  {
    en: "Viber has no webhook for this bot, so it takes no messages for it. Press “Reconnect” in the settings.",
    ru: "У Viber нет вебхука для этого бота, поэтому он не принимает для него сообщений. Нажмите «Подключить заново» в настройках.",
    es: "Viber no tiene webhook para este bot, así que no acepta mensajes para él. Pulse «Conectar de nuevo» en los ajustes.",
  },
  {
    en: "Viber has not authorised this bot to write. Write to Viber's support.",
    ru: "Viber не разрешил этому боту писать. Напишите в поддержку Viber.",
    es: "Viber no autorizó a este bot a escribir. Escriba al soporte de Viber.",
  },
  {
    en: "Viber says that this bot may not send messages of this kind. Write to Viber's support.",
    ru: "Viber говорит, что этому боту нельзя отправлять такие сообщения. Напишите в поддержку Viber.",
    es: "Viber dice que este bot no puede enviar mensajes de este tipo. Escriba al soporte de Viber.",
  },
  {
    en: "Viber could not use the address of the file. Check that PUBLIC_URL can be reached from the internet.",
    ru: "Viber не смог использовать адрес файла. Проверьте, что PUBLIC_URL доступен из интернета.",
    es: "Viber no pudo usar la dirección del archivo. Compruebe que se puede acceder a PUBLIC_URL desde internet.",
  },
  {
    en: "Viber does not take a message of this form. Change it and send it again.",
    ru: "Viber не принимает сообщение в таком виде. Измените его и отправьте снова.",
    es: "Viber no acepta un mensaje así. Cámbielo y envíelo de nuevo.",
  },
  {
    en: "Viber misses something in this message. Change it and send it again.",
    ru: "Viber чего-то не хватает в этом сообщении. Измените его и отправьте снова.",
    es: "A Viber le falta algo en este mensaje. Cámbielo y envíelo de nuevo.",
  },
  {
    en: "The customer's Viber account no longer exists. Use another channel to reach them.",
    ru: "Аккаунта клиента в Viber больше нет. Свяжитесь с ним по другому каналу.",
    es: "La cuenta de Viber del cliente ya no existe. Use otro canal para contactarlo.",
  },
  {
    en: "The customer is not subscribed to the bot (never wrote, or unsubscribed). Viber lets a bot write only after they write to it.",
    ru: "Клиент не подписан на бота (ни разу не писал или отписался). В Viber бот может писать только после сообщения от клиента.",
    es: "El cliente no está suscrito al bot (nunca escribió o canceló la suscripción). Viber deja escribir a un bot solo después de que le escriban.",
  },
  {
    en: "The customer's Viber is too old or on a device that shows no bots. Use another channel to reach them.",
    ru: "У клиента слишком старый Viber или устройство, где боты не показываются. Свяжитесь с ним по другому каналу.",
    es: "El Viber del cliente es demasiado antiguo o está en un dispositivo que no muestra bots. Use otro canal para contactarlo.",
  },
  {
    en: "The customer's Viber is too old for this message. Send it without the button that asks for a number.",
    ru: "У клиента слишком старый Viber для этого сообщения. Отправьте его без кнопки, которая спрашивает номер.",
    es: "El Viber del cliente es demasiado antiguo para este mensaje. Envíelo sin el botón que pide el número.",
  },
  {
    en: "The customer's Viber cannot show a part of this message. Send it without buttons.",
    ru: "Viber клиента не может показать часть этого сообщения. Отправьте его без кнопок.",
    es: "El Viber del cliente no puede mostrar una parte de este mensaje. Envíelo sin botones.",
  },
  {
    en: "Viber does not allow this message in this chat.",
    ru: "Viber не разрешает это сообщение в этом чате.",
    es: "Viber no permite este mensaje en este chat.",
  },
  {
    en: "Viber does not allow this bot to write into this chat.",
    ru: "Viber не разрешает этому боту писать в этот чат.",
    es: "Viber no permite que este bot escriba en este chat.",
  },
  {
    en: "Viber says that this bot has no chat it could write to.",
    ru: "Viber говорит, что у этого бота нет чата, куда он мог бы писать.",
    es: "Viber dice que este bot no tiene ningún chat al que pueda escribir.",
  },
  {
    en: "Viber does not let this bot send to many people at once.",
    ru: "Viber не даёт этому боту отправлять сообщения сразу многим.",
    es: "Viber no permite que este bot envíe a muchas personas a la vez.",
  },
  {
    en: "Viber does not deliver messages of this bot to the customer's country.",
    ru: "Viber не доставляет сообщения этого бота в страну клиента.",
    es: "Viber no entrega mensajes de este bot en el país del cliente.",
  },
  {
    en: "The bot has used up this month's free messages outside of a talk. It can answer when the customer writes again.",
    ru: "Бесплатные сообщения бота вне диалога на этот месяц закончились. Он сможет ответить, когда клиент напишет снова.",
    es: "El bot agotó los mensajes gratuitos de este mes fuera de una conversación. Podrá responder cuando el cliente vuelva a escribir.",
  },
  {
    en: "The bot's balance at Viber is used up. It can answer when the customer writes again, or after payment.",
    ru: "Баланс бота в Viber исчерпан. Он сможет ответить, когда клиент напишет снова, или после оплаты.",
    es: "El saldo del bot en Viber se agotó. Podrá responder cuando el cliente vuelva a escribir o tras un pago.",
  },
  {
    en: "Viber cannot be reached ({reason:ours}). The message has not left and will be tried again.",
    ru: "Viber недоступен ({reason}). Сообщение не ушло, будет ещё попытка.",
    es: "No se puede acceder a Viber ({reason}). El mensaje no salió y se intentará otra vez.",
  },
  {
    en: "Other messages of this bot go first, to keep Viber's limits. The message will be sent after them.",
    ru: "Чтобы не превысить лимиты Viber, сначала уходят другие сообщения этого бота. Это будет отправлено после них.",
    es: "Para respetar los límites de Viber, antes salen otros mensajes de este bot. El mensaje se enviará después.",
  },
  {
    en: "Viber cannot be reached{reason:ours}. It will be tried again.",
    ru: "Viber недоступен{reason}. Будет ещё попытка.",
    es: "No se puede acceder a Viber{reason}. Se intentará otra vez.",
  },
  {
    en: "Viber asks for a pause. It will be tried again.",
    ru: "Viber просит паузу. Будет ещё попытка.",
    es: "Viber pide una pausa. Se intentará otra vez.",
  },
  {
    en: "Viber could not reach this server at its webhook address. Check PUBLIC_URL: it must be https, on the internet, with a certificate that is not self-signed.",
    ru: "Viber не смог обратиться к этому серверу по адресу вебхука. Проверьте PUBLIC_URL: нужен адрес https, доступный из интернета, с сертификатом не самоподписанным.",
    es: "Viber no pudo acceder a este servidor por su webhook. Revise PUBLIC_URL: debe ser https, en internet y con un certificado que no sea autofirmado.",
  },
  {
    en: "Viber refused to connect the bot: {reason}.",
    ru: "Viber отказался подключить бота: {reason}.",
    es: "Viber se negó a conectar el bot: {reason}.",
  },
  {
    en: "The message is too large for Viber, its buttons counted. Shorten it or take buttons away.",
    ru: "Сообщение вместе с кнопками слишком большое для Viber. Сократите его или уберите кнопки.",
    es: "El mensaje es demasiado grande para Viber, contando los botones. Acórtelo o quite botones.",
  },
  {
    en: "Viber takes contacts with a phone number only. Send the contact as text instead.",
    ru: "Viber принимает только контакты с номером телефона. Отправьте контакт текстом.",
    es: "Viber solo admite contactos con número de teléfono. Envíe el contacto como texto.",
  },
  {
    en: "{name:ours} cannot be sent: Viber takes no files of the type .{extension}. Send a link to it instead.",
    ru: "{name}: отправить нельзя, Viber не принимает файлы .{extension}. Отправьте ссылку на файл.",
    es: "{name}: no se puede enviar, Viber no admite archivos .{extension}. Envíe un enlace.",
  },
  {
    en: "{name:ours} is too big: it has {size} MB, and Viber takes up to {limit} MB. Send a link to it instead.",
    ru: "{name}: слишком большой размер, {size} МБ, а Viber принимает до {limit} МБ. Отправьте ссылку на файл.",
    es: "{name}: es demasiado grande, tiene {size} MB y Viber admite hasta {limit} MB. Envíe un enlace.",
  },
  {
    en: "The customer subscribed to the bot.",
    ru: "Клиент подписался на бота.",
    es: "El cliente se suscribió al bot.",
  },
  {
    en: "The customer unsubscribed from the bot. Messages reach them again after they write.",
    ru: "Клиент отписался от бота. Сообщения снова дойдут до него, когда он напишет.",
    es: "El cliente canceló la suscripción al bot. Los mensajes le llegarán de nuevo cuando escriba.",
  },
  {
    en: "Viber could not show the message to the customer{why}. Send it in another form.",
    ru: "Viber не смог показать сообщение клиенту{why}. Отправьте его в другом виде.",
    es: "Viber no pudo mostrar el mensaje al cliente{why}. Envíelo de otra forma.",
  },
  {
    en: "This conversation does not belong to a Viber chat.",
    ru: "Этот диалог не относится к чату Viber.",
    es: "Esta conversación no pertenece a un chat de Viber.",
  },
  {
    en: "Viber fetches files from this server, and there is no address for this one. Send a link to it instead.",
    ru: "Viber сам забирает файлы с этого сервера, а адреса для этого файла нет. Отправьте ссылку на него.",
    es: "Viber toma los archivos de este servidor y este no tiene dirección. Envíe un enlace.",
  },
  { en: "The bot “{name}”", ru: "Бот «{name}»", es: "El bot «{name}»" },
  { en: "Viber did not answer in time", ru: "Viber не ответил вовремя", es: "Viber no respondió a tiempo" },
  {
    en: "Viber's answer could not be read",
    ru: "ответ Viber не удалось прочитать",
    es: "no se pudo leer la respuesta de Viber",
  },
  {
    en: "the answer had status {status} and was not Viber's",
    ru: "ответ с кодом {status} пришёл не от Viber",
    es: "la respuesta tenía el estado {status} y no era de Viber",
  },
  {
    en: "Viber answered “{words}” ({status})",
    ru: "Viber ответил «{words}» ({status})",
    es: "Viber respondió «{words}» ({status})",
  },
  {
    en: "Viber takes 100 messages an hour to a customer who does not answer, and they are used up. The message will be sent when the customer has answered, or within the hour.",
    ru: "Клиенту, который не отвечает, в Viber можно отправить 100 сообщений в час, и они исчерпаны. Сообщение будет отправлено, когда клиент ответит, или в течение часа.",
    es: "Viber acepta 100 mensajes por hora a un cliente que no responde, y se han agotado. El mensaje se enviará cuando el cliente responda o dentro de una hora.",
  },
  {
    en: "This is not a bot's token. It looks like 445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9.",
    ru: "Это не токен бота. Он выглядит как 445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9.",
    es: "Esto no es el token de un bot. Tiene la forma 445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9.",
  },
  {
    en: "must be an address that starts with https://",
    ru: "нужен адрес, который начинается с https://",
    es: "debe ser una dirección que empiece por https://",
  },
  {
    en: "Viber shows up to {limit} characters",
    ru: "Viber показывает до {limit} знаков",
    es: "Viber muestra hasta {limit} caracteres",
  },
];

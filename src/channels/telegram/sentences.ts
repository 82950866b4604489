import type { Localised } from "../../domain/localised.ts";

export const telegramSentences: readonly Localised[] = [
  {
    en: "A button has no text. Write what it says.",
    ru: "На кнопке нет текста. Напишите его.",
    es: "Un botón no tiene texto. Escriba lo que dice.",
  },
  {
    en: "Telegram shows links or answers under one message, not both. Send them as two messages.",
    ru: "Под одним сообщением Telegram показывает либо ссылки, либо ответы. Отправьте их двумя сообщениями.",
    es: "Telegram muestra bajo un mensaje enlaces o respuestas, no ambos. Envíelos en dos mensajes.",
  },
  {
    en: "A button's link is not a web address. It begins with https://.",
    ru: "Ссылка на кнопке не похожа на веб-адрес. Она начинается с https://.",
    es: "El enlace de un botón no es una dirección web. Empieza por https://.",
  },
  {
    en: "In chats of a business account Telegram shows buttons with links only. Write the choices as text.",
    ru: "В чатах бизнес-аккаунта Telegram показывает только кнопки со ссылками. Перечислите варианты текстом.",
    es: "En los chats de una cuenta de empresa, Telegram solo muestra botones con enlaces. Escriba las opciones como texto.",
  },
  {
    en: "In a group Telegram lets nobody be asked for their number. Ask them in a chat of their own.",
    ru: "В группе Telegram не позволяет спрашивать номер. Спросите его в личном чате.",
    es: "En un grupo, Telegram no permite pedir el número a nadie. Pídalo en un chat privado.",
  },
  {
    en: "{sentence:ours} Its beginning was changed already.",
    ru: "{sentence} Его начало уже изменено.",
    es: "{sentence} Su comienzo ya se cambió.",
  },
  {
    en: "Telegram cannot be reached{reason:ours}. It will be tried again.",
    ru: "Telegram недоступен{reason}. Будет ещё попытка.",
    es: "No se puede acceder a Telegram{reason}. Se intentará otra vez.",
  },
  {
    en: "Telegram is busy (error {code}). It will be tried again.",
    ru: "Telegram занят (ошибка {code}). Будет ещё попытка.",
    es: "Telegram está ocupado (error {code}). Se intentará otra vez.",
  },
  {
    en: "Telegram does not accept this server's address: {reason}. Check PUBLIC_URL and its certificate.",
    ru: "Telegram не принимает адрес этого сервера: {reason}. Проверьте PUBLIC_URL и его сертификат.",
    es: "Telegram no acepta la dirección de este servidor: {reason}. Revise PUBLIC_URL y su certificado.",
  },
  {
    en: "Telegram refused to connect the bot: {reason}.",
    ru: "Telegram отказался подключить бота: {reason}.",
    es: "Telegram se negó a conectar el bot: {reason}.",
  },
  {
    en: "Up to 64 Latin letters, digits, _ and -. It stands in the chat and in the facts of the conversation.",
    ru: "До 64 латинских букв, цифр, знаков _ и -. Метка видна в чате и в данных диалога.",
    es: "Hasta 64 letras latinas, cifras, _ y -. Aparece en el chat y en los datos de la conversación.",
  },
  {
    en: "Telegram gives bots files up to 20 MB only; this one is larger or no longer kept.",
    ru: "Telegram отдаёт ботам файлы только до 20 МБ; этот больше или уже не хранится.",
    es: "Telegram solo da a los bots archivos de hasta 20 MB; este es mayor o ya no se conserva.",
  },
  {
    en: "Telegram named a place of the file that cannot be opened from here.",
    ru: "Telegram указал место файла, которое нельзя открыть отсюда.",
    es: "Telegram indicó una ubicación del archivo que no se puede abrir desde aquí.",
  },
  {
    en: "Telegram asks for a pause before it gives the file.",
    ru: "Telegram просит паузу, прежде чем отдать файл.",
    es: "Telegram pide una pausa antes de dar el archivo.",
  },
  {
    en: "Telegram does not accept the bot's token, so the file cannot be fetched yet.",
    ru: "Telegram не принимает токен бота, поэтому файл пока не получить.",
    es: "Telegram no acepta el token del bot, así que el archivo aún no se puede obtener.",
  },
  {
    en: "Telegram had an error ({code}). The file will be asked for again.",
    ru: "Ошибка на стороне Telegram ({code}). Файл будет запрошен ещё раз.",
    es: "Telegram tuvo un error ({code}). El archivo se pedirá otra vez.",
  },
  {
    en: "Telegram gives bots files up to 20 MB; this one is larger. Ask the customer to send it another way.",
    ru: "Telegram отдаёт ботам файлы до 20 МБ, а этот больше. Попросите клиента прислать его иначе.",
    es: "Telegram da a los bots archivos de hasta 20 MB y este es mayor. Pida al cliente que lo envíe de otra forma.",
  },
  {
    en: "Telegram no longer has this file. Ask the customer to send it again.",
    ru: "У Telegram больше нет этого файла. Попросите клиента прислать его снова.",
    es: "Telegram ya no tiene este archivo. Pida al cliente que lo envíe de nuevo.",
  },
  {
    en: "Telegram no longer accepts this bot's token. Take the current one from @BotFather (/mybots, then “API Token”) and enter it in the settings.",
    ru: "Telegram больше не принимает токен этого бота. Возьмите действующий у @BotFather (/mybots, затем «API Token») и введите его в настройках.",
    es: "Telegram ya no acepta el token de este bot. Tome el actual de @BotFather (/mybots y luego «API Token») e introdúzcalo en los ajustes.",
  },
  {
    en: "Telegram cannot be reached ({reason:ours}). The message has not left and will be tried again.",
    ru: "Telegram недоступен ({reason}). Сообщение не ушло, будет ещё попытка.",
    es: "No se puede acceder a Telegram ({reason}). El mensaje no salió y se intentará otra vez.",
  },
  {
    en: "Telegram asks for a pause of {seconds} s. The message will be sent after it.",
    ru: "Telegram просит паузу {seconds} с. После неё сообщение будет отправлено.",
    es: "Telegram pide una pausa de {seconds} s. El mensaje se enviará después.",
  },
  {
    en: "The bot may answer for a business account only within 24 hours of the customer's message. Answer from the account itself.",
    ru: "От имени бизнес-аккаунта бот может отвечать только 24 часа после сообщения клиента. Ответьте из самого аккаунта.",
    es: "El bot solo puede responder por una cuenta de empresa en las 24 horas siguientes al mensaje del cliente. Responda desde la propia cuenta.",
  },
  {
    en: "The business account does not let the bot answer for it any more. Its owner can allow it in Telegram: Settings, Business, Chatbots.",
    ru: "Бизнес-аккаунт больше не разрешает боту отвечать. Владелец может разрешить это в Telegram: «Настройки», «Telegram для бизнеса», «Чат-боты».",
    es: "La cuenta de empresa ya no permite que el bot responda por ella. Su titular puede permitirlo en Telegram: Ajustes, Telegram Business, Chatbots.",
  },
  {
    en: "The customer has blocked the bot. Use another channel to reach them.",
    ru: "Клиент заблокировал бота. Свяжитесь с ним по другому каналу.",
    es: "El cliente ha bloqueado el bot. Use otro canal para contactarlo.",
  },
  {
    en: "The customer's Telegram account no longer exists. Use another channel to reach them.",
    ru: "Аккаунта клиента в Telegram больше нет. Свяжитесь с ним по другому каналу.",
    es: "La cuenta de Telegram del cliente ya no existe. Use otro canal para contactarlo.",
  },
  {
    en: "Telegram lets a bot write only to people who wrote to it first. Ask the customer to open the bot and press Start.",
    ru: "В Telegram бот может писать только тем, кто написал ему первым. Попросите клиента открыть бота и нажать «Старт».",
    es: "Telegram deja que un bot escriba solo a quien le escribió antes. Pida al cliente que abra el bot y pulse Iniciar.",
  },
  {
    en: "This chat is with another bot, and bots cannot write to each other.",
    ru: "Это чат с другим ботом, а боты не могут писать друг другу.",
    es: "Este chat es con otro bot, y los bots no pueden escribirse entre sí.",
  },
  {
    en: "The bot is no longer in this group. Add it again to write there.",
    ru: "Бота больше нет в этой группе. Чтобы писать туда, добавьте его снова.",
    es: "El bot ya no está en este grupo. Añádalo de nuevo para escribir allí.",
  },
  {
    en: "The group became a supergroup and goes on as a new conversation. Answer there.",
    ru: "Группа стала супергруппой и продолжается как новый диалог. Ответьте там.",
    es: "El grupo pasó a ser un supergrupo y sigue como una conversación nueva. Responda allí.",
  },
  {
    en: "Telegram does not know this chat. The customer may have deleted their account or never opened this bot.",
    ru: "Telegram не знает этого чата. Клиент мог удалить аккаунт или ни разу не открывать этого бота.",
    es: "Telegram no conoce este chat. Puede que el cliente haya eliminado su cuenta o nunca abriera este bot.",
  },
  {
    en: "The customer does not accept voice messages. Write a text or send the recording as a file.",
    ru: "Клиент не принимает голосовые сообщения. Напишите текстом или отправьте запись файлом.",
    es: "El cliente no acepta mensajes de voz. Escriba un texto o envíe la grabación como archivo.",
  },
  {
    en: "The bot is not allowed to write this in the group. A group administrator can allow it.",
    ru: "Боту нельзя писать такое в этой группе. Разрешить может её администратор.",
    es: "El bot no tiene permiso para escribir esto en el grupo. Un administrador del grupo puede permitirlo.",
  },
  {
    en: "The text under the file is too long for Telegram. Shorten it or send it as a separate message.",
    ru: "Подпись к файлу слишком длинная для Telegram. Сократите её или отправьте отдельным сообщением.",
    es: "El texto bajo el archivo es demasiado largo para Telegram. Acórtelo o envíelo en un mensaje aparte.",
  },
  {
    en: "The text is too long for Telegram. Shorten it.",
    ru: "Текст слишком длинный для Telegram. Сократите его.",
    es: "El texto es demasiado largo para Telegram. Acórtelo.",
  },
  {
    en: "The message has no text that Telegram could show.",
    ru: "В сообщении нет текста, который мог бы показать Telegram.",
    es: "El mensaje no tiene texto que Telegram pueda mostrar.",
  },
  {
    en: "The file is too big: Telegram takes files of up to 50 MB from bots. Send a link to it instead.",
    ru: "Файл слишком большой: от ботов Telegram принимает файлы до 50 МБ. Отправьте ссылку на него.",
    es: "El archivo es demasiado grande: Telegram acepta de los bots archivos de hasta 50 MB. Envíe un enlace.",
  },
  {
    en: "The file is empty. Attach it again.",
    ru: "Файл пуст. Прикрепите его снова.",
    es: "El archivo está vacío. Adjúntelo de nuevo.",
  },
  {
    en: "Telegram does not accept this file. Attach it again.",
    ru: "Telegram не принимает этот файл. Прикрепите его снова.",
    es: "Telegram no acepta este archivo. Adjúntelo de nuevo.",
  },
  {
    en: "The message is no longer in the chat, so it cannot be changed.",
    ru: "Сообщения уже нет в чате, поэтому изменить его нельзя.",
    es: "El mensaje ya no está en el chat, así que no se puede cambiar.",
  },
  {
    en: "Telegram does not let this message be changed any more.",
    ru: "Telegram больше не позволяет изменить это сообщение.",
    es: "Telegram ya no permite cambiar este mensaje.",
  },
  {
    en: "Telegram lets a bot take back messages of the last 48 hours only. The customer still sees it.",
    ru: "В Telegram бот может отозвать сообщения только за последние 48 часов. Клиент по-прежнему его видит.",
    es: "Telegram deja que un bot retire solo mensajes de las últimas 48 horas. El cliente lo sigue viendo.",
  },
  {
    en: "The quoted message is no longer in the chat. Send the answer without the quote.",
    ru: "Цитируемого сообщения уже нет в чате. Отправьте ответ без цитаты.",
    es: "El mensaje citado ya no está en el chat. Envíe la respuesta sin la cita.",
  },
  {
    en: "The text holds characters that Telegram does not take. Type it again.",
    ru: "В тексте есть символы, которых Telegram не принимает. Наберите его заново.",
    es: "El texto tiene caracteres que Telegram no acepta. Escríbalo de nuevo.",
  },
  {
    en: "This location lies nowhere on Earth. Choose it again.",
    ru: "Такого места на Земле нет. Выберите его снова.",
    es: "Esta ubicación no está en la Tierra. Elíjala de nuevo.",
  },
  {
    en: "Telegram sends contact cards with a phone number only. Write the name and address as text.",
    ru: "Telegram отправляет только карточки контактов с номером телефона. Напишите имя и адрес текстом.",
    es: "Telegram solo envía tarjetas de contacto con número de teléfono. Escriba el nombre y la dirección como texto.",
  },
  {
    en: "Buttons stand under a text. Write what they are about.",
    ru: "Кнопки стоят под текстом. Напишите, о чём они.",
    es: "Los botones van bajo un texto. Escriba de qué tratan.",
  },
  {
    en: "Another program has registered a webhook for this bot and gets its messages. Stop it there, then connect the bot here again.",
    ru: "Другая программа зарегистрировала вебхук этого бота и получает его сообщения. Остановите её там и подключите бота здесь снова.",
    es: "Otro programa registró un webhook para este bot y recibe sus mensajes. Deténgalo allí y conecte el bot aquí de nuevo.",
  },
  {
    en: "Another program asks Telegram for this bot's messages at the same time. Stop it, or take a bot of its own for it.",
    ru: "Другая программа в то же время запрашивает у Telegram сообщения этого бота. Остановите её или заведите для неё другого бота.",
    es: "Otro programa pide a Telegram los mensajes de este bot al mismo tiempo. Deténgalo o use otro bot para él.",
  },
  {
    en: "Telegram's answer did not arrive. It will be tried again.",
    ru: "Ответ Telegram не пришёл. Будет ещё попытка.",
    es: "La respuesta de Telegram no llegó. Se intentará otra vez.",
  },
  {
    en: "It is not known under which number Telegram keeps this message, so nothing can be put on it.",
    ru: "Неизвестно, под каким номером Telegram хранит это сообщение, поэтому поставить на него ничего нельзя.",
    es: "No se sabe con qué número guarda Telegram este mensaje, así que no se le puede poner nada.",
  },
  {
    en: "Telegram lets a bot put no emoji on messages of a business account. Answer with the emoji as a message.",
    ru: "Telegram не даёт боту ставить эмодзи на сообщения бизнес-аккаунта. Ответьте этим эмодзи сообщением.",
    es: "Telegram no deja que un bot ponga emojis en mensajes de una cuenta de empresa. Responda con el emoji como mensaje.",
  },
  {
    en: "Telegram takes only these emoji on a message: {reactions}. Choose one of them.",
    ru: "Telegram принимает на сообщении только эти эмодзи: {reactions}. Выберите один из них.",
    es: "Telegram solo admite estos emojis en un mensaje: {reactions}. Elija uno de ellos.",
  },
  {
    en: "This conversation does not belong to a Telegram chat.",
    ru: "Этот диалог не относится к чату Telegram.",
    es: "Esta conversación no pertenece a un chat de Telegram.",
  },
  {
    en: "The group became a supergroup. Messages from before can be read here and not changed any more.",
    ru: "Группа стала супергруппой. Прежние сообщения можно читать здесь, но не менять.",
    es: "El grupo pasó a ser un supergrupo. Los mensajes de antes se pueden leer aquí y ya no cambiar.",
  },
  { en: "The customer opened the bot{by:ours}.", ru: "Клиент открыл бота{by}.", es: "El cliente abrió el bot{by}." },
  {
    en: "The customer can be written to again: they unblocked the bot.",
    ru: "Клиенту снова можно писать: он разблокировал бота.",
    es: "Ya se puede escribir de nuevo al cliente: desbloqueó el bot.",
  },
  {
    en: "{who:ours} added the bot to the group.",
    ru: "Бота добавили в группу: {who}.",
    es: "{who} añadió el bot al grupo.",
  },
  {
    en: "The customer blocked the bot: answers do not reach them any more.",
    ru: "Клиент заблокировал бота: ответы до него больше не доходят.",
    es: "El cliente bloqueó el bot: las respuestas ya no le llegan.",
  },
  {
    en: "{who:ours} removed the bot from the group: answers do not reach it any more.",
    ru: "Бота удалили из группы ({who}): ответы туда больше не доходят.",
    es: "{who} quitó el bot del grupo: las respuestas ya no llegan allí.",
  },
  {
    en: "{bot:ours} receives messages by polling, because our address is not https.",
    ru: "{bot} принимает сообщения опросом, потому что наш адрес не https.",
    es: "{bot} recibe mensajes por sondeo, porque nuestra dirección no es https.",
  },
  {
    en: "Telegram refused the message: {reason}",
    ru: "Telegram отклонил сообщение: {reason}",
    es: "Telegram rechazó el mensaje: {reason}",
  },
  { en: "The bot {address}", ru: "Бот {address}", es: "El bot {address}" },
  {
    en: "Only a part of the message was taken back. {sentence:ours}",
    ru: "Отозвана только часть сообщения. {sentence}",
    es: "Solo se retiró una parte del mensaje. {sentence}",
  },
  { en: " by the link “{mark}”", ru: " по ссылке «{mark}»", es: " por el enlace «{mark}»" },
  {
    en: "Telegram's answer could not be read",
    ru: "ответ Telegram не удалось прочитать",
    es: "no se pudo leer la respuesta de Telegram",
  },
  { en: "Telegram did not answer in time", ru: "Telegram не ответил вовремя", es: "Telegram no respondió a tiempo" },
  {
    en: "Telegram answered with error {code}",
    ru: "Telegram ответил ошибкой {code}",
    es: "Telegram respondió con el error {code}",
  },
  {
    en: "the answer had status {status} and was not Telegram's",
    ru: "ответ с кодом {status} пришёл не от Telegram",
    es: "la respuesta tenía el estado {status} y no era de Telegram",
  },
  { en: "Opens the chat with the bot", ru: "Открывает чат с ботом", es: "Abre el chat con el bot" },
  {
    en: "Opens the chat and tells where the customer came from",
    ru: "Открывает чат и сообщает, откуда пришёл клиент",
    es: "Abre el chat y dice de dónde vino el cliente",
  },
  { en: "Adds the bot to a group", ru: "Добавляет бота в группу", es: "Añade el bot a un grupo" },
  {
    en: "This is not a bot token. It looks like 123456789:AAF… and comes from @BotFather.",
    ru: "Это не токен бота. Он выглядит как 123456789:AAF… и выдаётся в @BotFather.",
    es: "Esto no es el token de un bot. Tiene la forma 123456789:AAF… y lo da @BotFather.",
  },
];

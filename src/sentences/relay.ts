import type { Localised } from "../domain/localised.ts";

/** What the pipelines say: of messages, of connections, and in the lines themselves. */
export const relaySentences: readonly Localised[] = [
  {
    en: "This is not what is expected here.",
    ru: "Здесь ожидается другое значение.",
    es: "Aquí se espera otro valor.",
  },
  {
    en: "Other accounts are being connected to this line at the same moment. Try again.",
    ru: "К этой линии прямо сейчас подключают другие каналы. Повторите.",
    es: "En este mismo momento se conectan otros canales a este canal abierto. Reintente.",
  },
  { en: "The call was withdrawn.", ru: "Запрос отозван.", es: "La llamada se retiró." },
  {
    en: "Not delivered: it was dropped when the account was switched on again. It can be retried by hand.",
    ru: "Не доставлено: сообщение отложили, когда канал включали снова. Его можно отправить вручную.",
    es: "No se entregó: se descartó al encender de nuevo el canal. Se puede enviar a mano.",
  },
  { en: 'There is no channel "{channel}".', ru: "Канала «{channel}» нет.", es: "No existe el canal «{channel}»." },
  {
    en: "The account could not be connected to the line.",
    ru: "Канал не удалось подключить к открытой линии.",
    es: "No se pudo conectar al canal abierto.",
  },
  {
    en: '"{name}" uses these credentials already. Change that account instead.',
    ru: "Эти данные уже использует «{name}». Измените тот канал.",
    es: "«{name}» ya usa estos datos de acceso. Cambie ese canal.",
  },
  {
    en: "Another Bitrix24 uses these credentials. Delete the account there first.",
    ru: "Эти данные использует другой Битрикс24. Сначала удалите канал там.",
    es: "Otro Bitrix24 usa estos datos de acceso. Elimine primero el canal allí.",
  },
  { en: "The message is empty.", ru: "Сообщение пустое.", es: "El mensaje está vacío." },
  {
    en: "The portal cannot be asked just now.",
    ru: "Сейчас не удаётся обратиться к Битрикс24.",
    es: "Ahora no se puede consultar a Bitrix24.",
  },
  {
    en: "The person was joined with another one just now.",
    ru: "Этого человека только что объединили с другим.",
    es: "Esta persona se acaba de unir con otra.",
  },
  { en: "The portal takes its time.", ru: "Битрикс24 отвечает медленно.", es: "Bitrix24 se toma su tiempo." },
  { en: "Somebody else is at it.", ru: "Этим уже занят другой процесс.", es: "Otro proceso ya se ocupa de ello." },
  {
    en: "{name}: its accounts differ in who makes leads and deals, so the line makes none.",
    ru: "«{name}»: у каналов этой линии разные правила о том, кто создаёт лиды и сделки, поэтому сама линия ничего не создаёт.",
    es: "{name}: sus canales difieren en quién crea prospectos y negociaciones, así que este canal abierto no crea nada.",
  },
  {
    en: "Another conversation of this person is at it.",
    ru: "Этим уже занят другой диалог этого же человека.",
    es: "De ello se ocupa otra conversación de esta persona.",
  },
  {
    en: "The portal's answer is still awaited.",
    ru: "Ответа Битрикс24 ещё нет.",
    es: "Aún se espera la respuesta de Bitrix24.",
  },
  {
    en: "The message that this changes was not delivered.",
    ru: "Сообщение, которое здесь меняют, не было доставлено.",
    es: "El mensaje que se cambia aquí no se entregó.",
  },
  {
    en: "The portal did not say what became of this message.",
    ru: "Битрикс24 не сообщил, что стало с этим сообщением.",
    es: "Bitrix24 no dijo qué pasó con este mensaje.",
  },
  {
    en: "The chat goes on under another id and is written to there.",
    ru: "Чат продолжается под другим номером, сообщение отправлено туда.",
    es: "El chat sigue con otro identificador y se escribe allí.",
  },
  {
    en: "The chat goes on as another conversation. Answer there.",
    ru: "Чат продолжается как другой диалог. Ответьте там.",
    es: "El chat sigue como otra conversación. Responda allí.",
  },
  {
    en: "The chat became another one at the messenger, which cannot change messages from before. Write a new message instead.",
    ru: "Чат в мессенджере стал другим, и прежние сообщения в нём изменить нельзя. Напишите новое сообщение.",
    es: "El chat pasó a ser otro en la mensajería, que no puede cambiar los mensajes de antes. Escriba un mensaje nuevo.",
  },
  {
    en: "It may have been delivered: the server stopped while it was being sent. Ask the customer before you send it again.",
    ru: "Возможно, доставлено: сервер остановился во время отправки. Прежде чем отправлять снова, уточните у клиента.",
    es: "Puede que se haya entregado: el servidor se detuvo mientras se enviaba. Pregunte al cliente antes de enviarlo otra vez.",
  },
  {
    en: "The message that this changes did not reach the customer.",
    ru: "Сообщение, которое здесь меняют, не дошло до клиента.",
    es: "El mensaje que se cambia aquí no llegó al cliente.",
  },
  {
    en: "It may have been delivered: an unexpected error happened while it was being sent.",
    ru: "Возможно, доставлено: во время отправки произошла неожиданная ошибка.",
    es: "Puede que se haya entregado: hubo un error inesperado mientras se enviaba.",
  },
  { en: "Type a name.", ru: "Введите имя.", es: "Escriba un nombre." },
  {
    en: "This is no phone number that can be called. Write it with the country code, like +44 20 7946 0018.",
    ru: "На такой номер нельзя позвонить. Укажите его с кодом страны, например +7 495 123-45-67.",
    es: "No es un número al que se pueda llamar. Escríbalo con el código de país, como +34 912 345 678.",
  },
  {
    en: "It may have been delivered: the connection to the messenger gave no answer. Ask the customer before you send it again.",
    ru: "Возможно, доставлено: соединение с мессенджером не ответило. Прежде чем отправлять снова, уточните у клиента.",
    es: "Puede que se haya entregado: la conexión con la mensajería no respondió. Pregunte al cliente antes de enviarlo otra vez.",
  },
  {
    en: "The file is at another process of this server, which does not share its data folder with this one.",
    ru: "Файл у другого процесса этого сервера, а папки данных у них разные.",
    es: "El archivo está en otro proceso de este servidor, que no comparte con este su carpeta de datos.",
  },
  { en: "The connection is being opened.", ru: "Соединение открывается.", es: "La conexión se está abriendo." },
  {
    en: "The connection to the messenger gave no answer. Try again in a moment.",
    ru: "Соединение с мессенджером не ответило. Повторите через минуту.",
    es: "La conexión con la mensajería no respondió. Reintente dentro de un momento.",
  },
  {
    en: "The connection to the messenger gave no answer. The change will be tried again.",
    ru: "Соединение с мессенджером не ответило. Изменение будет отправлено ещё раз.",
    es: "La conexión con la mensajería no respondió. El cambio se intentará otra vez.",
  },
  {
    en: "The connection to the messenger is not open just now. It will be tried again.",
    ru: "Соединение с мессенджером сейчас не открыто. Будет ещё попытка.",
    es: "La conexión con la mensajería no está abierta ahora. Se intentará otra vez.",
  },
  {
    en: "Logged out. Connect again to use this account.",
    ru: "Выполнен выход. Чтобы пользоваться каналом, подключите его заново.",
    es: "Sesión cerrada. Conecte de nuevo para usar este canal.",
  },
  {
    en: "The connection ended. It is opened again.",
    ru: "Соединение прервалось. Открываем его снова.",
    es: "La conexión terminó. Se abre de nuevo.",
  },
  {
    en: "The old connection does not end. Restart the server to connect again.",
    ru: "Старое соединение не завершается. Чтобы подключиться снова, перезапустите сервер.",
    es: "La conexión anterior no termina. Reinicie el servidor para conectar de nuevo.",
  },
  {
    en: "This connection asks for nothing.",
    ru: "Это соединение ничего не спрашивает.",
    es: "Esta conexión no pide nada.",
  },
  {
    en: "The file is larger than 100 MB and was left out.",
    ru: "Файл больше 100 МБ, поэтому он пропущен.",
    es: "El archivo supera los 100 MB y se omitió.",
  },
  {
    en: "The line's history shows that it did not arrive; sent again.",
    ru: "По истории линии видно, что сообщение не дошло; отправлено снова.",
    es: "El historial del canal abierto muestra que no llegó; se envió otra vez.",
  },
  {
    en: "It is not in the line's history yet; the portal may still be working on it.",
    ru: "В истории линии его ещё нет; возможно, Битрикс24 ещё обрабатывает его.",
    es: "Aún no está en el historial del canal abierto; puede que Bitrix24 siga con ello.",
  },
  {
    en: "The connection broke during the first message of this conversation, and the portal cannot be asked about a chat that we do not know yet.",
    ru: "Связь оборвалась на первом сообщении этого диалога, и спросить Битрикс24 о ещё неизвестном чате нельзя.",
    es: "La conexión se cortó en el primer mensaje de esta conversación y no se puede preguntar a Bitrix24 por un chat que aún no conocemos.",
  },
  {
    en: "It may have been delivered: the connection broke, and the portal does not let us read the line's history{reason:ours}.",
    ru: "Возможно, доставлено: связь оборвалась, а читать историю линии Битрикс24 не даёт{reason}.",
    es: "Puede que se haya entregado: la conexión se cortó y Bitrix24 no deja leer el historial del canal abierto{reason}.",
  },
  {
    en: "It may have been delivered: the connection broke, and the line's history holds similar messages that cannot be told apart.",
    ru: "Возможно, доставлено: связь оборвалась, а в истории линии есть похожие сообщения, и их не различить.",
    es: "Puede que se haya entregado: la conexión se cortó y en el historial del canal abierto hay mensajes parecidos que no se distinguen.",
  },
  { en: "{title:ours}, groups", ru: "{title}, группы", es: "{title}, grupos" },
  {
    en: "The message that this quotes did not reach the customer. Send that one again first, or answer without the quotation.",
    ru: "Цитируемое сообщение не дошло до клиента. Сначала отправьте его снова или ответьте без цитаты.",
    es: "El mensaje citado no llegó al cliente. Envíelo otra vez antes o responda sin la cita.",
  },
  {
    en: "That message did not reach the customer, so nobody would see the reaction. Send the message again first.",
    ru: "Это сообщение не дошло до клиента, и реакцию никто бы не увидел. Сначала отправьте его снова.",
    es: "Ese mensaje no llegó al cliente, así que nadie vería la reacción. Envíe antes el mensaje otra vez.",
  },
  {
    en: "It is not known whether that message reached the customer, so no reaction can be put on it. Answer with a message instead.",
    ru: "Неизвестно, дошло ли это сообщение до клиента, поэтому поставить реакцию нельзя. Ответьте сообщением.",
    es: "No se sabe si ese mensaje llegó al cliente, así que no se le puede poner una reacción. Responda con un mensaje.",
  },
  {
    en: "The messenger does not know that message any more, so no reaction can be put on it. Answer with a message instead.",
    ru: "Мессенджер больше не знает этого сообщения, поэтому поставить реакцию нельзя. Ответьте сообщением.",
    es: "La mensajería ya no conoce ese mensaje, así que no se le puede poner una reacción. Responda con un mensaje.",
  },
  {
    en: "This chat goes on as another conversation. Close this one and write there.",
    ru: "Этот чат продолжается как другой диалог. Закройте этот и пишите там.",
    es: "Este chat sigue como otra conversación. Cierre esta y escriba allí.",
  },
  {
    en: "The message from the CRM was not delivered.",
    ru: "Сообщение из CRM не доставлено.",
    es: "El mensaje del CRM no se entregó.",
  },
  {
    en: "The account that this was to be sent through is no longer connected.",
    ru: "Аккаунт, через который это нужно было отправить, больше не подключён.",
    es: "La cuenta por la que debía enviarse ya no está conectada.",
  },
  {
    en: "Messages through {channel}, by Threadline",
    ru: "Сообщения через {channel}, Threadline",
    es: "Mensajes por {channel}, con Threadline",
  },
  {
    en: 'The account "{name}" is switched off. Ask an administrator to switch it on, then send the message again.',
    ru: "Канал «{name}» выключен. Попросите администратора включить его и отправьте сообщение снова.",
    es: "El canal «{name}» está apagado. Pida a un administrador que lo encienda y envíe el mensaje otra vez.",
  },
  {
    en: "The message that this is about is no longer kept here.",
    ru: "Сообщение, к которому это относится, здесь больше не хранится.",
    es: "El mensaje al que se refiere ya no se conserva aquí.",
  },
  {
    en: "{what:ours} is larger than {size} MB and was left out.",
    ru: "{what}: размер больше {size} МБ, поэтому файл пропущен.",
    es: "{what}: supera {size} MB y se omitió.",
  },
  { en: "Connected.", ru: "Подключено.", es: "Conectado." },
  { en: "Connecting.", ru: "Подключаемся.", es: "Conectando." },
  {
    en: "Given up after a day of trying. {error:ours}",
    ru: "За сутки доставить не удалось, попытки прекращены. {error}",
    es: "Se abandonó tras un día de intentos. {error}",
  },
  {
    en: "The account is not connected. {sentence:ours}",
    ru: "Канал не подключён. {sentence}",
    es: "El canal no está conectado. {sentence}",
  },
  {
    en: "The line used before still shows the channel as connected. Disconnect it there by hand. {sentence:ours}",
    ru: "Прежняя открытая линия всё ещё показывает канал подключённым. Отключите его там вручную. {sentence}",
    es: "El canal abierto anterior aún muestra el canal como conectado. Desconéctelo allí a mano. {sentence}",
  },
  {
    en: 'The open line "{name}" does not agree with the rules. {why:ours}',
    ru: "Открытая линия «{name}» расходится с правилами. {why}",
    es: "El canal abierto «{name}» no concuerda con las reglas. {why}",
  },
  {
    en: "The connection to the messenger gave no answer. The message has not left yet and will be tried again.",
    ru: "Соединение с мессенджером не ответило. Сообщение ещё не ушло, будет ещё попытка.",
    es: "La conexión con la mensajería no respondió. El mensaje aún no salió y se intentará otra vez.",
  },
  {
    en: "The conversation goes on in {channel}, through {account}.",
    ru: "Разговор продолжается в {channel}, аккаунт {account}.",
    es: "La conversación sigue en {channel}, por {account}.",
  },
  {
    en: "The conversation goes on in {channel}, through {account}. {link}",
    ru: "Разговор продолжается в {channel}, аккаунт {account}. {link}",
    es: "La conversación sigue en {channel}, por {account}. {link}",
  },
  {
    en: "A colleague writes with this person already, and you may not read it. Ask an administrator for access.",
    ru: "С этим человеком уже переписывается коллега, и вам эта переписка не видна. Попросите доступ у администратора.",
    es: "Un compañero ya escribe con esta persona y usted no puede leerlo. Pida acceso a un administrador.",
  },
  {
    en: "The sign-in of this account is not there any more. Sign in again.",
    ru: "Входа этой учётной записи больше нет. Войдите ещё раз.",
    es: "El inicio de sesión de esta cuenta ya no existe. Inicie sesión otra vez.",
  },
  {
    en: "This server is not set up for this sign-in any more. Its operator has to set the client id and secret again.",
    ru: "Этот сервер больше не настроен для такого входа. Оператору нужно снова задать client id и секрет.",
    es: "Este servidor ya no está configurado para este inicio de sesión. Su operador debe indicar otra vez el id de cliente y el secreto.",
  },
  {
    en: "The sign-in could not be read just now. It will be tried again.",
    ru: "Прочитать вход сейчас не удалось. Будет ещё попытка.",
    es: "No se pudo leer el inicio de sesión en este momento. Se intentará otra vez.",
  },
  {
    en: "This sign-in cannot be used. Sign in again.",
    ru: "Этим входом воспользоваться нельзя. Войдите ещё раз.",
    es: "Este inicio de sesión no se puede usar. Inicie sesión otra vez.",
  },
];

import type { Localised } from "../../domain/localised.ts";

export const whatsappWebSentences: readonly Localised[] = [
  {
    en: "The account's connection to WhatsApp is not open here. The message waits and will be tried again.",
    ru: "Соединение аккаунта с WhatsApp здесь не открыто. Сообщение ждёт, будет ещё попытка.",
    es: "La conexión de la cuenta con WhatsApp no está abierta aquí. El mensaje espera y se intentará otra vez.",
  },
  {
    en: "The account's connection to WhatsApp is not open here. Try again soon.",
    ru: "Соединение аккаунта с WhatsApp здесь не открыто. Повторите чуть позже.",
    es: "La conexión de la cuenta con WhatsApp no está abierta aquí. Reintente pronto.",
  },
  {
    en: "The account's connection to WhatsApp is not open here.",
    ru: "Соединение аккаунта с WhatsApp здесь не открыто.",
    es: "La conexión de la cuenta con WhatsApp no está abierta aquí.",
  },
  {
    en: "WhatsApp is being opened for this account.",
    ru: "Открываем WhatsApp для этого аккаунта.",
    es: "Se está abriendo WhatsApp para esta cuenta.",
  },
  {
    en: "WhatsApp lets a message be changed for 15 minutes only. Send a correction as a new message.",
    ru: "В WhatsApp изменить сообщение можно только в течение 15 минут. Отправьте исправление новым сообщением.",
    es: "WhatsApp permite cambiar un mensaje solo durante 15 minutos. Envíe una corrección en un mensaje nuevo.",
  },
  {
    en: "WhatsApp lets a message be deleted for everyone for about two days only.",
    ru: "В WhatsApp удалить сообщение у всех можно только в течение примерно двух дней.",
    es: "WhatsApp permite eliminar un mensaje para todos solo durante unos dos días.",
  },
  {
    en: "WhatsApp does not have this message any more.",
    ru: "У WhatsApp больше нет этого сообщения.",
    es: "WhatsApp ya no tiene este mensaje.",
  },
  {
    en: "The new text is empty. Delete the message instead.",
    ru: "Новый текст пуст. Удалите сообщение.",
    es: "El texto nuevo está vacío. Elimine el mensaje.",
  },
  {
    en: "The message went out in another number of parts than the new text needs. Send a correction as a new message.",
    ru: "Сообщение ушло другим числом частей, чем нужно для нового текста. Отправьте исправление новым сообщением.",
    es: "El mensaje salió en otro número de partes que las que necesita el texto nuevo. Envíe una corrección en un mensaje nuevo.",
  },
  {
    en: "A reaction is one emoji. Choose one.",
    ru: "Реакция — это один эмодзи. Выберите его.",
    es: "Una reacción es un solo emoji. Elija uno.",
  },
  {
    en: "This message can be seen on the phone only.",
    ru: "Это сообщение видно только на телефоне.",
    es: "Este mensaje solo se puede ver en el teléfono.",
  },
  {
    en: "The customer is calling{how:ours}. It rings on the phone and cannot be answered here; whether somebody answers there may not be told.",
    ru: "Клиент звонит{how}. Звонок идёт на телефон, ответить здесь нельзя; ответит ли там кто-нибудь, может остаться неизвестным.",
    es: "El cliente está llamando{how}. Suena en el teléfono y aquí no se puede responder; puede que no se sepa si alguien responde allí.",
  },
  { en: "Missed {call:ours}.", ru: "Пропущено: {call}.", es: "Sin respuesta: {call}." },
  {
    en: "The customer's {call:ours} was declined on the phone.",
    ru: "На телефоне отклонено: {call} клиента.",
    es: "Se rechazó en el teléfono: {call} del cliente.",
  },
  {
    en: "The customer's {call:ours} was answered on the phone.",
    ru: "На телефоне отвечено: {call} клиента.",
    es: "Se respondió en el teléfono: {call} del cliente.",
  },
  {
    en: "WhatsApp has unlinked this device. Reconnect the account and scan the code with the phone.",
    ru: "WhatsApp отвязал это устройство. Подключите канал заново и отсканируйте код телефоном.",
    es: "WhatsApp desvinculó este dispositivo. Conecte el canal de nuevo y escanee el código con el teléfono.",
  },
  { en: "The account was unlinked here.", ru: "Аккаунт отвязан здесь.", es: "La cuenta se desvinculó aquí." },
  {
    en: "WhatsApp has restricted this number. Nothing is sent any more; open WhatsApp on the phone to see why.",
    ru: "WhatsApp ограничил этот номер. Больше ничего не отправляется; откройте WhatsApp на телефоне, чтобы узнать причину.",
    es: "WhatsApp restringió este número. Ya no se envía nada; abra WhatsApp en el teléfono para ver por qué.",
  },
  {
    en: "The code was not scanned in time. Reconnect the account to get a new one.",
    ru: "Код не отсканировали вовремя. Подключите канал заново, чтобы получить новый.",
    es: "El código no se escaneó a tiempo. Conecte el canal de nuevo para obtener otro.",
  },
  {
    en: "WhatsApp no longer takes this version of its page. Update Threadline.",
    ru: "WhatsApp больше не принимает эту версию своей страницы. Обновите Threadline.",
    es: "WhatsApp ya no acepta esta versión de su página. Actualice Threadline.",
  },
  {
    en: "WhatsApp does not accept connections from this server's network.",
    ru: "WhatsApp не принимает соединения из сети этого сервера.",
    es: "WhatsApp no acepta conexiones desde la red de este servidor.",
  },
  {
    en: "WhatsApp was opened elsewhere with the same session. It will be taken back soon.",
    ru: "WhatsApp открыт в другом месте с тем же сеансом. Скоро он будет возвращён сюда.",
    es: "WhatsApp se abrió en otro sitio con la misma sesión. Pronto se recuperará.",
  },
  {
    en: "The connection to WhatsApp was lost. It is being opened again.",
    ru: "Соединение с WhatsApp потеряно. Открываем его снова.",
    es: "Se perdió la conexión con WhatsApp. Se abre de nuevo.",
  },
  {
    en: "WhatsApp is not connected at the moment. The message waits and will be tried again.",
    ru: "WhatsApp сейчас не подключён. Сообщение ждёт, будет ещё попытка.",
    es: "WhatsApp no está conectado en este momento. El mensaje espera y se intentará otra vez.",
  },
  {
    en: "WhatsApp does not know this chat. Check the number on the phone.",
    ru: "WhatsApp не знает этого чата. Проверьте номер на телефоне.",
    es: "WhatsApp no conoce este chat. Compruebe el número en el teléfono.",
  },
  {
    en: "The connection to WhatsApp broke while the message was being sent. Look at the phone before you send it again.",
    ru: "Соединение с WhatsApp оборвалось во время отправки. Прежде чем отправлять снова, посмотрите на телефоне.",
    es: "La conexión con WhatsApp se cortó mientras se enviaba el mensaje. Mire el teléfono antes de enviarlo otra vez.",
  },
  {
    en: "WhatsApp asks for a pause (chat {chat}). The message waits and will be tried again.",
    ru: "WhatsApp просит паузу (чат {chat}). Сообщение ждёт, будет ещё попытка.",
    es: "WhatsApp pide una pausa (chat {chat}). El mensaje espera y se intentará otra vez.",
  },
  {
    en: "This number is not on WhatsApp, or WhatsApp does not let it be written to.",
    ru: "На этом номере нет WhatsApp, или WhatsApp не даёт ему писать.",
    es: "Este número no está en WhatsApp, o WhatsApp no permite escribirle.",
  },
  {
    en: "WhatsApp could not take this file. Send it in another format, or as a link.",
    ru: "WhatsApp не принял этот файл. Отправьте его в другом формате или ссылкой.",
    es: "WhatsApp no pudo aceptar este archivo. Envíelo en otro formato o como enlace.",
  },
  {
    en: "WhatsApp's page failed while the message was being sent. Look at the phone before you send it again.",
    ru: "Страница WhatsApp отказала во время отправки. Прежде чем отправлять снова, посмотрите на телефоне.",
    es: "La página de WhatsApp falló mientras se enviaba el mensaje. Mire el teléfono antes de enviarlo otra vez.",
  },
  {
    en: "WhatsApp did not deliver this message. Look at the phone before you send it again.",
    ru: "WhatsApp не доставил это сообщение. Прежде чем отправлять снова, посмотрите на телефоне.",
    es: "WhatsApp no entregó este mensaje. Mire el teléfono antes de enviarlo otra vez.",
  },
  { en: "Joined the group: {names:ours}.", ru: "Вступили в группу: {names}.", es: "Se unieron al grupo: {names}." },
  { en: "Left the group: {names:ours}.", ru: "Вышли из группы: {names}.", es: "Salieron del grupo: {names}." },
  {
    en: "A message came that could not be decrypted here. Read it on the phone.",
    ru: "Пришло сообщение, которое здесь не удалось расшифровать. Прочитайте его на телефоне.",
    es: "Llegó un mensaje que no se pudo descifrar aquí. Léalo en el teléfono.",
  },
  {
    en: "WhatsApp's library is not installed on this server: the operator must install whatsapp-web.js.",
    ru: "На этом сервере нет библиотеки WhatsApp: администратору сервера нужно установить whatsapp-web.js.",
    es: "La biblioteca de WhatsApp no está instalada en este servidor: su administrador debe instalar whatsapp-web.js.",
  },
  {
    en: "Chromium found no sandbox on this server: the operator must allow it user namespaces (Docker: compose.chromium.yaml shows how).",
    ru: "Chromium не нашёл на этом сервере песочницы: администратору сервера нужно разрешить ему user namespaces (для Docker см. compose.chromium.yaml).",
    es: "Chromium no encontró un entorno aislado en este servidor: su administrador debe permitirle user namespaces (en Docker, compose.chromium.yaml muestra cómo).",
  },
  {
    en: "WhatsApp's page could not be opened. It will be tried again.",
    ru: "Страницу WhatsApp не удалось открыть. Будет ещё попытка.",
    es: "No se pudo abrir la página de WhatsApp. Se intentará otra vez.",
  },
  {
    en: "WhatsApp has unlinked this device while it was away.",
    ru: "WhatsApp отвязал это устройство, пока оно было не на связи.",
    es: "WhatsApp desvinculó este dispositivo mientras estaba ausente.",
  },
  { en: "The account is not linked yet.", ru: "Аккаунт ещё не привязан.", es: "La cuenta aún no está vinculada." },
  {
    en: "{why:ours} Open WhatsApp on the phone, Linked devices, and scan the code.",
    ru: "{why} Откройте на телефоне WhatsApp, «Связанные устройства», и отсканируйте код.",
    es: "{why} Abra WhatsApp en el teléfono, Dispositivos vinculados, y escanee el código.",
  },
  {
    en: "Linked. Messages come and go.",
    ru: "Привязано. Сообщения приходят и уходят.",
    es: "Vinculado. Los mensajes van y vienen.",
  },
  {
    en: "WhatsApp's page has lost its connection and is trying again.",
    ru: "Страница WhatsApp потеряла связь и пытается снова.",
    es: "La página de WhatsApp perdió la conexión y lo intenta de nuevo.",
  },
  {
    en: "WhatsApp cannot be asked at the moment. The file will be asked for again.",
    ru: "WhatsApp сейчас не отвечает. Файл будет запрошен ещё раз.",
    es: "No se puede consultar a WhatsApp en este momento. El archivo se pedirá otra vez.",
  },
  {
    en: "Whether this number is on WhatsApp could not be checked: {why:ours}.",
    ru: "Не удалось проверить, есть ли этот номер в WhatsApp: {why}.",
    es: "No se pudo comprobar si este número está en WhatsApp: {why}.",
  },
  {
    en: "Nobody is on WhatsApp with the number +{digits}.",
    ru: "В WhatsApp нет номера +{digits}.",
    es: "Nadie en WhatsApp tiene el número +{digits}.",
  },
  {
    en: "The file is larger than 100 MB. Open it on the phone.",
    ru: "Файл больше 100 МБ. Откройте его на телефоне.",
    es: "El archivo supera los 100 MB. Ábralo en el teléfono.",
  },
  {
    en: "WhatsApp finds people by a full phone number with its country code only.",
    ru: "WhatsApp ищет людей только по полному номеру с кодом страны.",
    es: "WhatsApp solo encuentra personas por un número completo con su código de país.",
  },
  {
    en: "Other messages go out over this number first, one after the other. This one was not sent yet and stays in line.",
    ru: "Сначала с этого номера по очереди уходят другие сообщения. Это ещё не отправлено и стоит в очереди.",
    es: "Por este número salen antes otros mensajes, uno tras otro. Este aún no se envió y sigue en la cola.",
  },
  {
    en: "This server is being stopped. The message was not sent yet and goes out when it is back.",
    ru: "Сервер останавливается. Сообщение ещё не отправлено и уйдёт, когда он вернётся.",
    es: "Este servidor se está deteniendo. El mensaje aún no se envió y saldrá cuando vuelva.",
  },
  {
    en: "This server's own store could not be asked. Nothing was sent; it will be tried again.",
    ru: "Хранилище этого сервера не отвечает. Ничего не отправлено, будет ещё попытка.",
    es: "No se pudo consultar el almacén de este servidor. No se envió nada; se intentará otra vez.",
  },
  {
    en: "A linked WhatsApp account has no templates. Send the text as it is.",
    ru: "У привязанного аккаунта WhatsApp нет шаблонов. Отправьте текст как есть.",
    es: "Una cuenta de WhatsApp vinculada no tiene plantillas. Envíe el texto tal cual.",
  },
  {
    en: "WhatsApp shows no buttons of a linked account. Write the choices into the text.",
    ru: "WhatsApp не показывает кнопки привязанного аккаунта. Перечислите варианты в тексте.",
    es: "WhatsApp no muestra botones de una cuenta vinculada. Escriba las opciones en el texto.",
  },
  {
    en: "Nothing can be marked as forwarded here. Send it as your own message.",
    ru: "Здесь нельзя пометить сообщение как пересланное. Отправьте его как своё.",
    es: "Aquí nada se puede marcar como reenviado. Envíelo como mensaje propio.",
  },
  {
    en: "The place has no valid coordinates. Choose it again.",
    ru: "У места неверные координаты. Выберите его снова.",
    es: "El lugar no tiene coordenadas válidas. Elíjalo de nuevo.",
  },
  {
    en: "{name:ours} is too big: WhatsApp takes up to {limit} MB of this kind. Send a link to it instead.",
    ru: "{name}: слишком большой размер, WhatsApp принимает такие файлы до {limit} МБ. Отправьте ссылку на файл.",
    es: "{name}: es demasiado grande, WhatsApp admite hasta {limit} MB de este tipo. Envíe un enlace.",
  },
  {
    en: "An older browser of this account does not end. It will be tried again.",
    ru: "Прежний браузер этого аккаунта не завершается. Будет ещё попытка.",
    es: "Un navegador anterior de esta cuenta no termina. Se intentará otra vez.",
  },
  {
    en: "WhatsApp's page did not open in time. It will be tried again.",
    ru: "Страница WhatsApp не открылась вовремя. Будет ещё попытка.",
    es: "La página de WhatsApp no se abrió a tiempo. Se intentará otra vez.",
  },
  { en: "The account is being stopped.", ru: "Канал останавливается.", es: "El canal se está deteniendo." },
  {
    en: "WhatsApp had to be started again: {reason}.",
    ru: "WhatsApp пришлось запустить заново: {reason}.",
    es: "Hubo que iniciar WhatsApp de nuevo: {reason}.",
  },
  {
    en: "This server's own store failed while the message was being sent. Look at the phone before you send it again.",
    ru: "Хранилище этого сервера отказало во время отправки. Прежде чем отправлять снова, посмотрите на телефоне.",
    es: "El almacén de este servidor falló mientras se enviaba el mensaje. Mire el teléfono antes de enviarlo otra vez.",
  },
  {
    en: "A file of this message cannot be read now. It will be tried again.",
    ru: "Файл этого сообщения сейчас не удаётся прочитать. Будет ещё попытка.",
    es: "Ahora no se puede leer un archivo de este mensaje. Se intentará otra vez.",
  },
  {
    en: "This number has written first to {count} people today, and more would risk a ban. Try tomorrow, or let the customer write first.",
    ru: "Сегодня этот номер уже написал первым стольким людям: {count}; больше — риск блокировки. Повторите завтра или дождитесь, когда клиент напишет сам.",
    es: "Hoy este número ya escribió primero a {count} personas y más supondría un riesgo de bloqueo. Reintente mañana o deje que el cliente escriba primero.",
  },
  {
    en: "WhatsApp is being opened. This takes up to three minutes.",
    ru: "Открываем WhatsApp. Это занимает до трёх минут.",
    es: "Se está abriendo WhatsApp. Tarda hasta tres minutos.",
  },
  {
    en: "The account is off: agree to the risk of a ban in its settings to start it.",
    ru: "Канал выключен: чтобы его запустить, примите в настройках риск блокировки.",
    es: "El canal está apagado: para iniciarlo, acepte en sus ajustes el riesgo de bloqueo.",
  },
  {
    en: "There is no Chromium for WhatsApp: the operator must name one in CHROMIUM_PATH.",
    ru: "Для WhatsApp нет Chromium: администратор сервера должен указать его в CHROMIUM_PATH.",
    es: "No hay Chromium para WhatsApp: el administrador del servidor debe indicarlo en CHROMIUM_PATH.",
  },
  {
    en: "There is no program at CHROMIUM_PATH that this server may run: the operator must install Chromium there (for the Docker image: build it with CHROMIUM=yes).",
    ru: "По адресу CHROMIUM_PATH нет программы, которую этот сервер может запустить: администратору сервера нужно установить там Chromium (образ Docker собирается с CHROMIUM=yes).",
    es: "En CHROMIUM_PATH no hay un programa que este servidor pueda ejecutar: su administrador debe instalar allí Chromium (en la imagen de Docker: constrúyala con CHROMIUM=yes).",
  },
  {
    en: "This server could not prepare the account: its store or its disk failed. It will be tried again; if this stays, tell the operator.",
    ru: "Сервер не смог подготовить канал: отказало его хранилище или диск. Будет ещё попытка; если это не проходит, сообщите администратору сервера.",
    es: "Este servidor no pudo preparar el canal: falló su almacén o su disco. Se intentará otra vez; si sigue así, avise al administrador del servidor.",
  },
  {
    en: "Linked, but the session is too large to be kept: after a restart the code must be scanned again.",
    ru: "Привязано, но сеанс слишком большой, чтобы его сохранить: после перезапуска код придётся сканировать снова.",
    es: "Vinculado, pero la sesión es demasiado grande para guardarla: tras un reinicio habrá que escanear el código otra vez.",
  },
  { en: "The account is being started.", ru: "Канал запускается.", es: "El canal se está iniciando." },
  {
    en: "The server's own store could not be asked. WhatsApp will be opened again.",
    ru: "Хранилище сервера не отвечает. WhatsApp будет открыт снова.",
    es: "No se pudo consultar el almacén del servidor. WhatsApp se abrirá de nuevo.",
  },
  {
    en: "Linked{number:ours}. Messages come and go.",
    ru: "Привязано{number}. Сообщения приходят и уходят.",
    es: "Vinculado{number}. Los mensajes van y vienen.",
  },
  {
    en: "WhatsApp showed signs of restricting this number. Nothing is sent before {time} UTC; look at the phone.",
    ru: "WhatsApp, похоже, ограничивает этот номер. До {time} UTC ничего не отправляется; посмотрите на телефоне.",
    es: "WhatsApp dio señales de restringir este número. No se envía nada hasta las {time} UTC; mire el teléfono.",
  },
  {
    en: "{gone} of {all} parts of this message went out; part {next} did not, or may not have arrived. {why:ours}",
    ru: "Отправлено частей: {gone} из {all}; часть {next} не отправлена или могла не дойти. {why}",
    es: "Salieron {gone} de {all} partes de este mensaje; la parte {next} no, o puede que no haya llegado. {why}",
  },
  { en: " by video", ru: " по видео", es: " por vídeo" },
  { en: "call", ru: "звонок", es: "llamada" },
  { en: "video call", ru: "видеозвонок", es: "videollamada" },
  { en: " to +{number}", ru: " к +{number}", es: " a +{number}" },
  {
    en: "many messages wait to go out first",
    ru: "сначала должны уйти многие другие сообщения",
    es: "antes deben salir muchos mensajes",
  },
  { en: "this server is being stopped", ru: "сервер останавливается", es: "este servidor se está deteniendo" },
  { en: "the account is not connected", ru: "аккаунт не подключён", es: "la cuenta no está conectada" },
  {
    en: " This could not be written down yet, because this server's store does not answer; it is tried again. Do not restart the server or reconnect the account before this line is gone.",
    ru: " Это ещё не записано: хранилище сервера не отвечает, будет ещё попытка. Не перезапускайте сервер и не подключайте канал заново, пока видна эта строка.",
    es: " Esto aún no se pudo anotar porque el almacén del servidor no responde; se intenta otra vez. No reinicie el servidor ni conecte de nuevo el canal mientras vea esta línea.",
  },
  {
    en: "this server's own store could not be asked",
    ru: "хранилище этого сервера не отвечает",
    es: "no se pudo consultar el almacén de este servidor",
  },
  {
    en: "this number has looked up enough people for today",
    ru: "на сегодня поисков с этого номера достаточно",
    es: "este número ya buscó a suficientes personas por hoy",
  },
  { en: "WhatsApp gave no answer", ru: "WhatsApp не ответил", es: "WhatsApp no respondió" },
];

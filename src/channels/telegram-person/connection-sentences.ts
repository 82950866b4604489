import type { Localised } from "../../domain/localised.ts";

/** Of signing in, of the connection and of files. */
export const telegramPersonConnectionSentences: readonly Localised[] = [
  { en: "Connecting to Telegram.", ru: "Подключаемся к Telegram.", es: "Conectando con Telegram." },
  {
    en: "The account's connection to Telegram is not open yet. It will be tried again.",
    ru: "Соединение аккаунта с Telegram ещё не открыто. Будет ещё попытка.",
    es: "La conexión de la cuenta con Telegram aún no está abierta. Se intentará otra vez.",
  },
  {
    en: "This server is not registered with Telegram. Its operator makes an application at my.telegram.org and sets TELEGRAM_API_ID and TELEGRAM_API_HASH; then press “Reconnect”.",
    ru: "Этот сервер не зарегистрирован в Telegram. Его администратор создаёт приложение на my.telegram.org и задаёт TELEGRAM_API_ID и TELEGRAM_API_HASH; затем нажмите «Подключить заново».",
    es: "Este servidor no está registrado en Telegram. Su administrador crea una aplicación en my.telegram.org y define TELEGRAM_API_ID y TELEGRAM_API_HASH; después pulse «Conectar de nuevo».",
  },
  { en: "Signing in was broken off.", ru: "Вход прерван.", es: "El inicio de sesión se interrumpió." },
  {
    en: "Scan this code in Telegram: Settings, Devices, Link Desktop Device.",
    ru: "Отсканируйте этот код в Telegram: «Настройки», «Устройства», «Подключить устройство».",
    es: "Escanee este código en Telegram: Ajustes, Dispositivos, Vincular dispositivo.",
  },
  {
    en: "Nobody scanned the code for ten minutes. Press “Reconnect” to get a new one.",
    ru: "Код не отсканировали за десять минут. Нажмите «Подключить заново», чтобы получить новый.",
    es: "Nadie escaneó el código en diez minutos. Pulse «Conectar de nuevo» para obtener otro.",
  },
  {
    en: "Telegram cannot be reached. Signing in goes on when it can.",
    ru: "Telegram недоступен. Вход продолжится, когда связь появится.",
    es: "No se puede acceder a Telegram. El inicio de sesión seguirá cuando se pueda.",
  },
  {
    en: "Telegram wants a payment before it sends a code to this number. Sign in with the QR code instead.",
    ru: "Telegram хочет оплату, прежде чем отправить код на этот номер. Войдите по QR-коду.",
    es: "Telegram pide un pago antes de enviar un código a este número. Inicie sesión con el código QR.",
  },
  {
    en: "Telegram sent a code {where:ours}. Type it in.",
    ru: "Telegram отправил код: {where}. Введите его.",
    es: "Telegram envió un código {where}. Escríbalo.",
  },
  { en: "Sent {where:ours}.", ru: "Отправлен: {where}.", es: "Enviado {where}." },
  {
    en: "This account has a second password (two-step verification). Type it in.",
    ru: "У этого аккаунта есть второй пароль (двухэтапная аутентификация). Введите его.",
    es: "Esta cuenta tiene una segunda contraseña (verificación en dos pasos). Escríbala.",
  },
  {
    en: "There is no Telegram account with this number. Open one in the Telegram app first, then connect it here.",
    ru: "С этим номером нет аккаунта Telegram. Сначала создайте его в приложении Telegram, затем подключите здесь.",
    es: "No hay cuenta de Telegram con este número. Créela primero en la aplicación Telegram y después conéctela aquí.",
  },
  {
    en: "Nothing is asked for at the moment. Look at the state above.",
    ru: "Сейчас ничего вводить не нужно. Посмотрите состояние выше.",
    es: "En este momento no se pide nada. Mire el estado de arriba.",
  },
  {
    en: "This is empty. Type what is asked for.",
    ru: "Поле пустое. Введите то, что требуется.",
    es: "Está vacío. Escriba lo que se pide.",
  },
  {
    en: "This is not the code that Telegram sent. Look again and type it once more.",
    ru: "Это не тот код, который прислал Telegram. Посмотрите ещё раз и введите его снова.",
    es: "No es el código que envió Telegram. Mírelo otra vez y escríbalo de nuevo.",
  },
  {
    en: "This code has run out. Telegram has sent a new one: type that.",
    ru: "Срок этого кода истёк. Telegram прислал новый: введите его.",
    es: "Este código caducó. Telegram envió uno nuevo: escriba ese.",
  },
  {
    en: "This is not the account's second password. Type it once more; mind capital letters.",
    ru: "Это не второй пароль аккаунта. Введите его ещё раз, учитывая заглавные буквы.",
    es: "No es la segunda contraseña de la cuenta. Escríbala otra vez; cuide las mayúsculas.",
  },
  {
    en: "The password was changed just now. Type the new one.",
    ru: "Пароль только что изменили. Введите новый.",
    es: "La contraseña se acaba de cambiar. Escriba la nueva.",
  },
  {
    en: "Telegram does not take more attempts for now. Try again in {time:ours}.",
    ru: "Telegram пока не принимает новых попыток. Повторите через {time}.",
    es: "Telegram no admite más intentos por ahora. Reintente dentro de {time}.",
  },
  {
    en: "Telegram does not take more attempts for now. Try again tomorrow.",
    ru: "Telegram пока не принимает новых попыток. Повторите завтра.",
    es: "Telegram no admite más intentos por ahora. Reintente mañana.",
  },
  {
    en: "Telegram's answer did not arrive. Try once more.",
    ru: "Ответ Telegram не пришёл. Повторите.",
    es: "La respuesta de Telegram no llegó. Reintente.",
  },
  {
    en: "Telegram does not accept this server's application. Check TELEGRAM_API_ID and TELEGRAM_API_HASH (my.telegram.org).",
    ru: "Telegram не принимает приложение этого сервера. Проверьте TELEGRAM_API_ID и TELEGRAM_API_HASH (my.telegram.org).",
    es: "Telegram no acepta la aplicación de este servidor. Revise TELEGRAM_API_ID y TELEGRAM_API_HASH (my.telegram.org).",
  },
  {
    en: "Telegram does not know this as a phone number. Enter it with its country code.",
    ru: "Telegram не считает это номером телефона. Введите его с кодом страны.",
    es: "Telegram no reconoce esto como número de teléfono. Introdúzcalo con su código de país.",
  },
  {
    en: "Telegram has banned this number. It cannot be connected.",
    ru: "Telegram заблокировал этот номер. Подключить его нельзя.",
    es: "Telegram ha bloqueado este número. No se puede conectar.",
  },
  {
    en: "There is no Telegram account with this number. Open one in the Telegram app first.",
    ru: "С этим номером нет аккаунта Telegram. Сначала создайте его в приложении Telegram.",
    es: "No hay cuenta de Telegram con este número. Créela primero en la aplicación Telegram.",
  },
  {
    en: "Codes were asked for too often with this number. Try again tomorrow, or sign in with the QR code.",
    ru: "Коды для этого номера запрашивали слишком часто. Повторите завтра или войдите по QR-коду.",
    es: "Se pidieron códigos con demasiada frecuencia para este número. Reintente mañana o inicie sesión con el código QR.",
  },
  {
    en: "Telegram asks to wait {time:ours} before signing in. Press “Reconnect” then.",
    ru: "Telegram просит подождать со входом {time}. Затем нажмите «Подключить заново».",
    es: "Telegram pide esperar {time} antes de iniciar sesión. Después pulse «Conectar de nuevo».",
  },
  {
    en: "Telegram refused to sign the account in ({reason}). Press “Reconnect” to try again.",
    ru: "Telegram не дал войти в аккаунт ({reason}). Нажмите «Подключить заново», чтобы повторить.",
    es: "Telegram rechazó el inicio de sesión de la cuenta ({reason}). Pulse «Conectar de nuevo» para reintentar.",
  },
  {
    en: "This is not a reference to a file in Telegram.",
    ru: "Это не ссылка на файл в Telegram.",
    es: "Esto no es una referencia a un archivo de Telegram.",
  },
  {
    en: "Telegram no longer has this file: its message was deleted. Ask for it to be sent again.",
    ru: "У Telegram больше нет этого файла: его сообщение удалено. Попросите прислать файл снова.",
    es: "Telegram ya no tiene este archivo: su mensaje se eliminó. Pida que lo envíen de nuevo.",
  },
  {
    en: "Telegram asks for a pause of {time:ours} before it gives the file.",
    ru: "Прежде чем отдать файл, Telegram просит паузу {time}.",
    es: "Telegram pide una pausa de {time} antes de dar el archivo.",
  },
  {
    en: "The account is signed out, so the file cannot be fetched yet.",
    ru: "В аккаунт не выполнен вход, поэтому файл пока не получить.",
    es: "La cuenta tiene la sesión cerrada, así que el archivo aún no se puede obtener.",
  },
  {
    en: "Telegram had an error. The file will be asked for again.",
    ru: "Ошибка на стороне Telegram. Файл будет запрошен ещё раз.",
    es: "Telegram tuvo un error. El archivo se pedirá otra vez.",
  },
  {
    en: "Telegram ended this session: it was closed on another device or ran out. Open the channel's settings and sign in again.",
    ru: "Telegram завершил этот сеанс: его закрыли на другом устройстве или он истёк. Откройте настройки канала и войдите снова.",
    es: "Telegram terminó esta sesión: se cerró en otro dispositivo o caducó. Abra los ajustes del canal e inicie sesión de nuevo.",
  },
  {
    en: "Telegram has deactivated or banned this account. Look into the Telegram app of its owner for the reason.",
    ru: "Telegram отключил или заблокировал этот аккаунт. Причина видна владельцу в приложении Telegram.",
    es: "Telegram desactivó o bloqueó esta cuenta. Su titular puede ver el motivo en la aplicación Telegram.",
  },
  {
    en: "Telegram has frozen this account: it may read but not write. The Telegram app of its owner shows why and how to appeal.",
    ru: "Telegram заморозил этот аккаунт: читать можно, писать нельзя. В приложении Telegram владелец увидит причину и как её обжаловать.",
    es: "Telegram congeló esta cuenta: puede leer pero no escribir. La aplicación Telegram de su titular muestra por qué y cómo reclamar.",
  },
  {
    en: "Telegram cannot be reached. The message will be tried again.",
    ru: "Telegram недоступен. Сообщение будет отправлено ещё раз.",
    es: "No se puede acceder a Telegram. El mensaje se intentará otra vez.",
  },
  {
    en: "Telegram cannot be reached. Connecting again.",
    ru: "Telegram недоступен. Подключаемся снова.",
    es: "No se puede acceder a Telegram. Conectando de nuevo.",
  },
  {
    en: "Connecting to Telegram with the kept session.",
    ru: "Подключаемся к Telegram по сохранённому сеансу.",
    es: "Conectando con Telegram con la sesión guardada.",
  },
  {
    en: "Telegram cannot be reached. It will be tried again.",
    ru: "Telegram недоступен. Будет ещё попытка.",
    es: "No se puede acceder a Telegram. Se intentará otra vez.",
  },
  {
    en: "The account is not connected to Telegram yet. It will be tried again.",
    ru: "Аккаунт ещё не подключён к Telegram. Будет ещё попытка.",
    es: "La cuenta aún no está conectada a Telegram. Se intentará otra vez.",
  },
  {
    en: "The kept Telegram session could not be opened. It will be tried again.",
    ru: "Сохранённый сеанс Telegram не удалось открыть. Будет ещё попытка.",
    es: "No se pudo abrir la sesión de Telegram guardada. Se intentará otra vez.",
  },
  {
    en: "The account is not connected to Telegram, so the file cannot be fetched yet.",
    ru: "Аккаунт не подключён к Telegram, поэтому файл пока не получить.",
    es: "La cuenta no está conectada a Telegram, así que el archivo aún no se puede obtener.",
  },
  {
    en: "Nothing is asked for at the moment.",
    ru: "Сейчас ничего вводить не нужно.",
    es: "En este momento no se pide nada.",
  },
  { en: "Code from Telegram", ru: "Код из Telegram", es: "Código de Telegram" },
  { en: "Second password", ru: "Второй пароль", es: "Segunda contraseña" },
  {
    en: "The account receives and sends messages.",
    ru: "Аккаунт принимает и отправляет сообщения.",
    es: "La cuenta recibe y envía mensajes.",
  },
  {
    en: "Telegram stopped first messages to new people for today; answers go.",
    ru: "На сегодня Telegram остановил первые сообщения новым людям; ответы уходят.",
    es: "Telegram detuvo por hoy los primeros mensajes a personas nuevas; las respuestas salen.",
  },
  {
    en: "It was away for so long that Telegram did not tell everything: look through the chats in the Telegram app for older messages.",
    ru: "Он был не на связи так долго, что Telegram сообщил не всё: более ранние сообщения посмотрите в приложении Telegram.",
    es: "Estuvo ausente tanto tiempo que Telegram no lo contó todo: busque los mensajes anteriores en los chats de la aplicación Telegram.",
  },
  {
    en: "to the Telegram app on the person's other devices",
    ru: "в приложение Telegram на других устройствах владельца",
    es: "a la aplicación Telegram en los otros dispositivos del titular",
  },
  { en: "by SMS", ru: "по SMS", es: "por SMS" },
  { en: "by a phone call", ru: "телефонным звонком", es: "por una llamada" },
  { en: "by e-mail", ru: "по электронной почте", es: "por correo electrónico" },
  { en: "to the person", ru: "владельцу", es: "al titular" },
  {
    en: "This is not a phone number. It looks like +49 151 23456789.",
    ru: "Это не номер телефона. Он выглядит так: +7 912 345-67-89.",
    es: "Esto no es un número de teléfono. Tiene la forma +34 612 345 678.",
  },
];

import type { Localised } from "../../domain/localised.ts";

/** Of the account, its connection and of files. */
export const whatsappCloudConnectionSentences: readonly Localised[] = [
  {
    en: "WhatsApp finds people by phone number only. Enter the customer's number.",
    ru: "WhatsApp ищет людей только по номеру телефона. Введите номер клиента.",
    es: "WhatsApp solo encuentra personas por número de teléfono. Introduzca el número del cliente.",
  },
  {
    en: "This is not a full phone number. Enter it with its country code, as in +49….",
    ru: "Это неполный номер телефона. Введите его с кодом страны, например +7….",
    es: "No es un número de teléfono completo. Introdúzcalo con su código de país, como +34….",
  },
  {
    en: "{number} is found, but WhatsApp delivers to https addresses only, and {address} is none. Set PUBLIC_URL to one and connect again.",
    ru: "{number} найден, но WhatsApp доставляет только на адреса https, а {address} не такой. Задайте такой адрес в PUBLIC_URL и подключите заново.",
    es: "{number} se encontró, pero WhatsApp solo entrega a direcciones https y {address} no lo es. Ponga una en PUBLIC_URL y conecte de nuevo.",
  },
  {
    en: "WhatsApp cannot be reached{reason:ours}. It will be tried again.",
    ru: "WhatsApp недоступен{reason}. Будет ещё попытка.",
    es: "No se puede acceder a WhatsApp{reason}. Se intentará otra vez.",
  },
  {
    en: "WhatsApp is busy (error {status}). It will be tried again.",
    ru: "WhatsApp занят (ошибка {status}). Будет ещё попытка.",
    es: "WhatsApp está ocupado (error {status}). Se intentará otra vez.",
  },
  {
    en: "WhatsApp refused to connect the number: {details}.",
    ru: "WhatsApp отказался подключить номер: {details}.",
    es: "WhatsApp se negó a conectar el número: {details}.",
  },
  {
    en: "WhatsApp does not know this WhatsApp Business Account ID, or the token may not use it. Compare it with WhatsApp > API Setup.",
    ru: "WhatsApp не знает такого WhatsApp Business Account ID, или токену он недоступен. Сравните его с WhatsApp > API Setup.",
    es: "WhatsApp no conoce este WhatsApp Business Account ID, o el token no puede usarlo. Compárelo con WhatsApp > API Setup.",
  },
  {
    en: "Meta did not take our address by itself ({reason}). In your app open WhatsApp > Configuration, enter the {address:ours}, subscribe to the field “messages”, then connect again.",
    ru: "Meta не приняла наш адрес автоматически ({reason}). В своём приложении откройте WhatsApp > Configuration, введите {address}, подпишитесь на поле «messages» и подключите заново.",
    es: "Meta no aceptó nuestra dirección por sí sola ({reason}). En su aplicación abra WhatsApp > Configuration, introduzca {address}, suscríbase al campo «messages» y conecte de nuevo.",
  },
  {
    en: "This is not a reference to a file of WhatsApp's.",
    ru: "Это не ссылка на файл WhatsApp.",
    es: "Esto no es una referencia a un archivo de WhatsApp.",
  },
  {
    en: "WhatsApp did not give the file at its address.",
    ru: "WhatsApp не отдал файл по его адресу.",
    es: "WhatsApp no entregó el archivo en su dirección.",
  },
  {
    en: "{what:ours} It will be asked for again.",
    ru: "{what} Файл будет запрошен ещё раз.",
    es: "{what} Se pedirá otra vez.",
  },
  { en: "WhatsApp cannot be reached.", ru: "WhatsApp недоступен.", es: "No se puede acceder a WhatsApp." },
  {
    en: "WhatsApp asks for a pause before it gives the file.",
    ru: "WhatsApp просит паузу, прежде чем отдать файл.",
    es: "WhatsApp pide una pausa antes de dar el archivo.",
  },
  {
    en: "WhatsApp does not accept the access token, so the file cannot be fetched yet.",
    ru: "WhatsApp не принимает токен доступа, поэтому файл пока не получить.",
    es: "WhatsApp no acepta el token de acceso, así que el archivo aún no se puede obtener.",
  },
  {
    en: "WhatsApp had an error ({status}).",
    ru: "Ошибка на стороне WhatsApp ({status}).",
    es: "WhatsApp tuvo un error ({status}).",
  },
  {
    en: "WhatsApp named a place of the file that cannot be opened from here. Ask the customer to send it again.",
    ru: "WhatsApp указал место файла, которое нельзя открыть отсюда. Попросите клиента прислать его снова.",
    es: "WhatsApp indicó una ubicación del archivo que no se puede abrir desde aquí. Pida al cliente que lo envíe de nuevo.",
  },
  {
    en: "WhatsApp no longer accepts the access token. Generate a new one for the system user in Meta's Business settings and enter it here.",
    ru: "WhatsApp больше не принимает токен доступа. Создайте новый для системного пользователя в настройках Meta Business и введите его здесь.",
    es: "WhatsApp ya no acepta el token de acceso. Genere uno nuevo para el usuario del sistema en la configuración del negocio de Meta e introdúzcalo aquí.",
  },
  {
    en: "The access token may not use this WhatsApp account. Give the system user the account and the permissions whatsapp_business_messaging and whatsapp_business_management, then generate a new token.",
    ru: "Токену доступа нельзя использовать этот аккаунт WhatsApp. Дайте системному пользователю доступ к аккаунту и права whatsapp_business_messaging и whatsapp_business_management, затем создайте новый токен.",
    es: "El token de acceso no puede usar esta cuenta de WhatsApp. Dé al usuario del sistema la cuenta y los permisos whatsapp_business_messaging y whatsapp_business_management, y genere un token nuevo.",
  },
  {
    en: "Meta has locked this WhatsApp account. Look into WhatsApp Manager > Account quality for the reason and ask for a review.",
    ru: "Meta заблокировала этот аккаунт WhatsApp. Посмотрите причину в WhatsApp Manager > Account quality и запросите проверку.",
    es: "Meta bloqueó esta cuenta de WhatsApp. Mire el motivo en WhatsApp Manager > Account quality y pida una revisión.",
  },
  {
    en: "This phone number is not registered for the Cloud API. Register it in WhatsApp Manager, then connect again.",
    ru: "Этот номер не зарегистрирован в Cloud API. Зарегистрируйте его в WhatsApp Manager и подключите заново.",
    es: "Este número no está registrado en Cloud API. Regístrelo en WhatsApp Manager y conecte de nuevo.",
  },
  {
    en: "WhatsApp does not know this phone number ID any more, or the token may not see it. Compare it with WhatsApp > API Setup.",
    ru: "WhatsApp больше не знает этого Phone number ID, или токену он недоступен. Сравните его с WhatsApp > API Setup.",
    es: "WhatsApp ya no conoce este Phone number ID, o el token no puede verlo. Compárelo con WhatsApp > API Setup.",
  },
  {
    en: "{number:ours} receives messages, as long as the app is subscribed to the field “messages” (WhatsApp > Configuration: {address:ours}).{quality:ours}",
    ru: "{number} принимает сообщения, пока приложение подписано на поле «messages» (WhatsApp > Configuration: {address}).{quality}",
    es: "{number} recibe mensajes mientras la aplicación esté suscrita al campo «messages» (WhatsApp > Configuration: {address}).{quality}",
  },
  { en: "This number", ru: "Этот номер", es: "Este número" },
  {
    en: " Its quality is rated {quality}: fewer messages that nobody asked for keep it from being limited.",
    ru: " Оценка его качества — {quality}: чтобы номер не ограничили, отправляйте меньше незапрошенных сообщений.",
    es: " Su calidad está valorada como {quality}: menos mensajes no pedidos evitan que se limite.",
  },
  {
    en: "callback URL {address}, verify token {token}",
    ru: "callback URL {address}, verify token {token}",
    es: "callback URL {address}, verify token {token}",
  },
  {
    en: "This is not {what:ours}: it has digits only, as shown under WhatsApp > API Setup.",
    ru: "Это не {what}: в нём только цифры, как показано в WhatsApp > API Setup.",
    es: "Esto no es {what}: solo tiene cifras, como se ve en WhatsApp > API Setup.",
  },
  {
    en: "This is not an access token. It begins with EAA and has no spaces.",
    ru: "Это не токен доступа. Он начинается с EAA и не содержит пробелов.",
    es: "Esto no es un token de acceso. Empieza por EAA y no tiene espacios.",
  },
  {
    en: "This is not an app secret. It has 32 characters: digits and the letters a to f.",
    ru: "Это не секрет приложения. В нём 32 знака: цифры и буквы от a до f.",
    es: "Esto no es un secreto de aplicación. Tiene 32 caracteres: cifras y letras de la a a la f.",
  },
  { en: "a phone number ID", ru: "Phone number ID", es: "un Phone number ID" },
  { en: "a WhatsApp Business Account ID", ru: "WhatsApp Business Account ID", es: "un WhatsApp Business Account ID" },
];

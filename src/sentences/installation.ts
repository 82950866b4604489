import type { Localised } from "../domain/localised.ts";

/** What is said of the application in its portal: installation, permissions, authorization, addresses. */
export const installationSentences: readonly Localised[] = [
  {
    en: "Automation rules and workflows send messages, wait for answers and are told what became of them",
    ru: "Роботы и бизнес-процессы отправляют сообщения, ждут ответов и узнают результат",
    es: "Las reglas de automatización y los flujos de trabajo envían mensajes, esperan respuestas y conocen el resultado",
  },
  {
    en: 'The robot "{name}" could not be registered.',
    ru: "Не удалось зарегистрировать робота «{name}».",
    es: "No se pudo registrar el robot «{name}».",
  },
  {
    en: "There are no robots of Threadline in automation rules and workflows here. {why}",
    ru: "В роботах и бизнес-процессах этого портала нет роботов Threadline. {why}",
    es: "Aquí no hay robots de Threadline en las reglas de automatización ni en los flujos de trabajo. {why}",
  },
  {
    en: "The portal did not accept the setting.",
    ru: "Битрикс24 не принял настройку.",
    es: "Bitrix24 no aceptó el ajuste.",
  },
  {
    en: "The portal could not be asked what is set up: {sentence:ours} Press Repair when that is solved.",
    ru: "Не удалось узнать у Битрикс24, что уже настроено: {sentence} Когда это решится, нажмите «Исправить».",
    es: "No se pudo preguntar a Bitrix24 qué está configurado: {sentence} Cuando se resuelva, pulse Reparar.",
  },
  {
    en: "The portal did not tell which permissions the application has. Press Repair to ask again.",
    ru: "Битрикс24 не сообщил, какие права есть у приложения. Нажмите «Исправить», чтобы спросить ещё раз.",
    es: "Bitrix24 no dijo qué permisos tiene la aplicación. Pulse Reparar para preguntar otra vez.",
  },
  {
    en: 'The application lacks the permission "{scope}" ({why:ours}). Grant it in the application\'s settings, or reinstall the application.',
    ru: "Приложению не хватает права «{scope}» ({why}). Дайте его в настройках приложения или переустановите приложение.",
    es: "A la aplicación le falta el permiso «{scope}» ({why}). Concédalo en los ajustes de la aplicación o reinstálela.",
  },
  {
    en: "This Bitrix24 is too old or lacks a module: it does not know {methods}. Update it, or install the module.",
    ru: "Этот Битрикс24 устарел, или в нём нет модуля: он не знает {methods}. Обновите его или установите модуль.",
    es: "Este Bitrix24 es demasiado antiguo o le falta un módulo: no conoce {methods}. Actualícelo o instale el módulo.",
  },
  {
    en: "The application may not use {methods} here. Check its permissions and the portal's plan.",
    ru: "Приложению здесь недоступно: {methods}. Проверьте его права и тариф Битрикс24.",
    es: "La aplicación no puede usar aquí {methods}. Revise sus permisos y el plan de Bitrix24.",
  },
  {
    en: "{sentence:ours} The application must be installed by an administrator who grants all its permissions.",
    ru: "{sentence} Приложение должен установить администратор и дать ему все права.",
    es: "{sentence} Debe instalar la aplicación un administrador que conceda todos sus permisos.",
  },
  {
    en: "Bitrix24 does not accept the stored authorization any more. An administrator must open the application in Bitrix24 once.",
    ru: "Битрикс24 больше не принимает сохранённую авторизацию. Администратору нужно один раз открыть приложение в Битрикс24.",
    es: "Bitrix24 ya no acepta la autorización guardada. Un administrador debe abrir una vez la aplicación en Bitrix24.",
  },
  {
    en: "Bitrix24 does not know the application in this portal: it was removed there, or B24_CLIENT_ID / B24_CLIENT_SECRET are wrong.",
    ru: "Битрикс24 не знает приложения на этом портале: его удалили или неверны B24_CLIENT_ID / B24_CLIENT_SECRET.",
    es: "Bitrix24 no conoce la aplicación en este portal: la eliminaron o B24_CLIENT_ID / B24_CLIENT_SECRET no son correctos.",
  },
  {
    en: "The application's subscription in this portal has run out. Renew it in Bitrix24 Market.",
    ru: "Подписка на приложение в этом Битрикс24 закончилась. Продлите её в Битрикс24 Маркет.",
    es: "La suscripción de la aplicación en este Bitrix24 venció. Renuévela en el Market de Bitrix24.",
  },
  {
    en: "The application asks for permissions that Bitrix24 does not grant it. Update or reinstall it.",
    ru: "Приложение просит права, которых Битрикс24 ему не даёт. Обновите или переустановите его.",
    es: "La aplicación pide permisos que Bitrix24 no le concede. Actualícela o reinstálela.",
  },
  {
    en: "The application lacks permissions. Update or reinstall it.",
    ru: "Приложению не хватает прав. Обновите или переустановите его.",
    es: "A la aplicación le faltan permisos. Actualícela o reinstálela.",
  },
  {
    en: "The authorization server's answer could not be read (status {status}).",
    ru: "Не удалось прочитать ответ сервера авторизации (код {status}).",
    es: "No se pudo leer la respuesta del servidor de autorización (estado {status}).",
  },
  {
    en: "Bitrix24 refused the authorization ({code}).",
    ru: "Битрикс24 отказал в авторизации ({code}).",
    es: "Bitrix24 rechazó la autorización ({code}).",
  },
  {
    en: "The authorization server {host} cannot be reached just now.",
    ru: "Сервер авторизации {host} сейчас недоступен.",
    es: "El servidor de autorización {host} no está disponible ahora.",
  },
  {
    en: "The portal does not accept our authorization any more. An administrator must open the application in Bitrix24.",
    ru: "Битрикс24 больше не принимает нашу авторизацию. Администратору нужно открыть приложение в Битрикс24.",
    es: "Bitrix24 ya no acepta nuestra autorización. Un administrador debe abrir la aplicación en Bitrix24.",
  },
  {
    en: "The application is not installed in this portal any more.",
    ru: "Приложение больше не установлено в этом Битрикс24.",
    es: "La aplicación ya no está instalada en este Bitrix24.",
  },
  {
    en: "The employee under whom the application works lacks a right. An administrator must open the application in Bitrix24.",
    ru: "Сотруднику, от имени которого работает приложение, не хватает прав. Администратору нужно открыть приложение в Битрикс24.",
    es: "Al empleado en cuyo nombre trabaja la aplicación le falta un permiso. Un administrador debe abrir la aplicación en Bitrix24.",
  },
  {
    en: "The application is not open to the employee under whom it works. Check its access rights in Bitrix24.",
    ru: "Приложение недоступно сотруднику, от имени которого оно работает. Проверьте права доступа к нему в Битрикс24.",
    es: "La aplicación no está abierta al empleado en cuyo nombre trabaja. Revise sus derechos de acceso en Bitrix24.",
  },
  {
    en: "The portal's address cannot be resolved. Check the portal's address and this server's DNS.",
    ru: "Адрес этого Битрикс24 не определяется. Проверьте адрес и DNS этого сервера.",
    es: "No se puede resolver la dirección de este Bitrix24. Revise la dirección y el DNS de este servidor.",
  },
  {
    en: "The application lacks a permission for this. An administrator must update or reinstall it in Bitrix24.",
    ru: "Приложению не хватает для этого права. Администратору нужно обновить или переустановить его в Битрикс24.",
    es: "A la aplicación le falta un permiso para esto. Un administrador debe actualizarla o reinstalarla en Bitrix24.",
  },
  {
    en: "The portal has no valid authorization. An administrator must open the application in Bitrix24 once.",
    ru: "У Битрикс24 нет действующей авторизации. Администратору нужно один раз открыть приложение в Битрикс24.",
    es: "No hay una autorización válida de Bitrix24. Un administrador debe abrir una vez la aplicación en Bitrix24.",
  },
  {
    en: "Open the application in Bitrix24 again.",
    ru: "Откройте приложение в Битрикс24 ещё раз.",
    es: "Abra de nuevo la aplicación en Bitrix24.",
  },
  {
    en: "Another process is renewing the portal's authorization and does not end.",
    ru: "Другой процесс обновляет авторизацию этого Битрикс24 и никак не закончит.",
    es: "Otro proceso está renovando la autorización de este Bitrix24 y no termina.",
  },
  {
    en: "The authorization server answered for another portal.",
    ru: "Сервер авторизации ответил за другой портал.",
    es: "El servidor de autorización respondió por otro portal.",
  },
  {
    en: "The portal does not accept even a fresh authorization.",
    ru: "Битрикс24 не принимает даже новую авторизацию.",
    es: "Bitrix24 no acepta ni siquiera una autorización nueva.",
  },
  {
    en: "Accounts could not be registered as message providers of the CRM: {sentence:ours}",
    ru: "Не удалось зарегистрировать аккаунты в CRM как провайдеров сообщений: {sentence}",
    es: "No se pudieron registrar las cuentas como proveedores de mensajes del CRM: {sentence}",
  },
  {
    en: "A message provider of an account that is gone could not be taken out of the CRM: {sentence:ours}",
    ru: "Не удалось убрать из CRM провайдера сообщений удалённого аккаунта: {sentence}",
    es: "No se pudo quitar del CRM el proveedor de mensajes de una cuenta eliminada: {sentence}",
  },
  {
    en: '"{name}" could not be registered as a message provider of the CRM: {sentence:ours}',
    ru: "«{name}» не удалось зарегистрировать в CRM как провайдера сообщений: {sentence}",
    es: "No se pudo registrar «{name}» como proveedor de mensajes del CRM: {sentence}",
  },
  {
    en: 'The connector "{title}" could not be registered.',
    ru: "Коннектор «{title}» не удалось зарегистрировать.",
    es: "No se pudo registrar el conector «{title}».",
  },
  {
    en: "The event {event} could not be bound.",
    ru: "На событие {event} не удалось подписаться.",
    es: "No se pudo enlazar el evento {event}.",
  },
  {
    en: "An old handler of {event} could not be taken away.",
    ru: "Не удалось снять прежний обработчик {event}.",
    es: "No se pudo quitar un controlador anterior de {event}.",
  },
  {
    en: '"{title}" ({code}) could not be placed.',
    ru: "«{title}» ({code}): не удалось добавить.",
    es: "No se pudo colocar «{title}» ({code}).",
  },
  {
    en: "Tabs in CRM cards, and the entities that conversations belong to",
    ru: "вкладки в карточках CRM и объекты, к которым относятся диалоги",
    es: "pestañas en las fichas del CRM y los elementos a los que pertenecen las conversaciones",
  },
  {
    en: "Open Channels: lines, sessions and their history",
    ru: "открытые линии, их диалоги и история",
    es: "canales abiertos, sus sesiones y su historial",
  },
  {
    en: "The same for connectors: cloud and on-premise editions name their scope differently",
    ru: "то же для коннекторов: в облаке и коробке это право называется по-разному",
    es: "lo mismo para conectores: la nube y la edición local llaman distinto a este permiso",
  },
  {
    en: "Notices to an employee when a message could not be delivered, a channel is in trouble, or a colleague mentions them in a note",
    ru: "уведомления сотруднику, если сообщение не доставлено, канал не работает или коллега упомянул его в заметке",
    es: "avisos a un empleado cuando un mensaje no se entregó, un canal tiene problemas o un compañero le menciona en una nota",
  },
  {
    en: "Tabs in CRM cards and the item in the left menu",
    ru: "вкладки в карточках CRM и пункт в левом меню",
    es: "pestañas en las fichas del CRM y la entrada del menú izquierdo",
  },
  {
    en: "Names of the agents who write, choosing who is told of trouble, and the addresses from which employees send copies of their mail",
    ru: "имена сотрудников, которые пишут, выбор тех, кого оповещать о сбоях, и адреса, с которых сотрудники шлют копии писем",
    es: "nombres de los agentes que escriben, la elección de a quién avisar de problemas y las direcciones desde las que los empleados envían copias de su correo",
  },
  {
    en: "Telling when Bitrix24's own mail reads a mailbox that is connected here, too",
    ru: "предупреждение о том, что подключаемый здесь ящик читает и почта Битрикс24",
    es: "avisar cuando el correo de Bitrix24 también lee un buzón que se conecta aquí",
  },
  {
    en: "Conversations that are spread over a department",
    ru: "распределение диалогов по отделу",
    es: "conversaciones que se reparten por un departamento",
  },
  {
    en: "Accounts that reach people by phone number are offered where the CRM sends messages, and it is told what became of them",
    ru: "аккаунты, которые находят людей по номеру телефона, предлагаются там, где CRM отправляет сообщения, и CRM узнаёт, что с ними стало",
    es: "las cuentas que encuentran a las personas por su número de teléfono se ofrecen donde el CRM envía mensajes, y el CRM sabe qué fue de ellos",
  },
  {
    en: "Chat bots to choose from, where one answers first in an Open Channel",
    ru: "чат-боты, из которых выбирают того, кто первым отвечает в открытой линии",
    es: "los bots entre los que se elige al que responde primero en un canal abierto",
  },
  {
    en: "Agreements to choose from by name, where an Open Channel asks for consent",
    ru: "Выбирать соглашения по названию там, где открытая линия спрашивает согласие",
    es: "Elegir los acuerdos por su nombre donde un canal abierto pide el consentimiento",
  },
  {
    en: "Lists of canned replies to choose from by name in an Open Channel",
    ru: "Выбирать списки готовых ответов по названию в открытой линии",
    es: "Elegir por su nombre las listas de respuestas rápidas de un canal abierto",
  },
  {
    en: "Nobody is given conversations whose working day is over",
    ru: "диалоги не передаются тем, чей рабочий день закончился",
    es: "nadie recibe conversaciones si su jornada terminó",
  },
  { en: '"{value}" is not a web address', ru: "«{value}» — не веб-адрес", es: "«{value}» no es una dirección web" },
  {
    en: "The address of {host} carries a query",
    ru: "В адресе {host} есть параметры запроса",
    es: "La dirección de {host} lleva parámetros",
  },
  {
    en: "The address of {host} carries a user name or password",
    ru: "В адресе {host} есть имя пользователя или пароль",
    es: "La dirección de {host} lleva un usuario o una contraseña",
  },
  {
    en: "The address of {host} is no REST address",
    ru: "Адрес {host} — не адрес REST",
    es: "La dirección de {host} no es una dirección REST",
  },
  {
    en: "{host} is not an authorization server of Bitrix24",
    ru: "{host} — не сервер авторизации Битрикс24",
    es: "{host} no es un servidor de autorización de Bitrix24",
  },
  {
    en: "{host} must be reached by https",
    ru: "К {host} нужно обращаться по https",
    es: "A {host} se debe acceder por https",
  },
  {
    en: "The portal did not accept the setting: {words}",
    ru: "Битрикс24 не принял настройку: {words}",
    es: "Bitrix24 no aceptó el ajuste: {words}",
  },
];

import type { Localised } from "../domain/localised.ts";

/** What the server answers to pages, and what it says of people and rules. */
export const apiSentences: readonly Localised[] = [
  {
    en: "You may read every conversation here and write in none. Ask an administrator of the portal for another role.",
    ru: "Вы можете читать все диалоги, но не писать в них. Другую роль даёт администратор портала.",
    es: "Puede leer todas las conversaciones, pero no escribir en ninguna. Pida otro rol a un administrador del portal.",
  },
  {
    en: "There are 500 canned replies already. Delete some that nobody needs.",
    ru: "Готовых ответов уже 500. Удалите те, которые никому не нужны.",
    es: "Ya hay 500 respuestas rápidas. Elimine las que nadie necesita.",
  },
  {
    en: "Another canned reply has this shortcut. Choose a different one.",
    ru: "Это сокращение уже занято другим готовым ответом. Выберите другое.",
    es: "Otra respuesta rápida ya usa este atajo. Elija otro.",
  },
  {
    en: "Replies for everybody are kept by administrators and by whom they allow. Keep this one for yourself instead.",
    ru: "Ответы для всех ведут администраторы и те, кому они разрешили. Сохраните этот ответ для себя.",
    es: "Las respuestas para todos las gestionan los administradores y quienes ellos autoricen. Guarde esta solo para usted.",
  },
  {
    en: "Only the colleague who wrote this note can change it.",
    ru: "Изменить заметку может только тот, кто её написал.",
    es: "Solo quien escribió esta nota puede cambiarla.",
  },
  {
    en: "Only the colleague who wrote this note, or an administrator, can delete it.",
    ru: "Удалить заметку может только её автор или администратор.",
    es: "Solo quien escribió esta nota, o un administrador, puede eliminarla.",
  },
  {
    en: "“{pattern}” is no regular expression that can be used here. Look-around and back-references are not possible.",
    ru: "«{pattern}»: такое регулярное выражение здесь не работает. Просмотр вперёд и назад и обратные ссылки невозможны.",
    es: "«{pattern}» no es una expresión regular que se pueda usar aquí. No se admiten búsquedas alrededor ni referencias hacia atrás.",
  },
  {
    en: "“{pattern}” repeats too much: at most {most} steps are allowed, and it has {size}. Use smaller numbers in {…}.",
    ru: "В «{pattern}» слишком много повторений: допустимо не больше {most} шагов, а здесь {size}. Уменьшите числа в {…}.",
    es: "«{pattern}» repite demasiado: se permiten como máximo {most} pasos y tiene {size}. Use números menores en {…}.",
  },
  { en: "There is nothing at this address.", ru: "По этому адресу ничего нет.", es: "No hay nada en esta dirección." },
  { en: "The form cannot be read.", ru: "Форму не удалось прочитать.", es: "No se pudo leer el formulario." },
  {
    en: "The form has more than {fields} fields.",
    ru: "В форме больше {fields} полей.",
    es: "El formulario tiene más de {fields} campos.",
  },
  {
    en: "This content type is not accepted here.",
    ru: "Такой тип содержимого здесь не принимается.",
    es: "Aquí no se acepta este tipo de contenido.",
  },
  { en: "The request is too large.", ru: "Запрос слишком большой.", es: "La solicitud es demasiado grande." },
  {
    en: "The request's size is not what it claims.",
    ru: "Размер запроса не совпадает с заявленным.",
    es: "El tamaño de la solicitud no coincide con el declarado.",
  },
  {
    en: "The request is not valid JSON.",
    ru: "Запрос не является корректным JSON.",
    es: "La solicitud no es un JSON válido.",
  },
  { en: "The request has no content.", ru: "Запрос пустой.", es: "La solicitud está vacía." },
  {
    en: "The database cannot be reached just now. Try again in a few seconds.",
    ru: "База данных сейчас недоступна. Повторите через несколько секунд.",
    es: "La base de datos no está disponible ahora. Reintente dentro de unos segundos.",
  },
  {
    en: "The request is not what is expected here.",
    ru: "Запрос не такой, какой здесь ожидается.",
    es: "La solicitud no es la que se espera aquí.",
  },
  {
    en: "Too many requests. Try again in a minute.",
    ru: "Слишком много запросов. Повторите через минуту.",
    es: "Demasiadas solicitudes. Reintente dentro de un minuto.",
  },
  {
    en: "Something went wrong on our side. It was logged; try again.",
    ru: "На нашей стороне произошла ошибка. Она записана в журнал сервера; повторите.",
    es: "Algo falló de nuestro lado. Quedó registrado; reintente.",
  },
  {
    en: "Only an administrator of the portal may do this.",
    ru: "Это может делать только администратор вашего Битрикс24.",
    es: "Solo un administrador de su Bitrix24 puede hacer esto.",
  },
  {
    en: "Only an administrator of the portal, or whom they allow, may do this.",
    ru: "Это может делать только администратор вашего Битрикс24 или тот, кому он разрешил.",
    es: "Solo puede hacerlo un administrador de su Bitrix24 o quien él autorice.",
  },
  {
    en: "The session has ended or is not valid. Open the page in Bitrix24 again.",
    ru: "Сеанс закончился или недействителен. Откройте страницу в Битрикс24 заново.",
    es: "La sesión terminó o no es válida. Abra la página en Bitrix24 de nuevo.",
  },
  {
    en: "It belongs to this person already.",
    ru: "Это уже относится к этому человеку.",
    es: "Ya pertenece a esta persona.",
  },
  { en: "This card is chosen already.", ru: "Эта карточка уже выбрана.", es: "Esta ficha ya está elegida." },
  {
    en: "A person cannot be joined with themselves.",
    ru: "Человека нельзя объединить с самим собой.",
    es: "Una persona no se puede unir consigo misma.",
  },
  {
    en: "Some of it no longer belongs to this person. Look again.",
    ru: "Часть этого уже не относится к этому человеку. Обновите и посмотрите снова.",
    es: "Parte de esto ya no pertenece a esta persona. Vuelva a mirarlo.",
  },
  {
    en: "Choose what the new person takes along.",
    ru: "Выберите, что перейдёт к новому человеку.",
    es: "Elija qué se lleva la persona nueva.",
  },
  { en: "It was undone already.", ru: "Это уже отменено.", es: "Ya se deshizo." },
  {
    en: "{about} has been changed since, so this cannot be undone.",
    ru: "«{about}»: после этого были изменения, поэтому отменить нельзя.",
    es: "{about} ha cambiado desde entonces, así que no se puede deshacer.",
  },
  {
    en: "The connection is not open just now. Connect the account again first.",
    ru: "Соединение сейчас не открыто. Сначала подключите канал заново.",
    es: "La conexión no está abierta ahora. Primero conecte el canal de nuevo.",
  },
  {
    en: "The connection gave no answer. Look how it stands, then try again.",
    ru: "Соединение не ответило. Посмотрите, в каком оно состоянии, и повторите.",
    es: "La conexión no respondió. Mire en qué estado está y reintente.",
  },
  { en: "There is no such {what:ours}.", ru: "Здесь нет такого объекта: {what}.", es: "Aquí no existe: {what}." },
  {
    en: '{waiting:ours} to be delivered. Say what to do with the backlog: "deliver" or "drop".',
    ru: "{waiting}. Укажите, что с ними делать: доставить (deliver) или не доставлять (drop).",
    es: "{waiting}. Indique qué hacer con ellos: entregar (deliver) o no entregar (drop).",
  },
  {
    en: "Bitrix24 does not show this to you. Ask an administrator for access.",
    ru: "Битрикс24 вам этого не показывает. Попросите доступ у администратора.",
    es: "Bitrix24 no le muestra esto. Pida acceso a un administrador.",
  },
  {
    en: "The portal could not be asked. Try again.",
    ru: "Не удалось обратиться к Битрикс24. Повторите.",
    es: "No se pudo consultar a Bitrix24. Reintente.",
  },
  {
    en: "It is not known yet who writes here. Try again in a moment.",
    ru: "Пока неизвестно, кто здесь пишет. Повторите через минуту.",
    es: "Aún no se sabe quién escribe aquí. Reintente dentro de un momento.",
  },
  {
    en: "The portal marked this connection as broken. Connect the account again.",
    ru: "Битрикс24 отметил это подключение как неисправное. Подключите канал заново.",
    es: "Bitrix24 marcó esta conexión como averiada. Conecte el canal de nuevo.",
  },
  {
    en: "Bitrix24's list of people could not be read.",
    ru: "Список сотрудников Битрикс24 не удалось прочитать.",
    es: "No se pudo leer la lista de personas de Bitrix24.",
  },
  {
    en: "Your Bitrix24 has no employee with the id {id}. Choose another.",
    ru: "В вашем Битрикс24 нет сотрудника с идентификатором {id}. Выберите другого.",
    es: "Su Bitrix24 no tiene ningún empleado con el identificador {id}. Elija otro.",
  },
  {
    en: "Nobody is chosen. Choose who is to be told first.",
    ru: "Никто не выбран. Сначала выберите, кого оповещать.",
    es: "No hay nadie elegido. Elija primero a quién avisar.",
  },
  {
    en: "Reading forwards (`after`) knows no text, channel or time, and one state. Leave them out, or page with `before`.",
    ru: "При чтении вперёд (`after`) нельзя указать текст, канал и время, а состояние только одно. Уберите их или листайте с `before`.",
    es: "Al leer hacia delante (`after`) no se admiten texto, canal ni tiempo, y solo un estado. Quítelos o pagine con `before`.",
  },
  {
    en: "The message may have arrived already. Confirm that it shall be sent again all the same.",
    ru: "Сообщение могло уже дойти. Подтвердите, что его всё равно нужно отправить ещё раз.",
    es: "Puede que el mensaje ya haya llegado. Confirme que debe enviarse otra vez de todos modos.",
  },
  {
    en: 'Only refused, failed and uncertain messages can be sent again; this one is "{state}".',
    ru: "Снова отправить можно только отклонённое, недоставленное или неясное сообщение, а это в состоянии «{state}».",
    es: "Solo se pueden enviar otra vez los mensajes rechazados, fallidos o dudosos; este está en «{state}».",
  },
  {
    en: 'Messages older than {days} days will be deleted: {count:ours}. Confirm it with "deleteOlder".',
    ru: "Сообщения старше {days} дн. будут удалены: {count}. Подтвердите это (deleteOlder).",
    es: "Los mensajes de más de {days} días se eliminarán: {count}. Confírmelo (deleteOlder).",
  },
  {
    en: "Somebody else saved the rules meanwhile. Load them again and repeat your change.",
    ru: "Кто-то сохранил правила раньше вас. Загрузите их заново и повторите своё изменение.",
    es: "Alguien guardó las reglas mientras tanto. Cárguelas de nuevo y repita su cambio.",
  },
  {
    en: "This is open in too many windows; close one of them.",
    ru: "Это открыто в слишком многих окнах; закройте одно из них.",
    es: "Está abierto en demasiadas ventanas; cierre una.",
  },
  { en: "The portal gave no answer.", ru: "Битрикс24 не ответил.", es: "Bitrix24 no respondió." },
  {
    en: "The portal's answer about the person could not be read.",
    ru: "Не удалось прочитать ответ Битрикс24 о сотруднике.",
    es: "No se pudo leer la respuesta de Bitrix24 sobre la persona.",
  },
  {
    en: "The portal is too busy just now.",
    ru: "Битрикс24 сейчас слишком занят.",
    es: "Bitrix24 está demasiado ocupado ahora.",
  },
  {
    en: "Threadline is not installed in this Bitrix24. An administrator must install it.",
    ru: "Threadline не установлен в этом Битрикс24. Его должен установить администратор.",
    es: "Threadline no está instalado en este Bitrix24. Debe instalarlo un administrador.",
  },
  {
    en: "The request does not prove where it comes from. Open the page in Bitrix24.",
    ru: "Запрос не подтверждает, откуда он пришёл. Откройте страницу в Битрикс24.",
    es: "La solicitud no demuestra de dónde viene. Abra la página en Bitrix24.",
  },
  {
    en: "Bitrix24 did not confirm this request. Close the page and open it again.",
    ru: "Битрикс24 не подтвердил этот запрос. Закройте страницу и откройте её снова.",
    es: "Bitrix24 no confirmó esta solicitud. Cierre la página y ábrala de nuevo.",
  },
  {
    en: "The portal cannot be asked just now. Try again in a minute.",
    ru: "Сейчас не удаётся обратиться к Битрикс24. Повторите через минуту.",
    es: "Ahora no se puede consultar a Bitrix24. Reintente dentro de un minuto.",
  },
  {
    en: "Threadline was removed from this Bitrix24 at the same moment. Install it again.",
    ru: "В этот же момент Threadline удалили из этого Битрикс24. Установите его снова.",
    es: "En ese mismo momento se eliminó Threadline de este Bitrix24. Instálelo de nuevo.",
  },
  {
    en: "The installation stopped on our side. It was logged; try again.",
    ru: "Установка прервалась на нашей стороне. Ошибка записана в журнал сервера; повторите.",
    es: "La instalación se detuvo de nuestro lado. Quedó registrado; reintente.",
  },
  { en: "There is no such page.", ru: "Такой страницы нет.", es: "Esa página no existe." },
  {
    en: "This message was written to the customer. Choose one that came in.",
    ru: "Это сообщение написано клиенту. Выберите входящее.",
    es: "Este mensaje se escribió al cliente. Elija uno que haya llegado.",
  },
  {
    en: "The template “{template}” cannot be read: {problem}",
    ru: "Шаблон «{template}» не удалось прочитать: {problem}",
    es: "La plantilla «{template}» no se puede leer: {problem}",
  },
  { en: "account", ru: "канал", es: "el canal" },
  { en: "card", ru: "карточка", es: "la ficha" },
  { en: "change", ru: "изменение", es: "el cambio" },
  { en: "conversation", ru: "диалог", es: "la conversación" },
  { en: "message", ru: "сообщение", es: "el mensaje" },
  { en: "address", ru: "адрес", es: "la dirección" },
  { en: "person", ru: "человек", es: "la persona" },
  { en: "standing connection", ru: "постоянное соединение", es: "la conexión permanente" },
  { en: "version", ru: "версия", es: "la versión" },
  { en: "1 message waits", ru: "Ожидает доставки 1 сообщение", es: "1 mensaje espera la entrega" },
  { en: "{count} messages wait", ru: "Ожидают доставки сообщения: {count}", es: "{count} mensajes esperan la entrega" },
  { en: "{count} or more", ru: "{count} или больше", es: "{count} o más" },
  {
    en: "Choose a time to come, a year ahead at most.",
    ru: "Выберите время в будущем, не дальше года вперёд.",
    es: "Elija un momento futuro, a un año vista como máximo.",
  },
  {
    en: "Groups may stand in each other {count} deep.",
    ru: "Группы можно вкладывать друг в друга не глубже {count} уровней.",
    es: "Los grupos se pueden anidar hasta {count} niveles.",
  },
  { en: "No such time zone.", ru: "Такого часового пояса нет.", es: "Esa zona horaria no existe." },
  {
    en: "Send the file as multipart/form-data.",
    ru: "Отправьте файл как multipart/form-data.",
    es: "Envíe el archivo como multipart/form-data.",
  },
  { en: "The request carries no file.", ru: "В запросе нет файла.", es: "La solicitud no lleva ningún archivo." },
  {
    en: "The file did not arrive whole. Try again.",
    ru: "Файл пришёл не полностью. Повторите.",
    es: "El archivo no llegó completo. Reintente.",
  },
  { en: "The file is empty.", ru: "Файл пуст.", es: "El archivo está vacío." },
  {
    en: "{title:ours} takes no files. Send a link instead.",
    ru: "{title} не принимает файлы. Отправьте ссылку.",
    es: "{title} no admite archivos. Envíe un enlace.",
  },
  {
    en: "The file is too large: {title:ours} takes up to {limit} MB. Send a link instead.",
    ru: "Файл слишком большой: {title} принимает до {limit} МБ. Отправьте ссылку.",
    es: "El archivo es demasiado grande: {title} admite hasta {limit} MB. Envíe un enlace.",
  },
  {
    en: "Only messages of your own team can be changed here.",
    ru: "Здесь можно изменять только сообщения своей команды.",
    es: "Aquí solo se pueden cambiar los mensajes de su propio equipo.",
  },
  {
    en: "Only the colleague who wrote it, or an administrator, can change this message.",
    ru: "Изменить это сообщение может только его автор или администратор.",
    es: "Solo quien lo escribió o un administrador puede cambiar este mensaje.",
  },
  {
    en: "A template's text is the vendor's and cannot be changed. Send a correction as a new message.",
    ru: "Текст шаблона принадлежит мессенджеру, изменить его нельзя. Отправьте исправление новым сообщением.",
    es: "El texto de una plantilla es del proveedor y no se puede cambiar. Envíe una corrección en un mensaje nuevo.",
  },
  {
    en: "A file of this message is no longer here. Take it off and add it again.",
    ru: "Файла этого сообщения здесь больше нет. Уберите его и добавьте снова.",
    es: "Un archivo de este mensaje ya no está aquí. Quítelo y añádalo de nuevo.",
  },
  {
    en: "There is no such colleague in Bitrix24 any more. Choose another one.",
    ru: "Такого сотрудника в Битрикс24 больше нет. Выберите другого.",
    es: "Ese compañero ya no está en Bitrix24. Elija a otro.",
  },
  {
    en: "Bitrix24 takes its time to answer. It is asked again.",
    ru: "Битрикс24 долго не отвечает. Запрос будет повторён.",
    es: "Bitrix24 tarda en responder. Se le pregunta otra vez.",
  },
  {
    en: "It may have been made already: Bitrix24 has not said so. Try again in a minute; it is made only once.",
    ru: "Возможно, карточка уже создана, но Битрикс24 этого не подтвердил. Повторите через минуту: она будет создана только один раз.",
    es: "Puede que ya se haya creado, pero Bitrix24 no lo ha confirmado. Reintente en un minuto; se crea una sola vez.",
  },
  {
    en: "This letter has no form of its own, or it is no longer kept.",
    ru: "У этого письма нет собственного оформления, или оно больше не хранится.",
    es: "Este mensaje no tiene formato propio o ya no se conserva.",
  },
  {
    en: "This letter is too large to be shown as it was sent. Read its words.",
    ru: "Это письмо слишком большое, чтобы показать его в исходном виде. Прочитайте его текст.",
    es: "Este mensaje es demasiado grande para mostrarlo tal como se envió. Lea su texto.",
  },
  {
    en: "Somebody saved these settings meanwhile. Look at theirs, or save yours over them.",
    ru: "Кто-то тем временем сохранил эти настройки. Посмотрите их или сохраните свои поверх.",
    es: "Alguien guardó estos ajustes entretanto. Mire los suyos o guarde los propios encima.",
  },
  {
    en: "Nothing was said in this conversation yet that could be sent.",
    ru: "В этом диалоге ещё не сказано ничего, что можно отправить.",
    es: "En esta conversación aún no se ha dicho nada que se pueda enviar.",
  },
  {
    en: "What was said cannot be sent by e-mail: no address of this customer is known, or there is no mailbox to send it from.",
    ru: "Отправить переписку по почте нельзя: адрес клиента неизвестен или нет ящика для отправки.",
    es: "No se puede enviar lo dicho por correo: no se conoce la dirección del cliente o no hay buzón desde el que enviar.",
  },
  {
    en: "Only administrators, heads and controllers rate conversations.",
    ru: "Диалоги оценивают только администраторы, руководители и контролёры.",
    es: "Solo administradores, jefes y controladores valoran conversaciones.",
  },
  {
    en: "Nothing was distributed in this conversation yet. Rate it after its first session.",
    ru: "В этом диалоге ещё ничего не распределялось. Оцените его после первого обращения.",
    es: "En esta conversación aún no se ha distribuido nada. Valórela después de su primera sesión.",
  },
  {
    en: "This picture cannot be shown.",
    ru: "Эту картинку нельзя показать.",
    es: "Esta imagen no se puede mostrar.",
  },
  {
    en: "It ends when it begins.",
    ru: "Конец совпадает с началом.",
    es: "Termina cuando empieza.",
  },
  {
    en: "This code is not right, was used already, or is older than 15 minutes. Sign in again.",
    ru: "Код неверный, уже использован или старше 15 минут. Войдите ещё раз.",
    es: "Este código no es correcto, ya se usó o tiene más de 15 minutos. Inicie sesión otra vez.",
  },
];

import type { Localised } from "../../domain/localised.ts";
import { telegramPersonConnectionSentences } from "./connection-sentences.ts";

export const telegramPersonSentences: readonly Localised[] = [
  ...telegramPersonConnectionSentences,
  {
    en: "A reaction is one emoji. Choose one from the list.",
    ru: "Реакция — это один эмодзи. Выберите его из списка.",
    es: "Una reacción es un solo emoji. Elija uno de la lista.",
  },
  { en: "This is not a phone number.", ru: "Это не номер телефона.", es: "Esto no es un número de teléfono." },
  {
    en: "This is not a name that Telegram gives; it looks like @some_name.",
    ru: "Таких имён в Telegram нет; они выглядят как @some_name.",
    es: "No es un nombre de los que da Telegram; tiene la forma @some_name.",
  },
  {
    en: "Telegram cannot be reached at the moment. Try again later.",
    ru: "Telegram сейчас недоступен. Повторите позже.",
    es: "No se puede acceder a Telegram en este momento. Reintente más tarde.",
  },
  {
    en: "Could not check: today's {count} searches of this account are used up, so that Telegram does not restrict it. Try again tomorrow.",
    ru: "Не удалось проверить: поиски этого аккаунта на сегодня ({count}) исчерпаны, чтобы Telegram его не ограничил. Повторите завтра.",
    es: "No se pudo comprobar: se agotaron las {count} búsquedas de hoy de esta cuenta, para que Telegram no la restrinja. Reintente mañana.",
  },
  {
    en: "Nobody in Telegram has the name @{username}.",
    ru: "В Telegram нет никого с именем @{username}.",
    es: "Nadie en Telegram tiene el nombre @{username}.",
  },
  {
    en: "Could not check: Telegram does not let this account look up more numbers for now. Try again tomorrow.",
    ru: "Не удалось проверить: Telegram пока не даёт этому аккаунту искать новые номера. Повторите завтра.",
    es: "No se pudo comprobar: por ahora Telegram no deja que esta cuenta busque más números. Reintente mañana.",
  },
  {
    en: "This person has deleted their Telegram account.",
    ru: "Этот человек удалил свой аккаунт Telegram.",
    es: "Esta persona eliminó su cuenta de Telegram.",
  },
  {
    en: "Could not check: Telegram asks for a pause of {time:ours} between searches.",
    ru: "Не удалось проверить: между поисками Telegram просит паузу {time}.",
    es: "No se pudo comprobar: Telegram pide una pausa de {time} entre búsquedas.",
  },
  {
    en: "Could not check: this person's privacy settings hide them.",
    ru: "Не удалось проверить: этого человека скрывают его настройки конфиденциальности.",
    es: "No se pudo comprobar: los ajustes de privacidad de esta persona la ocultan.",
  },
  {
    en: "Could not check: Telegram refused the search ({text}).",
    ru: "Не удалось проверить: Telegram отказал в поиске ({text}).",
    es: "No se pudo comprobar: Telegram rechazó la búsqueda ({text}).",
  },
  {
    en: "Could not check: Telegram's answer did not arrive. Try again later.",
    ru: "Не удалось проверить: ответ Telegram не пришёл. Повторите позже.",
    es: "No se pudo comprobar: la respuesta de Telegram no llegó. Reintente más tarde.",
  },
  {
    en: "Telegram shows nobody under +{phone}: there is no account with this number, or it hides from searches by number. If you know their @name, search by it.",
    ru: "Telegram никого не показывает под номером +{phone}: такого аккаунта нет или он скрыт от поиска по номеру. Если знаете @имя, ищите по нему.",
    es: "Telegram no muestra a nadie con el número +{phone}: no hay cuenta con este número o se oculta de las búsquedas por número. Si conoce su @nombre, busque por él.",
  },
  {
    en: "Telegram's answer did not arrive, so the message may or may not have been delivered.",
    ru: "Ответ Telegram не пришёл, поэтому сообщение могло дойти, а могло и нет.",
    es: "La respuesta de Telegram no llegó, así que el mensaje puede haberse entregado o no.",
  },
  {
    en: "The group lets its members write once in a while only; the next time is in {time:ours}. The message will be sent then.",
    ru: "Участники этой группы могут писать лишь изредка; следующий раз через {time}. Тогда сообщение и будет отправлено.",
    es: "El grupo deja escribir a sus miembros solo de vez en cuando; la próxima vez es dentro de {time}. El mensaje se enviará entonces.",
  },
  {
    en: "Telegram asks for a pause of {time:ours}. The message will be sent after it.",
    ru: "Telegram просит паузу {time}. После неё сообщение будет отправлено.",
    es: "Telegram pide una pausa de {time}. El mensaje se enviará después.",
  },
  {
    en: "Telegram had an error ({text}), so the message may or may not have been delivered.",
    ru: "Ошибка на стороне Telegram ({text}), поэтому сообщение могло дойти, а могло и нет.",
    es: "Telegram tuvo un error ({text}), así que el mensaje puede haberse entregado o no.",
  },
  {
    en: "Telegram refused the message ({text}). Try it in the Telegram app to see why.",
    ru: "Telegram отклонил сообщение ({text}). Попробуйте отправить его в приложении Telegram, чтобы узнать причину.",
    es: "Telegram rechazó el mensaje ({text}). Pruébelo en la aplicación Telegram para ver por qué.",
  },
  {
    en: "Telegram does not let this account write to new people at the moment, because it did so too often. Answers to people who wrote first still go; first messages are stopped for today.",
    ru: "Telegram сейчас не даёт этому аккаунту писать новым людям: он делал это слишком часто. Ответы тем, кто написал первым, уходят; первые сообщения на сегодня остановлены.",
    es: "Telegram no deja que esta cuenta escriba a personas nuevas en este momento, porque lo hizo con demasiada frecuencia. Las respuestas a quien escribió primero siguen saliendo; los primeros mensajes se detuvieron por hoy.",
  },
  {
    en: "This person's privacy settings do not let this account write to them. Reach them another way.",
    ru: "Настройки конфиденциальности этого человека не дают этому аккаунту писать ему. Свяжитесь с ним иначе.",
    es: "Los ajustes de privacidad de esta persona no dejan que esta cuenta le escriba. Contáctela de otra forma.",
  },
  {
    en: "This person takes messages from strangers only with Telegram Premium or for payment. Reach them another way.",
    ru: "Этот человек принимает сообщения от незнакомых только с Telegram Premium или за плату. Свяжитесь с ним иначе.",
    es: "Esta persona recibe mensajes de desconocidos solo con Telegram Premium o pagando. Contáctela de otra forma.",
  },
  {
    en: "This person has blocked the account, so nothing can be sent to them.",
    ru: "Этот человек заблокировал аккаунт, поэтому отправить ему ничего нельзя.",
    es: "Esta persona bloqueó la cuenta, así que no se le puede enviar nada.",
  },
  {
    en: "The account has blocked this person. Unblock them in the Telegram app, then send again.",
    ru: "Этот человек заблокирован в вашем аккаунте. Разблокируйте его в приложении Telegram и отправьте снова.",
    es: "La cuenta tiene bloqueada a esta persona. Desbloquéela en la aplicación Telegram y envíe de nuevo.",
  },
  {
    en: "Telegram no longer knows this chat, or the account is not in it any more.",
    ru: "Telegram больше не знает этого чата, или аккаунта в нём уже нет.",
    es: "Telegram ya no conoce este chat, o la cuenta ya no está en él.",
  },
  {
    en: "The account is not allowed to write in this group. One of its administrators can allow it.",
    ru: "Аккаунту нельзя писать в этой группе. Разрешить может её администратор.",
    es: "La cuenta no tiene permiso para escribir en este grupo. Puede permitirlo uno de sus administradores.",
  },
  {
    en: "This person does not take voice messages. Write it, or send it as a file.",
    ru: "Этот человек не принимает голосовые сообщения. Напишите текстом или отправьте файлом.",
    es: "Esta persona no admite mensajes de voz. Escríbalo o envíelo como archivo.",
  },
  {
    en: "This group does not take such files. Send a text or a link instead.",
    ru: "Эта группа не принимает такие файлы. Отправьте текст или ссылку.",
    es: "Este grupo no admite archivos así. Envíe un texto o un enlace.",
  },
  {
    en: "The text is too long for Telegram. Shorten it or send it in two messages.",
    ru: "Текст слишком длинный для Telegram. Сократите его или отправьте двумя сообщениями.",
    es: "El texto es demasiado largo para Telegram. Acórtelo o envíelo en dos mensajes.",
  },
  {
    en: "The message has nothing that Telegram could show.",
    ru: "В сообщении нет ничего, что мог бы показать Telegram.",
    es: "El mensaje no tiene nada que Telegram pueda mostrar.",
  },
  {
    en: "The file is too big for Telegram. Send a link to it instead.",
    ru: "Файл слишком большой для Telegram. Отправьте ссылку на него.",
    es: "El archivo es demasiado grande para Telegram. Envíe un enlace.",
  },
  {
    en: "Telegram cannot read this file. Attach it again, or pack it into an archive.",
    ru: "Telegram не может прочитать этот файл. Прикрепите его снова или упакуйте в архив.",
    es: "Telegram no puede leer este archivo. Adjúntelo de nuevo o comprímalo.",
  },
  {
    en: "The message is no longer in the chat, so nothing can be done with it.",
    ru: "Сообщения уже нет в чате, поэтому сделать с ним ничего нельзя.",
    es: "El mensaje ya no está en el chat, así que no se puede hacer nada con él.",
  },
  {
    en: "Telegram lets messages be changed for 48 hours only. Send a correction instead.",
    ru: "В Telegram изменить сообщение можно только в течение 48 часов. Отправьте исправление новым сообщением.",
    es: "Telegram permite cambiar mensajes solo durante 48 horas. Envíe una corrección.",
  },
  {
    en: "Only messages of this account can be changed.",
    ru: "Изменять можно только сообщения этого аккаунта.",
    es: "Solo se pueden cambiar los mensajes de esta cuenta.",
  },
  {
    en: "Telegram does not let this account take that message back. The others still see it.",
    ru: "Telegram не даёт этому аккаунту отозвать сообщение. Остальные по-прежнему его видят.",
    es: "Telegram no deja que esta cuenta retire ese mensaje. Los demás lo siguen viendo.",
  },
  {
    en: "This emoji is not among the reactions of this chat. Choose another one.",
    ru: "Этого эмодзи нет среди реакций этого чата. Выберите другой.",
    es: "Este emoji no está entre las reacciones de este chat. Elija otro.",
  },
  {
    en: "Telegram takes contact cards with a phone number only. Write the contact as text.",
    ru: "Telegram принимает только карточки контактов с номером телефона. Напишите контакт текстом.",
    es: "Telegram solo admite tarjetas de contacto con número de teléfono. Escriba el contacto como texto.",
  },
  {
    en: "Missed video call in Telegram.",
    ru: "Пропущенный видеозвонок в Telegram.",
    es: "Videollamada perdida en Telegram.",
  },
  { en: "Missed call in Telegram.", ru: "Пропущенный звонок в Telegram.", es: "Llamada perdida en Telegram." },
  {
    en: "{who:ours} added {users} to the group.",
    ru: "В группу добавлены: {users} (кто добавил: {who}).",
    es: "{who} añadió a {users} al grupo.",
  },
  {
    en: "{who:ours} named the group “{title}”.",
    ru: "Группа теперь называется «{title}» (изменение: {who}).",
    es: "{who} llamó al grupo «{title}».",
  },
  {
    en: "{who:ours} took a screenshot of the chat.",
    ru: "Сделан снимок экрана чата: {who}.",
    es: "{who} hizo una captura de pantalla del chat.",
  },
  {
    en: "This account does not know that chat. Look the person up by phone or @name first, or wait until they write.",
    ru: "Этот аккаунт не знает такого чата. Сначала найдите человека по номеру или @имени либо дождитесь, когда он напишет.",
    es: "Esta cuenta no conoce ese chat. Busque antes a la persona por teléfono o @nombre, o espere a que escriba.",
  },
  {
    en: "A file of the message cannot be read at the moment. It will be tried again.",
    ru: "Файл сообщения сейчас не удаётся прочитать. Будет ещё попытка.",
    es: "Ahora no se puede leer un archivo del mensaje. Se intentará otra vez.",
  },
  {
    en: "Telegram stopped this account's first messages today because there were too many. Send it tomorrow, or wait until this person writes.",
    ru: "Telegram остановил сегодня первые сообщения этого аккаунта: их было слишком много. Отправьте завтра или дождитесь, когда человек напишет.",
    es: "Telegram detuvo hoy los primeros mensajes de esta cuenta porque eran demasiados. Envíelo mañana o espere a que esta persona escriba.",
  },
  {
    en: "Today's {count} first messages to people who never wrote are used up, so that Telegram does not ban the account. Send it tomorrow.",
    ru: "Первые сообщения на сегодня ({count}) исчерпаны, чтобы Telegram не заблокировал аккаунт. Отправьте завтра.",
    es: "Se agotaron los {count} primeros mensajes de hoy a personas que nunca escribieron, para que Telegram no bloquee la cuenta. Envíelo mañana.",
  },
  {
    en: "The file did not get through to Telegram. It will be tried again.",
    ru: "Файл не дошёл до Telegram. Будет ещё попытка.",
    es: "El archivo no llegó a Telegram. Se intentará otra vez.",
  },
  { en: "Telegram (personal)", ru: "Telegram (личный)", es: "Telegram (personal)" },
  {
    en: "Could not check. {sentence:ours}",
    ru: "Не удалось проверить. {sentence}",
    es: "No se pudo comprobar. {sentence}",
  },
  {
    en: "Could not check: the account is not connected. {sentence:ours}",
    ru: "Не удалось проверить: аккаунт не подключён. {sentence}",
    es: "No se pudo comprobar: la cuenta no está conectada. {sentence}",
  },
  { en: "1 second", ru: "1 с", es: "1 segundo" },
  { en: "{count} seconds", ru: "{count} с", es: "{count} segundos" },
  { en: "{count} minutes", ru: "{count} мин", es: "{count} minutos" },
  { en: "{count} hours", ru: "{count} ч", es: "{count} horas" },
];

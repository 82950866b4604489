import type { Localised } from "../../domain/localised.ts";

/** Of letters that go out. */
export const sendSentences: readonly Localised[] = [
  {
    en: "Mail is to leave by {host}, which is at a private address, and that is not allowed. The operator of this server can list it in MAIL_PRIVATE_HOSTS if it is meant.",
    ru: "Почта должна уходить через {host}, а он находится по внутреннему адресу: это не разрешено. Если так и задумано, администратор этого сервера может указать его в MAIL_PRIVATE_HOSTS.",
    es: "El correo debe salir por {host}, que está en una dirección privada, y eso no se permite. Si es lo que se quiere, quien opera este servidor puede indicarlo en MAIL_PRIVATE_HOSTS.",
  },
  {
    en: "No letter leaves by {host} at port {port} ({code}): its certificate is not valid for it, or it does not encrypt. Check the SMTP server's name and the kind of encryption in the settings.",
    ru: "Через {host}, порт {port}, письма не отправляются ({code}): сертификат для него не подходит или шифрования нет. Проверьте имя SMTP-сервера и вид шифрования в настройках.",
    es: "Por {host}, puerto {port}, no sale ningún correo ({code}): su certificado no es válido para él, o no cifra. Revise el nombre del servidor SMTP y el tipo de cifrado en los ajustes.",
  },
  {
    en: "An address of this letter is not one that mail can be sent to. Correct the recipients and send it again.",
    ru: "На один из адресов этого письма отправить почту нельзя. Исправьте получателей и отправьте снова.",
    es: "A una dirección de este mensaje no se puede enviar correo. Corrija los destinatarios y envíelo otra vez.",
  },
  {
    en: "The letter may have been delivered: {host} broke off after it had all of it. Look into the Sent folder or ask the recipient before you send it again.",
    ru: "Возможно, письмо доставлено: {host} оборвал связь, уже получив его целиком. Прежде чем отправлять снова, загляните в «Отправленные» или спросите получателя.",
    es: "Puede que el correo se haya entregado: {host} cortó la conexión cuando ya lo tenía entero. Mire en Enviados o pregunte al destinatario antes de enviarlo otra vez.",
  },
  {
    en: "The mail server {host} cannot be reached at port {port} ({code}). The letter has not left and will be tried again.",
    ru: "Почтовый сервер {host} недоступен, порт {port} ({code}). Письмо не ушло, будет ещё попытка.",
    es: "No se puede acceder al servidor de correo {host} en el puerto {port} ({code}). El mensaje no salió y se intentará otra vez.",
  },
  {
    en: "The mail server {host} takes no sign-in just now ({text}). The letter has not left and will be tried again.",
    ru: "Почтовый сервер {host} сейчас никого не пускает ({text}). Письмо не ушло, будет ещё попытка.",
    es: "El servidor de correo {host} no admite accesos en este momento ({text}). El mensaje no salió y se intentará otra vez.",
  },
  {
    en: "The mail server {host} does not take the letter just now ({text}). It has not left and will be tried again.",
    ru: "Почтовый сервер {host} сейчас не принимает письмо ({text}). Оно не ушло, будет ещё попытка.",
    es: "El servidor de correo {host} no acepta el mensaje en este momento ({text}). No salió y se intentará otra vez.",
  },
  {
    en: "Not sent: {host} did not take {addresses} ({text}). Check the address and send the letter again.",
    ru: "Не отправлено: {host} не принял адрес {addresses} ({text}). Проверьте его и отправьте письмо снова.",
    es: "No enviado: {host} no aceptó {addresses} ({text}). Revise la dirección y envíe el correo otra vez.",
  },
  {
    en: "Not sent: {host} does not let {user} send as {from} ({text}). Check the address of the box in its settings.",
    ru: "Не отправлено: {host} не разрешает {user} отправлять от имени {from} ({text}). Проверьте адрес ящика в его настройках.",
    es: "No enviada: {host} no permite a {user} enviar como {from} ({text}). Revise la dirección del buzón en sus ajustes.",
  },
  {
    en: "Not sent: {host} did not take the letter ({text}).",
    ru: "Не отправлено: {host} не принял письмо ({text}).",
    es: "No enviado: {host} no aceptó el correo ({text}).",
  },
  {
    en: "Not sent: the letter is larger than {host} takes. Send links instead of files.",
    ru: "Не отправлено: письмо больше, чем принимает {host}. Отправьте ссылки вместо файлов.",
    es: "No enviado: el correo es más grande de lo que acepta {host}. Envíe enlaces en lugar de archivos.",
  },
  {
    en: "It is not known by which server this mailbox sends. Type its SMTP server in the settings.",
    ru: "Неизвестно, через какой сервер отправлять почту этого ящика. Укажите SMTP-сервер в его настройках.",
    es: "No se sabe por qué servidor envía este buzón. Escriba su servidor SMTP en los ajustes.",
  },
  {
    en: "The letter may have been delivered: the server stopped while it was being sent, and no copy lies in the Sent folder. Ask the recipient before you send it again.",
    ru: "Возможно, письмо доставлено: во время отправки сервер остановился, а копии в «Отправленных» нет. Прежде чем отправлять снова, спросите получателя.",
    es: "Puede que el correo se haya entregado: el servidor se detuvo mientras se enviaba y no hay copia en Enviados. Pregunte al destinatario antes de enviarlo otra vez.",
  },
  {
    en: "The mailbox cannot be asked just now. The letter has not left and will be tried again.",
    ru: "Ящик сейчас недоступен. Письмо не ушло, будет ещё попытка.",
    es: "El buzón no responde en este momento. El correo no salió y se intentará otra vez.",
  },
  {
    en: "The mailbox is being closed. The letter has not left and will be tried again.",
    ru: "Ящик закрывается. Письмо не ушло, будет ещё попытка.",
    es: "El buzón se está cerrando. El correo no salió y se intentará otra vez.",
  },
  {
    en: "Not delivered to {addresses}; delivered to the others. Correct the address and write to it alone.",
    ru: "Не доставлено: {addresses}; остальным доставлено. Исправьте адрес и напишите только на него.",
    es: "No se entregó a {addresses}; a los demás sí. Corrija la dirección y escriba solo a ella.",
  },
  {
    en: "write an address that leads to this server: https://go.example.com",
    ru: "укажите адрес, ведущий на этот сервер: https://go.example.com",
    es: "escriba una dirección que lleve a este servidor: https://go.example.com",
  },
  {
    en: "The letter came back: it could not be delivered. Check the address and send it again.",
    ru: "Письмо вернулось: доставить его не удалось. Проверьте адрес и отправьте снова.",
    es: "El correo volvió: no se pudo entregar. Revise la dirección y envíelo otra vez.",
  },
  {
    en: "The letter came back: it could not be delivered to {whom}. Check the address and send it again.",
    ru: "Письмо вернулось: доставить его на {whom} не удалось. Проверьте адрес и отправьте снова.",
    es: "El correo volvió: no se pudo entregar a {whom}. Revise la dirección y envíelo otra vez.",
  },
  {
    en: "The letter came back: it could not be delivered to {whom} ({why}). Check the address and send it again.",
    ru: "Письмо вернулось: доставить его на {whom} не удалось ({why}). Проверьте адрес и отправьте снова.",
    es: "El correo volvió: no se pudo entregar a {whom} ({why}). Revise la dirección y envíelo otra vez.",
  },
  {
    en: "There is nothing in this letter. Write something, or attach a file.",
    ru: "В этом письме ничего нет. Напишите что-нибудь или приложите файл.",
    es: "En este correo no hay nada. Escriba algo o adjunte un archivo.",
  },
  {
    en: "The attached {name} is too large for a letter, which takes files up to {limit} MB. Send a link to it instead.",
    ru: "Файл {name} слишком велик для письма: можно приложить до {limit} МБ. Отправьте ссылку на него.",
    es: "El archivo {name} es demasiado grande para un correo, que admite hasta {limit} MB. Envíe un enlace.",
  },
];

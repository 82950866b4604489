import type { Locale } from "../api/boot.ts";

export type NoticeCode =
  | "open-inside"
  | "not-admin"
  | "not-admin-line"
  | "not-installed"
  | "foreign"
  | "login-denied"
  | "login-stale"
  | "login-failed"
  | "failed";

interface NoticeText {
  readonly title: string;
  readonly sentence: string;
}

/** Words of the small pages without a script, which the pages' own dictionary cannot serve. */
const NOTICES: Readonly<Record<Locale, Readonly<Record<NoticeCode, NoticeText>>>> = {
  en: {
    "open-inside": {
      title: "Open this inside Bitrix24",
      sentence: "This page lives in your Bitrix24. Open Threadline from the left menu or from a card there.",
    },
    "not-admin": {
      title: "An administrator is needed",
      sentence: "Only an administrator of this Bitrix24 can install Threadline. Ask one to open this page.",
    },
    "not-admin-line": {
      title: "An administrator is needed",
      sentence: "Only an administrator of this Bitrix24 can connect a channel to an open line.",
    },
    "not-installed": {
      title: "Threadline is not installed here",
      sentence:
        "Ask an administrator of your Bitrix24 to install Threadline, or to open it once if it was installed before.",
    },
    foreign: {
      title: "This request was not proved",
      sentence: "Bitrix24 did not confirm where this page was opened from. Close it and open it again.",
    },
    "login-denied": {
      title: "You were not signed in",
      sentence: "Bitrix24 did not allow the sign-in. Start again and confirm access.",
    },
    "login-stale": {
      title: "This sign-in has expired",
      sentence: "The sign-in was started too long ago, in another browser, or was used already. Start again.",
    },
    "login-failed": {
      title: "The sign-in did not work",
      sentence: "Bitrix24 could not be asked just now. Try again in a minute.",
    },
    failed: { title: "That did not work", sentence: "Try again in a minute." },
  },
  ru: {
    "open-inside": {
      title: "Откройте эту страницу в Битрикс24",
      sentence: "Эта страница работает внутри вашего Битрикс24. Откройте Threadline в левом меню или в карточке CRM.",
    },
    "not-admin": {
      title: "Нужен администратор",
      sentence: "Установить Threadline может только администратор этого Битрикс24. Попросите его открыть эту страницу.",
    },
    "not-admin-line": {
      title: "Нужен администратор",
      sentence: "Подключить канал к открытой линии может только администратор этого Битрикс24.",
    },
    "not-installed": {
      title: "Threadline здесь не установлен",
      sentence:
        "Попросите администратора вашего Битрикс24 установить Threadline или открыть его один раз, если он уже был установлен.",
    },
    foreign: {
      title: "Запрос не подтверждён",
      sentence: "Битрикс24 не подтвердил, откуда открыта эта страница. Закройте её и откройте снова.",
    },
    "login-denied": {
      title: "Вход не выполнен",
      sentence: "Битрикс24 не разрешил вход. Начните заново и подтвердите доступ.",
    },
    "login-stale": {
      title: "Вход устарел",
      sentence: "Вход начат слишком давно, в другом браузере или уже использован. Начните заново.",
    },
    "login-failed": {
      title: "Войти не удалось",
      sentence: "Сейчас не получилось обратиться к Битрикс24. Попробуйте через минуту.",
    },
    failed: { title: "Не получилось", sentence: "Попробуйте через минуту." },
  },
  es: {
    "open-inside": {
      title: "Ábralo dentro de Bitrix24",
      sentence:
        "Esta página funciona dentro de su Bitrix24. Abra Threadline desde el menú izquierdo o desde una ficha del CRM.",
    },
    "not-admin": {
      title: "Hace falta un administrador",
      sentence: "Solo un administrador de este Bitrix24 puede instalar Threadline. Pídale que abra esta página.",
    },
    "not-admin-line": {
      title: "Hace falta un administrador",
      sentence: "Solo un administrador de este Bitrix24 puede conectar un canal a una línea abierta.",
    },
    "not-installed": {
      title: "Threadline no está instalado aquí",
      sentence:
        "Pida a un administrador de su Bitrix24 que instale Threadline, o que lo abra una vez si ya estaba instalado.",
    },
    foreign: {
      title: "La solicitud no se pudo comprobar",
      sentence: "Bitrix24 no confirmó desde dónde se abrió esta página. Ciérrela y ábrala de nuevo.",
    },
    "login-denied": {
      title: "No se inició la sesión",
      sentence: "Bitrix24 no permitió el acceso. Empiece de nuevo y confirme el permiso.",
    },
    "login-stale": {
      title: "Este inicio de sesión caducó",
      sentence: "Se inició hace demasiado tiempo, en otro navegador o ya se utilizó. Empiece de nuevo.",
    },
    "login-failed": {
      title: "No se pudo iniciar la sesión",
      sentence: "Ahora no se pudo consultar a Bitrix24. Inténtelo dentro de un minuto.",
    },
    failed: { title: "No se pudo hacer", sentence: "Inténtelo dentro de un minuto." },
  },
};

export const noticeText = (code: NoticeCode, locale: Locale): NoticeText => NOTICES[locale][code];

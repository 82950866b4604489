/** Why a mail is not taken for one that a person wrote, in the languages of the app. */
import type { Language, Localised } from "../../domain/localised.ts";

/** `detail` stands where the sentence has `{}`. */
const texts = {
  "delivery-report": {
    en: "It is a delivery report (RFC 3464): {}.",
    ru: "Это отчёт о доставке (RFC 3464): {}.",
    es: "Es un informe de entrega (RFC 3464): {}.",
  },
  "bounce-text": {
    en: "A mail server tells in its own words that a mail was not delivered: {}.",
    ru: "Почтовый сервер своими словами сообщает, что письмо не доставлено: {}.",
    es: "Un servidor de correo cuenta con sus palabras que un mensaje no se entregó: {}.",
  },
  "feedback-report": {
    en: "A mail provider reports a complaint (RFC 5965): {}.",
    ru: "Почтовая служба передаёт жалобу (RFC 5965): {}.",
    es: "Un proveedor de correo informa de una queja (RFC 5965): {}.",
  },
  "disposition-report": {
    en: "It is a receipt (RFC 8098): {}.",
    ru: "Это уведомление о прочтении (RFC 8098): {}.",
    es: "Es un acuse de recibo (RFC 8098): {}.",
  },
  "own-marker": {
    en: "It carries the mark that we put on our own automatic mails.",
    ru: "На нём стоит метка, которую мы ставим на собственные автоматические письма.",
    es: "Lleva la marca que ponemos en nuestros propios mensajes automáticos.",
  },
  "auto-submitted": {
    en: "Its sender marked it as automatic (Auto-Submitted: {}).",
    ru: "Отправитель пометил его как автоматическое (Auto-Submitted: {}).",
    es: "El remitente lo marcó como automático (Auto-Submitted: {}).",
  },
  "automatic-header": {
    en: "It has a header of automatic answers: {}.",
    ru: "В нём есть заголовок автоответчика: {}.",
    es: "Tiene una cabecera de respuestas automáticas: {}.",
  },
  "automatic-subject": {
    en: "Its subject is that of an automatic answer: {}.",
    ru: "Тема как у автоматического ответа: {}.",
    es: "El asunto es el de una respuesta automática: {}.",
  },
  "automatic-text": {
    en: "Its text says that nobody wrote it: {}.",
    ru: "В тексте сказано, что письмо составлено автоматически: {}.",
    es: "El texto dice que es automático: {}.",
  },
  away: {
    en: "It says that somebody is away: {}.",
    ru: "В нём сказано, что человека нет на месте: {}.",
    es: "Dice que alguien está ausente: {}.",
  },
  list: {
    en: "It was sent to a list ({}).",
    ru: "Оно отправлено по списку рассылки ({}).",
    es: "Se envió a una lista ({}).",
  },
  precedence: {
    en: "It was sent in bulk (Precedence: {}).",
    ru: "Это массовая рассылка (Precedence: {}).",
    es: "Es un envío masivo (Precedence: {}).",
  },
  "mailing-text": {
    en: "Its last lines are those of a mass mailing ({}).",
    ru: "Последние строки как у массовой рассылки ({}).",
    es: "Las últimas líneas son las de un envío masivo ({}).",
  },
  "null-return-path": {
    en: "It was sent so that no answer can come back (empty Return-Path).",
    ru: "Оно отправлено так, что ответ вернуться не может (пустой Return-Path).",
    es: "Se envió de modo que no admite respuesta (Return-Path vacío).",
  },
  "no-reply": {
    en: "Nobody reads answers at its address ({}).",
    ru: "По адресу отправителя ответы не читают ({}).",
    es: "Nadie lee las respuestas en su dirección ({}).",
  },
  program: {
    en: "A program of a site wrote it ({}).",
    ru: "Его составила программа сайта ({}).",
    es: "Lo escribió un programa de un sitio ({}).",
  },
  "calendar-answer": {
    en: "A calendar answers an invitation ({}).",
    ru: "Календарь отвечает на приглашение ({}).",
    es: "Un calendario responde a una invitación ({}).",
  },
} satisfies Readonly<Record<string, Localised>>;

export type SignName = keyof typeof texts;

/** A sign that was found, and what of the mail it was. */
export interface Sign {
  readonly name: SignName;
  readonly detail: string;
}

export const sentenceOfSign = ({ name, detail }: Sign, language: Language): string =>
  texts[name][language].replace("{}", () => detail);

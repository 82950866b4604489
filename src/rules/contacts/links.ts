/**
 * Links that are made of a phone: WhatsApp's (wa.me and api.whatsapp.com/send, as its help describes them), Telegram's
 * t.me/+…, Viber's. In them a number is always international.
 */

import type { PhoneSpot } from "./find-phones.ts";
import { readNumber } from "./numbers.ts";

const link =
  /(?<![\p{L}\d.-])(?:https?:\/\/)?(?:(?:www\.)?wa\.me\/\+?|(?:(?:api|web)\.whatsapp\.com\/|whatsapp:\/\/)send\/?\?(?:[^\s<>"]{0,200}&)?phone=(?:\+|%2B)?|t\.me\/\+|viber:\/\/[a-z]{3,10}\/?\?number=(?:\+|%2B)?)(\d{8,15})(?![\p{L}\d])[^\s<>"[\]]*/giu;

export function phoneLinks(text: string): PhoneSpot[] {
  const spots: PhoneSpot[] = [];
  for (const { index, 0: found, 1: digits = "" } of text.matchAll(link)) {
    const number = readNumber(digits, true, { country: undefined, eightIsSeven: true })?.number;
    if (number !== undefined) spots.push({ number, start: index, end: index + found.length });
  }
  return spots;
}

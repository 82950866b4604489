/**
 * What we send along with each message and get back with each of its statuses (`biz_opaque_callback_data`): the key of the
 * attempt, and which part of the message this is. Pure.
 *
 * Other programs on the same WhatsApp account have data of their own in this place; what does not look like ours is none.
 */

/** Characters of it ("Maximum 512 characters"). */
const LIMIT = 512;

export interface SentPart {
  readonly sendKey: string;
  /** From 1. */
  readonly part: number;
  readonly of: number;
}

/** Nothing for a key that is too long: half of one would name nothing. */
export function callbackData({ sendKey, part, of }: SentPart): { readonly biz_opaque_callback_data?: string } {
  const data = `${part}/${of}:${sendKey}`;
  return data.length <= LIMIT ? { biz_opaque_callback_data: data } : {};
}

export function readCallbackData(data: string | undefined): SentPart | undefined {
  const [, part, of, sendKey] = /^([1-9]\d{0,3})\/([1-9]\d{0,3}):(.{1,500})$/.exec(data ?? "") ?? [];
  if (sendKey === undefined || Number(part) > Number(of)) return undefined;
  return { sendKey, part: Number(part), of: Number(of) };
}

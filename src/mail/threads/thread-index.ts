/**
 * Outlook's own mark of a conversation ([MS-OXOMSG] 2.2.1.3, PidTagConversationIndex): base64 of a header of 22 bytes (a version,
 * the time and a GUID of the first mail), behind which each answer adds five. It survives where a gateway took References away.
 */

const HEADER_BYTES = 22;
/** A conversation of thousands of answers is damage. */
const LONGEST = 20_000;

/**
 * What mails of one conversation have in common, beside the person in it; `undefined` for what is no such mark. Outlook begins a
 * new conversation when the subject is changed and keeps the mark, so the subject belongs to it.
 *
 * @param subject without its prefixes
 */
export function conversationToken(threadIndex: string | null | undefined, subject: string): string | undefined {
  const text = threadIndex?.replace(/\s+/g, "") ?? "";
  if (text.length > LONGEST || !/^[A-Za-z\d+/]{30,}={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64");
  const isMark = bytes.length >= HEADER_BYTES && (bytes.length - HEADER_BYTES) % 5 === 0 && bytes[0] === 1;
  return isMark ? `index-${bytes.toString("hex", 0, HEADER_BYTES)} ${subject}` : undefined;
}

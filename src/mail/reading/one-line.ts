/** Controls go as well: none may stand in a database's text, and none means anything on one line. */
export const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, " ").trim();

/** What strangers wrote may be too much for a library. */
export function safely<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

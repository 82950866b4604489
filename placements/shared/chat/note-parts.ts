import type { NoteAnswer } from "../../../src/api/notes.ts";

/** A stretch of a note: words, or a colleague who is named there. */
export interface NotePart {
  readonly text: string;
  readonly mention?: NoteAnswer["mentions"][number];
}

/** Takes a note apart at the names of colleagues. Of two names of which one begins with the other, the longer is meant. */
export function partsOf({ text, mentions }: Pick<NoteAnswer, "text" | "mentions">): readonly NotePart[] {
  const byLength = [...mentions].sort((a, b) => b.name.length - a.name.length);
  const parts: NotePart[] = [];
  let words = "";
  for (let at = 0; at < text.length; ) {
    const mention = byLength.find(({ name }) => text.startsWith(`@${name}`, at));
    if (!mention) {
      words += text[at] ?? "";
      at += 1;
      continue;
    }
    if (words !== "") parts.push({ text: words });
    words = "";
    parts.push({ text: `@${mention.name}`, mention });
    at += mention.name.length + 1;
  }
  if (words !== "") parts.push({ text: words });
  return parts;
}

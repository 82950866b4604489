/** An agent's name above what they wrote, as open lines show it. */
import type { Content } from "../../domain/message.ts";

/** A mail is signed in its own way, a vendor's approved text is not changed, and a file alone stays one. */
export function under(name: string | undefined, content: Content): Content {
  const { body, letter, template } = content;
  if (name === undefined || name === "" || body.text === "" || letter || template) return content;
  const head = `${name}:`;
  const by = head.length + 1;
  const moved = body.spans.map((span) => ({ ...span, start: span.start + by, end: span.end + by }));
  return {
    ...content,
    body: { text: `${head}\n${body.text}`, spans: [{ kind: "bold", start: 0, end: head.length }, ...moved] },
  };
}

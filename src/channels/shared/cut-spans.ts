import type { Span } from "../../domain/rich-text.ts";

/** What is left of a span when holes are cut into it. Pure. */
export function cutSpan(span: Span, holes: readonly Span[]): Span[] {
  let rest: Span[] = [span];
  for (const hole of holes) {
    rest = rest.flatMap((part) => {
      if (hole.end <= part.start || part.end <= hole.start) return [part];
      const pieces = [
        { ...part, end: hole.start },
        { ...part, start: hole.end },
      ];
      return pieces.filter((piece) => piece.end > piece.start);
    });
  }
  return rest;
}

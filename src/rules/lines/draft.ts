/** A step in the making: the state that becomes of it, and what is to be done. */
import type { OwnLine } from "./own-line.ts";
import type { LineFacts, Mark, OwnEffect, OwnSession, SaidWhy } from "./own-session.ts";

export type Draft = { -readonly [Key in keyof OwnSession]: OwnSession[Key] };

export interface Run {
  readonly draft: Draft;
  readonly effects: OwnEffect[];
  readonly settings: OwnLine;
  readonly facts: LineFacts;
}

type Unnumbered<One> = One extends OwnEffect ? Omit<One, "id"> : never;
type Standing = Omit<Extract<OwnEffect, { readonly kind: "stand" }>, "id" | "kind">;

export function set({ draft }: Run, changed: Partial<OwnSession>): void {
  Object.assign(draft, changed);
}

/** Numbers are drawn in order, so the same step draws the same ones. */
export function mark({ draft }: Run, at: number): Mark {
  draft.serial += 1;
  return { serial: draft.serial, at };
}

export function act({ draft, effects }: Run, effect: Unnumbered<OwnEffect>): void {
  draft.serial += 1;
  effects.push({ ...effect, id: `${effect.kind}:${draft.serial}` });
}

export const say = (run: Run, why: SaidWhy, text: string): void => act(run, { kind: "say", why, text });

export const stand = (run: Run, standing: Standing): void => act(run, { kind: "stand", ...standing });

/** On every surface: over, and nobody's. */
export const standClosed = (run: Run): void => stand(run, { open: false, operator: null, accepted: false });

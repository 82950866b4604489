/**
 * What we say in a portal is said in its language: in its open lines, its cards, and to its people. The language is looked
 * up a minute apart at most, because every run of a lane asks; after a change, what is said in that minute is in the old one.
 */
import type { PortalId } from "../domain/ids.ts";
import type { Language, Say, Translate } from "../domain/localised.ts";
import type { Store } from "../store/contract.ts";

export interface Speech {
  readonly translate: Translate;
  readonly languageOf: (portal: PortalId) => Promise<Language>;
}

export interface SpeechDeps {
  readonly translate: Translate;
  readonly portals: Pick<Store["portals"], "find">;
  /** The language of ours that is closest to a portal's. */
  readonly localeOf: (language: string | undefined) => Language;
  readonly now: () => Date;
}

const REMEMBERED_MS = 60_000;
/** More portals than that are asked for again before their minute is over. */
const REMEMBERED = 10_000;

export function createSpeech({ translate, portals, localeOf, now }: SpeechDeps): Speech {
  const known = new Map<PortalId, { readonly language: Language; readonly until: number }>();
  return {
    translate,
    async languageOf(portal) {
      const kept = known.get(portal);
      if (kept && kept.until > now().getTime()) return kept.language;
      const language = localeOf((await portals.find(portal))?.language);
      if (known.size >= REMEMBERED) known.clear();
      known.set(portal, { language, until: now().getTime() + REMEMBERED_MS });
      return language;
    },
  };
}

/** To say things in a portal. */
export async function sayIn({ translate, languageOf }: Speech, portal: PortalId): Promise<Say> {
  const language = await languageOf(portal);
  return (sentence) => translate(sentence, language);
}

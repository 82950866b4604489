import { type Words, wordsOf } from "../../shared/i18n.ts";
import type { Plural } from "../../shared/texts/en.ts";
import { en } from "./texts/en.ts";
import { es } from "./texts/es.ts";
import { ru } from "./texts/ru.ts";

type Key = keyof typeof en;
type Counted = { [One in Key]: (typeof en)[One] extends string ? never : One }[Key];
export type RulesKey = Exclude<Key, Counted>;
export type RulesTexts = Readonly<Record<RulesKey, string> & Record<Counted, Plural>>;

export const { t, count }: Words<RulesKey, Counted> = wordsOf<RulesKey, Counted>({ en, ru, es });

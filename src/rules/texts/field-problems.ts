import type { Localised } from "../../domain/localised.ts";
import type { FieldProblem } from "../fields.ts";

type Say = (problem: FieldProblem) => string;

/** Why a field is not filled in, for whoever reads of it in the journal or writes the rule just now. */
export const fieldProblemSentence = (problem: FieldProblem, language: keyof Localised): string =>
  TEXTS[language][problem.problem](problem);

const TEXTS: Readonly<Record<keyof Localised, Readonly<Record<FieldProblem["problem"], Say>>>> = {
  en: {
    "unknown-field": ({ field }) => `The portal has no field “${field}”. Choose another one in the rules.`,
    "read-only": ({ field }) => `The portal lets nobody write into “${field}”. Choose another one in the rules.`,
    "broken-template": ({ field, value }) => `The template for “${field}” cannot be read: ${value}`,
    "not-convertible": ({ field, value }) => `“${value}” is not what “${field}” takes, so it is left empty.`,
    "no-such-choice": ({ field, value }) => `“${field}” has no choice “${value}”, so it is left empty.`,
  },
  ru: {
    "unknown-field": ({ field }) => `На портале нет поля «${field}». Выберите в правилах другое.`,
    "read-only": ({ field }) => `Портал никому не даёт записывать в «${field}». Выберите в правилах другое поле.`,
    "broken-template": ({ field, value }) => `Шаблон для «${field}» не читается: ${value}`,
    "not-convertible": ({ field, value }) => `«${value}» не подходит полю «${field}», поэтому оно остаётся пустым.`,
    "no-such-choice": ({ field, value }) => `В «${field}» нет варианта «${value}», поэтому оно остаётся пустым.`,
  },
  es: {
    "unknown-field": ({ field }) => `El portal no tiene el campo «${field}». Elija otro en las reglas.`,
    "read-only": ({ field }) => `El portal no deja escribir en «${field}». Elija otro campo en las reglas.`,
    "broken-template": ({ field, value }) => `La plantilla de «${field}» no se puede leer: ${value}`,
    "not-convertible": ({ field, value }) => `«${value}» no es lo que admite «${field}», así que queda vacío.`,
    "no-such-choice": ({ field, value }) => `«${field}» no tiene la opción «${value}», así que queda vacío.`,
  },
};

import { wordsOf } from "../i18n.ts";

export const { t } = wordsOf<"tags" | "hint" | "untag">({
  en: { tags: "Tags", hint: "Enter adds a tag", untag: "Take off {tag}" },
  ru: { tags: "Метки", hint: "Enter добавляет метку", untag: "Снять метку {tag}" },
  es: { tags: "Etiquetas", hint: "Intro añade una etiqueta", untag: "Quitar {tag}" },
});

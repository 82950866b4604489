import { wordsOf } from "../i18n.ts";

/** Words that stand on the page before the panel is loaded. */
export const { t } = wordsOf<"show" | "hide" | "title">({
  en: { show: "About the customer", hide: "Close what is told about the customer", title: "About the customer" },
  ru: { show: "О клиенте", hide: "Закрыть сведения о клиенте", title: "О клиенте" },
  es: { show: "Sobre el cliente", hide: "Cerrar lo que se dice del cliente", title: "Sobre el cliente" },
});

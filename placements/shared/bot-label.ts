import { t } from "./i18n.ts";

/** What a bot is called where people are called by their names. */
export const botLabel = (name: string | undefined): string =>
  name === undefined || name === t("bot.tag") ? t("bot.tag") : t("bot.named", { name });

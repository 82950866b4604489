import type { ConversationAnswer } from "../../../src/api/messages.ts";
import { t } from "../i18n.ts";

export const customerName = ({ customer }: ConversationAnswer): string =>
  customer.name === "" ? t("chat.nameless") : customer.name;

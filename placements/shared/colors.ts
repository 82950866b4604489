import type { ConnectionAnswer } from "../../src/api/accounts.ts";
import type { MessageAnswer } from "../../src/api/messages.ts";

type BadgeColor = "air-primary" | "air-primary-success" | "air-primary-alert" | "air-primary-warning" | "air-secondary" | "air-tertiary" | "air-secondary-accent";

/** Good news green, what a person must do red, everything else quiet. */
export function connectionColor(kind: ConnectionAnswer["kind"]): BadgeColor {
  if (kind === "connected") return "air-primary-success";
  if (kind === "starting") return "air-secondary";
  return kind === "transient-disconnect" || kind === "needs-action" ? "air-primary-warning" : "air-primary-alert";
}

export function stateColor(state: MessageAnswer["state"]): BadgeColor {
  if (state === "refused" || state === "failed") return "air-primary-alert";
  if (state === "uncertain") return "air-primary-warning";
  return "air-secondary";
}

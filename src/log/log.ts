import { type DestinationStream, type Logger, pino } from "pino";

/**
 * Structured logs. Redaction is the second line of defence: the first is that nobody passes a token to a logger.
 * The names are those that the platform and vendors use for secrets.
 */
const SECRET_KEYS = [
  "auth",
  "AUTH_ID",
  "REFRESH_ID",
  "access_token",
  "refresh_token",
  "accessToken",
  "refreshToken",
  "application_token",
  "applicationToken",
  "APPLICATION_TOKEN",
  "client_secret",
  "clientSecret",
  "token",
  "secret",
  "webhookSecret",
  "credentials",
  "authorization",
  "password",
  "session",
];

export function createLogger(level: string, destination?: DestinationStream): Logger {
  const paths = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  const options = { level, base: null, redact: { paths, censor: "[hidden]" } };
  return destination ? pino(options, destination) : pino(options);
}

export type { Logger } from "pino";

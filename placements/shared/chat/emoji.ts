/** Those that messengers let everybody put on a message. */
export const REACTIONS = ["👍", "❤️", "🔥", "👏", "😁", "😢", "🙏"] as const;

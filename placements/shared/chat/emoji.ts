/** Those that messengers let everybody put on a message. */
export const REACTIONS = ["👍", "❤️", "🔥", "👏", "😁", "😢", "🙏"] as const;

/** What agents put into their answers. Everything else is in the keyboard of the phone or the system. */
export const EMOJI = [
  ..."😀😃😄😁😆😅😂🙂🙃😉😊😇😍😘😋😜🤗🤔🤨😐😏🙄😬😌😔😴🤒🤕🥳😎🤓😕😟😮😲😳🥺😢😭😤😡🤯😱🤝👍👎👌🙏👏🙌👋✋💪👀",
  "❤️",
  "✌️",
  ..."💚💙💛💔💯✅❌❗❓⭐🔥🎉🎁💐🌷📦🚚📞📧📎📅⏰💳💰📍🏠",
] as const;

/** Words of the page that a sign-in at a vendor ends on. */
export const texts = {
  en: {
    done: "You are signed in",
    doneText: "{who} is signed in with {vendor}. This window closes by itself.",
    byHand: "Go back to the settings in Bitrix24 and type this code there:",
    failed: "You were not signed in",
    stale: "This sign-in was started too long ago, or was used already. Close this window and start again.",
    denied: "The sign-in was broken off, or access was not allowed. Close this window and start again.",
    close: "Close this window and start again.",
  },
  ru: {
    done: "Вход выполнен",
    doneText: "{who}: вход через {vendor} выполнен. Это окно закроется само.",
    byHand: "Вернитесь к настройкам в Битрикс24 и введите там этот код:",
    failed: "Войти не удалось",
    stale: "Этот вход начат слишком давно или уже использован. Закройте окно и начните снова.",
    denied: "Вход прерван или доступ не разрешён. Закройте окно и начните снова.",
    close: "Закройте окно и начните снова.",
  },
  es: {
    done: "Sesión iniciada",
    doneText: "{who} inició sesión con {vendor}. Esta ventana se cierra sola.",
    byHand: "Vuelva a los ajustes en Bitrix24 y escriba allí este código:",
    failed: "No se inició la sesión",
    stale: "Este inicio de sesión empezó hace demasiado o ya se usó. Cierre la ventana y empiece de nuevo.",
    denied: "El inicio de sesión se interrumpió o no se permitió el acceso. Cierre la ventana y empiece de nuevo.",
    close: "Cierre la ventana y empiece de nuevo.",
  },
} as const;

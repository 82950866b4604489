import type { Localised } from "../../domain/localised.ts";
import type { SetupStep } from "../contract/setup.ts";
import { credential, setting } from "../shared/setup-field.ts";
import { DEFAULT_PHONE_BUTTON, NAME_LIMIT } from "./about.ts";

/** What the setup page asks for, in the order in which somebody decides it. */

export const description: Localised = {
  en: "A company's bot in Viber. It answers people who wrote to it; it can never write first.",
  ru: "Бот компании в Viber. Он отвечает тем, кто написал сам; первым писать он не может.",
  es: "El bot de una empresa en Viber. Contesta a quienes le escribieron; nunca puede escribir primero.",
};

export const setup: readonly SetupStep[] = [
  {
    id: "token",
    title: { en: "Connect a Viber bot", ru: "Подключение бота Viber", es: "Conectar un bot de Viber" },
    help: {
      en:
        "Viber opens bots for companies on application (since February 2024 on paid terms). When you have one, open Viber on " +
        "the phone of the bot's administrator: More, Settings, Bots, Edit info, and copy “Your app key”. Viber tells messages " +
        "to one program only, so use a bot that no other program works with. " +
        "A bot can never write first: it can only answer people who wrote to it or subscribed to it.",
      ru:
        "Viber открывает ботов компаниям по заявке (с февраля 2024 года на платных условиях). Когда бот есть, откройте Viber на " +
        "телефоне его администратора: «Ещё», «Настройки», «Боты», «Изменить информацию» — и скопируйте ключ приложения (app key). " +
        "Viber передаёт сообщения только одной программе, поэтому возьмите бота, с которым не работает другая. " +
        "Первым бот писать не может: он отвечает только тем, кто написал ему или подписался на него.",
      es:
        "Viber abre bots para empresas bajo solicitud (desde febrero de 2024, con condiciones de pago). Cuando tenga uno, abra Viber en " +
        "el teléfono del administrador del bot: Más, Ajustes, Bots, Editar información, y copie la clave de la aplicación (app key). Viber " +
        "entrega los mensajes a un solo programa: use un bot con el que no trabaje otro. " +
        "Un bot nunca puede escribir primero: solo contesta a quienes le escribieron o se suscribieron.",
    },
    fields: [
      credential(
        "secret",
        "token",
        { en: "Token (app key)", ru: "Токен (ключ приложения)", es: "Token (clave de la aplicación)" },
        { placeholder: "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9" },
      ),
    ],
  },
  {
    id: "look",
    title: { en: "What customers see", ru: "Что видят клиенты", es: "Lo que ven los clientes" },
    help: {
      en:
        "The name and the picture stand above each message. The welcome message is shown once to who opens the bot, before they " +
        "write; the button under it sends their phone number (on phones; Viber for computers does not send it).",
      ru:
        "Имя и картинка стоят над каждым сообщением. Приветствие видит один раз тот, кто открыл бота, до первого сообщения; " +
        "кнопка под ним отправляет номер телефона (на телефоне; Viber для компьютера номер не отправляет).",
      es:
        "El nombre y la imagen aparecen sobre cada mensaje. El mensaje de bienvenida se muestra una vez a quien abre el bot, antes de " +
        "que escriba; el botón de debajo envía su número (en teléfonos; Viber para ordenadores no lo envía).",
    },
    fields: [
      setting("text", "senderName", {
        en: `Sender's name (up to ${NAME_LIMIT} characters)`,
        ru: `Имя отправителя (до ${NAME_LIMIT} знаков)`,
        es: `Nombre del remitente (hasta ${NAME_LIMIT} caracteres)`,
      }),
      setting(
        "text",
        "senderAvatar",
        {
          en: "Sender's picture (https address, up to 100 KB)",
          ru: "Картинка отправителя (адрес https, до 100 КБ)",
          es: "Imagen del remitente (dirección https, hasta 100 KB)",
        },
        { placeholder: "https://example.com/logo.png" },
      ),
      setting("textarea", "welcome", { en: "Welcome message", ru: "Приветствие", es: "Mensaje de bienvenida" }),
      setting("switch", "askPhone", {
        en: "Ask for the phone number under the welcome message",
        ru: "Просить номер телефона под приветствием",
        es: "Pedir el número de teléfono bajo la bienvenida",
      }),
      setting("text", "phoneButton", {
        en: `Words on that button (empty: “${DEFAULT_PHONE_BUTTON}”)`,
        ru: `Надпись на этой кнопке (пусто: «${DEFAULT_PHONE_BUTTON}»)`,
        es: `Texto de ese botón (vacío: «${DEFAULT_PHONE_BUTTON}»)`,
      }),
      setting("switch", "announce", {
        en: "Tell agents when somebody subscribes or unsubscribes",
        ru: "Сообщать операторам, что кто-то подписался или отписался",
        es: "Avisar a los agentes cuando alguien se suscribe o se da de baja",
      }),
    ],
  },
];

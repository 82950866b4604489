import type { Localised } from "../../domain/localised.ts";
import type { SetupStep } from "../contract/setup.ts";
import { credential, setting } from "../shared/setup-field.ts";

/** What the setup page asks for, in the order in which somebody decides it. */

export const description: Localised = {
  en: "A bot that your customers write to. The simplest way to begin: it takes two minutes and costs nothing.",
  ru: "Бот, которому пишут ваши клиенты. Самый простой способ начать: две минуты и бесплатно.",
  es: "Un bot al que escriben sus clientes. La forma más sencilla de empezar: dos minutos y sin coste.",
};

export const setup: readonly SetupStep[] = [
  {
    id: "token",
    title: {
      en: "Connect a Telegram bot",
      ru: "Подключение бота Telegram",
      es: "Conectar un bot de Telegram",
    },
    help: {
      en:
        "Open @BotFather in Telegram. Send /newbot to make a bot, or /mybots to pick one you have and then “API Token”. " +
        "Copy the token it shows and paste it here. Use a bot that no other program works with: Telegram gives each message to one program only.",
      ru:
        "Откройте @BotFather в Telegram. Отправьте /newbot, чтобы создать бота, или /mybots, чтобы выбрать готового, и нажмите «API Token». " +
        "Скопируйте токен и вставьте его сюда. Возьмите бота, с которым не работает другая программа: Telegram отдаёт каждое сообщение только одной.",
      es:
        "Abra @BotFather en Telegram. Envíe /newbot para crear un bot, o /mybots para elegir uno que ya tenga y después «API Token». " +
        "Copie el token y péguelo aquí. Use un bot con el que no trabaje otro programa: Telegram entrega cada mensaje a uno solo.",
    },
    fields: [
      credential(
        "secret",
        "token",
        { en: "Bot token", ru: "Токен бота", es: "Token del bot" },
        { placeholder: "123456789:AAF0aBcDeFgHiJkLmNoPqRsTuVwXyZ01234" },
      ),
    ],
  },
  {
    id: "welcome",
    title: {
      en: "Greet new customers",
      ru: "Приветствие новых клиентов",
      es: "Saludar a los clientes nuevos",
    },
    help: {
      en:
        "What the bot says by itself when somebody opens it and presses Start. With a button, the customer can share their " +
        "phone number in one tap, which joins the chat to their card.",
      ru:
        "Что бот говорит сам, когда его открывают и нажимают «Запустить». Кнопкой под приветствием клиент делится номером " +
        "телефона одним касанием, и чат связывается с его карточкой.",
      es:
        "Lo que el bot dice por sí mismo cuando alguien lo abre y pulsa Iniciar. Con un botón, el cliente comparte su número " +
        "de teléfono con un toque, y el chat queda unido a su ficha.",
    },
    fields: [
      setting("switch", "welcome", { en: "Send a greeting", ru: "Отправлять приветствие", es: "Enviar un saludo" }),
      setting(
        "textarea",
        "welcomeText",
        { en: "Greeting", ru: "Приветствие", es: "Saludo" },
        {
          placeholder: {
            en: "Hello! Write to us here, we usually answer within minutes.",
            ru: "Здравствуйте! Пишите нам здесь, обычно мы отвечаем за несколько минут.",
            es: "¡Hola! Escríbanos aquí, solemos contestar en unos minutos.",
          },
        },
      ),
      setting(
        "text",
        "welcomeButton",
        {
          en: "Words on the button that shares the phone number (empty: no button)",
          ru: "Надпись на кнопке, которая отправляет номер телефона (пусто: без кнопки)",
          es: "Texto del botón que comparte el número de teléfono (vacío: sin botón)",
        },
        {
          placeholder: {
            en: "Share my phone number",
            ru: "Отправить мой номер",
            es: "Compartir mi número",
          },
        },
      ),
    ],
  },
];

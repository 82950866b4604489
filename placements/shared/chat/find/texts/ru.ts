import type { FindTexts } from "./en.ts";

export const ru: FindTexts = {
  title: "Поиск в переписке",
  words: "Что найти",
  older: "Более раннее",
  newer: "Более позднее",
  close: "Закрыть поиск",
  count: "{at} из {count}",
  countMore: "{at} из более чем {count}",
  none: "Ничего не найдено",
  searching: "Поиск…",
  searchingTo: "Поиск, просмотрено до {day}…",
  found: "Найденные сообщения",
  day: "Перейти к дате",
  noDay: "В этот день и позже ничего не писали.",
};

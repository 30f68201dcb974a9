// The page's own words. Telegram's clients say most of these just so.
const WORDS = {
  ru: {
    addPerson: "Добавить человека", people: "Люди", bot: "Бот", pageLanguage: "Язык страницы",
    aboutPage: "Локальный Telegram на этом компьютере. Ничего не уходит в сеть.",
    close: "Закрыть", cancel: "Отмена", ok: "ОК", send: "Отправить", attach: "Прикрепить",
    message: "Сообщение", start: "ЗАПУСТИТЬ", restart: "ПЕРЕЗАПУСТИТЬ", online: "бот",
    typing: "печатает…", offline: "бот ещё не подключён", keyboard: "Клавиатура бота", commands: "Команды бота",
    emptyTitle: "Здесь пока ничего нет", emptyOffline: "Бот ещё не подключён. Он появится здесь сам, как только начнёт опрашивать этот адрес.",
    emptyHint: "Нажмите кнопку внизу, чтобы начать.", edited: "изменено", today: "сегодня", yesterday: "вчера",
    contact: "Контакт", location: "Геопозиция", photo: "Фото", file: "Файл", caption: "Подпись", download: "Скачать", mail: "Почта", noSubject: "Без темы", noMail: "Писем пока нет. Всё, что бот отправит по почте, появится здесь и никуда не уйдёт.",
    mailAddress: "Адрес почтового сервера", mailFrom: "От", mailTo: "Кому", mailAt: "Когда", attachments: "Вложения", backToMail: "Назад к списку", asText: "То же текстом", newMail: "Новое письмо",
    units: ["Б", "КБ", "МБ"], sticker: "Стикер", voice: "Голосовое сообщение",
    chatWith: "Чат", messages: "Сообщения", personSettings: "Настройки человека", beside: "Показать рядом",
    openPeople: "Люди", newPerson: "Новый человек", firstName: "Имя", lastName: "Фамилия",
    phone: "Телефон", telegramLanguage: "Язык Telegram (language_code)", save: "Сохранить", create: "Создать",
    block: "Заблокировать бота", shareContact: "Отправить контакт", own: "Свой номер", someone: "Другой человек",
    otherNumber: "Другой номер", shareLocation: "Отправить геопозицию", latitude: "Широта", longitude: "Долгота",
    place: "Место", askContact: "Бот узнает ваш номер телефона.",
    copied: "Скопировано", spoiler: "Скрытый текст, нажмите, чтобы показать", more: "Показать целиком",
    failed: "Не получилось", inReply: "В ответ", lost: "нет связи с эмулятором", you: "Анна", youLast: "Петрова",
    coordinates: "Координаты", toBottom: "К последнему сообщению",
    clock: "Часы", plusHour: "+1 час", plusDay: "+1 день", toEvening: "До 18:00", realTime: "Настоящее время",
    linkAs: "Открыть ссылку как", dropLink: "Не открывать ссылку", isBlocked: "Бот заблокирован. Нажмите «Перезапустить» внизу.",
  },
  en: {
    addPerson: "Add a person", people: "People", bot: "Bot", pageLanguage: "Page language",
    aboutPage: "A local Telegram on this computer. Nothing leaves it.",
    close: "Close", cancel: "Cancel", ok: "OK", send: "Send", attach: "Attach",
    message: "Message", start: "START", restart: "RESTART", online: "bot",
    typing: "typing…", offline: "bot not connected yet", keyboard: "Bot keyboard", commands: "Bot commands",
    emptyTitle: "No messages here yet", emptyOffline: "The bot is not connected yet. It will show up here as soon as it polls this address.",
    emptyHint: "Press the button below to begin.", edited: "edited", today: "today", yesterday: "yesterday",
    contact: "Contact", location: "Location", photo: "Photo", file: "File", caption: "Caption", download: "Download", mail: "Mail", noSubject: "No subject", noMail: "No mail yet. Whatever the bot sends by mail shows up here and goes nowhere else.",
    mailAddress: "Address of the mail server", mailFrom: "From", mailTo: "To", mailAt: "When", attachments: "Attachments", backToMail: "Back to the list", asText: "The same as text", newMail: "New mail",
    units: ["B", "KB", "MB"], sticker: "Sticker", voice: "Voice message",
    chatWith: "Chat", messages: "Messages", personSettings: "Person settings", beside: "Show beside",
    openPeople: "People", newPerson: "New person", firstName: "First name", lastName: "Last name",
    phone: "Phone", telegramLanguage: "Telegram language (language_code)", save: "Save", create: "Create",
    block: "Block the bot", shareContact: "Share contact", own: "Own number", someone: "Another person",
    otherNumber: "Another number", shareLocation: "Share location", latitude: "Latitude", longitude: "Longitude",
    place: "Place", askContact: "The bot will know your phone number.",
    copied: "Copied", spoiler: "Hidden text, press to show", more: "Show all",
    failed: "That did not work", inReply: "In reply", lost: "no connection to the emulator", you: "Anna", youLast: "Petrova",
    coordinates: "Coordinates", toBottom: "To the newest message",
    clock: "Clock", plusHour: "+1 hour", plusDay: "+1 day", toEvening: "To 18:00", realTime: "Real time",
    linkAs: "Open the link as", dropLink: "Do not open the link", isBlocked: "The bot is blocked. Press RESTART below.",
  },
};

let language = localStorage.getItem("page-language")
  || (navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en");

export const currentLanguage = () => language;

export function setLanguage(code) {
  language = code;
  localStorage.setItem("page-language", code);
}

export const say = (key) => WORDS[language][key];

// Bytes as people say them: 512 Б, 1,4 МБ.
export function sizeOf(bytes) {
  const power = bytes < 1024 ? 0 : bytes < 1024 ** 2 ? 1 : 2;
  const digits = power === 2 ? 1 : 0;
  return `${(bytes / 1024 ** power).toLocaleString(language, { maximumFractionDigits: digits })} ${say("units")[power]}`;
}

export function timeOf(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

export function dateOf(seconds) {
  return new Date(seconds * 1000).toLocaleDateString(language, { day: "numeric", month: "short" });
}

export function fullDateOf(seconds) {
  const parts = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  return new Date(seconds * 1000).toLocaleDateString(language, parts);
}

export function dayOf(seconds, now) {
  const day = new Date(seconds * 1000);
  const midnight = (date) => new Date(date).setHours(0, 0, 0, 0);
  const ago = Math.round((midnight(now * 1000) - midnight(day)) / 86400000);
  if (ago === 0) return say("today");
  if (ago === 1) return say("yesterday");
  return day.toLocaleDateString(language, { day: "numeric", month: "long" });
}

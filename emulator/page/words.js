// The page's own words. Telegram's clients say most of these just so.
const WORDS = {
  ru: {
    addPerson: "Добавить человека", people: "Люди", bot: "Бот", pageLanguage: "Язык страницы",
    aboutPage: "Локальный Telegram на этом компьютере. Ничего не уходит в сеть.",
    close: "Закрыть", cancel: "Отмена", ok: "ОК", send: "Отправить", attach: "Прикрепить",
    message: "Сообщение", start: "ЗАПУСТИТЬ", restart: "ПЕРЕЗАПУСТИТЬ", online: "бот",
    typing: "печатает…", sendsPhoto: "отправляет фото…", sendsFile: "отправляет файл…", sendsVoice: "записывает голосовое…", sendsVideo: "отправляет видео…", sendsPlace: "выбирает место…", sendsSticker: "выбирает стикер…", offline: "бот ещё не подключён", keyboard: "Клавиатура бота", commands: "Команды бота",
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
    deleted: "Удалено", showDeleted: "Показывать удалённые", buttons: "Кнопки сообщения",
    role: "Кто это", roles: { "": "—", patient: "пациент", relative: "родственник", staff: "сотрудник" },
    someNames: { patient: ["Анна", "Петрова"], relative: ["Пётр", "Петров"], staff: ["Ольга", "Белова"] },
    map: "Карта", mapNote: "Карта нарисована по координатам, это не снимок местности.",
    tools: "Инструменты", troubles: "Неполадки", whose: "В чьём чате", anyChat: "В любом", armed: "Ждёт своего случая:", noneArmed: "Сейчас всё работает.", disarm: "Отменить все", armedShort: "неполадки",
    log: "Журнал обновлений и методов", clear: "Очистить", logOff: "Включите журнал, чтобы видеть, что приходит боту и что он вызывает.", noEntries: "Пока ничего не было.", localOnly: "Записи с личными данными остаются на этом компьютере.",
    notTaken: "не принято", noAnswer: "ответ не дошёл", toBot: "обновление для бота", fromBot: "вызов бота", sent: "Отправлено", answered: "Ответ",
    troubleNames: { "too-many": "429: подождите 5 с", forbidden: "403: бот заблокирован", "server-error": "502: сбой сервера", "reply-lost": "Ответ потерян", "call-lost": "Вызов потерян", slow: "Ответ через 5 с", cut: "Связи нет", overtaken: "Обновления не по порядку", doubled: "Обновление дважды", "mail-refused": "Почта: нет адреса", "mail-lost": "Почта: письмо пропало", "mail-slow": "Почта: ответ через 30 с", "mail-down": "Почта: сервер недоступен" },
    linkAs: "Открыть ссылку как", dropLink: "Не открывать ссылку", isBlocked: "Бот заблокирован. Нажмите «Перезапустить» внизу.",
  },
  en: {
    addPerson: "Add a person", people: "People", bot: "Bot", pageLanguage: "Page language",
    aboutPage: "A local Telegram on this computer. Nothing leaves it.",
    close: "Close", cancel: "Cancel", ok: "OK", send: "Send", attach: "Attach",
    message: "Message", start: "START", restart: "RESTART", online: "bot",
    typing: "typing…", sendsPhoto: "sending a photo…", sendsFile: "sending a file…", sendsVoice: "recording voice…", sendsVideo: "sending a video…", sendsPlace: "choosing a place…", sendsSticker: "choosing a sticker…", offline: "bot not connected yet", keyboard: "Bot keyboard", commands: "Bot commands",
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
    deleted: "Deleted", showDeleted: "Show deleted messages", buttons: "Buttons of the message",
    role: "Who this is", roles: { "": "—", patient: "patient", relative: "relative", staff: "staff" },
    someNames: { patient: ["Anna", "Petrova"], relative: ["Peter", "Petrov"], staff: ["Olga", "Belova"] },
    map: "Map", mapNote: "Drawn from the coordinates, not a picture of the ground.",
    tools: "Tools", troubles: "Troubles", whose: "In whose chat", anyChat: "In any", armed: "Waiting to happen:", noneArmed: "Everything works now.", disarm: "Call all off", armedShort: "troubles",
    log: "Log of updates and methods", clear: "Clear", logOff: "Switch the log on to see what comes to the bot and what it calls.", noEntries: "Nothing yet.", localOnly: "Entries hold personal data and stay on this computer.",
    notTaken: "not taken", noAnswer: "no answer arrived", toBot: "update for the bot", fromBot: "call of the bot", sent: "Sent", answered: "Answer",
    troubleNames: { "too-many": "429: wait 5 s", forbidden: "403: bot blocked", "server-error": "502: server error", "reply-lost": "Reply lost", "call-lost": "Call lost", slow: "Answer after 5 s", cut: "No connection", overtaken: "Updates out of order", doubled: "Update twice", "mail-refused": "Mail: no such address", "mail-lost": "Mail: message lost", "mail-slow": "Mail: answer after 30 s", "mail-down": "Mail: server down" },
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

// What the page calls a trouble that the server offers under an English title.
export const troubleName = (name, title) => say("troubleNames")[name] || title;

// Bytes as people say them: 512 Б, 1,4 МБ.
export function sizeOf(bytes) {
  const power = bytes < 1024 ? 0 : bytes < 1024 ** 2 ? 1 : 2;
  const digits = power === 2 ? 1 : 0;
  return `${(bytes / 1024 ** power).toLocaleString(language, { maximumFractionDigits: digits })} ${say("units")[power]}`;
}

export function timeOf(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

export function exactTimeOf(seconds) {
  const parts = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  return new Date(seconds * 1000).toLocaleTimeString(language, parts);
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

// The language under the words: rooms are added as their files come.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export const language = i18next.createInstance();
void language.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  defaultNS: "common",
  resources: {},
  interpolation: { escapeValue: false }, // React escapes what it shows
  initAsync: false,
});

export const addRoom = (room: string, words: object): void => {
  language.addResourceBundle("en", room, words);
};

import words from "../en/settings.json";
import { addRoom } from "../language";

addRoom("settings", words);

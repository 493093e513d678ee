import words from "../en/options.json";
import { addRoom } from "../language";

addRoom("options", words);

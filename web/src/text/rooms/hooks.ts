import words from "../en/hooks.json";
import { addRoom } from "../language";

addRoom("hooks", words);

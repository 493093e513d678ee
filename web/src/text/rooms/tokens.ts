import words from "../en/tokens.json";
import { addRoom } from "../language";

addRoom("tokens", words);

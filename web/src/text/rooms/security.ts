import words from "../en/security.json";
import { addRoom } from "../language";

addRoom("security", words);

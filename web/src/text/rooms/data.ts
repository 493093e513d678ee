import words from "../en/data.json";
import { addRoom } from "../language";

addRoom("data", words);

import words from "../en/charges.json";
import { addRoom } from "../language";

addRoom("charges", words);

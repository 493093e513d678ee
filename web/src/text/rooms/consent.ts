import words from "../en/consent.json";
import { addRoom } from "../language";

addRoom("consent", words);

import words from "../en/departure.json";
import { addRoom } from "../language";

addRoom("departure", words);

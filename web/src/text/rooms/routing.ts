import words from "../en/routing.json";
import { addRoom } from "../language";

addRoom("routing", words);

import words from "../en/operator.json";
import { addRoom } from "../language";

addRoom("operator", words);

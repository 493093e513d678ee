import words from "../en/sandbox.json";
import { addRoom } from "../language";

addRoom("sandbox", words);

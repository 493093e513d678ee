import words from "../en/audit.json";
import { addRoom } from "../language";

addRoom("audit", words);

import words from "../en/identity.json";
import { addRoom } from "../language";

addRoom("identity", words);

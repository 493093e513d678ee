import words from "../en/brokers.json";
import { addRoom } from "../language";

addRoom("brokers", words);

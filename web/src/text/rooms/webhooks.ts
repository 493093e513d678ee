import words from "../en/webhooks.json";
import { addRoom } from "../language";

addRoom("webhooks", words);

import words from "../en/alerts.json";
import { addRoom } from "../language";

addRoom("alerts", words);

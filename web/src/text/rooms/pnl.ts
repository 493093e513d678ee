import words from "../en/pnl.json";
import { addRoom } from "../language";

addRoom("pnl", words);

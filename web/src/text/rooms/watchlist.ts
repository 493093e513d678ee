import words from "../en/watchlist.json";
import { addRoom } from "../language";

addRoom("watchlist", words);

import "@/text";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(cleanup);
// A busy machine is slow, not wrong: what is waited for gets five seconds to appear.
configure({ asyncUtilTimeout: 5000 });
